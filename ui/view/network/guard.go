package network

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// guard is how far policies protect a workload. It is immutable.
type guard struct {
	ref  model.Ref
	pods int
	// isolated counts the pods that a NetworkPolicy isolates, ordered those for which the other tiers have rules, by direction.
	isolated, ordered [2]int
	// by are the policies, by direction.
	by                  [2][]model.Ref
	exempt, unevaluated string
	exemptPods          int
	name                string
	findings            []*model.Finding
}

// ID tells workloads apart.
func (g *guard) ID() string { return g.ref.Group + "\n" + g.ref.String() }

// Same tells whether another row says the same.
func (g *guard) Same(o *guard) bool {
	return g.pods == o.pods && g.isolated == o.isolated && g.ordered == o.ordered && g.exempt == o.exempt && g.exemptPods == o.exemptPods && g.unevaluated == o.unevaluated &&
		slices.Equal(g.by[0], o.by[0]) && slices.Equal(g.by[1], o.by[1]) && slices.Equal(g.findings, o.findings)
}

func (g *guard) compare(o *guard) int { return g.ref.Compare(o.ref) }

// add takes a pod in.
func (g *guard) add(i network.Isolation) {
	g.pods++
	if i.Exempt != "" {
		g.exempt = i.Exempt
		g.exemptPods++
	}
	g.unevaluated = cmp.Or(g.unevaluated, i.Unknown)
	for d := range i.By {
		if len(i.By[d]) > 0 {
			g.isolated[d]++
		}
		if len(i.Ordered[d]) > 0 {
			g.ordered[d]++
		}
		for _, ref := range slices.Concat(i.By[d], i.Ordered[d]) {
			if !slices.Contains(g.by[d], ref) {
				g.by[d] = append(g.by[d], ref)
			}
		}
	}
}

// word says in a word how a direction is protected.
func (g *guard) word(d policy.Direction) string {
	switch {
	case g.unevaluated != "":
		return "unknown"
	case g.exemptPods == g.pods:
		return "exempt"
	case g.isolated[d] == g.pods-g.exemptPods && g.exemptPods == 0:
		return "isolated"
	case g.isolated[d] > 0:
		return "partly"
	case g.ordered[d] > 0:
		return "rules"
	}
	return "open"
}

// rank puts first what nothing protects.
func rank(word string) int {
	return slices.Index([]string{"open", "exempt", "unknown", "partly", "rules", "isolated"}, word)
}

// isolation is the topic of which workloads policies protect.
type isolation struct{ topic }

func newIsolation(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &isolation{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*guard] {
		return sheet.NewList(shared, to, guardSchema(shared), 1)
	})
}

func (t *isolation) Crumbs() []string { return t.crumbs("protected or not") }

// podsAtOnce is how many pods are asked about in one call of the writer.
const podsAtOnce = 256

func (t *isolation) Load(q *sheet.Quest, before *sheet.Answer[*guard]) (*sheet.Answer[*guard], error) {
	of := view.Isolation + shownKey(q.Snapshot.Namespaces)
	if a := waiting(q, of, (*guard).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&t.topic, q, before)
	if err != nil || same && before.Batch.Of() == of {
		return before, err
	}
	findings := foundOn(q.Snapshot)
	all := groups(q.Snapshot.Report.Inventory, func(ns string) bool { return q.Snapshot.Namespaces == nil || q.Snapshot.Namespaces[ns] })
	var rows []*guard
	var open [2]int
	for len(all) > 0 {
		if err := t.ask(q.Ctx, func(a answers) {
			for n := 0; n < podsAtOnce && len(all) > 0; all = all[1:] {
				g := &guard{ref: all[0].ref, name: text.Clean(all[0].ref.String()), findings: findings[all[0].ref]}
				for _, p := range all[0].pods {
					g.add(a.Isolation(p))
					n++
				}
				rows = append(rows, g)
			}
		}); err != nil {
			return nil, err
		}
	}
	for _, g := range rows {
		for d := range open {
			if g.word(policy.Direction(d)) == "open" {
				open[d]++
			}
		}
	}
	a := &sheet.Answer[*guard]{Stamp: stamp, Empty: "nothing runs"}
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*guard).compare)
	a.Aside = fmt.Sprintf("%s, %d open inwards, %d outwards", view.Count(len(rows), "workload"), open[policy.Ingress], open[policy.Egress])
	a.Scope, _ = scopeOf(&state)
	return a, nil
}

