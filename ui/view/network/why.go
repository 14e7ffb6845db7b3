package network

import (
	"cmp"
	"fmt"
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

// step is one thing that decides about a pair in one direction, or nearly did. It is immutable.
type step struct {
	// place orders steps: as the explanation has them.
	place  int
	x      *network.Explanation
	reason network.Reason
	// verdict is what it leads to; missing is what keeps a rule from matching, where it nearly did.
	verdict network.Verdict
	near    bool
	missing []string
	// What the row shows, clean.
	side, word, ports, policy, rule, tier, note string
}

// ID tells steps apart.
func (s *step) ID() string { return fmt.Sprintf("%d\n%s\n%s\n%s", s.place, s.side, s.policy, s.rule) }

// Same tells whether another step says the same. Each answer has its own explanation.
func (s *step) Same(o *step) bool { return s.x == o.x }

func (s *step) compare(o *step) int {
	return cmp.Or(cmp.Compare(s.place, o.place), cmp.Compare(s.ID(), o.ID()))
}

// why is the topic of one pair in both directions.
type why struct{ topic }

func newWhy(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &why{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*step] {
		return sheet.NewList(shared, to, stepSchema(shared), 0)
	})
}

func (w *why) Crumbs() []string {
	return w.crumbs(view.EndName(w.place.From)+" > "+view.EndName(w.place.To), view.Why)
}

func (w *why) Load(q *sheet.Quest, before *sheet.Answer[*step]) (*sheet.Answer[*step], error) {
	of := key(w.place.From) + key(w.place.To)
	if a := waiting(q, of, (*step).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&w.topic, q, before)
	if err != nil || same {
		return before, err
	}
	var x *network.Explanation
	var wrong error
	if err := w.ask(q.Ctx, func(a answers) { x, wrong = explain(a, w.place.From, w.place.To) }); err != nil {
		return nil, err
	}
	a := &sheet.Answer[*step]{Stamp: stamp}
	a.Scope, _ = scopeOf(&state)
	if x == nil {
		a.Empty = "nothing can be said"
		if wrong != nil {
			a.Empty = wrong.Error()
		}
		a.Batch = sheet.NewBatch[*step](batchOf(before), of, true, nil, (*step).compare)
		return a, nil
	}
	rows := steps(x)
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*step).compare)
	for i := range x.Parts {
		p := &x.Parts[i]
		words := strings.ToUpper(p.Verdict.String()[:1]) + p.Verdict.String()[1:] + ": " + p.Connections.String() + "."
		if p.Assumption != "" {
			words += " Assumed: " + p.Assumption + "."
		}
		a.Said = append(a.Said, sheet.Remark{Text: words, Bad: p.Verdict == network.Depends || p.Verdict == network.NotEvaluated})
	}
	for _, n := range x.Notes {
		a.Said = append(a.Said, sheet.Remark{Text: n})
	}
	a.Aside = view.Count(len(rows), "step")
	return a, nil
}

// steps lists what decides in each direction, and below it what nearly did.
func steps(x *network.Explanation) []*step {
	var rows []*step
	add := func(s *step, side *network.Side) {
		s.place, s.x, s.side = len(rows), x, map[policy.Direction]string{policy.Egress: "out", policy.Ingress: "in"}[side.Direction]
		s.policy, s.rule = text.Clean(policyOf(&s.reason)), ruleOf(&s.reason)
		if !s.reason.Object.IsZero() {
			s.tier = s.reason.Tier.String()
			if s.rule == "" {
				s.rule = "isolates"
			}
		}
		rows = append(rows, s)
	}
	for _, side := range []*network.Side{&x.Egress, &x.Ingress} {
		if side == &x.Egress && x.Src.Block.IsValid() || side == &x.Ingress && x.Dst.Block.IsValid() {
			// What is outside has no policies.
			continue
		}
		for i := range side.Parts {
			p := &side.Parts[i]
			because := p.Because
			if len(because) == 0 {
				because = []network.Reason{{Tier: policy.Default, Direction: side.Direction, Rule: -1}}
			}
			for _, r := range because {
				add(&step{reason: r, verdict: p.Verdict, word: shortVerdict(p.Verdict), ports: p.Connections.String(), note: text.Clean(cmp.Or(p.Assumption, r.Note))}, side)
			}
		}
		for i := range side.Misses {
			m := &side.Misses[i]
			add(&step{reason: m.Reason, near: true, missing: m.Missing, word: "near", ports: m.Connections.String(), note: text.Clean(strings.Join(m.Missing, "; "))}, side)
		}
	}
	return rows
}

