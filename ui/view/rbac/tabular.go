package rbac

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// Filter is the text that the rows of the pane with the focus must pass.
func (s *Screen) Filter() string { return s.pane().Filter() }

// SetFilter takes another.
func (s *Screen) SetFilter(text string) tea.Cmd { return s.pane().SetFilter(text) }

// FilterProblem says what is wrong with the filter. A subject in full, as lists have it, is no key that there is not.
func (s *Screen) FilterProblem() string {
	if s.focus != first {
		return s.pane().Problem()
	}
	return s.pane().Wrong(withoutSubjects(s.pane().Filter()))
}

// withoutSubjects takes the words out of a filter that begin as a subject does: sa:shop/web, group:dev.
func withoutSubjects(filter string) string {
	words := strings.Fields(filter)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool {
		kind, _, ok := strings.Cut(strings.ToLower(w), ":")
		return ok && (kind == "sa" || kind == "user" || kind == "group")
	}), " ")
}

// Columns lists the columns of the pane with the focus.
func (s *Screen) Columns() []view.Column { return s.pane().Columns() }

// SetColumns chooses columns of that pane.
func (s *Screen) SetColumns(names []string) []string { return s.pane().SetColumns(names) }

// SortBy sorts that pane by a column.
func (s *Screen) SortBy(column string, reverse bool) (tea.Cmd, bool) {
	return s.pane().SortBy(column, reverse)
}

// Groups lists what the rows of that pane can be grouped by.
func (s *Screen) Groups() []string { return s.pane().Groups() }

// GroupedBy is what they are grouped by.
func (s *Screen) GroupedBy() string { return s.pane().GroupedBy() }

// GroupBy groups them.
func (s *Screen) GroupBy(group string) tea.Cmd { return s.pane().GroupBy(group) }

// FoldAll closes all groups, or opens them.
func (s *Screen) FoldAll(closed bool) tea.Cmd {
	s.pane().Fold(closed)
	return s.ask()
}

// Lines gives the marked rows of that pane, or all that are shown.
func (s *Screen) Lines() []string { return s.pane().Lines() }

// Marked counts the marks of that pane.
func (s *Screen) Marked() int { return s.pane().MarkCount() }

// Unmark takes them away.
func (s *Screen) Unmark() { s.pane().Unmark() }

// Position says where in that pane one is.
func (s *Screen) Position() string { return s.pane().Position() }

// Click gives the focus to the pane under the pointer, and selects; the second click opens.
func (s *Screen) Click(x, y int) tea.Cmd {
	p, left := s.under(x)
	if s.focus != p {
		s.turnTo(p)
	}
	again, cmd := s.pane().Click(x-left, y-s.headings())
	if p == first {
		s.narrow = narrow{}
	}
	if again {
		return tea.Batch(cmd, s.open())
	}
	return tea.Batch(cmd, s.ask())
}

// Wheel moves the window of the pane under the pointer.
func (s *Screen) Wheel(x, _, lines int) {
	p, _ := s.under(x)
	s.part(p).Wheel(lines)
}

// under is the pane of a column, and where it begins.
func (s *Screen) under(x int) (p pane, left int) {
	all := s.spots()
	for _, spot := range all {
		if p = spot.pane; x < left+spot.width {
			return p, left
		}
		left += spot.width + 1
	}
	return p, left - all[len(all)-1].width - 1
}

// rowsOf lists what was found on an entry: of a subject, on the bindings that name it, on their roles and on its account.
func (s *Screen) rowsOf(e *entry) []*view.Row {
	refs := []model.Ref{e.ref}
	if !e.subject.IsZero() {
		refs = []model.Ref{objectOf(e.subject)}
		for _, b := range s.world.by[e.subject] {
			refs = append(refs, b.ref, b.role)
		}
	}
	rows := s.world.findingsOf(refs...)
	slices.SortStableFunc(rows, worse)
	return rows
}

// Hint is Subject with one finding at the most: it costs the same however many there are.
func (s *Screen) Hint() view.Subject {
	if s.focus != first {
		return s.Subject()
	}
	var sub view.Subject
	e, ok := s.entries[s.mode].Selected()
	if !ok {
		return sub
	}
	if sub.Object = e.ref; !e.subject.IsZero() {
		sub.Object = objectOf(e.subject)
	}
	if list := s.entries[s.mode].Marked(); len(list) > 0 {
		e = list[0]
		for _, m := range list {
			if m.row != nil {
				e = m
				break
			}
		}
	}
	sub.Names = []string{e.title()}
	if e.row != nil {
		sub.Findings = []*model.Finding{e.row.Finding}
	}
	return sub
}

// Subject is the selected row: its object, with what was found on it; where entries are marked, those.
func (s *Screen) Subject() view.Subject {
	var sub view.Subject
	var rows []*view.Row
	switch s.focus {
	case first:
		e, ok := s.entries[s.mode].Selected()
		if !ok {
			return sub
		}
		sub.Object = e.ref
		if !e.subject.IsZero() {
			sub.Object = objectOf(e.subject)
		}
		list := s.entries[s.mode].Marked()
		if len(list) == 0 {
			list = []*entry{e}
		}
		for _, e := range list {
			sub.Names = append(sub.Names, e.title())
			rows = append(rows, s.rowsOf(e)...)
		}
	case second:
		if l, ok := s.links[s.mode].Selected(); ok {
			sub.Object, sub.Names = l.binding, []string{l.binding.String()}
			rows = s.world.findingsOf(l.binding, l.role)
		}
	default:
		if r, ok := s.rights[s.mode].Selected(); ok {
			sub.Names = []string{r.whole()}
			if via := r.granted[0].Via; len(via) > 0 {
				if sub.Object = via[0].Binding; sub.Object.IsZero() {
					sub.Object = via[0].Role
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Finding.ID] {
			seen[r.Finding.ID] = true
			sub.Findings = append(sub.Findings, r.Finding)
		}
	}
	return sub
}
