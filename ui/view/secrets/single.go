package secrets

import (
	"fmt"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// single is the topic of one Secret: who reads it, what has it, and where it leaks.
type single struct {
	topic
	// newest is what was read last.
	newest atomic.Pointer[one]
}

func (t *single) Crumbs() []string {
	return []string{view.Secrets, t.place.Object.Namespace + "/" + t.place.Object.Name}
}

// Load asks about it.
func (t *single) Load(q *sheet.Quest, before *sheet.Answer[*tie]) (*sheet.Answer[*tie], error) {
	o, err := t.desk.One(q.Ctx, t.place.Object)
	if err != nil {
		return nil, err
	}
	t.newest.Store(o)
	rows := ties(o, found(q.Snapshot)[t.place.Object])
	a := &sheet.Answer[*tie]{
		Batch: sheet.NewBatch(batchOf(before), t.place.Object.String(), q.Snapshot.Cover.Settled(), rows, (*tie).compare),
		Aside: view.Count(len(o.readers), "reader") + ", " + view.Count(o.secret.Pods, "pod"),
		Scope: readersSeen(q.Snapshot), Empty: "nobody can read it by RBAC, and nothing that is read names it",
	}
	switch {
	case !o.known:
		a.Said = append(a.Said, sheet.Remark{Text: "nothing is known of such a Secret", Bad: true})
	case o.secret.Missing:
		a.Said = append(a.Said, sheet.Remark{Text: "it is named, and is not there as far as Secrets were seen", Bad: true})
	default:
		text := fmt.Sprintf("%s can read it by RBAC%s; %s, %s have it", subjects(len(o.readers)), how(secret.Counted(o.readers)), view.Count(len(o.secret.MountedBy), "workload"), view.Count(o.secret.Pods, "pod"))
		if n := len(o.secret.Copies); n > 0 {
			text += fmt.Sprintf("; a value of it stands in plain text in %s", view.Count(n, "place"))
		}
		a.Said = append(a.Said, sheet.Remark{Text: text})
	}
	if words := flags(&o.secret); len(words) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: strings.Join(words, "; "), Bad: true})
	}
	return a, nil
}

// how tells apart those that may get a Secret from those that list or watch only, where there are any.
func how(n secret.Count) string {
	if n.Readers == n.Get {
		return ""
	}
	return ": " + n.Words()
}

func subjects(n int) string { return view.Count(n, "subject") }

// Describe tells of a row, and below it of the Secret.
func (t *single) Describe(q *sheet.Quest, r *tie) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	switch {
	case r.reader != nil:
		w.Para(w.In(w.Ink.Strong, r.reader.Subject.String()))
		w.Gap()
		w.say("MAY", strings.Join(r.reader.Verbs, ", "))
		switch {
		case r.reader.Everywhere:
			w.Entry("REACH", w.In(w.Ink.Warn, "every Secret of the cluster"))
		case r.reader.Wide:
			w.Entry("REACH", w.In(w.Ink.Warn, "every Secret of the namespace"))
		default:
			w.say("REACH", "this one by its name")
		}
		for i, v := range r.reader.Via {
			w.say(first(i, "VIA"), v.String())
		}
	case r.use != nil:
		w.Para(w.In(w.Ink.Strong, r.use.From.String()))
		w.Gap()
		w.say("HOW", howOf(r.use))
		w.say("FIELD", r.use.Path)
	case r.copy != nil:
		w.Para(w.In(w.Ink.Strong, r.copy.Object.String()))
		w.Gap()
		w.Entry("LEAKS", w.In(w.Ink.Value, "a value of the Secret stands here in plain text"))
		w.say("FIELD", r.copy.Path)
		w.say("WHAT", r.copy.Value)
		w.say("EQUAL", q.Shared.Values.Word(r.copy.Print))
	default:
		w.Para(w.In(w.Ink.Severity(r.finding.Severity), r.finding.Severity.Letter()) + w.In(w.Ink.Strong, " "+r.who))
		w.Gap()
		w.Para(w.In(w.Ink.Text, r.finding.Rule.Why))
	}
	if o := t.newest.Load(); o != nil && o.known {
		w.Gap()
		w.Line(q.Shared.Theme.Rule.Render(strings.Repeat(q.Shared.Glyphs.Rule, max(0, q.Width))))
		w.secret(&o.secret, secret.Counted(o.readers))
	}
	return w.Lines(), nil
}

// Subject is what the row is about: the object that has the Secret, or the Secret itself.
func (t *single) Subject(r *tie) view.Subject {
	sub := view.Subject{Object: t.place.Object, Names: []string{r.who}}
	switch {
	case r.use != nil:
		sub.Object = r.use.From
	case r.copy != nil:
		sub.Object = r.copy.Object
	case r.finding != nil:
		sub.Findings = []*model.Finding{r.finding}
	}
	return sub
}

// Open goes to what the row is about.
func (t *single) Open(r *tie) tea.Cmd {
	to := view.Place{Screen: view.Detail}
	switch {
	case r.reader != nil:
		to = view.Place{Screen: view.RBAC, Subject: r.reader.Subject}
	case r.use != nil:
		to.Object = r.use.From
	case r.copy != nil:
		to.Object = r.copy.Object
	default:
		to.Finding = r.finding.ID
	}
	return view.Send(view.Go{Place: to})
}

// Can offers what every list has, and who may read the Secret.
func (t *single) Can(a keys.Action, r *tie, ok bool) view.Offer {
	switch a {
	case keys.Access:
		_, can := access(t.place.Object)
		return view.When(can, "its name cannot be asked for")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(r.finding != nil, "this is no finding").ByProgram()
		}
	case keys.Owner:
		if ok && r.use == nil {
			return view.Because("this runs nothing")
		}
	}
	return t.can(a)
}

// Do does it.
func (t *single) Do(a keys.Action, _ *tie, _ bool) tea.Cmd {
	if a == keys.Access {
		p, _ := access(t.place.Object)
		return view.Send(view.Go{Place: p})
	}
	return t.do(a)
}
