// Package rbac holds the screens of what RBAC grants: who may do what, who may do one thing, and through what.
//
// The main screen has three panes: a list of subjects (or bindings, or roles), what joins the selected one with roles, and
// what may be done. The others answer one question each: see sheet.go.
package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// pane is a part of the main screen.
type pane uint8

const (
	first pane = iota
	second
	third
	panes
)

// Screen is the main screen. It satisfies view.Screen, view.Filtered and view.Tabular.
type Screen struct {
	shared *view.Shared
	keeper *Keeper
	// broken says why nothing can be shown; nil where it can.
	broken error

	width, height int
	mode          mode
	focus         pane
	entries       [modes]*sheet.List[*entry]
	links         [modes]*sheet.List[*link]
	rights        [modes]*sheet.List[*right]

	snapshot *view.Snapshot
	// world is what is shown, read the snapshot that it was compared with last; making tells that a newer one is on its way,
	// looked that there was one.
	world          *world
	read           *view.Snapshot
	making, looked bool
	// about is what the second and third pane show, asking tells that another is on its way; asked is what it answers.
	about  *about
	asking bool
	asked  question
	// narrow limits the third pane to one binding, apart takes wildcards apart.
	narrow narrow
	apart  bool
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
	_ view.Tabular  = (*Screen)(nil)
)

// narrow is a binding through which an entry is looked at.
type narrow struct {
	entry   string
	through model.Ref
}

// New gives the screen, empty until the first snapshot.
func New(shared *view.Shared, keeper *Keeper) *Screen {
	s := &Screen{shared: shared, keeper: keeper, snapshot: view.NewSnapshot(), world: newWorld()}
	for m := range modes {
		s.entries[m] = sheet.NewList(shared, s, entrySchema(shared, m), severityColumn)
		s.links[m] = sheet.NewList(shared, s, linkSchema(shared, m), severityColumn)
		s.rights[m] = sheet.NewList(shared, s, rightSchema(shared, m), markColumn)
	}
	s.turnFocus()
	return s
}

// Place is the screen, with what is selected in it.
func (s *Screen) Place() view.Place { return view.Place{Screen: view.RBAC} }

// Spot is the place of what is selected, for who wants to come back to it.
func (s *Screen) Spot() view.Place {
	p := s.Place()
	if e, ok := s.entries[s.mode].Selected(); ok {
		p.Subject, p.Object = e.subject, e.ref
	}
	return p
}

// Crumbs name what is listed, and what of it is selected.
func (s *Screen) Crumbs() []string {
	crumbs := []string{view.RBAC}
	if s.mode != subjects {
		crumbs = append(crumbs, s.mode.String())
	}
	if a := s.about; a != nil && s.focus != first {
		crumbs = append(crumbs, a.entry.title())
	}
	return crumbs
}

// title names an entry in full.
func (e *entry) title() string {
	if e.subject.IsZero() {
		return called(e.ref)
	}
	return e.subject.String()
}

// Aside counts what there is.
func (s *Screen) Aside() string {
	if len(s.world.records) == 0 {
		return ""
	}
	text := ""
	for m := range modes {
		if m > 0 {
			text += ", "
		}
		name := m.String()
		text += view.Count(len(s.world.entries[m].Rows()), name[:len(name)-1])
	}
	if !s.world.settled {
		text += " so far"
	}
	if n := s.snapshot.Namespaces.Names(); len(n) > 0 {
		text += " in " + view.Few(n, 2)
	}
	return text
}

// Reveal goes to a subject, a binding or a role.
func (s *Screen) Reveal(subject model.Subject, object model.Ref) tea.Cmd {
	m, e := subjects, &entry{subject: subject, ref: object}
	switch object.Kind {
	case "RoleBinding", "ClusterRoleBinding":
		m = bindings
	case "Role", "ClusterRole":
		m = roles
	case "ServiceAccount":
		e = &entry{subject: accountOf(object)}
	}
	s.mode, s.focus, s.narrow = m, first, narrow{}
	s.turnFocus()
	return tea.Batch(s.entries[m].Reveal(e.ID()), s.ask())
}

// Resize lays the panes out.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.lay()
}

// Restyle takes the look anew.
func (s *Screen) Restyle() {
	for m := range modes {
		s.entries[m].Restyle()
		s.links[m].Restyle()
		s.rights[m].Restyle()
	}
	s.lay()
}

// turnFocus tells the tables which of them has the keyboard.
func (s *Screen) turnFocus() {
	for m := range modes {
		s.entries[m].SetFocus(s.focus == first)
		s.links[m].SetFocus(s.focus == second)
		s.rights[m].SetFocus(s.focus == third)
	}
	s.lay()
}

// Deep tells that there is a pane to go back to before the screen is left.
func (s *Screen) Deep() bool { return s.focus != first }

// Up leaves a pane for the one before it.
func (s *Screen) Up() tea.Cmd {
	if s.focus == third {
		s.narrow = narrow{}
	}
	if s.focus > first {
		s.turnTo(s.focus - 1)
	}
	return s.ask()
}

// part is a list of any rows.
type part interface {
	Can(a keys.Action) view.Offer
	Do(a keys.Action) tea.Cmd
	Problem() string
	Wrong(text string) string
	Position() string
	Filter() string
	SetFilter(text string) tea.Cmd
	Columns() []view.Column
	SetColumns(names []string) []string
	SortBy(column string, reverse bool) (tea.Cmd, bool)
	Groups() []string
	GroupedBy() string
	GroupBy(group string) tea.Cmd
	Fold(closed bool)
	Lines() []string
	MarkCount() int
	Unmark()
	Resize(cells, lines int)
	IsWide() bool
	Empty() bool
	View() string
	Click(x, y int) (again bool, cmd tea.Cmd)
	Wheel(lines int)
}
