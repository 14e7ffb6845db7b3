package nodes

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// machines is the topic of all nodes.
type machines struct{ topic }

func (t *machines) Crumbs() []string { return []string{view.Nodes} }

// Load lists them, the worst first.
func (t *machines) Load(q *sheet.Quest, before *sheet.Answer[*item]) (*sheet.Answer[*item], error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, err
	}
	with, on := &load{running: t.keeper.inventory(q.Snapshot.Report.Inventory), measured: t.desk.Usage()}, found(q.Snapshot)
	with.suspect = onNodes(t.signals(q.Ctx, with.measured, with.running, q.Snapshot.Report.Time), with.running, q.Snapshot.Namespaces)
	rows := make([]*item, 0, len(s.nodes)+1)
	count := map[node.State]int{}
	for _, n := range s.nodes {
		i := newItem(&q.Shared, n, with, on)
		count[i.state]++
		rows = append(rows, i)
	}
	if plane := newPlane(s.plane, on); plane != nil {
		rows = append(rows, plane)
	}
	a := &sheet.Answer[*item]{
		Batch: sheet.NewBatch(before.Before(), nodesName, q.Snapshot.Cover.Settled(), rows, (*item).compare),
		Aside: view.Count(len(s.nodes), "node"), Empty: nothing(q), Scope: unseen(q),
	}
	if len(s.nodes) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: summed(count)})
	}
	a.Said = append(a.Said, t.keeper.lead.Load().remark(&q.Shared)...)
	if old, bad := aged(t.desk, q.Snapshot.Report.Time); bad {
		a.Said = append(a.Said, sheet.Remark{Text: old, Bad: true})
	}
	return sheet.Steady(before, a), nil
}

// summed counts the nodes by their worst state.
func summed(count map[node.State]int) string {
	var parts []string
	all := states()
	for i := len(all) - 1; i >= 0; i-- {
		parts = counted(parts, count[all[i]], "%d "+spelled(all[i]))
	}
	return "nodes: " + strings.Join(parts, ", ")
}

func nodeKind() schema.GroupKind { return schema.GroupKind{Kind: "Node"} }

// nothing says why no node is listed, and never that there is none where that is not known.
func nothing(q *sheet.Quest) string {
	switch q.Snapshot.Cover.State(nodeKind()) {
	case model.Loading, "":
		return "nodes are still loading"
	case model.Denied:
		return strings.TrimSuffix("nodes may not be listed, so nobody knows how old they are: "+reasonOf(q.Snapshot, nodeKind()), ": ")
	case model.Partial, model.Absent:
		return strings.TrimSuffix("no node was seen, and not all could be: "+reasonOf(q.Snapshot, nodeKind()), ": ")
	}
	return "no nodes were seen"
}

// unseen says what the list does not cover.
func unseen(q *sheet.Quest) string {
	var parts []string
	for _, kind := range []schema.GroupKind{nodeKind(), {Kind: "Pod"}} {
		switch q.Snapshot.Cover.State(kind) {
		case model.Denied, model.Partial, model.Absent:
			parts = append(parts, strings.TrimSuffix("not all "+view.Plural(kind)+" were seen: "+reasonOf(q.Snapshot, kind), ": "))
		}
	}
	return strings.Join(parts, "; ")
}

// reasonOf says why not all objects of a kind were seen.
func reasonOf(s *view.Snapshot, kind schema.GroupKind) string {
	for i := range s.Report.Coverage {
		if c := &s.Report.Coverage[i]; c.Kind == kind && c.State != model.Complete && c.Reason != "" {
			return c.Reason
		}
	}
	return ""
}

