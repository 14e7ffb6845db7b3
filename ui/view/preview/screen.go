// Package preview is the screen that shows what a fix would change before anything is changed: the documents, each as a
// difference, and what else they would do. It writes nothing to a cluster.
package preview

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// pane is a part of the screen that can have the focus.
type pane int

const (
	changes pane = iota
	diff
	effects
	panes
)

// Screen is the preview of a fix. It satisfies view.Screen.
type Screen struct {
	shared *view.Shared
	ids    []string
	place  view.Place

	width, height int
	focus         pane
	snapshot      *view.Snapshot
	// plan is nil until it was made; making tells that one is on its way.
	plan   *plan
	making bool
	// age is how far the cluster has gone on since the plan was made.
	age   age
	watch watch
	// above is the banner as it is drawn.
	above       []string
	cursor, top int
	diff        *view.Pager
	effects     *view.Pager
	// shown is the document whose difference is in the pager.
	shown int
}

// planMsg brings a plan.
type planMsg struct{ plan *plan }

// New gives the preview of the fix of findings. What-if begins with what it would do, else it begins with the documents.
func New(shared *view.Shared, findings []string, whatIf bool) *Screen {
	s := &Screen{shared: shared, ids: slices.Clone(findings), place: view.FixOf(findings), diff: view.NewPager(shared), effects: view.NewPager(shared), shown: -1}
	if whatIf {
		s.focus = effects
	}
	return s
}

// Place is the fix of the findings.
func (s *Screen) Place() view.Place { return s.place }

// Crumbs name the fix.
func (s *Screen) Crumbs() []string {
	if s.plan == nil || s.plan.fix == nil {
		return []string{"fix", view.Count(len(s.ids), "finding")}
	}
	return []string{"fix of " + view.Count(len(s.ids), "finding"), view.Count(len(s.plan.documents), "change")}
}

// Aside says that nothing happens.
func (s *Screen) Aside() string {
	const safe = "a preview: nothing is written to the cluster"
	if !s.onePane() {
		return safe
	}
	name := [...]string{"changes 1/3", "difference 2/3", "effects 3/3"}[s.focus]
	if key := s.shared.Keys.Show(keys.NextPane); key != "" {
		name += ", " + key + " for more"
	}
	return name
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
func (s *Screen) Restyle() {
	s.layout()
	s.refill()
}

// Show makes the plan once: a plan that changed under the eyes of whoever reads it could not be trusted. Redraw makes it
// anew, and a line says when that is of use.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	if s.plan == nil {
		return s.make()
	}
	return s.look()
}

// make asks for a plan of the newest snapshot.
func (s *Screen) make() tea.Cmd {
	if s.making || s.snapshot == nil || s.snapshot.Report.Findings == nil {
		return nil
	}
	s.making = true
	session, ctx, ids, snapshot := s.shared.Session, s.shared.Running, s.ids, s.snapshot
	return view.Later(s, func() tea.Msg { return planMsg{newPlan(ctx, session, snapshot, ids)} })
}

// Update takes a plan, and how old it is.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case planMsg:
		s.take(m.plan)
		return s.look()
	case ageMsg:
		s.watch.busy = false
		if m.plan == s.plan && m.age != s.age {
			s.age = m.age
			s.layout()
		}
		return s.look()
	}
	return nil
}

// take shows a plan. What was selected before stays selected.
func (s *Screen) take(p *plan) {
	before := s.selected()
	s.plan, s.making, s.age, s.watch.seen = p, false, age{}, basis{}
	s.cursor, s.top, s.shown = 0, 0, -1
	if before != nil {
		s.cursor = max(0, slices.IndexFunc(p.documents, func(d difference) bool { return d.document.Step.Ref == before.document.Step.Ref }))
	}
	if before == nil && s.focus == changes {
		switch {
		case len(p.documents) == 1:
			// There is nothing to choose.
			s.focus = diff
		case p.fix != nil && len(p.documents) == 0:
			s.focus = effects
		}
	}
	s.layout()
	s.refill()
}

// Subject is the findings that the selected document closes, and its object.
func (s *Screen) Subject() view.Subject {
	d := s.selected()
	if d == nil {
		return view.Subject{}
	}
	return view.Subject{Object: d.document.Step.Ref, Findings: d.closes}
}

// selected is the document under the cursor; nil where there is none.
func (s *Screen) selected() *difference {
	if s.plan == nil || s.cursor >= len(s.plan.documents) {
		return nil
	}
	return &s.plan.documents[s.cursor]
}

// pager is the text that has the focus; the difference, where the list has it.
func (s *Screen) pager() *view.Pager {
	if s.focus == effects {
		return s.effects
	}
	return s.diff
}

// Position says where in the text one is.
func (s *Screen) Position() string {
	if s.focus == changes {
		if s.plan == nil || len(s.plan.documents) == 0 {
			return ""
		}
		return fmt.Sprintf("%d of %s", s.cursor+1, view.Count(len(s.plan.documents), "change"))
	}
	return s.pager().Position()
}
