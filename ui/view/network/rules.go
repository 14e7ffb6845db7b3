package network

import (
	"cmp"
	"fmt"
	"slices"
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

// rules is a policy with what it does in the cluster as it is. It is immutable.
type rules struct {
	policy   *policy.Policy
	selected int
	effects  []network.Effect
	// name, selects and acts are what the row shows, clean; idle counts the rules without effect.
	name, selects, acts, note string
	idle                      int
	findings                  []*model.Finding
}

// ID tells policies apart.
func (r *rules) ID() string { return r.policy.Ref.Group + "\n" + r.policy.Ref.String() }

// Same tells whether another row says the same.
func (r *rules) Same(o *rules) bool {
	return r.policy == o.policy && r.selected == o.selected && r.note == o.note && r.idle == o.idle && slices.Equal(r.findings, o.findings)
}

// compare puts the tiers in the order in which they are asked.
func (r *rules) compare(o *rules) int {
	return cmp.Or(cmp.Compare(r.policy.Tier, o.policy.Tier), cmp.Compare(r.policy.Priority, o.policy.Priority), r.policy.Ref.Compare(o.policy.Ref))
}

func newRules(p *policy.Policy, selected int, effects []network.Effect) *rules {
	r := &rules{policy: p, selected: selected, effects: effects, name: text.Clean(called(p.Ref)), selects: text.Clean(p.Subject.String())}
	var acts []string
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		if p.Acts[d] {
			acts = append(acts, fmt.Sprintf("%s %d", [...]string{policy.Ingress: "in", policy.Egress: "out"}[d], len(p.Rules[d])))
		}
	}
	r.acts = strings.Join(acts, ", ")
	var notes []string
	if selected == 0 {
		notes = append(notes, "selects no pod")
	}
	for i := range effects {
		if e := &effects[i]; e.NoEffect || e.Shadow != nil {
			r.idle++
		}
	}
	if r.idle > 0 {
		notes = append(notes, view.Count(r.idle, "rule")+" without effect")
	}
	if n := len(p.Problems); n > 0 {
		notes = append(notes, view.Count(n, "problem"))
	}
	r.note = strings.Join(notes, ", ")
	return r
}

// called names a policy in short: by its kind only where that is no NetworkPolicy.
func called(r model.Ref) string {
	if r.Kind == "NetworkPolicy" {
		return qualified(r)
	}
	return r.Kind + " " + qualified(r)
}

// policies is the topic of what each policy selects, and which of its rules have no effect.
type policies struct{ topic }

func newPolicies(shared *view.Shared, ask asker, p view.Place) view.Screen {
	return sheet.New(shared, &policies{topic{shared, ask, p}}, func(to view.Screen) *sheet.List[*rules] {
		return sheet.NewList(shared, to, rulesSchema(shared), 0)
	})
}

func (t *policies) Crumbs() []string { return t.crumbs(view.Policies) }

// policiesAtOnce is how many policies are asked about in one call of the writer.
const policiesAtOnce = 8

func (t *policies) Load(q *sheet.Quest, before *sheet.Answer[*rules]) (*sheet.Answer[*rules], error) {
	of := view.Policies + shownKey(q.Snapshot.Namespaces)
	if a := waiting(q, of, (*rules).compare); a != nil {
		return a, nil
	}
	state, stamp, same, err := glance(&t.topic, q, before)
	if err != nil || same && before.Batch.Of() == of {
		return before, err
	}
	var all []*policy.Policy
	if err := t.ask(q.Ctx, func(a answers) { all = a.AllPolicies() }); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p *policy.Policy) bool {
		return q.Snapshot.Namespaces != nil && p.Ref.Namespace != "" && !q.Snapshot.Namespaces[p.Ref.Namespace]
	})
	var rows []*rules
	findings := foundOn(q.Snapshot)
	for len(all) > 0 {
		n := min(policiesAtOnce, len(all))
		if err := t.ask(q.Ctx, func(a answers) {
			for _, p := range all[:n] {
				r := newRules(p, a.Selected(p.Ref), a.Effects(p.Ref))
				r.findings = findings[p.Ref]
				rows = append(rows, r)
			}
		}); err != nil {
			return nil, err
		}
		all = all[n:]
	}
	idle := 0
	for _, r := range rows {
		if r.note != "" {
			idle++
		}
	}
	a := &sheet.Answer[*rules]{Stamp: stamp, Empty: "there is no network policy: every pod may talk to every other, and to what is outside"}
	a.Batch = sheet.NewBatch(batchOf(before), of, true, rows, (*rules).compare)
	a.Aside = countPolicies(len(rows))
	if idle > 0 {
		a.Aside += fmt.Sprintf(", %d with something odd", idle)
	}
	a.Scope, _ = scopeOf(&state)
	return a, nil
}