func machineSchema(s *view.Shared) *table.Schema[*item] {
	state := sheet.Styled(sheet.Column("STATE", 9, 9, 0, func(i *item) string { return signOf(i.state) }), func(i *item) lipgloss.Style { return styleOf(&s.Theme, i.state) })
	state.Compare = (*item).byState
	pods := sheet.Column("PODS", 4, 5, 3, func(i *item) string { return i.counted })
	pods.Right, pods.Falls = true, true
	pods.Compare = func(a, b *item) int { return cmp.Compare(b.pods, a.pods) }
	cpu, memory := sheet.Column("CPU", 5, 5, 4, func(i *item) string { return i.cpu }), sheet.Column("MEM", 5, 5, 4, func(i *item) string { return i.memory })
	cpu.Right, memory.Right = true, true
	known := sheet.Field("state", "", func(i *item) string { return strings.ReplaceAll(string(i.state), "-", " ") })
	known.Known = []string{"ok", "part ok", "no data", "due", "overdue"}
	known.Order = func(value string) (int, bool) {
		r := rank(node.State(strings.ReplaceAll(value, " ", "-")))
		return r, r >= 0
	}
	return &table.Schema[*item]{
		Key: (*item).ID, Compare: (*item).compare,
		Columns: []table.Column[*item]{
			state, sheet.Styled(sheet.Searched(sheet.Column("NODE", 15, 30, 0, (*item).titled)), func(i *item) lipgloss.Style {
				if i.suspect != "" {
					return s.Theme.Warn
				}
				return s.Theme.Text
			}),
			sheet.Searched(sheet.Column("KUBELET", 9, 18, 0, func(i *item) string { return i.kubelet })),
			sheet.Grow(sheet.Searched(sheet.Column("WORST", 30, 44, 0, func(i *item) string { return i.worst }))), pods, cpu, memory,
			sheet.Searched(sheet.Column("RUNTIME", 12, 18, 5, func(i *item) string { return i.runtime })),
			sheet.Searched(sheet.Column("OS", 12, 22, 6, func(i *item) string { return i.system })),
			sheet.Searched(sheet.Column("KERNEL", 9, 16, 7, func(i *item) string { return i.kernel })),
			sheet.Searched(sheet.Column("POOL", 6, 14, 8, func(i *item) string { return i.pool })),
			sheet.Column("CREATED", 10, 10, 9, func(i *item) string { return i.created }),
		},
		Fields: []table.Field[*item]{
			known, sheet.Within("topic", "", func(i *item) string { return cmp.Or(i.wrong(), "none") }), sheet.Field("pool", "", func(i *item) string { return cmp.Or(i.pool, "none") }),
			sheet.Field("version", "", func(i *item) string { return i.line }), sheet.Field("provider", "", (*item).provider), sheet.Field("node", "", func(i *item) string { return i.name }),
			sheet.Within("os", "", func(i *item) string { return i.system }), sheet.Within("runtime", "", func(i *item) string { return i.runtime }),
			sheet.Field("kernel", "", func(i *item) string { return i.kernel }), sheet.Field("ready", "", (*item).ready), sheet.Field("suspicious", "", (*item).doubtful),
		},
	}
}

// Describe tells all verdicts of a node, each with what it rests on.
func (t *machines) Describe(q *sheet.Quest, i *item) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	if i.of == nil {
		w.plane(i.plane)
	} else {
		w.node(i.of, i)
	}
	w.findings(i.findings)
	return w.Lines(), nil
}

// Subject is the node.
func (t *machines) Subject(i *item) view.Subject {
	sub := view.Subject{Findings: i.findings, Names: []string{i.name}}
	if i.of != nil {
		sub.Object = i.of.Ref
	}
	return sub
}

// Open goes to what is known of one.
func (t *machines) Open(i *item) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Node, Object: i.ref()}})
}

// Can offers what every list has, and to ask kubelets.
func (t *machines) Can(a keys.Action, i *item, ok bool) view.Offer {
	switch a {
	case keys.Inspect:
		return t.canAsk()
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(i.findings) > 0, "no finding of patching is on it").ByProgram()
		}
	case keys.YAML, keys.Related, keys.Owner:
		if ok && i.of == nil {
			return view.Because("the control plane is no object: enter shows its parts")
		}
	}
	return view.No()
}

// Do asks.
func (t *machines) Do(a keys.Action, i *item, ok bool) tea.Cmd {
	if a != keys.Inspect {
		return nil
	}
	var names []string
	if ok && i.of != nil {
		names = []string{i.of.Ref.Name}
	}
	return t.askKubelets(names)
}

// Legend says what the signs mean.
func (t *machines) Legend() []string {
	return []string{
		"x overdue: beyond what the policy or support allows. ! due: soon, or where sources differ. ? no data: no source speaks of it, which is not good. + ok: all is known, and well",
		"~ part ok: ok as far as known; no data is there on what clusters seldom tell (certificates, reboots, configuration), which WORST names",
		"? suspicious: by what was measured something on the node looks suspicious, which is no proof: its pods, and usage, say what",
		"WORST names the topics: first what is overdue, then what is due. CPU and MEM are shares of what pods may take of the node, " + unknown + " where nobody measures",
		"filter: state: topic: pool: version: provider: node: os: runtime: kernel: ready: suspicious:",
	}
}

// Label names what a key does here.
func (t *machines) Label(a keys.Action) (label, does string) {
	if a == keys.Inspect {
		return "kubelets", fmt.Sprintf("ask kubelets for their configuration through %s, after a question", proxied)
	}
	return "", ""
}
