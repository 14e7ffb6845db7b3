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

// pairs is the topic of which workloads of one namespace talk to which of another, or which pods of one workload to which of
// another.
type pairs struct{ topic }

func newPairs(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &pairs{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*link] {
		return sheet.NewList(shared, to, linkSchema(shared, false), 2)
	})
}

// level is what the ends are.
func (p *pairs) level() network.Level {
	if p.whole() {
		return network.Workloads
	}
	return network.Pods
}

// whole tells that the ends are namespaces.
func (p *pairs) whole() bool {
	return p.place.From.Ref.Kind == "Namespace" || p.place.To.Ref.Kind == "Namespace"
}

// external tells that the destination is what is outside.
func (p *pairs) external() bool { return p.place.To.Ref.IsZero() }

func (p *pairs) Crumbs() []string {
	return p.crumbs(view.EndName(p.place.From) + " > " + view.EndName(p.place.To))
}

func (p *pairs) Load(q *sheet.Quest, before *sheet.Answer[*link]) (*sheet.Answer[*link], error) {
	of := key(p.place.From) + key(p.place.To) + p.place.Ports
	if a := waiting(q, of, (*link).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&p.topic, q, before)
	if err != nil || same {
		return before, err
	}
	rows, more, err := p.rows(q)
	if err != nil {
		return nil, err
	}
	rows = worthy(rows, func(l *link) network.Entry { return l.entry })
	a := &sheet.Answer[*link]{Stamp: stamp, Empty: "there is nothing to say: one of them has no pods"}
	var n [4]int
	for _, r := range rows {
		n[r.entry.Verdict]++
	}
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*link).compare)
	a.Aside = listed(amount{n[network.Allow], "allowed"}, amount{n[network.Depends], "that depend"}, amount{n[network.NotEvaluated], "not evaluated"}, amount{n[network.Deny], "denied"})
	if more {
		a.Said = append(a.Said, sheet.Remark{Text: tooMany, Bad: true})
	}
	if p.external() {
		a.Said = append(a.Said, sheet.Remark{Text: "What the policies let these pods open to addresses outside of the cluster. Ranges of addresses with one answer are one row."})
	}
	a.Scope, _ = scopeOf(&state)
	return a, nil
}

var tooMany = fmt.Sprintf("These are the first %d rows; there are more. Ports, or a single workload, narrow it.", most)

func batchOf[R sheet.Row[R]](a *sheet.Answer[R]) *sheet.Batch[R] {
	if a == nil {
		return nil
	}
	return a.Batch
}

// worthy leaves out what is denied between ends that have other connections: it is what is left of them.
func worthy[R any](rows []R, of func(R) network.Entry) []R {
	type ends struct{ src, dst network.End }
	open := map[ends]bool{}
	for _, r := range rows {
		if e := of(r); e.Verdict != network.Deny {
			open[ends{e.Src, e.Dst}] = true
		}
	}
	return slices.DeleteFunc(rows, func(r R) bool {
		e := of(r)
		return e.Verdict == network.Deny && open[ends{e.Src, e.Dst}]
	})
}

// atOnce is how many entries are taken in one call of the writer.
const atOnce = 1500

// sourcesAtOnce is how many workloads are asked for in one call.
const sourcesAtOnce = 4

// rows asks for all at once, and where that is too much workload by workload, so that the writer goes on in between.
func (p *pairs) rows(q *sheet.Quest) (rows []*link, more bool, err error) {
	question := network.Question{Level: p.level(), From: p.place.From, Ports: p.ports(), Denied: true, Outside: p.external()}
	destinations := []network.End{p.place.To}
	if p.external() {
		destinations = everywhere()
	}
	on := foundOn(q.Snapshot)
	// take gives false where it has not taken all.
	take := func(a answers, limit int) bool {
		for _, question.To = range destinations {
			for e := range a.Entries(question) {
				if len(rows) >= limit {
					return false
				}
				l := newLink(e, "", true)
				l.findings = on[linkSubject(l).Object]
				rows = append(rows, l)
			}
		}
		return true
	}
	whole := false
	if err := p.ask(q.Ctx, func(a answers) { whole = take(a, atOnce) }); err != nil || whole {
		return rows, false, err
	}
	sources := []network.End{p.place.From}
	if p.place.From.Ref.Kind == "Namespace" {
		sources = nil
		for _, g := range groups(q.Snapshot.Report.Inventory, func(ns string) bool { return ns == p.place.From.Ref.Name }) {
			sources = append(sources, network.End{Ref: g.ref})
		}
	}
	rows = rows[:0]
	for len(sources) > 0 && !more {
		n := min(sourcesAtOnce, len(sources))
		if err := p.ask(q.Ctx, func(a answers) {
			for _, question.From = range sources[:n] {
				more = more || !take(a, most)
			}
		}); err != nil {
			return nil, false, err
		}
		sources = sources[n:]
	}
	return rows, more, nil
}

