// Package nodes holds the screens of nodes: how old each is and by which source, what to patch in which order, what is used, and how old
// the data is that all of it rests on.
package nodes

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/tabs"
)

// Screen is the main screen of nodes.
type Screen struct {
	*tabs.Screen
	shared *view.Shared
	keeper *Keeper
	nodes  *sheet.Screen[*item]
	plans  *sheet.Screen[*move]
	used   *sheet.Screen[*gauge]
	known  *sheet.Screen[*dataset]
	// following tells that a command waits for news of usage; turn counts those that are shown.
	following bool
	// planning tells that it is being asked what to patch first.
	planning bool
	desk     desk
	turn     uint64
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
	_ view.Tabular  = (*Screen)(nil)
)

// metered brings news of usage. done ends the subscription that it came by.
type metered struct {
	news <-chan struct{}
	done func()
}

// told brings what the server says to whether kubelets can be asked.
type told struct{ err error }

// New gives the lists of a session, empty until the first snapshot.
func New(shared *view.Shared, keeper *Keeper) *Screen {
	return newScreen(shared, keeper, office{shared.Session})
}

func newScreen(shared *view.Shared, keeper *Keeper, d desk) *Screen {
	place := view.Place{Screen: view.Nodes}
	s := &Screen{shared: shared, keeper: keeper, desk: d}
	base := topic{shared: shared, keeper: keeper, desk: d, place: place, screen: s}
	s.nodes = sheet.New(shared, &machines{base}, func(to view.Screen) *sheet.List[*item] {
		return sheet.NewList(shared, to, machineSchema(shared), 0)
	})
	s.plans = sheet.New(shared, &plans{topic: base}, func(to view.Screen) *sheet.List[*move] {
		l := sheet.NewList(shared, to, moveSchema(shared), 0)
		l.GroupFirst("part")
		return l
	})
	s.used = sheet.New(shared, &meters{base}, func(to view.Screen) *sheet.List[*gauge] {
		l := sheet.NewList(shared, to, gaugeSchema(shared), 0)
		l.GroupFirst("part")
		return l
	})
	s.known = sheet.New(shared, &data{base}, func(to view.Screen) *sheet.List[*dataset] {
		return sheet.NewList(shared, to, dataSchema(shared), 0)
	})
	s.Screen = tabs.New(shared, place, &keeper.job,
		tabs.Tab{Name: nodesName, Side: s.nodes}, tabs.Tab{Name: planName, Side: s.plans}, tabs.Tab{Name: usageName, Side: s.used}, tabs.Tab{Name: dataName, Side: s.known})
	return s
}

// First goes to the list of nodes: the key of the screen, pressed once more.
func (s *Screen) First() tea.Cmd { return s.Turn(nodesName) }

// Reveal selects a node in the list of all.
func (s *Screen) Reveal(o model.Ref) tea.Cmd {
	id := o.Name
	if o == model.ClusterRef() {
		id = (&item{}).ID()
	}
	return tea.Batch(s.Turn(nodesName), s.nodes.List().Reveal(id))
}

// Show shows the snapshot, waits for news of usage, and asks whether kubelets can be asked.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.keeper.top = s
	return tea.Batch(s.Screen.Show(snapshot), s.follow(), s.ask(), s.leads())
}

// follow begins to wait for news, unless somebody waits.
func (s *Screen) follow() tea.Cmd {
	if s.following {
		return nil
	}
	s.following = true
	news, done := s.shared.Session.Metered()
	return s.wait(metered{news, done})
}

// wait waits for the next news. It ends with the session, for commands cannot be cancelled.
func (s *Screen) wait(m metered) tea.Cmd {
	left, running := s.keeper.leaving(), s.shared.Running.Done()
	return func() tea.Msg {
		select {
		case <-running:
		case <-left:
		case _, ok := <-m.news:
			if ok {
				return view.For{To: s, Msg: m}
			}
		}
		m.done()
		return nil
	}
}

// ask asks the server whether kubelets can be asked, unless that is known. That they can holds for the session. An error may be a network
// that was down, or a permission that is given later: it is told until the server is asked again.
func (s *Screen) ask() tea.Cmd {
	if s.keeper.asking || s.keeper.access.Load().holds() {
		return nil
	}
	s.keeper.asking = true
	session, ctx := s.shared.Session, s.shared.Running
	return view.Later(s, func() tea.Msg { return told{session.KubeletsReadable(ctx)} })
}

// Update takes news of usage, and what the server has told. Only the screen that was shown last goes on waiting for news.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case metered:
		if s.keeper.top != s {
			s.following = false
			m.done()
			return nil
		}
		if s.shared.Held {
			return s.wait(m)
		}
		s.turn++
		return tea.Batch(s.Screen.Show(s.Snapshot()), s.wait(m))
	case planned:
		return s.led(m)
	case told:
		s.keeper.asking = false
		s.keeper.access.Store(answered(m.err))
		return nil
	}
	return s.Screen.Update(msg)
}
