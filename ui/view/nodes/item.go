package nodes

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// item is a row of the list of nodes: a node, or the control plane. It is immutable.
type item struct {
	// One of these is set.
	of    *node.Node
	plane *node.Plane

	state    node.State
	overdue  int
	pods     int
	findings []*model.Finding
	signals  []usage.Signal
	// What columns show is clean.
	name, kubelet, worst, runtime, system, kernel, pool, created, counted, cpu, memory, line, suspect string
}

// ref is the node, or the cluster as a whole.
func (i *item) ref() model.Ref {
	if i.of == nil {
		return model.ClusterRef()
	}
	return i.of.Ref
}

// verdicts are those of the node, or of the control plane.
func (i *item) verdicts() []node.Verdict {
	if i.of == nil {
		return i.plane.Verdicts
	}
	return i.of.Verdicts
}

// load is what is known of a node besides its verdicts.
type load struct {
	running  *running
	measured *model.Usage
	suspect  map[string][]usage.Signal
}

func newItem(shared *view.Shared, n *node.Node, with *load, on map[model.Ref][]*model.Finding) *item {
	i := &item{
		of: n, state: stateOf(n.Verdicts), overdue: len(topics(n.Verdicts, node.Overdue)), pods: with.running.count[n.Ref.Name], findings: on[n.Ref],
		name: text.Clean(n.Ref.Name), kubelet: text.Clean(n.Kubelet), runtime: text.Clean(strings.Replace(n.Runtime, "://", " ", 1)), system: text.Clean(n.OS), kernel: text.Clean(n.Kernel),
		pool: text.Clean(n.Pool), cpu: unknown, memory: unknown, line: cmp.Or(n.Version.Line(), unknown),
	}
	words := standing(n)
	if w := worstOf(n.Verdicts); w != "" {
		words = append(words, w)
	}
	i.worst = text.Clean(strings.Join(words, "; "))
	if i.signals = with.suspect[n.Ref.Name]; len(i.signals) > 0 {
		i.suspect = suspects(i.signals)
	}
	if n.Created != 0 {
		i.created = time.Unix(n.Created, 0).In(shared.Zone).Format(time.DateOnly)
	}
	i.counted = strconv.Itoa(i.pods)
	if last, ok := with.measured.Nodes[n.Ref.Name].Last(); ok {
		gives := with.running.gives[n.Ref.Name]
		i.cpu, i.memory = percent(last.CPU, gives.CPULimit), percent(last.Memory, gives.MemoryLimit)
		if gives.CPULimit == 0 {
			i.cpu, i.memory = usage.CPU(last.CPU), usage.Memory(last.Memory)
		}
	}
	return i
}

// titled is the name, with a mark where something on the node looks suspicious.
func (i *item) titled() string {
	if i.suspect == "" {
		return i.name
	}
	return i.name + " " + suspicious
}

func (i *item) doubtful() string {
	if i.suspect == "" {
		return "no"
	}
	return "yes"
}

// standing says of a node in words that it takes no part.
func standing(n *node.Node) []string {
	var words []string
	if !n.Ready {
		words = append(words, "not ready")
	}
	if n.Cordoned {
		words = append(words, "cordoned")
	}
	return words
}

// newPlane makes the row of the control plane; nil where nothing is known of it.
func newPlane(p *node.Plane, on map[model.Ref][]*model.Finding) *item {
	if p == nil || len(p.Parts) == 0 && len(p.Verdicts) == 0 {
		return nil
	}
	i := &item{plane: p, state: stateOf(p.Verdicts), overdue: len(topics(p.Verdicts, node.Overdue)), name: planeName, worst: text.Clean(worstOf(p.Verdicts)), cpu: unknown, memory: unknown, line: unknown}
	versions, parts := serverVersions(p)
	i.kubelet = text.Clean(strings.Join(versions, ", "))
	if len(parts) > 0 {
		i.runtime = text.Clean("API server")
	}
	i.findings = append(i.findings, on[model.ClusterRef()]...)
	for k := range p.Parts {
		if o := p.Parts[k].Object; !o.IsZero() && o.Kind == "Pod" {
			i.findings = append(i.findings, on[o]...)
		}
	}
	slices.SortStableFunc(i.findings, func(a, b *model.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return i
}

// serverVersions names the versions of the API servers, each once, the newest first, and gives those parts.
func serverVersions(p *node.Plane) (names []string, parts []*node.Part) {
	for k := range p.Parts {
		part := &p.Parts[k]
		if part.Component != lifecycle.APIServer {
			continue
		}
		parts = append(parts, part)
		if part.Raw != "" && !slices.Contains(names, part.Raw) {
			names = append(names, part.Raw)
		}
	}
	return names, parts
}

// ID tells rows apart.
func (i *item) ID() string {
	if i.of == nil {
		return "\x00"
	}
	return i.of.Ref.Name
}

// Same tells whether another row says the same. What is long is compared last.
func (i *item) Same(o *item) bool {
	if i.state != o.state || i.pods != o.pods || i.cpu != o.cpu || i.memory != o.memory || i.worst != o.worst || i.suspect != o.suspect || i.kubelet != o.kubelet || i.created != o.created {
		return false
	}
	if !slices.Equal(i.findings, o.findings) || (i.of == nil) != (o.of == nil) {
		return false
	}
	if i.of != nil {
		return i.of == o.of || reflect.DeepEqual(i.of, o.of)
	}
	return i.plane == o.plane || reflect.DeepEqual(i.plane, o.plane)
}

// compare puts first what is worst, the control plane among the nodes.
func (i *item) compare(o *item) int {
	return cmp.Or(i.byState(o), cmp.Compare(i.ID(), o.ID()))
}

func (i *item) byState(o *item) int {
	return cmp.Or(cmp.Compare(rank(o.state), rank(i.state)), cmp.Compare(o.overdue, i.overdue))
}

// wrong lists the topics that are not well, for filters.
func (i *item) wrong() string {
	return strings.Join(append(topics(i.verdicts(), node.Overdue), topics(i.verdicts(), node.Due)...), ", ")
}

// provider is whose node it is.
func (i *item) provider() string {
	if i.of == nil || i.of.Provider == "" {
		return "none known"
	}
	return text.Clean(i.of.Provider)
}

// ready says whether it takes part.
func (i *item) ready() string {
	switch {
	case i.of == nil:
		return unknown
	case !i.of.Ready:
		return "no"
	case i.of.Cordoned:
		return "cordoned"
	}
	return "yes"
}
