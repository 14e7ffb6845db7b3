package plan

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/admission"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// guard is what keeps the findings of the plan from coming back. It is worked out once it is asked for.
type guard struct {
	made   *admission.Guard
	err    error
	asking bool
}

// guardMsg brings it.
type guardMsg struct {
	draft *draft
	made  *admission.Guard
	err   error
}

// canGuard says why there is none; "" where there may be.
func (s *Screen) canGuard() string {
	switch {
	case s.origin.cut != nil:
		return "it is a cut of attack paths: what keeps a finding from coming back is offered in the plan of that finding"
	case s.origin.findings == nil:
		return "it is no fix of findings"
	case s.draft == nil || s.making:
		return "the change is being worked out"
	case len(s.draft.findings) == 0:
		return "there is no finding"
	}
	return ""
}

// toggleGuard shows the guard in the place of the effects, or those again.
func (s *Screen) toggleGuard() tea.Cmd {
	s.guarding = !s.guarding
	s.focus = effects
	s.effects.Top()
	s.rewrite()
	return s.fetchGuard()
}

func (s *Screen) fetchGuard() tea.Cmd {
	if !s.guarding || s.guard.asking || s.guard.made != nil || s.guard.err != nil || s.canGuard() != "" {
		return nil
	}
	s.guard.asking = true
	session, ctx, d := s.shared.Session, s.shared.Running, s.draft
	return view.Later(s, func() tea.Msg {
		made, err := session.Guard(ctx, d.findings)
		return guardMsg{d, made, err}
	})
}

func (s *Screen) takeGuard(m guardMsg) {
	if m.draft == s.draft {
		s.guard = guard{made: m.made, err: m.err}
		s.rewrite()
	}
}

// guardLines draws the policies.
func (s *Screen) guardLines(width int) []string {
	w := page.New(s.shared, width, false)
	switch g := s.guard; {
	case s.canGuard() != "":
		w.Para(w.In(w.Ink.Faint, s.canGuard()))
	case g.err != nil:
		w.Para(w.In(s.shared.Theme.Alarm, "no policy could be made: "+g.err.Error()))
	case g.made == nil:
		w.Para(w.In(w.Ink.Faint, "working out the policies"))
	default:
		s.writeGuard(w, g.made)
	}
	return w.Lines()
}

func (s *Screen) writeGuard(w *page.Page, g *admission.Guard) {
	w.Para(w.In(w.Ink.Text, "Export writes these policies beside the documents: first they warn and write to the audit log; once nothing warns any more, another file makes them refuse. They are no part of what Apply writes."))
	for i := range g.Policies {
		p := &g.Policies[i]
		w.Gap()
		what := "refuses"
		if p.Mutating {
			what = "sets a default"
		}
		name := ""
		if len(p.Documents) > 0 {
			name = p.Documents[0].Step.Ref.Name + "  "
		}
		w.Para(w.In(w.Ink.Strong, fmt.Sprintf("%d %s", i+1, name)) + w.In(w.Ink.Text, what+" what "+strings.Join(p.Rules, ", ")+" finds"))
		in := "on objects without a namespace"
		if len(p.Namespaces) > 0 {
			in = "in " + view.Few(p.Namespaces, 8)
		}
		w.Entry("where", w.In(w.Ink.Text, in))
		for _, e := range p.Evidence {
			w.Entry("check", w.In(w.Ink.Text, e))
		}
		for _, d := range p.Documents {
			w.Gap()
			for l := range strings.SplitSeq(strings.TrimRight(string(d.YAML), "\n"), "\n") {
				w.Line(" " + w.In(w.Ink.Faint, bound(l)))
			}
		}
	}
	for _, r := range g.Without {
		w.Gap()
		w.Entry("none", w.In(w.Ink.Warn, r.Rule+": "+r.Text))
	}
	if len(g.Policies)+len(g.Without) == 0 {
		w.Gap()
		w.Para(w.In(w.Ink.Warn, "There is no policy for this."))
	}
}

// guardText is the YAML of all policies.
func (s *Screen) guardText() string {
	if s.guard.made == nil {
		return ""
	}
	var parts []string
	for _, p := range s.guard.made.Policies {
		for _, d := range p.Documents {
			parts = append(parts, strings.TrimRight(string(d.YAML), "\n")+"\n")
		}
	}
	return strings.Join(parts, "---\n")
}
