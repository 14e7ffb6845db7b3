// Package plan is the screen on which a plan is looked at before anything is changed, tried on the server without anything being
// kept, written once the user has confirmed it, and taken back. Opening it sends nothing to a server.
package plan

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// pane is a part of the screen that can have the focus.
type pane int

const (
	changes pane = iota
	diff
	effects
	pressed
	panes
)

// phase is how far one has come with a plan.
type phase int

const (
	looking phase = iota
	// trying: the server is asked, and keeps nothing.
	trying
	// confirming: the user is asked whether to write.
	confirming
	// writing: the plan is being carried out.
	writing
	// told: what came of it is shown.
	told
)

// Screen is a plan. It satisfies view.Screen.
type Screen struct {
	shared *view.Shared
	ledger *Ledger
	origin origin
	place  view.Place

	width, height int
	focus         pane
	snapshot      *view.Snapshot
	// draft is nil until it was made; making tells that one is on its way.
	draft  *draft
	making bool
	// edited are the documents that the user has changed, refused the texts that could not be taken; -1 is a whole text.
	edited  map[int]bool
	refused map[int]refused
	// age is how far the cluster has gone on since the plan was made.
	age   age
	watch watch

	phase phase
	// button is the one that enter presses.
	button int
	// work is what is under way, confirm what is asked, told what came of it.
	work    *work
	confirm *confirmation
	told    *outcome
	// checks are those of the server, trial all that it says, tried the differences that it says; trouble why it could not be asked.
	checks  []model.Check
	trial   *model.Trial
	tried   []tried
	trouble string
	// standings sum the checks up, by step.
	standings map[int]*standing

	// above is the banner as it is drawn.
	above       []string
	cursor, top int
	// columns is how the user wants the difference, nil for as it fits; wide gives it the whole width.
	columns *bool
	wide    bool
	// guarding shows what keeps the findings from coming back in place of the effects.
	guarding bool
	guard    guard
	diff     *view.Pager
	effects  *view.Pager
	page     *view.Pager
	// shown is the document whose difference is in the pager.
	shown int
}

// draftMsg brings a draft, or why there is none.
type draftMsg struct {
	request request
	draft   *draft
	err     error
}

func newScreen(shared *view.Shared, ledger *Ledger, o origin) *Screen {
	return &Screen{shared: shared, ledger: ledger, origin: o, diff: view.NewPager(shared), effects: view.NewPager(shared), page: view.NewPager(shared), shown: -1}
}

// Place is what the plan is made of.
func (s *Screen) Place() view.Place { return s.place }

// Crumbs name the plan.
func (s *Screen) Crumbs() []string {
	if s.draft == nil {
		return []string{"plan", s.origin.name()}
	}
	n := view.Count(len(s.draft.plan.Steps), "change")
	if left := s.draft.left(); left > 0 {
		n = fmt.Sprintf("%d of %s", len(s.draft.plan.Steps), view.Count(len(s.draft.changes), "change"))
	}
	return []string{"plan", n + " " + s.origin.name()}
}

func (s *Screen) onePane() bool { return !view.TwoPanes(s.width) }

// Resize lays the panes out.
func (s *Screen) Resize(width, height int) {
	if width == s.width && height == s.height {
		return
	}
	s.width, s.height = width, height
	s.layout()
	s.refill()
}

// Restyle draws the texts anew.
func (s *Screen) Restyle() { s.rewrite() }

// rewrite draws all texts anew, after something has changed.
func (s *Screen) rewrite() {
	s.stand()
	s.button = max(0, min(s.button, len(s.buttons())-1))
	s.layout()
	s.refill()
}

// Show makes the plan once: a plan that changed under the eyes of whoever reads it could not be trusted. Redraw makes it
// anew, and a line says when that is of use.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	if s.draft == nil {
		return s.make()
	}
	return s.look()
}

// make asks for a plan of the newest snapshot.
func (s *Screen) make() tea.Cmd { return s.start(request{origin: s.origin}) }

// start works a plan out.
func (s *Screen) start(q request) tea.Cmd {
	if s.making || s.snapshot == nil || s.snapshot.Report.Findings == nil {
		return nil
	}
	s.making = true
	session, ctx, snapshot := s.shared.Session, s.shared.Running, s.snapshot
	return view.Later(s, func() tea.Msg {
		d, err := q.make(ctx, session, snapshot)
		return draftMsg{q, d, err}
	})
}

