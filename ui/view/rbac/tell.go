package rbac

import (
	"fmt"
	"strings"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/yamlview"
)

// tell writes how a grant comes about: binding, subject, role, rule, each with the place where it is written, and then the
// YAML of both objects with the lines marked.
func (to *loader) tell(who model.Subject, p *proof) []string {
	w := &teller{Page: page.New(&to.shared, to.width, false), to: to}
	if !p.Binding.IsZero() {
		w.head("BINDING", called(p.Binding)+", "+where(p.Binding.Namespace))
		w.label(p.Binding)
		w.found(p.Binding)
		w.head("SUBJECT", w.match(who, p))
		w.file(p.Binding, fmt.Sprintf("subjects[%d]", p.Subject))
		w.head("ROLE", called(p.Role))
		w.file(p.Binding, "roleRef")
	} else {
		w.head("ROLE", called(p.Role))
	}
	w.label(p.Role)
	w.found(p.Role)
	w.head("RULE", p.rule+" of "+called(p.RuleObject()))
	w.Entry("", w.In(w.Ink.Value, p.words))
	w.file(p.RuleObject(), p.rule)
	switch {
	case p.Computed:
		w.Entry("", w.In(w.Ink.Warn, "the role gathers the rules of others, and no controller has filled it in here: this is what it would hold"))
	case p.AggregatedFrom != nil:
		w.Entry("", w.In(w.Ink.Text, "the role gathers the rules of others: this one comes from "+called(*p.AggregatedFrom)))
	}
	w.steps(p.edges)
	if !p.Binding.IsZero() {
		w.yaml(p.Binding, yamlview.Mark{Path: fmt.Sprintf("subjects[%d]", p.Subject), Note: "the subject"}, yamlview.Mark{Path: "roleRef", Note: "the role"})
	}
	w.yaml(p.RuleObject(), yamlview.Mark{Path: p.rule, Note: "the rule"})
	w.edges(p.edges)
	return w.Lines()
}

// teller writes about grants.
type teller struct {
	*page.Page
	to *loader
}

func (w *teller) head(word, t string) { w.Entry(word, w.In(w.Ink.Text, t)) }

func (w *teller) label(ref model.Ref) {
	if label := w.to.world.labels[ref]; label != "" {
		w.Entry("", w.In(w.Ink.Faint, strings.ToLower(labelWords(label)[:1])+labelWords(label)[1:]))
	}
}

// found says what was found on an object.
func (w *teller) found(ref model.Ref) {
	for _, r := range w.to.world.found[ref] {
		w.Entry("", w.In(w.Ink.Severity(r.Finding.Severity), r.Severity()+" "+r.Finding.Rule.ID+" ")+w.In(w.Ink.Text, r.Finding.Rule.Title))
	}
}

// file says in which file and line a field stands, where the source has files.
func (w *teller) file(ref model.Ref, path string) {
	if file, line, ok := w.to.session.Locate(ref, path); ok {
		w.Entry("", w.In(w.Ink.Faint, fmt.Sprintf("%s:%d", file, line)))
	}
}

// match says in words why the binding speaks of whoever is looked at.
func (w *teller) match(who model.Subject, p *proof) string {
	named := "subject"
	if b := w.to.world.bindings[p.Binding]; b != nil && p.Subject >= 0 && p.Subject < len(b.subjects) {
		named = b.subjects[p.Subject].String()
	}
	t := fmt.Sprintf("subjects[%d]: %s", p.Subject, named)
	switch {
	case who.IsZero() || p.via == itself:
		return t
	case p.via == asUser:
		return t + ", named by its user name"
	}
	return t + ", which " + who.String() + " belongs to: in it " + crowd(p.via)
}

// stranger is what is said of a group that only the authenticator knows.
const stranger = "is whom the authenticator puts there"

// crowd says who is in a group, as the end of a sentence that begins with "in it".
func crowd(group string) string {
	switch group {
	case access.AllAccounts:
		return "is every service account"
	case access.Authenticated:
		return "is everybody with a valid token or certificate"
	case access.Unauthenticated:
		return "is everybody without a token or certificate"
	case access.Nodes:
		return "is every node"
	}
	if ns, ok := strings.CutPrefix(group, access.AllAccounts+":"); ok {
		return "is every service account of namespace " + ns
	}
	return stranger
}

// steps names the steps of attacks that are open by it.
func (w *teller) steps(edges []*model.Edge) {
	const most = 6
	for i, e := range edges {
		word := ""
		if i == 0 {
			w.Gap()
			word = "ATTACK"
		}
		if i == most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(edges)-most, "more step")))
			return
		}
		w.Entry(word, w.In(w.Ink.Warn, e.ID+" ")+w.In(w.Ink.Text, e.Title))
	}
}

// edges explains the first of them.
func (w *teller) edges(edges []*model.Edge) {
	const most = 3
	for _, e := range edges[:min(most, len(edges))] {
		w.Gap()
		w.Para(w.In(w.Ink.Warn, e.ID+" ") + w.In(w.Ink.Header, e.Title))
		w.head("HOLDS", e.Condition)
		w.head("HOW", e.Attack)
		w.head("SEEN", e.Defence)
		w.Entry("FIX", w.In(w.Ink.Good, e.Remedy))
	}
}

// yaml shows an object with lines marked.
func (w *teller) yaml(ref model.Ref, marks ...yamlview.Mark) {
	w.Gap()
	w.Para(w.In(w.Ink.Header, "YAML of "+text.Clean(ref.String())))
	u, err := w.to.session.Object(w.to.ctx, ref)
	if err == nil && u == nil {
		err = model.ErrNotFound
	}
	if err != nil {
		w.Para(w.In(w.Ink.Warn, "not to be had: "+err.Error()))
		return
	}
	doc, err := yamlview.New(u)
	if err != nil {
		w.Para(w.In(w.Ink.Warn, err.Error()))
		return
	}
	lines, _ := doc.Draw(&w.to.shared, marks, false)
	for _, l := range lines {
		w.Line(" " + l)
	}
}
