package paths

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// Screen lists paths. What is asked can be changed in place; esc takes that back.
type Screen struct {
	*sheet.Screen[*item]
	list     *list
	snapshot *view.Snapshot
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
	_ view.Tabular  = (*Screen)(nil)
)

// asked brings what was chosen.
type asked struct{ in inquiry }

// New gives the list of the paths of a place.
func New(shared *view.Shared, keeper *Keeper, p view.Place) *Screen {
	in := inquiryOf(p)
	t := &list{shared: shared, keeper: keeper, home: in}
	t.in.Store(&in)
	s := &Screen{list: t, snapshot: view.NewSnapshot()}
	t.screen = s
	s.Screen = sheet.New(shared, t, func(to view.Screen) *sheet.List[*item] {
		return sheet.NewList(shared, to, listSchema(shared), 0)
	})
	return s
}

// Open gives the screen of a place that is about paths; nil where it is none.
func Open(shared *view.Shared, keeper *Keeper, p view.Place) view.Screen {
	switch {
	case p.Screen == view.Paths:
		return New(shared, keeper, p)
	case p.Screen == view.Path && p.Source != "":
		return newRoute(shared, keeper, p)
	case p.Screen == view.Cuts:
		return newCuts(shared, keeper, p)
	case p.Screen == view.Blast && (p.Source != "" || !p.Object.IsZero()):
		return newBlast(shared, keeper, p)
	}
	return nil
}

// Show shows a snapshot.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return s.Screen.Show(snapshot)
}

// Update takes what was chosen; all else goes to the list by itself.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(asked); ok {
		s.list.in.Store(&m.in)
		return s.Screen.Show(s.snapshot)
	}
	return s.Screen.Update(msg)
}

// First asks as at first: the key of the screen, pressed once more.
func (s *Screen) First() tea.Cmd { return s.Update(asked{s.list.home}) }

// Deep tells that the text has the focus, or that something else is asked than at first.
func (s *Screen) Deep() bool { return s.Screen.Deep() || *s.list.in.Load() != s.list.home }

// Up goes back to the list, or to what was asked at first.
func (s *Screen) Up() tea.Cmd {
	if s.Screen.Deep() {
		return s.Screen.Up()
	}
	return s.First()
}

// Start is where the selected path begins, for its blast radius.
func (s *Screen) Start() string {
	if i, ok := s.List().Selected(); ok {
		return i.path.From.ID
	}
	return ""
}