func (p *pairs) Describe(q *sheet.Quest, r *link) ([]string, error) { return p.tell(q, r) }

// tell explains a row: both directions of its pair, or what the row says where its ends are no pair of pods.
func (t *topic) tell(q *sheet.Quest, r *link) ([]string, error) {
	w := tellerOf(q)
	var x *network.Explanation
	var wrong error
	if explainable(r.entry) {
		if err := t.ask(q.Ctx, func(a answers) { x, wrong = explain(a, r.entry.Src, r.entry.Dst) }); err != nil {
			return nil, err
		}
	}
	if x != nil && wrong == nil {
		w.why(x, locator(q.Shared.Session))
		return w.Lines(), nil
	}
	w.entry(&r.entry, false)
	if !r.entry.Via.IsZero() {
		w.Para(w.In(w.Ink.Text, "via "+r.entry.Via.String()))
	}
	if wrong != nil {
		w.Gap()
		w.Para(w.In(w.Ink.Faint, wrong.Error()))
	}
	return w.Lines(), nil
}

// explain explains a pair. Of a workload and itself two different pods are taken: a pod always reaches itself.
func explain(a answers, src, dst network.End) (*network.Explanation, error) {
	if src == dst {
		for e := range a.Entries(network.Question{Level: network.Pods, From: src, To: dst, Denied: true}) {
			if e.Src != e.Dst {
				return a.Explain(e.Src, e.Dst)
			}
		}
	}
	return a.Explain(src, dst)
}

// explainable tells that both ends stand for a pod, or for addresses.
func explainable(e network.Entry) bool {
	pod := func(e network.End) bool { return e.Ref.Kind != "Namespace" && !e.Ref.IsZero() }
	return pod(e.Src) && (pod(e.Dst) || e.Dst.Block.IsValid()) || e.Src.Block.IsValid() && pod(e.Dst)
}

func (p *pairs) Subject(r *link) view.Subject { return linkSubject(r) }

// linkSubject is about the end that a policy would protect: the destination, or the source where that is outside.
func linkSubject(r *link) view.Subject {
	sub := view.Subject{Object: r.entry.Dst.Ref, Names: []string{r.from + " > " + r.to}, Findings: r.findings}
	if sub.Object.IsZero() || r.way == "in" && !r.entry.Src.Ref.IsZero() {
		sub.Object = r.entry.Src.Ref
	}
	return sub
}

func (p *pairs) Open(r *link) tea.Cmd { return p.follow(r) }

// follow goes from a pair of workloads to why, or to pairs of pods where policies tell replicas apart.
func (t *topic) follow(r *link) tea.Cmd {
	e := &r.entry
	switch {
	case !explainable(*e):
		if object := linkSubject(r).Object; !object.IsZero() && object != t.place.Object {
			return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: object, Ports: t.place.Ports}})
		}
		return nil
	case (e.Src.Class != "" || e.Dst.Class != "") && !e.Dst.Ref.IsZero() && !e.Src.Ref.IsZero() && t.place.From != withoutClass(e.Src):
		return view.Send(view.Go{Place: view.Place{Screen: view.Pairs, From: withoutClass(e.Src), To: withoutClass(e.Dst), Ports: t.place.Ports}})
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Why, From: e.Src, To: e.Dst}})
}

func withoutClass(e network.End) network.End {
	e.Class = ""
	return e
}

func (p *pairs) Can(a keys.Action, r *link, ok bool) view.Offer { return p.linkCan(a, r, ok) }

func (p *pairs) Do(a keys.Action, r *link, _ bool) tea.Cmd { return p.linkDo(a, r) }

// linkCan offers what can be done with a pair.
func (t *topic) linkCan(a keys.Action, r *link, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		return view.When(ok && !linkSubject(r).Object.IsZero(), "no object is selected")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return found(r.findings, linkSubject(r).Object)
		}
	}
	return t.can(a)
}

// found offers what the program does with findings, or says that there are none.
func found(list []*model.Finding, on model.Ref) view.Offer {
	if len(list) > 0 {
		return view.Yes().ByProgram()
	}
	if on.IsZero() {
		return view.Because("what is outside has no finding")
	}
	return view.Because("no finding of the network is on " + on.String() + ": there is nothing to generate a policy for")
}

func (t *topic) linkDo(a keys.Action, r *link) tea.Cmd {
	if a == keys.Reach {
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: linkSubject(r).Object, Ports: t.place.Ports}})
	}
	return t.do(a)
}
