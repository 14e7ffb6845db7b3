package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// made brings a world, answered an answer.
type made struct {
	world *world
	err   error
}

type answered struct {
	about *about
	of    question
	err   error
}

// Show asks for the world of a snapshot.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	s.lay()
	return tea.Batch(s.refresh(), s.ask())
}

// refresh makes the world of the newest snapshot, unless one is being made or it is there.
func (s *Screen) refresh() tea.Cmd {
	if s.making || s.broken != nil || s.snapshot == s.read || s.snapshot.Report.Sequence == 0 {
		return nil
	}
	s.making, s.read = true, s.snapshot
	now, ctx, session := s.snapshot, s.shared.Running, s.shared.Session
	return view.Later(s, func() tea.Msg {
		w, err := s.keeper.next(ctx, session, now)
		return made{w, err}
	})
}

// ask asks what the second and third pane are to tell, unless they do, or something else is being asked.
func (s *Screen) ask() tea.Cmd {
	e, ok := s.entries[s.mode].Selected()
	if !ok || s.asking {
		return nil
	}
	q := question{world: s.world, mode: s.mode, entry: e, apart: s.apart}
	if s.narrow.entry == e.ID() {
		q.through = s.narrow.through
	}
	if set := s.snapshot.Report.Inventory; set != nil && e.subject.Kind == model.AccountSubject {
		q.inventory = set.Version()
	}
	if q == s.asked {
		return nil
	}
	s.asking, s.asked = true, q
	before, to := s.about, newLoader(s.shared, s.world, s.snapshot.Report, 0)
	return view.Later(s, func() tea.Msg {
		a, err := to.answer(q, before)
		return answered{a, q, err}
	})
}

// Update takes what commands bring.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case made:
		s.making = false
		return tea.Batch(s.takeWorld(msg), s.refresh())
	case answered:
		s.asking = false
		return tea.Batch(s.takeAbout(msg), s.ask())
	case sheet.Taker:
		return tea.Batch(msg.Take(), s.ask())
	}
	return nil
}

// takeWorld shows a world.
func (s *Screen) takeWorld(msg made) tea.Cmd {
	if msg.err != nil {
		s.fail(msg.err)
		return nil
	}
	s.world, s.looked = msg.world, true
	var cmds []tea.Cmd
	for m := range modes {
		cmds = append(cmds, s.entries[m].Show(s.world.entries[m]))
	}
	s.lay()
	return tea.Batch(append(cmds, s.ask())...)
}

// fail keeps why nothing can be shown. Where the session has ended what is shown is the last that there was.
func (s *Screen) fail(err error) {
	if s.shared.Running.Err() == nil {
		s.broken = err
	}
}

// takeAbout shows an answer.
func (s *Screen) takeAbout(msg answered) tea.Cmd {
	if msg.err != nil {
		s.fail(msg.err)
		return nil
	}
	s.about = msg.about
	s.lay()
	return tea.Batch(s.links[s.about.mode].Show(s.about.links), s.rights[s.about.mode].Show(s.about.rights))
}
