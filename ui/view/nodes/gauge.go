package nodes

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// The kinds of rows of usage, in the order in which they are shown.
const (
	signalPart    = "suspicious: a suspicion, no proof"
	nodePart      = "nodes"
	containerPart = "containers"
)

func usageParts() []string { return []string{signalPart, nodePart, containerPart} }

// What a share is of.
const (
	ofNode    = " node"
	ofLimit   = " lim"
	ofRequest = " req"
)

// trend is the width of a history.
const trend = 12

// gauge is a row: what a node or a container uses, or what looks suspicious about a container. It is immutable.
type gauge struct {
	part      string
	signal    *usage.Signal
	findings  []*model.Finding
	object    model.Ref
	owner     model.Ref
	container string
	// limits are what it asks for and may use; of a node the limits are what pods may take of it.
	limits usage.Limits
	// used is the newest sample; known is false where nobody has measured it.
	used  model.Sample
	known bool
	// What columns show is clean.
	what, node, cpu, cpuOf, cpuTrend, memory, memoryOf, memoryTrend, says, image string
}

// fill writes what columns show of usage.
func (g *gauge) fill(shared *view.Shared, s *model.Series) {
	g.cpu, g.memory = unknown, unknown
	if g.used, g.known = s.Last(); g.known {
		g.cpu, g.memory = usage.CPU(g.used.CPU), usage.Memory(g.used.Memory)
		l := &g.limits
		g.cpuTrend = spark(&shared.Glyphs, s, trend, cmp.Or(l.CPULimit, l.CPURequest), func(one model.Sample) int64 { return one.CPU })
		g.memoryTrend = spark(&shared.Glyphs, s, trend, cmp.Or(l.MemoryLimit, l.MemoryRequest), func(one model.Sample) int64 { return one.Memory })
	}
	g.cpuOf, g.memoryOf = asked(g.limits.CPURequest, g.limits.CPULimit, usage.CPU), asked(g.limits.MemoryRequest, g.limits.MemoryLimit, usage.Memory)
	if g.part == nodePart {
		g.cpuOf, g.memoryOf = only(g.limits.CPULimit, usage.CPU), only(g.limits.MemoryLimit, usage.Memory)
	}
}

// asked writes what is asked for and what is the limit.
func asked(request, limit int64, write func(int64) string) string {
	return only(request, write) + "/" + only(limit, write)
}

func only(n int64, write func(int64) string) string {
	if n == 0 {
		return unknown
	}
	return write(n)
}

// share says how much of its limit something uses, of its request where it has none, or of a node.
func (g *gauge) share(used, request, limit int64) string {
	switch {
	case !g.known:
		return ""
	case g.part == nodePart:
		return only(limit, func(of int64) string { return percent(used, of) + ofNode })
	case limit > 0:
		return percent(used, limit) + ofLimit
	case request > 0:
		return percent(used, request) + ofRequest
	}
	return "no limit"
}

func (g *gauge) cpuShare() string {
	return g.share(g.used.CPU, g.limits.CPURequest, g.limits.CPULimit)
}

func (g *gauge) memoryShare() string {
	return g.share(g.used.Memory, g.limits.MemoryRequest, g.limits.MemoryLimit)
}

// figures writes what is used, and what may be: of a node that is one figure.
func (g *gauge) figures(used, of string) string {
	if g.part == nodePart {
		return used + " of " + of
	}
	return used + "/" + of
}

// ID tells rows apart.
func (g *gauge) ID() string {
	id := g.part + "\n" + g.object.Kind + "\n" + g.object.Namespace + "\n" + g.object.Name + "\n" + g.container
	if g.signal != nil {
		id += "\n" + g.signal.Kind
	}
	return id
}

// Same tells whether another row says the same, as far as it is drawn.
func (g *gauge) Same(o *gauge) bool {
	return g.cpu == o.cpu && g.memory == o.memory && g.cpuOf == o.cpuOf && g.memoryOf == o.memoryOf && g.cpuTrend == o.cpuTrend && g.memoryTrend == o.memoryTrend &&
		g.says == o.says && slices.Equal(g.findings, o.findings) && g.node == o.node && g.owner == o.owner && g.image == o.image && g.cpuShare() == o.cpuShare() && g.memoryShare() == o.memoryShare()
}

// compare goes by the parts, and puts first what uses most. The order must not hang on figures that move, or rows would jump.
func (g *gauge) compare(o *gauge) int {
	return cmp.Or(cmp.Compare(slices.Index(usageParts(), g.part), slices.Index(usageParts(), o.part)), cmp.Compare(g.what, o.what), cmp.Compare(g.ID(), o.ID()))
}

func (g *gauge) byCPU(o *gauge) int {
	return cmp.Or(cmp.Compare(slices.Index(usageParts(), g.part), slices.Index(usageParts(), o.part)), cmp.Compare(o.used.CPU, g.used.CPU))
}

func (g *gauge) byMemory(o *gauge) int {
	return cmp.Or(cmp.Compare(slices.Index(usageParts(), g.part), slices.Index(usageParts(), o.part)), cmp.Compare(o.used.Memory, g.used.Memory))
}