// reset forgets all that was said of the plan.
func (s *Screen) reset() {
	s.phase, s.button, s.work, s.confirm, s.told = looking, 0, nil, nil, nil
	s.checks, s.trial, s.tried, s.trouble = nil, nil, nil, ""
	s.guard = guard{}
}

// Update takes what commands bring.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case draftMsg:
		return s.takeDraft(m)
	case ageMsg:
		s.watch.busy = false
		if m.draft == s.draft && m.age != s.age {
			s.age = m.age
			s.layout()
		}
		return s.look()
	case foundMsg:
		return s.takeFound(m)
	case triedMsg:
		return s.takeTried(m)
	case doneMsg:
		return tea.Batch(s.takeDone(m), s.look())
	case guardMsg:
		s.takeGuard(m)
	case editMsg:
		return s.takeEdit(m)
	case savedMsg:
		return s.takeSaved(m)
	}
	return nil
}

// takeDraft shows a plan. What was selected before stays selected.
func (s *Screen) takeDraft(m draftMsg) tea.Cmd {
	s.making = false
	if m.err != nil {
		if s.shared.Running.Err() == nil {
			return view.Send(view.Note{Text: m.err.Error(), Bad: true})
		}
		return nil
	}
	before, d := s.selected(), m.draft
	if m.request.before == nil {
		// What was edited and left out went with the plan before.
		s.age, s.watch.seen, s.edited, s.refused = age{}, basis{}, nil, nil
	} else {
		s.edited = m.request.edited
		for i := range s.edited {
			delete(s.refused, i)
		}
	}
	s.reset()
	s.draft = d
	s.button = s.home()
	s.cursor, s.top, s.shown = 0, 0, -1
	if before != nil {
		s.cursor = max(0, slices.IndexFunc(d.changes, func(c change) bool { return c.step.Ref == before.step.Ref && c.step.Verb == before.step.Verb }))
	}
	if before == nil && s.focus == changes {
		switch {
		case len(d.changes) == 1:
			// There is nothing to choose.
			s.focus = diff
		case d.err == nil && len(d.changes) == 0 && (d.fix != nil || d.proposal != nil):
			s.focus = effects
		}
	}
	s.rewrite()
	return tea.Batch(s.look(), s.fetchGuard())
}

// Subject is the findings that the selected document closes, and its object.
func (s *Screen) Subject() view.Subject {
	c := s.selected()
	if c == nil {
		return view.Subject{}
	}
	return view.Subject{Object: c.step.Ref, Findings: c.closes}
}

// selected is the change under the cursor; nil where there is none.
func (s *Screen) selected() *change {
	if s.draft == nil || s.cursor >= len(s.draft.changes) {
		return nil
	}
	return &s.draft.changes[s.cursor]
}

// paged tells that a page stands in the place of the panes.
func (s *Screen) paged() bool { return s.phase == confirming || s.phase == writing || s.phase == told }

// pager is the text that has the focus; the difference, where the list has it.
func (s *Screen) pager() *view.Pager {
	switch {
	case s.paged():
		return s.page
	case s.focus == effects:
		return s.effects
	}
	return s.diff
}

// Position says where in the text one is.
func (s *Screen) Position() string {
	if !s.paged() && (s.focus == changes || s.focus == pressed) {
		if s.draft == nil || len(s.draft.changes) == 0 {
			return ""
		}
		return fmt.Sprintf("%d of %s", s.cursor+1, view.Count(len(s.draft.changes), "change"))
	}
	return s.pager().Position()
}

// Deep tells that there is something to end, or to answer, before one leaves.
func (s *Screen) Deep() bool { return s.phase == trying || s.phase == confirming || s.phase == writing }

// Up ends it, or answers that nothing is to be done.
func (s *Screen) Up() tea.Cmd {
	if s.phase == confirming {
		return s.unask()
	}
	return s.stop()
}

// Label names what keys do here, where it is not what they do elsewhere.
func (s *Screen) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Mark:
		return "leave out", "leave the document out of the plan, or take it in again"
	case keys.Difference:
		return "columns", "show the difference in two columns, or in one"
	case keys.Wide:
		return "", "give the difference the whole width, or a part of it"
	case keys.Open:
		if s.pressing() {
			return "press", "press the button"
		}
	case keys.Redraw:
		return "make anew", "make the plan anew from what is there now"
	}
	return "", ""
}
