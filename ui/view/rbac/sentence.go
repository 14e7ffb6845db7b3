package rbac

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/view"
)

// sentence tells of what is selected in the pane that has the focus, in words.
func (s *Screen) sentence() (string, lipgloss.Style) {
	t := &s.shared.Theme
	if l, ok := s.links[s.mode].Selected(); ok && s.focus == second {
		return s.tellLink(l), t.Text
	}
	if r, ok := s.rights[s.mode].Selected(); ok && s.focus == third {
		return tellRight(r), t.Text
	}
	if e, ok := s.entries[s.mode].Selected(); ok {
		return s.tellEntry(e), t.Text
	}
	return "", t.Text
}

func (s *Screen) tellEntry(e *entry) string {
	var parts []string
	switch s.mode {
	case subjects:
		parts = s.tellSubject(e)
	case bindings:
		if b := s.world.bindings[e.ref]; b != nil {
			text := called(e.ref) + " gives " + called(b.role) + " to " + view.Count(len(b.subjects), "subject")
			if e.note != "" {
				text += " (" + e.note + ")"
			}
			parts = append(parts, text+", "+where(e.ref.Namespace), tellWorst(e))
		}
	default:
		text := called(e.ref) + " is bound " + times(e.grants)
		if e.scope != "" {
			text += ", for " + spell(e.scope)
		}
		parts = append(parts, text, tellWorst(e))
	}
	if e.label != "" && s.mode != subjects {
		parts = append(parts, labelWords(e.label))
	}
	return sentences(parts)
}

// sentences joins what is not empty.
func sentences(parts []string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ". ")
}

// tellWorst says what is worst of what was found.
func tellWorst(e *entry) string {
	if e.row == nil {
		return ""
	}
	f := e.row.Finding
	text := e.row.Severity() + " " + f.Rule.ID + " " + f.Rule.Title
	if f.Object != e.ref {
		text += " (" + called(f.Object) + ")"
	}
	return text
}

func (s *Screen) tellSubject(e *entry) []string {
	name := e.title()
	if e.note != "" {
		name += " (" + e.note + ")"
	}
	parts := []string{name + " is named by " + view.Count(e.grants, "binding")}
	if e.grants == 0 {
		parts[0] = name + " is named by no binding"
	}
	if e.leads {
		parts = append(parts, "> It leads to "+model.LeadsToCluster.String()+" by attack paths; who gets to it: "+e.exposed.String())
	}
	parts = append(parts, tellWorst(e))
	if a := s.about; a != nil && a.entry.ID() == e.ID() && e.subject.Kind == model.AccountSubject {
		parts = append(parts, runsAs(a.users))
	}
	if e.subject.Kind == model.GroupSubject {
		switch e.subject.Name {
		case access.Masters:
			parts = append(parts, "Its members may do everything: no authorizer is asked, and no binding takes it away")
		default:
			if text := crowd(e.subject.Name); text != stranger {
				parts = append(parts, "In it "+text)
			} else {
				parts = append(parts, "Who is in it only the authenticator knows")
			}
		}
	}
	if groups := groupsOf(e.subject); groups != "" {
		parts = append(parts, "Always in "+groups)
	}
	return parts
}

// runsAs names what runs as an account.
func runsAs(users []user) string {
	if len(users) == 0 {
		return "Nothing that was seen runs as it"
	}
	var names []string
	for _, u := range users {
		name := u.ref.Kind + " " + u.ref.Name
		if u.ref.Kind != "Pod" {
			name += " (" + view.Count(u.pods, "pod") + ")"
		}
		names = append(names, name)
	}
	return "Running as it: " + view.Few(names, 2)
}

func times(n int) string {
	switch n {
	case 0:
		return "nowhere"
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprint(n, " times")
}

func where(namespace string) string {
	if namespace == "" {
		return "in the whole cluster"
	}
	return "in namespace " + namespace
}

func spell(scope string) string {
	if scope == everywhere {
		return "the whole cluster"
	}
	return scope
}

func labelWords(label string) string {
	switch label {
	case isStock:
		return "It is as Kubernetes ships it"
	case stockChanged:
		return "Kubernetes ships it, but not like this: somebody changed it"
	}
	return "It says that it is managed by " + label
}

func (s *Screen) tellLink(l *link) string {
	text := called(l.binding) + " gives " + called(l.role)
	switch {
	case l.index < 0:
		text += " to nobody"
	case l.by != itself && s.mode == subjects && s.about != nil:
		text += fmt.Sprintf(" to %s (subject %d), to which %s belongs", l.who, l.index, s.about.entry.short())
	default:
		text += fmt.Sprintf(" to %s (subject %d)", l.who, l.index)
	}
	text += ", " + where(l.binding.Namespace)
	if l.note != "" {
		text += ": " + l.note
	}
	if l.label != "" {
		text += ". " + labelWords(l.label)
	}
	for _, r := range s.world.findingsOf(l.binding, l.role) {
		return text + ". " + r.Severity() + " " + r.Finding.Rule.ID + " " + r.Finding.Rule.Title
	}
	return text
}

func tellRight(r *right) string {
	text := "may " + r.whole()
	text += ", through " + r.through
	for _, e := range r.edges {
		text += ". " + e.ID + ": " + e.Title
	}
	return text
}

// unique leaves out what is named like something before it.
func unique[T any](list []T, name func(T) string) []T {
	seen := map[string]bool{}
	out := list[:0:0]
	for _, s := range list {
		if n := name(s); !seen[n] {
			seen[n] = true
			out = append(out, s)
		}
	}
	return out
}
