// Package preview is the screen that shows what a fix would change before anything is changed: the documents, each as a
// difference, and what else they would do. It writes nothing to a cluster.
package preview

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
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
	panes
)

// Screen is the preview of a fix. It satisfies view.Screen.
type Screen struct {
	shared *view.Shared
	ids    []string
	whatIf bool

	width, height int
	focus         pane
	// sequence is that of the report that the plan was made of; zero before the first.
	made, making bool
	snapshot     *view.Snapshot
	plan         *plan
	cursor, top  int
	diff         *view.Pager
	effects      *view.Pager
	// shown is the document whose difference is in the pager.
	shown int
}

// plan is what was made of the findings; err says why there is none. It is immutable.
type plan struct {
	fix       *remedy.Fix
	preview   *engine.Preview
	documents []difference
	// stays are the findings that no document closes, with the reason.
	stays []*model.Finding
	gone  int
	err   error
}

type planMsg struct{ plan *plan }

// New gives the preview of the fix of findings. What-if begins with what it would do, else it begins with the documents.
func New(shared *view.Shared, findings []string, whatIf bool) *Screen {
	s := &Screen{shared: shared, ids: slices.Clone(findings), whatIf: whatIf, diff: view.NewPager(shared), effects: view.NewPager(shared), shown: -1}
	if whatIf {
		s.focus = effects
	}
	return s
}

// Place names the screen by its first finding.
func (s *Screen) Place() view.Place {
	p := view.Place{Screen: view.Preview}
	if len(s.ids) > 0 {
		p.Finding = s.ids[0]
	}
	if len(s.ids) > 1 {
		p.Filter = fmt.Sprintf("and %d more", len(s.ids)-1)
	}
	return p
}

// Crumbs name the fix.
func (s *Screen) Crumbs() []string {
	if s.plan == nil || s.plan.fix == nil {
		return []string{"fix", view.Count(len(s.ids), "finding")}
	}
	return []string{"fix of " + view.Count(len(s.ids), "finding"), view.Count(len(s.plan.documents), "change")}
}

// Aside says that nothing happens.
func (s *Screen) Aside() string {
	if s.onePane() {
		return [...]string{"changes", "difference", "what it would do"}[s.focus] + ", tab for more"
	}
	return "a preview: nothing is written to the cluster"
}

func (s *Screen) onePane() bool { return !view.TwoPanes(s.width) }

// Resize lays the panes out.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = width, height
	s.layout()
	s.refill()
}

// Restyle draws the texts anew.
func (s *Screen) Restyle() { s.refill() }

// Show makes the plan once: a plan that changed under the eyes of whoever reads it could not be trusted. Redraw makes it
// anew.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	if s.made || s.making || snapshot.Report.Findings == nil {
		return nil
	}
	s.making = true
	session, ctx, ids := s.shared.Session, s.shared.Running, s.ids
	return view.Later(s, func() tea.Msg { return planMsg{newPlan(ctx, session, snapshot, ids)} })
}

// Update takes the plan.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(planMsg); ok {
		s.plan, s.made, s.making = m.plan, true, false
		s.cursor, s.top, s.shown = 0, 0, -1
		s.layout()
		s.refill()
	}
	return nil
}

// Subject is the finding that the selected document closes, and its object.
func (s *Screen) Subject() view.Subject {
	var subject view.Subject
	d := s.selected()
	if d == nil {
		return subject
	}
	subject.Object = d.document.Step.Ref
	subject.Names = []string{string(d.document.YAML)}
	subject.Findings = d.closes
	return subject
}

// selected is the document under the cursor; nil where there is none.
func (s *Screen) selected() *difference {
	if s.plan == nil || s.cursor >= len(s.plan.documents) {
		return nil
	}
	return &s.plan.documents[s.cursor]
}

// Can offers what the panes can do.
func (s *Screen) Can(a keys.Action) view.Offer {
	ready := s.plan != nil && s.plan.err == nil && s.plan.fix != nil
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.Yes()
	case keys.Open:
		return view.When(s.selected() != nil && s.focus == changes, "no change is selected")
	case keys.Copy:
		return view.When(s.selected() != nil, "there is no document")
	case keys.Export:
		return view.When(ready && len(s.plan.documents) > 0, "there is no document")
	case keys.Fix, keys.WhatIf:
		return view.Because("this is it already")
	case keys.Redraw:
		return view.Yes()
	case keys.Filter:
		return view.Yes()
	case keys.NextHit, keys.PrevHit:
		return s.pager().Can(a)
	case keys.Up, keys.Down, keys.First, keys.Last, keys.PageUp, keys.PageDown, keys.Left, keys.Right:
		if s.focus == changes {
			return view.When(ready && a != keys.Left && a != keys.Right, "there is nothing to move in")
		}
		return s.pager().Can(a)
	}
	return view.No()
}

// pager is the text that has the focus; the difference, where the list has it.
func (s *Screen) pager() *view.Pager {
	if s.focus == effects {
		return s.effects
	}
	return s.diff
}

// Do moves, copies and exports.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextPane:
		s.focus = (s.focus + 1) % panes
	case keys.PrevPane:
		s.focus = (s.focus + panes - 1) % panes
	case keys.Open:
		s.focus = diff
	case keys.Copy:
		return view.Send(view.Copy{Text: string(s.selected().document.YAML), What: s.selected().document.File})
	case keys.Export:
		return s.export()
	case keys.Redraw:
		s.made = false
		return s.Show(s.snapshot)
	default:
		if s.focus == changes {
			s.move(a)
		} else {
			s.pager().Do(a)
		}
	}
	return nil
}

func (s *Screen) move(a keys.Action) {
	switch a {
	case keys.Up:
		s.cursor--
	case keys.Down:
		s.cursor++
	case keys.PageUp:
		s.cursor -= max(1, s.listHeight()/2)
	case keys.PageDown:
		s.cursor += max(1, s.listHeight()/2)
	case keys.First:
		s.cursor = 0
	case keys.Last:
		s.cursor = len(s.plan.documents)
	}
	s.cursor = max(0, min(s.cursor, len(s.plan.documents)-1))
	s.refill()
}

// export asks for a folder and writes the documents into it.
func (s *Screen) export() tea.Cmd {
	session, fix := s.shared.Session, s.plan.fix
	return view.Send(view.Ask{Title: "write the documents into folder: ", Value: "canopy-fix", Done: func(folder string) tea.Cmd {
		return func() tea.Msg {
			if err := session.ExportFix(folder, fix); err != nil {
				return view.Note{Text: err.Error(), Bad: true}
			}
			return view.Note{Text: "wrote " + view.Count(len(fix.Documents), "document") + " and README.md into " + folder}
		}
	}})
}

// Filter is what is searched in the text.
func (s *Screen) Filter() string { return s.pager().Search() }

// SetFilter searches in the text that has the focus.
func (s *Screen) SetFilter(text string) tea.Cmd {
	s.pager().SetSearch(text)
	return nil
}

// FilterProblem is empty: any text can be searched for.
func (s *Screen) FilterProblem() string { return "" }

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
