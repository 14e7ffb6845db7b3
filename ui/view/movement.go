package view

import "canopy/ui/keys"

// Moving is a list with a cursor, marks and columns, such as table.Table.
type Moving interface {
	Move(by int)
	Page(by int)
	Home()
	End()
	Scroll(by int)
	Wide(on bool)
	IsWide() bool
	ToggleMark()
	MarkRange()
	MarkAll()
	ClearMarks()
	ToggleGroup()
}

// Step moves the cursor up or down; false for an action that does something else.
func Step(t Moving, a keys.Action) bool {
	switch a {
	case keys.Up:
		t.Move(-1)
	case keys.Down:
		t.Move(1)
	case keys.PageUp:
		t.Page(-1)
	case keys.PageDown:
		t.Page(1)
	case keys.First:
		t.Home()
	case keys.Last:
		t.End()
	default:
		return false
	}
	return true
}

// Move does what lists alike do: it moves, marks, folds groups, and shows other columns. It gives false for an action that is
// none of these.
func Move(t Moving, a keys.Action) bool {
	if Step(t, a) {
		return true
	}
	switch a {
	case keys.Left:
		t.Scroll(-1)
	case keys.Right:
		t.Scroll(1)
	case keys.Wide:
		t.Wide(!t.IsWide())
	case keys.Mark:
		t.ToggleMark()
		t.Move(1)
	case keys.MarkRange:
		t.MarkRange()
	case keys.MarkAll:
		t.MarkAll()
	case keys.Unmark:
		t.ClearMarks()
	case keys.Fold:
		t.ToggleGroup()
	default:
		return false
	}
	return true
}