// gauges makes the rows of what is measured, and of what could be.
func gauges(shared *view.Shared, u *model.Usage, r *running, signals []usage.Signal, names []string, shown view.Namespaces) []*gauge {
	rows := make([]*gauge, 0, 2*len(r.pods)+len(names))
	nodeKind, podKind := model.KindByName("Node"), model.KindByName("Pod")
	for _, name := range names {
		g := &gauge{part: nodePart, object: nodeKind.Ref("", name), limits: r.gives[name], what: text.Clean(name), node: text.Clean(name)}
		g.fill(shared, u.Nodes[name])
		rows = append(rows, g)
	}
	suspect := map[string]string{}
	for i := range signals {
		s := &signals[i]
		object := podKind.Ref(s.Pod.Namespace, s.Pod.Name)
		if !shown.Show(object) {
			continue
		}
		suspect[s.Pod.String()+"\n"+s.Container] = kindName(s.Kind)
		g := &gauge{part: signalPart, signal: s, object: object, owner: s.Owner, container: s.Container, what: podName(s.Pod, s.Container) + ": " + kindName(s.Kind), says: text.Clean(s.Says)}
		if p := r.byName[s.Pod]; p != nil {
			g.node, g.limits, g.image = text.Clean(p.record.Node()), p.facts.Containers[s.Container].Limits, text.Clean(p.facts.Containers[s.Container].Image)
		}
		g.fill(shared, series(u, s.Pod, s.Container))
		rows = append(rows, g)
	}
	for _, p := range r.pods {
		object := podKind.Ref(p.name.Namespace, p.name.Name)
		if !shown.Show(object) {
			continue
		}
		for _, name := range p.containers(u) {
			c := p.facts.Containers[name]
			g := &gauge{
				part: containerPart, object: object, owner: p.facts.Owner, container: name, limits: c.Limits, what: podName(p.name, name), node: text.Clean(p.record.Node()),
				says: text.Clean(suspect[p.name.String()+"\n"+name]), image: text.Clean(c.Image),
			}
			g.fill(shared, series(u, p.name, name))
			rows = append(rows, g)
		}
	}
	return rows
}

func series(u *model.Usage, pod types.NamespacedName, container string) *model.Series {
	if p := u.Pods[pod]; p != nil {
		return p.Containers[container]
	}
	return nil
}

func podName(pod types.NamespacedName, container string) string {
	return text.Clean(pod.Namespace + "/" + pod.Name + " " + container)
}

func gaugeSchema(s *view.Shared) *table.Schema[*gauge] {
	right := func(c table.Column[*gauge]) table.Column[*gauge] { c.Right = true; return c }
	cpu, memory := right(sheet.Column("CPU USE/REQ/LIM", 15, 17, 0, func(g *gauge) string { return g.figures(g.cpu, g.cpuOf) })), right(sheet.Column("MEM USE/REQ/LIM", 17, 19, 1, func(g *gauge) string { return g.figures(g.memory, g.memoryOf) }))
	cpu.Name, memory.Name = "cpu", "memory"
	cpu.Compare, memory.Compare, cpu.Falls, memory.Falls = (*gauge).byCPU, (*gauge).byMemory, true, true
	part := sheet.Field("part", "", func(g *gauge) string { return g.part })
	part.Known = usageParts()
	part.Order = func(value string) (int, bool) {
		i := slices.Index(usageParts(), value)
		return len(usageParts()) - i, i >= 0
	}
	what := sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("WHAT", 32, 56, 0, func(g *gauge) string { return g.what }))), func(g *gauge) lipgloss.Style {
		if g.signal != nil {
			return s.Theme.Warn
		}
		return s.Theme.Text
	})
	what.Compare = (*gauge).compare
	return &table.Schema[*gauge]{
		Key: (*gauge).ID, Compare: (*gauge).compare,
		Columns: []table.Column[*gauge]{
			what, sheet.Column("NODE", 5, 20, 0, func(g *gauge) string {
				if g.part == nodePart {
					return ""
				}
				return g.node
			}), cpu, sheet.Column("CPU TREND", trend, trend, 8, func(g *gauge) string { return g.cpuTrend }),
			right(sheet.Column("CPU %", 9, 9, 6, (*gauge).cpuShare)),
			memory, sheet.Column("MEM TREND", trend, trend, 9, func(g *gauge) string { return g.memoryTrend }),
			right(sheet.Column("MEM %", 9, 9, 7, (*gauge).memoryShare)),
			sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("SUSPICION", 12, 40, 5, func(g *gauge) string { return g.says }))), func(*gauge) lipgloss.Style { return s.Theme.Warn }),
		},
		Fields: []table.Field[*gauge]{
			part, sheet.Field("namespace", "ns", func(g *gauge) string { return g.object.Namespace }), sheet.Field("node", "", func(g *gauge) string { return g.node }),
			sheet.Field("container", "", func(g *gauge) string { return g.container }), sheet.Field("owner", "", func(g *gauge) string { return ownerName(g.owner) }),
			sheet.Within("limit", "", func(g *gauge) string { return unlimited(&g.limits) }), sheet.Within("image", "", func(g *gauge) string { return g.image }),
		},
	}
}

func ownerName(o model.Ref) string {
	if o.IsZero() {
		return "none"
	}
	return text.Clean(o.String())
}

// unlimited names the limits that are not set.
func unlimited(l *usage.Limits) string {
	var missing []string
	if l.CPULimit == 0 {
		missing = append(missing, "no cpu")
	}
	if l.MemoryLimit == 0 {
		missing = append(missing, "no memory")
	}
	return cmp.Or(strings.Join(missing, ", "), "set")
}
