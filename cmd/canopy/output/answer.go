package output

import (
	"fmt"
	"io"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Answer is what canopy can prints for one question.
type Answer struct {
	Verdict string  `json:"verdict"`
	Via     []Grant `json:"via"`
	Reason  string  `json:"reason"`
	// Namespaces has the answer for each where several were asked for; Verdict is then the first of no, unknown, yes that
	// one of them has.
	Namespaces []NamespaceAnswer `json:"namespaces,omitempty"`
	// Warnings say what may be wrong with the question.
	Warnings []string `json:"warnings,omitempty"`

	// subject and action are what was asked, in words.
	subject, action string
}

// NamespaceAnswer is the answer for one namespace of several.
type NamespaceAnswer struct {
	Namespace string  `json:"namespace"`
	Verdict   string  `json:"verdict"`
	Via       []Grant `json:"via"`
	Reason    string  `json:"reason"`
}

// NewAnswer makes what is shown of the answer to a question: may the subject do the action, such as "get secrets in namespace
// shop"? Where is nil for a source that was not read from files.
func NewAnswer(subject, action string, a rbac.Answer, where model.Locator, warnings []string) *Answer {
	return &Answer{
		Verdict: a.Verdict.String(), Via: locate(where, a.Via).grants(a.Via), Reason: a.Reason, Warnings: warnings,
		subject: subject, action: action,
	}
}

// NewAnswers does the same for a question about several namespaces.
func NewAnswers(subject, action string, namespaces []string, answers []rbac.Answer, where model.Locator, warnings []string) *Answer {
	out := &Answer{Verdict: model.Yes.String(), Via: []Grant{}, Warnings: warnings, subject: subject, action: action}
	lists := make([][]rbac.Grant, len(answers))
	for i := range answers {
		lists[i] = answers[i].Via
	}
	at := locate(where, lists...)
	worst := 0
	seen := map[string]bool{}
	for i := range answers {
		a := &answers[i]
		part := NamespaceAnswer{namespaces[i], a.Verdict.String(), at.grants(a.Via), a.Reason}
		out.Namespaces = append(out.Namespaces, part)
		if rank := badness(a.Verdict); rank > worst || i == 0 {
			worst, out.Verdict, out.Reason = rank, part.Verdict, ""
			if part.Reason != "" {
				out.Reason = "in " + part.Namespace + ": " + part.Reason
			}
		}
		for _, g := range part.Via {
			// A grant in the whole cluster answers for each namespace.
			if key := fmt.Sprint(g.Binding, g.Role, g.Rule, g.AggregatedFrom, g.Subject); !seen[key] {
				seen[key] = true
				out.Via = append(out.Via, g)
			}
		}
	}
	return out
}

// badness orders verdicts by what counts for the exit status.
func badness(v model.Verdict) int {
	switch v {
	case model.Yes:
		return 0
	case model.No:
		return 2
	}
	return 1
}

// sentence is the verdict in words.
func (a *Answer) sentence() string {
	head := a.Verdict + ": "
	if len(a.Namespaces) > 0 {
		yes := 0
		for i := range a.Namespaces {
			if a.Namespaces[i].Verdict == model.Yes.String() {
				yes++
			}
		}
		return head + fmt.Sprintf("%s may %s in %d of %d namespaces", a.subject, a.action, yes, len(a.Namespaces))
	}
	switch a.Verdict {
	case model.Yes.String():
		return head + a.subject + " may " + a.action
	case model.No.String():
		return head + a.subject + " may not " + a.action
	}
	return head + a.subject + " may or may not " + a.action
}

// Write writes the answer for people: the verdict, then through what.
func (a *Answer) Write(w io.Writer, style Style) error {
	if len(a.Namespaces) > 0 {
		return a.grid(style).Write(w, style)
	}
	lines := []string{a.sentence()}
	if a.Reason != "" {
		lines = append(lines, "  "+a.Reason)
	}
	for i := range a.Via {
		g := &a.Via[i]
		lines = append(lines, "  "+g.chain(style.Charset))
		if at := g.standing(); at != "" {
			lines = append(lines, "    "+at)
		}
	}
	for _, line := range lines {
		// A terminal breaks a long line by itself; only one without end is cut.
		if _, err := fmt.Fprintln(w, style.Charset.Cut(line, maxLine)); err != nil {
			return err
		}
	}
	return nil
}

// grid has a row for each namespace, and in the wide form for each grant in it.
func (a *Answer) grid(style Style) *Grid {
	g := &Grid{Titles: []string{"NAMESPACE", "VERDICT", "THROUGH"}, Above: []string{a.sentence()}, Fold: style.Width > 0 && !style.Wide}
	if style.Wide {
		g.Titles = append(g.Titles, "FILE")
	}
	for i := range a.Namespaces {
		part := &a.Namespaces[i]
		switch {
		case len(part.Via) == 0 && style.Wide:
			g.Add(part.Namespace, part.Verdict, part.Reason, "")
		case len(part.Via) == 0:
			g.Add(part.Namespace, part.Verdict, part.Reason)
		case style.Wide:
			for j := range part.Via {
				g.Add(part.Namespace, part.Verdict, part.Via[j].chain(style.Charset), part.Via[j].standing())
			}
		default:
			through := part.Via[0].chain(style.Charset)
			if more := len(part.Via) - 1; more > 0 {
				through += fmt.Sprintf(" (and %d more)", more)
			}
			g.Add(part.Namespace, part.Verdict, through)
		}
	}
	return g
}
