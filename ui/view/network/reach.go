package network

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// reach is the topic of who reaches something, and what it reaches.
type reach struct{ topic }

func newReach(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &reach{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*link] {
		return sheet.NewList(shared, to, linkSchema(shared, true), 0)
	})
}

func (r *reach) Crumbs() []string { return r.crumbs(r.place.Object.String(), view.Reach) }

// level is what the other ends are: of a namespace whole namespaces, else workloads.
func (r *reach) level() network.Level {
	if r.place.Object.Kind == "Namespace" {
		return network.Namespaces
	}
	return network.Workloads
}

func (r *reach) Load(q *sheet.Quest, before *sheet.Answer[*link]) (*sheet.Answer[*link], error) {
	of := r.place.Object.Group + "\n" + r.place.Object.String() + "\n" + r.place.Ports
	if a := waiting(q, of, (*link).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&r.topic, q, before)
	if err != nil || same {
		return before, err
	}
	rows, more, err := r.rows(q)
	if err != nil {
		return nil, err
	}
	var in, out int
	findings := foundOn(q.Snapshot)[r.place.Object]
	for _, l := range rows {
		l.findings = findings
		if l.way == "in" {
			in++
		} else {
			out++
		}
	}
	a := &sheet.Answer[*link]{Stamp: stamp, Empty: "nothing reaches it, and it reaches nothing: or it has no pods"}
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*link).compare)
	a.Aside = fmt.Sprintf("reached by %d, reaches %d", in, out)
	if more {
		a.Said = append(a.Said, sheet.Remark{Text: tooMany, Bad: true})
	}
	a.Scope, _ = scopeOf(&state)
	return a, nil
}

// askedAtOnce is how many namespaces are asked about in one call of the writer.
const askedAtOnce = 32

// rows asks for all at once, and where that is too much some namespaces after the others, so that the writer goes on in
// between.
func (r *reach) rows(q *sheet.Quest) (rows []*link, more bool, err error) {
	own := network.End{Ref: r.place.Object}
	base := network.Question{Level: r.level(), Ports: r.ports()}
	// take gives false where it has not taken all.
	take := func(a answers, question network.Question, way string, limit int) bool {
		for e := range a.Entries(question) {
			if len(rows) >= limit {
				return false
			}
			rows = append(rows, newLink(e, way, false))
		}
		return true
	}
	both := func(a answers, other network.End, in []string, limit int) bool {
		to, from := base, base
		to.From, to.To, to.Namespaces, to.Outside = other, own, in, other.Block.IsValid()
		from.From, from.To, from.Namespaces, from.Outside = own, other, in, other.Block.IsValid()
		return take(a, to, "in", limit) && take(a, from, "out", limit)
	}
	whole := false
	if err := r.ask(q.Ctx, func(a answers) {
		for _, outside := range everywhere() {
			both(a, outside, nil, most)
		}
		for _, w := range a.EntriesIn(own, r.ports()) {
			rows = append(rows, newLink(w, "in", false))
		}
		for _, l := range a.Landmarks() {
			rows = append(rows, r.landmark(a, own, &l)...)
		}
	}); err != nil {
		return nil, false, err
	}
	beyond := len(rows)
	if err := r.ask(q.Ctx, func(a answers) { whole = both(a, network.End{}, nil, beyond+atOnce) }); err != nil || whole {
		return rows, false, err
	}
	rows = rows[:beyond]
	var names []string
	if err := r.ask(q.Ctx, func(a answers) { names = a.Names() }); err != nil {
		return nil, false, err
	}
	home := r.place.Object.Namespace
	if r.level() == network.Namespaces {
		home = r.place.Object.Name
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == home })
	if err := r.ask(q.Ctx, func(a answers) { more = !both(a, endOf(home), nil, most) }); err != nil {
		return nil, false, err
	}
	for len(names) > 0 && !more {
		n := min(askedAtOnce, len(names))
		if err := r.ask(q.Ctx, func(a answers) { more = !both(a, network.End{}, names[:n], most) }); err != nil {
			return nil, false, err
		}
		names = names[n:]
	}
	return rows, more, nil
}

// landmark gives what can be reached of something outside that people know by its name. Name servers are pods, and stand
// among them.
func (r *reach) landmark(a answers, own network.End, l *network.Landmark) (rows []*link) {
	on := l.Ports
	if p := r.ports(); p != nil {
		on = on.Intersect(*p)
	}
	if on.Empty() {
		return nil
	}
	for _, end := range l.Ends {
		if !end.Block.IsValid() {
			continue
		}
		for e := range a.Entries(network.Question{Level: r.level(), From: own, To: network.End{Block: end.Block}, Ports: &on, Outside: true}) {
			e.Dst.Name = end.Name
			rows = append(rows, newLink(e, "out", false))
		}
	}
	return rows
}

func (r *reach) Describe(q *sheet.Quest, l *link) ([]string, error) { return r.tell(q, l) }

// Subject is the other end: from there one goes on.
func (r *reach) Subject(l *link) view.Subject {
	sub := view.Subject{Object: l.other().Ref, Names: []string{l.peer}, Findings: l.findings}
	if sub.Object.IsZero() {
		sub.Object = r.place.Object
	}
	return sub
}

func (l *link) other() network.End {
	if l.way == "in" {
		return l.entry.Src
	}
	return l.entry.Dst
}

func (r *reach) Open(l *link) tea.Cmd {
	if r.level() == network.Namespaces && !l.entry.Src.Ref.IsZero() && !l.entry.Dst.Ref.IsZero() {
		return view.Send(view.Go{Place: view.Place{Screen: view.Pairs, From: l.entry.Src, To: l.entry.Dst, Ports: r.place.Ports}})
	}
	return r.follow(l)
}

func (r *reach) Can(a keys.Action, l *link, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		switch {
		case !ok:
			return view.Because("nothing is selected")
		case l.other().Ref.IsZero():
			return view.Because("what is outside is no object")
		}
		return view.When(l.other().Ref != r.place.Object, "this is it")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return found(l.findings, r.place.Object)
		}
	}
	return r.can(a)
}

func (r *reach) Do(a keys.Action, l *link, _ bool) tea.Cmd {
	if a == keys.Reach {
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: l.other().Ref, Ports: r.place.Ports}})
	}
	return r.do(a)
}

// Reaches tells whether there are connections to speak of, from an object or to it: a pod, a namespace, or what has pods.
func Reaches(object model.Ref) bool {
	switch object.Kind {
	case "Pod", "Namespace", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController":
		return true
	}
	return false
}