func rulesSchema(s *view.Shared) *table.Schema[*rules] {
	tier := func(r *rules) string { return r.policy.Tier.String() }
	pods := sheet.Count("PODS", 5, 1, func(r *rules) int { return r.selected })
	pods.Text = func(r *rules) string { return fmt.Sprint(r.selected) }
	return &table.Schema[*rules]{
		Key: (*rules).ID, Compare: (*rules).compare,
		Columns: []table.Column[*rules]{
			sheet.Grow(sheet.Searched(sheet.Column("POLICY", 14, 26, 0, func(r *rules) string { return r.name }))),
			pods,
			sheet.Column("RULES", 12, 12, 1, func(r *rules) string { return r.acts }),
			sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("NOTE", 10, 24, 0, func(r *rules) string { return r.note }))), func(*rules) lipgloss.Style { return s.Theme.Warn }),
			sheet.Grow(sheet.Searched(sheet.Column("SELECTS", 10, 24, 2, func(r *rules) string { return r.selects }))),
			sheet.Column("TIER", 13, 13, 3, tier),
			sheet.Hidden(sheet.Count("PRIORITY", 8, 4, func(r *rules) int { return int(r.policy.Priority) })),
			sheet.Hidden(sheet.Count("IDLE", 5, 5, func(r *rules) int { return r.idle })),
		},
		Fields: []table.Field[*rules]{
			sheet.Field("ns", "namespace", func(r *rules) string { return text.Clean(r.policy.Ref.Namespace) }), sheet.Field("tier", "", tier),
			sheet.Field("kind", "", func(r *rules) string { return r.policy.Ref.Kind }), {Name: "note", Text: func(r *rules) string { return r.note }, Within: true},
		},
	}
}

func (t *policies) Describe(q *sheet.Quest, r *rules) ([]string, error) {
	p := tellerOf(q)
	p.Para(p.In(p.Ink.Strong, called(r.policy.Ref)) + p.In(p.Ink.Text, "  tier "+r.policy.Tier.String()))
	if r.policy.Tier != policy.Network {
		p.Para(p.In(p.Ink.Text, fmt.Sprintf("priority %d", r.policy.Priority)))
	}
	p.Entry("SELECTS", p.In(p.Ink.Text, fmt.Sprintf("%s; %s now", r.policy.Subject.String(), view.Count(r.selected, "pod"))))
	for i := range r.policy.Problems {
		w := &r.policy.Problems[i]
		words := w.Path + ": " + w.Text
		if w.Value != "" {
			words += " (" + w.Value + ")"
		}
		p.Entry("ODD", p.In(p.Ink.Warn, words))
	}
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		if !r.policy.Acts[d] {
			continue
		}
		p.Gap()
		p.Para(p.In(p.Ink.Header, strings.ToUpper(d.String())))
		if len(r.policy.Rules[d]) == 0 && r.policy.Tier == policy.Network {
			p.Para(p.In(p.Ink.Text, "no rule: nothing passes by this policy"))
		}
		for i := range r.policy.Rules[d] {
			p.rule(&r.policy.Rules[d][i], d, r.effectOf(d, r.policy.Rules[d][i].Index))
		}
	}
	if file, line, ok := q.Shared.Session.Locate(r.policy.Ref, "spec"); ok {
		p.Gap()
		p.Para(p.In(p.Ink.Faint, fmt.Sprintf("%s:%d", file, line)))
	}
	return p.Lines(), nil
}

func (r *rules) effectOf(d policy.Direction, index int) *network.Effect {
	for i := range r.effects {
		if e := &r.effects[i]; e.Direction == d && e.Rule == index {
			return e
		}
	}
	return &network.Effect{}
}

// rule tells of one rule, and what it does not do.
func (t *teller) rule(r *policy.Rule, d policy.Direction, e *network.Effect) {
	var peers []string
	for i := range r.Peers {
		peers = append(peers, peerWords(&r.Peers[i]))
	}
	if r.Anyone {
		peers = []string{"anybody"}
	}
	ports := []string{}
	if !r.Ports.Empty() {
		ports = append(ports, r.Ports.String())
	}
	for _, n := range r.Named {
		ports = append(ports, "port "+n.Name)
	}
	words := fmt.Sprintf("%s[%d] %s ", d, r.Index, r.Action)
	if r.Name != "" {
		words = r.Name + ": " + words
	}
	preposition := map[policy.Direction]string{policy.Ingress: "from ", policy.Egress: "to "}[d]
	t.Hang("", "  ", t.In(t.Ink.Strong, words)+t.In(t.Ink.Text, strings.Join(ports, ", ")+" "+preposition+strings.Join(peers, "; or ")))
	odd := func(text string) { t.Hang("  ", "    ", t.In(t.Ink.Warn, text)) }
	if r.FailClosed {
		odd("a peer of a kind that is not known: it fails closed")
	}
	if e.NoEffect {
		odd("without effect: nothing can match it")
	}
	if e.Shadow != nil {
		odd("without effect: " + reason(e.Shadow) + " says all of it")
	}
	for _, path := range e.PeersEmpty {
		odd(path + " selects no pod")
	}
	for _, n := range e.Unresolved {
		odd("no pod has a port named " + n.Name)
	}
}

func peerWords(p *policy.Peer) string {
	switch {
	case p.Pods != nil:
		return p.Pods.String()
	case p.Block != nil:
		words := p.Block.CIDR.String()
		for i, x := range p.Block.Except {
			words += map[bool]string{true: " except ", false: ", "}[i == 0] + x.String()
		}
		return words
	case p.Nodes != nil:
		return "nodes " + p.Nodes.String()
	case len(p.Domains) > 0:
		return strings.Join(p.Domains, ", ")
	}
	return "a peer that is not known"
}

func (t *policies) Subject(r *rules) view.Subject {
	return view.Subject{Object: r.policy.Ref, Names: []string{r.policy.Ref.String()}, Findings: r.findings}
}

func (t *policies) Open(r *rules) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: r.policy.Ref}})
}

func (t *policies) Can(a keys.Action, r *rules, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		return view.When(ok && r.policy.Ref.Namespace != "", "it is of no namespace")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return found(r.findings, r.policy.Ref)
		}
	}
	return t.can(a)
}

func (t *policies) Do(a keys.Action, r *rules, _ bool) tea.Cmd {
	if a == keys.Reach {
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: namespaceRef(r.policy.Ref.Namespace)}})
	}
	return t.do(a)
}
