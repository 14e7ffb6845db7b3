package network

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// way is a way in from outside, to one workload. It is immutable.
type way struct {
	// via is what opens it, target the workload behind it; zero where it leads to none.
	via, target model.Ref
	verdict     network.Verdict
	// shut tells that policies stop it, or that it leads nowhere.
	shut bool
	// How is a word for the kind of way, address and host what is typed outside, inner the port of the pods, from who is let
	// in; why says what lets it through or stops it, assumed what is not known. All are clean.
	namespace, how, address, outer, host, name, inner, from, why, assumed, words string
	because                                                                      []network.Reason
	// ports is the port of the pods behind it.
	ports port.Set
	// pods counts the pods that open the same way, each on its node.
	pods     int
	findings []*model.Finding
}

// ID tells ways apart.
func (w *way) ID() string {
	return w.via.Group + "\n" + w.via.String() + "\n" + w.target.String() + "\n" + w.how + "\n" + w.address + "\n" + w.host + "\n" + w.outer + "\n" + w.inner + "\n" + w.words
}

// Same tells whether another row says the same.
func (w *way) Same(o *way) bool {
	return w.verdict == o.verdict && w.shut == o.shut && w.pods == o.pods && w.from == o.from && w.why == o.why && w.assumed == o.assumed && slices.Equal(w.findings, o.findings)
}

func (w *way) compare(o *way) int {
	return cmp.Or(cmp.Compare(w.namespace, o.namespace), w.target.Compare(o.target), w.via.Compare(o.via), cmp.Compare(w.ID(), o.ID()))
}

// on tells whether it leads to one of these ports; nil is any.
func (w *way) on(ports *port.Set) bool {
	return ports == nil || !w.ports.Intersect(*ports).Empty()
}

// rank puts first what is open.
func (w *way) rank() int {
	if w.shut {
		return 3
	}
	return verdictRank(w.verdict)
}

// word says whether it leads in.
func (w *way) word() string {
	switch {
	case w.shut && w.verdict == network.Deny:
		return "stopped"
	case w.shut:
		return "nowhere"
	case w.verdict == network.Allow:
		return "open"
	}
	return shortVerdict(w.verdict)
}

// internetTopic is the topic of what can be reached from outside.
type internetTopic struct{ topic }

func newInternet(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &internetTopic{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*way] {
		return sheet.NewList(shared, to, waySchema(shared), 0)
	})
}

func (t *internetTopic) Crumbs() []string {
	if name := t.place.To.Ref.Name; name != "" {
		return t.crumbs("from outside", name)
	}
	return t.crumbs("from outside")
}

func (t *internetTopic) Load(q *sheet.Quest, before *sheet.Answer[*way]) (*sheet.Answer[*way], error) {
	of := view.Internet + t.place.To.Ref.Name + t.place.Ports + shownKey(q.Snapshot.Namespaces)
	if a := waiting(q, of, (*way).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&t.topic, q, before)
	if err != nil || same && before.Batch.Of() == of {
		return before, err
	}
	names := []string{t.place.To.Ref.Name}
	if names[0] == "" {
		if err := t.ask(q.Ctx, func(a answers) { names = a.Names() }); err != nil {
			return nil, err
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return q.Snapshot.Namespaces != nil && !q.Snapshot.Namespaces[n] })
	var rows []*way
	findings, ports := foundOn(q.Snapshot), t.ports()
	for len(names) > 0 {
		n := min(askedAtOnce, len(names))
		if err := t.ask(q.Ctx, func(a answers) {
			for _, name := range names[:n] {
				for _, w := range a.WaysInto(name) {
					if !w.on(ports) {
						continue
					}
					w.findings = findings[w.target]
					rows = append(rows, &w)
				}
			}
		}); err != nil {
			return nil, err
		}
		names = names[n:]
	}
	var opened, stopped, unsure int
	for _, w := range rows {
		switch {
		case w.shut:
			stopped++
		case w.verdict == network.Allow:
			opened++
		default:
			unsure++
		}
	}
	a := &sheet.Answer[*way]{Stamp: stamp, Empty: "nothing opens a way in from outside: no Service with an address or a port outside, no Ingress, no Gateway, no port of a node"}
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*way).compare)
	a.Aside = listed(amount{opened, "open"}, amount{unsure, "unsure"}, amount{stopped, "closed"})
	a.Scope, _ = scopeOf(&state)
	return a, nil
}

