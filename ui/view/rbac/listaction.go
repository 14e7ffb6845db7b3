package rbac

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
)

// can offers what a list does.
func (l *list[R]) can(a keys.Action) view.Offer {
	filled := l.len() > 0 || l.table.Rows().Groups() > 0
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		if filled && l.len() == 1 && l.table.Rows().Groups() == 0 {
			return view.Because("there is one row only")
		}
		return view.When(filled, "the list is empty")
	case keys.Mark, keys.MarkRange, keys.MarkAll, keys.Open:
		return view.When(filled, "the list is empty")
	case keys.Sort, keys.Reverse, keys.Wide:
		return view.Yes()
	case keys.Left:
		left, _ := l.table.Beyond()
		return view.When(left > 0, "this is the first column")
	case keys.Right:
		_, right := l.table.Beyond()
		return view.When(right > 0, "all columns are shown")
	case keys.Unmark:
		return view.When(l.table.MarkCount() > 0, "nothing is marked")
	case keys.Fold:
		return view.When(l.table.Rows().Groups() > 0, "there are no groups: "+l.shared.Keys.Show(keys.Group)+" makes some")
	}
	return view.No()
}

// do moves, marks and sorts. To open is up to the screen.
func (l *list[R]) do(a keys.Action) tea.Cmd {
	if view.Move(l.table, a) {
		return nil
	}
	switch a {
	case keys.Sort:
		return l.query(func(q *table.Query) { q.Column, q.Reverse = l.table.NextSort(q.Column), false })
	case keys.Reverse:
		return l.query(func(q *table.Query) { q.Reverse = !q.Reverse })
	}
	return nil
}

// problem says what is wrong with the filter; "" for nothing.
func (l *list[R]) problem() string { return l.schema.Wrong(l.wanted.query.Filter) }

// position says which rows of how many are in the window.
func (l *list[R]) position() string {
	rows := l.table.Rows()
	if rows.Total() == 0 {
		return ""
	}
	first, last := l.table.Span()
	text := fmt.Sprintf("%d-%d of %d", first, last, rows.Len())
	if rows.Len() != rows.Total() {
		text += fmt.Sprintf(" (%d in all)", rows.Total())
	}
	return text
}