func stepSchema(s *view.Shared) *table.Schema[*step] {
	word := sheet.Column("VERDICT", 7, 7, 0, func(r *step) string { return r.word })
	word.Style = func(r *step) lipgloss.Style {
		if r.near {
			return s.Theme.Notice
		}
		return verdictMark(r.verdict).style(s)
	}
	side := sheet.Column("WAY", 4, 4, 0, func(r *step) string { return r.side })
	side.Compare = (*step).compare
	return &table.Schema[*step]{
		Key: (*step).ID, Compare: (*step).compare,
		Columns: []table.Column[*step]{
			side, word,
			sheet.Grow(sheet.Searched(sheet.Column("POLICY", 10, 22, 0, func(r *step) string { return r.policy }))),
			sheet.Column("RULE", 10, 11, 0, func(r *step) string { return r.rule }),
			sheet.Column("TIER", 13, 13, 3, func(r *step) string { return r.tier }),
			sheet.Grow(sheet.Column("PORTS", 8, 14, 1, func(r *step) string { return r.ports })),
			sheet.Grow(sheet.Searched(sheet.Column("NOTE", 12, 30, 2, func(r *step) string { return r.note }))),
		},
		Fields: []table.Field[*step]{
			sheet.Field("way", "", func(r *step) string { return r.side }), sheet.Field("verdict", "", func(r *step) string { return r.word }),
			sheet.Field("policy", "", func(r *step) string { return r.policy }), sheet.Field("tier", "", func(r *step) string { return r.tier }),
		},
	}
}

func (w *why) Describe(q *sheet.Quest, r *step) ([]string, error) {
	t := tellerOf(q)
	locate := locator(q.Shared.Session)
	t.step(r, locate)
	t.Gap()
	t.why(r.x, locate)
	return t.Lines(), nil
}

// step tells of one step by itself.
func (t *teller) step(r *step, locate func(r *network.Reason) string) {
	word := map[string]string{"out": "OUT", "in": "IN"}[r.side]
	switch {
	case r.near:
		t.Entry(word, t.In(t.Ink.Warn, "near miss: "+reason(&r.reason)+" would allow "+r.ports))
		for _, m := range r.missing {
			t.Entry("", t.In(t.Ink.Text, m))
		}
	default:
		t.Entry(word, t.In(t.Ink.Strong, r.verdict.String()+" "+r.ports)+t.In(t.Ink.Text, ": "+reason(&r.reason)))
		t.Entry("", t.In(t.Ink.Text, cmp.Or(r.note, r.reason.Note)))
	}
	if r.reason.Object.IsZero() {
		return
	}
	where := r.reason.Object.String()
	if path := pathOf(&r.reason); path != "" {
		where += " " + path
	}
	t.Entry("WHERE", t.In(t.Ink.Text, where))
	if at := locate(&r.reason); at != "" {
		t.Entry("", t.In(t.Ink.Faint, at))
	}
	t.Entry("", t.In(t.Ink.Faint, t.shared.Keys.Show(keys.YAML)+" shows it"))
}

func (w *why) Subject(r *step) view.Subject {
	if r.reason.Object.IsZero() {
		return view.Subject{Object: podOf(r), Names: []string{view.EndName(r.x.Src) + " > " + view.EndName(r.x.Dst)}}
	}
	return view.Subject{Object: r.reason.Object, Names: []string{r.reason.Object.String()}}
}

// podOf is the pod that no policy selects.
func podOf(r *step) model.Ref {
	if r.side == "out" {
		return r.x.Src.Ref
	}
	return r.x.Dst.Ref
}

func (w *why) Open(r *step) tea.Cmd {
	if object := w.Subject(r).Object; !object.IsZero() {
		return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: object}})
	}
	return nil
}

func (w *why) Can(a keys.Action, r *step, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		return view.When(ok && !podOf(r).IsZero(), "what is outside is no object")
	case keys.Fix, keys.WhatIf, keys.Explain:
		return view.Because("a step has no finding")
	}
	return w.can(a)
}

func (w *why) Do(a keys.Action, r *step, _ bool) tea.Cmd {
	if a == keys.Reach {
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: podOf(r)}})
	}
	return w.do(a)
}