func guardSchema(s *view.Shared) *table.Schema[*guard] {
	way := func(title string, d policy.Direction) table.Column[*guard] {
		c := sheet.Column(title, 10, 10, 0, func(g *guard) string { return g.word(d) })
		c.Compare = func(a, b *guard) int { return cmp.Compare(rank(a.word(d)), rank(b.word(d))) }
		c.Style = func(g *guard) lipgloss.Style {
			switch g.word(d) {
			case "open":
				return s.Theme.Warn
			case "isolated":
				return s.Theme.Good
			}
			return s.Theme.Notice
		}
		return c
	}
	by := func(g *guard) string {
		var names []string
		for _, ref := range slices.Concat(g.by[policy.Ingress], g.by[policy.Egress]) {
			if name := text.Clean(ref.Name); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return strings.Join(names, ", ")
	}
	return &table.Schema[*guard]{
		Key: (*guard).ID, Compare: (*guard).compare,
		Columns: []table.Column[*guard]{
			sheet.Grow(sheet.Searched(sheet.Column("WORKLOAD", 14, 30, 0, func(g *guard) string { return g.name }))),
			way("INTO IT", policy.Ingress), way("OUT OF IT", policy.Egress),
			sheet.Count("PODS", 5, 1, func(g *guard) int { return g.pods }),
			sheet.Grow(sheet.Searched(sheet.Column("POLICIES", 8, 24, 2, by))),
			sheet.Hidden(sheet.Grow(sheet.Column("NOTE", 8, 24, 3, func(g *guard) string { return text.Clean(cmp.Or(g.unevaluated, g.exempt)) }))),
		},
		Fields: []table.Field[*guard]{
			sheet.Field("in", "ingress", func(g *guard) string { return g.word(policy.Ingress) }), sheet.Field("out", "egress", func(g *guard) string { return g.word(policy.Egress) }),
			sheet.Field("ns", "namespace", func(g *guard) string { return text.Clean(g.ref.Namespace) }), sheet.Field("kind", "", func(g *guard) string { return g.ref.Kind }),
			{Name: "policy", Text: by, Within: true},
		},
	}
}

func (t *isolation) Describe(q *sheet.Quest, g *guard) ([]string, error) {
	p := tellerOf(q)
	p.Para(p.In(p.Ink.Strong, g.name) + p.In(p.Ink.Text, "  "+view.Count(g.pods, "pod")))
	if g.unevaluated != "" {
		p.Para(p.In(p.Ink.Warn, "not evaluated: "+g.unevaluated))
	}
	if g.exempt != "" {
		p.Para(p.In(p.Ink.Warn, strconv.Itoa(g.exemptPods)+" of them: "+g.exempt))
	}
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		p.Gap()
		title := "INTO IT"
		if d == policy.Egress {
			title = "OUT OF IT"
		}
		p.Para(p.In(p.Ink.Header, title) + p.In(p.Ink.Text, "  "+g.word(d)))
		switch {
		case len(g.by[d]) == 0 && g.unevaluated == "":
			p.Para(p.In(p.Ink.Text, "No policy selects it in this direction: everything passes."))
		case g.isolated[d] > 0 && g.isolated[d] < g.pods:
			p.Para(p.In(p.Ink.Warn, fmt.Sprintf("%d of %d pods are isolated, the others are not.", g.isolated[d], g.pods)))
		case g.isolated[d] > 0:
			p.Para(p.In(p.Ink.Text, "Nothing passes but what a rule lets through:"))
		}
		for _, ref := range g.by[d] {
			p.Hang("  ", "    ", p.In(p.Ink.Text, ref.String()))
		}
	}
	return p.Lines(), nil
}

func (t *isolation) Subject(g *guard) view.Subject {
	return view.Subject{Object: g.ref, Names: []string{g.ref.String()}, Findings: g.findings}
}

func (t *isolation) Open(g *guard) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: g.ref}})
}

func (t *isolation) Can(a keys.Action, g *guard, ok bool) view.Offer {
	switch a {
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return found(g.findings, g.ref)
		}
	}
	return t.can(a)
}

func (t *isolation) Do(a keys.Action, _ *guard, _ bool) tea.Cmd { return t.do(a) }