func waySchema(s *view.Shared) *table.Schema[*way] {
	word := sheet.Column("STATE", 8, 8, 0, (*way).word)
	word.Compare = func(a, b *way) int { return cmp.Compare(a.rank(), b.rank()) }
	word.Style = func(w *way) lipgloss.Style {
		if !w.shut && w.verdict == network.Allow {
			return s.Theme.Alarm
		}
		if w.shut {
			return s.Theme.Faint
		}
		return verdictMark(w.verdict).style(s)
	}
	target := func(w *way) string {
		if w.target.IsZero() {
			return w.namespace + "/" + s.Glyphs.Charset.Ellipsis()
		}
		return text.Clean(w.target.Namespace + "/" + w.target.Name)
	}
	outer := func(w *way) string { return w.address + w.host + w.outer }
	return &table.Schema[*way]{
		Key: (*way).ID, Compare: (*way).compare,
		Columns: []table.Column[*way]{
			word,
			sheet.Grow(sheet.Searched(sheet.Column("TARGET", 12, 24, 0, target))),
			sheet.Column("PORT", 8, 9, 2, func(w *way) string { return w.inner }),
			sheet.Column("WAY", 13, 13, 3, func(w *way) string { return w.how }),
			sheet.Grow(sheet.Searched(sheet.Column("FROM OUTSIDE", 14, 24, 0, outer))),
			sheet.Grow(sheet.Searched(sheet.Column("VIA", 16, 18, 4, func(w *way) string { return w.name }))),
			sheet.Hidden(sheet.Column("WHY", 12, 20, 7, func(w *way) string { return w.why })),
			sheet.Hidden(sheet.Column("LET IN", 8, 16, 6, func(w *way) string { return w.from })),
			sheet.Hidden(sheet.Column("ASSUMED", 8, 20, 5, func(w *way) string { return w.assumed })),
		},
		Fields: []table.Field[*way]{
			sheet.Field("state", "", (*way).word), sheet.Field("ns", "namespace", func(w *way) string { return w.namespace }), sheet.Field("way", "", func(w *way) string { return w.how }),
			sheet.Field("port", "", func(w *way) string { return w.inner }), sheet.Field("via", "", func(w *way) string { return w.name }),
		},
	}
}

func (t *internetTopic) Describe(q *sheet.Quest, w *way) ([]string, error) {
	p := tellerOf(q)
	p.Para(p.In(p.Ink.Strong, w.how+" "+w.name) + p.In(p.Ink.Text, "  "+w.word()))
	p.Gap()
	p.Entry("OUTSIDE", p.In(p.Ink.Text, w.address+w.host+w.outer))
	p.Entry("LET IN", p.In(p.Ink.Text, cmp.Or(w.from, "anybody")))
	if !w.target.IsZero() {
		p.Entry("TARGET", p.In(p.Ink.Text, w.target.String()+" "+w.inner))
	}
	p.Entry("STATE", p.In(p.Ink.Text, w.why))
	for i := range w.because {
		p.because(&w.because[i], locator(q.Shared.Session))
	}
	if w.assumed != "" {
		p.Entry("ASSUMED", p.In(p.Ink.Warn, w.assumed))
	}
	if w.words != "" {
		p.Gap()
		p.Para(p.In(p.Ink.Faint, w.words))
	}
	return p.Lines(), nil
}

func (t *internetTopic) Subject(w *way) view.Subject {
	sub := view.Subject{Object: w.target, Names: []string{w.address + w.host + w.outer}, Findings: w.findings}
	if sub.Object.IsZero() {
		sub.Object = w.via
	}
	return sub
}

// Open goes to what opens the way.
func (t *internetTopic) Open(w *way) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: w.via}})
}

func (t *internetTopic) Can(a keys.Action, w *way, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		return view.When(ok && !w.target.IsZero(), "it leads to no pods")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return found(w.findings, t.Subject(w).Object)
		}
	}
	return t.can(a)
}

func (t *internetTopic) Do(a keys.Action, w *way, _ bool) tea.Cmd {
	if a == keys.Reach {
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: w.target}})
	}
	return t.do(a)
}
