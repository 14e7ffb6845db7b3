package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/enforce"
	"canopy/ui/view/network"
)

// lister is a screen that shows a list of findings.
type lister interface {
	// Listed gives the marked findings, or all that are shown where none is marked. It may go through all rows.
	Listed() []*model.Finding
}

// printer is a screen of rows that can be written as they are shown.
type printer interface {
	// Lines gives the titles, and then the marked rows, or all that are shown, with tabs between cells.
	Lines() []string
}

// hinter is a screen whose subject may be large.
type hinter interface {
	// Hint gives enough of Subject to know what there is none of. It is asked several times for each frame.
	Hint() view.Subject
}

// hint gives what the selection is about, but perhaps not all of it.
func (r *root) hint() view.Subject {
	if h, ok := r.top().(hinter); ok {
		return h.Hint()
	}
	return r.top().Subject()
}

// offerSubject says whether an action on what is selected can be done.
func (r *root) offerSubject(a keys.Action) view.Offer {
	s := r.hint()
	const noObject = "no object is selected"
	noFinding := "choose a row with a finding (marked C, H, M, L or i)"
	if r.top().Place().Screen != view.Findings {
		noFinding += ", such as in findings: " + cmp.Or(r.shared.Keys.Show(keys.Findings), ":findings")
	}
	switch a {
	case keys.Explain, keys.Fix:
		return view.When(len(s.Findings) > 0, noFinding)
	case keys.WhatIf:
		return view.When(len(s.Findings) > 0 || r.onNamespace(s.Object), noFinding)
	case keys.Enforce:
		return view.When(namespaceOf(s.Object) != "", "no namespace is selected, nor anything in one")
	case keys.YAML, keys.Related:
		return view.When(!s.Object.IsZero(), noObject)
	case keys.Owner:
		return view.When(!s.Object.IsZero(), noObject)
	case keys.Access:
		if s.Object.IsZero() {
			return view.Because(noObject)
		}
		return view.When(granted(s.Object), "RBAC grants nothing to a "+s.Object.Kind+", or through it")
	case keys.Reach:
		if s.Object.IsZero() {
			return view.Because(noObject)
		}
		return view.When(network.Reaches(s.Object), "a "+s.Object.Kind+" opens no connection, and takes none")
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return view.Yes()
	case keys.Blast:
		_, why := r.blast(s)
		return view.When(why == "", why)
	case keys.Copy:
		return view.When(len(s.Names) > 0, "nothing is selected")
	case keys.Export:
		_, ok := r.top().(lister)
		_, rows := r.top().(printer)
		return view.When(ok || rows || len(s.Findings) > 0, noFinding)
	}
	return view.No()
}

// onSubject does an action on what is selected.
func (r *root) onSubject(a keys.Action) tea.Cmd {
	s := r.top().Subject()
	switch a {
	case keys.Explain:
		return r.open(view.Place{Screen: view.Explain, Rule: s.Finding().Rule.ID})
	case keys.WhatIf:
		if r.onNamespace(s.Object) {
			return r.whatIfNamespace(s)
		}
		return r.fix(s, true)
	case keys.Fix:
		return r.fix(s, false)
	case keys.Enforce:
		return r.open(enforced(namespaceOf(s.Object), enforce.Restricted))
	case keys.YAML:
		p := view.Place{Screen: view.Detail, Object: s.Object}
		if f := s.Finding(); f != nil && f.Object == s.Object && r.top().Place().Screen == view.Findings {
			p = view.Place{Screen: view.Detail, Finding: f.ID}
		}
		cmd := r.open(p)
		if r.top().Can(a).OK() {
			cmd = tea.Batch(cmd, r.top().Do(a))
		}
		return cmd
	case keys.Owner:
		return r.open(view.Place{Screen: view.Resources, Object: s.Object})
	case keys.Access:
		return r.goAccess(s.Object)
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return r.open(view.Place{Screen: string(a)})
	case keys.Blast:
		p, _ := r.blast(s)
		if p.Screen == "" {
			return r.blastBehind(p.Object)
		}
		return r.open(p)
	case keys.Reach:
		return r.open(view.Place{Screen: view.Reach, Object: s.Object})
	case keys.Related:
		return r.open(view.Place{Screen: view.Findings, Filter: "object:=" + quoted(r.shared.Clean(s.Object.String()))})
	case keys.Copy:
		return r.copy(oneLineEach(s.Names), view.Count(len(s.Names), "name"))
	case keys.Export:
		return r.export(s.Findings)
	}
	return nil
}

// quoted writes a text as one word of a filter, whatever is in it.
func quoted(t string) string {
	if !strings.ContainsAny(t, " \"\\,!~") {
		return t
	}
	return `"` + strings.ReplaceAll(strings.ReplaceAll(t, `\`, `\\`), `"`, `\"`) + `"`
}

// oneLineEach joins names. Each is one line, whatever is in it: a line break in a text of the cluster would begin a line of its own where the
// copy is pasted, and a shell would run it.
func oneLineEach(names []string) string {
	lines := make([]string, len(names))
	for i, n := range names {
		lines[i] = text.Clean(n)
	}
	return strings.Join(lines, "\n")
}

// copy puts text onto the clipboards: that of the terminal, which also works over ssh, and that of the machine. The line breaks in it are
// meant, such as those of commands and of YAML; what else could act on a terminal is taken out of each line.
func (r *root) copy(t, what string) tea.Cmd {
	lines := strings.Split(t, "\n")
	for i := range lines {
		lines[i] = text.Clean(lines[i])
	}
	clean := strings.Join(lines, "\n")
	r.note = view.Note{Text: "sent to the clipboard: " + what}
	if len(lines) == 1 {
		r.note.Text = "sent to the clipboard: " + lines[0]
	}
	native := r.options.Clipboard
	return tea.Batch(tea.SetClipboard(clean), func() tea.Msg {
		if native != nil {
			// The terminal's clipboard has it; that there is no other is no news.
			_ = native(clean)
		}
		return nil
	})
}

// export asks for a file name and writes findings to it.
func (r *root) export(selected []*model.Finding) tea.Cmd {
	list := selected
	switch l := r.top().(type) {
	case lister:
		list = l.Listed()
	case printer:
		return r.exportRows(l.Lines())
	}
	if len(list) == 0 {
		r.note = view.Note{Text: "export: no finding is shown"}
		return nil
	}
	session, report := r.shared.Session, r.feed.shown.Report
	r.ask(view.Ask{
		Title: "export " + view.Count(len(list), "finding") + " to: ", Hint: "also .yaml .csv .sarif .junit.xml .txt", Value: "canopy-findings-" + report.Time.In(r.shared.Zone).Format("20060102-150405") + ".json",
		Done: func(path string) tea.Cmd {
			return func() tea.Msg {
				if err := session.Export(path, report, list); err != nil {
					return view.Note{Text: err.Error(), Bad: true}
				}
				return view.Note{Text: "wrote " + view.Count(len(list), "finding") + " to " + path}
			}
		},
	})
	return nil
}
