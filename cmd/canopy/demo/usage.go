package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/inorder"
)

const (
	// measured is how often the metrics-server of the demo measures.
	measured = 15 * time.Second
	// remembered is how many measurements are there when somebody first looks, and kept how many at the most.
	remembered, kept = 30, 60
	// forgotten is after how many rounds what is gone is dropped.
	forgotten = 2
)

// Meter tells what the nodes and pods of the demo use. Figures follow from names and times alone, so that they are the same whenever
// somebody looks; they are made of what runs at that moment.
type Meter struct {
	clock model.Clock
	crowd func() *Crowd
}

var _ model.Meter = (*Meter)(nil)

// NewMeter gives a meter. Crowd tells what runs; nil while that is not known yet.
func NewMeter(clock model.Clock, crowd func() *Crowd) *Meter { return &Meter{clock, crowd} }

// Crowd is what runs at a moment.
type Crowd struct {
	// Nodes are those whose kubelets answer.
	Nodes []string
	Pods  []Running
}

// Running is a pod that runs.
type Running struct {
	Name       types.NamespacedName
	Node       string
	Containers []RunningContainer
}

// RunningContainer is a container that runs since a moment. CPU is in thousandths of a core, Memory in bytes: what it asks for, and what it
// may use; zero where nothing is said.
type RunningContainer struct {
	Name                                    string
	Since                                   time.Time
	CPU, CPULimit, Memory, MemoryLimit, use int64
}

// Crowd tells what runs in the jungle that is played on, for a Meter.
func (p *Player) Crowd(jungle *Jungle) *Crowd {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	c := &Crowd{}
	take := func(o object) {
		switch o := o.(type) {
		case *corev1.Node:
			if slices.ContainsFunc(o.Status.Conditions, func(c corev1.NodeCondition) bool {
				return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
			}) {
				c.Nodes = append(c.Nodes, o.Name)
			}
		case *corev1.Pod:
			if r := runningOf(o); len(r.Containers) > 0 {
				c.Pods = append(c.Pods, r)
			}
		}
	}
	if p.stage == nil {
		for _, o := range jungle.cluster.objects {
			take(o)
		}
	} else {
		for _, o := range p.stage.all {
			take(o)
		}
	}
	slices.Sort(c.Nodes)
	inorder.Sort(c.Pods, func(a, b Running) int { return strings.Compare(a.Name.String(), b.Name.String()) })
	return c
}

func runningOf(p *corev1.Pod) Running {
	r := Running{Name: types.NamespacedName{Namespace: p.Namespace, Name: p.Name}, Node: p.Spec.NodeName}
	asks := map[string]corev1.ResourceRequirements{}
	for i := range p.Spec.Containers {
		asks[p.Spec.Containers[i].Name] = p.Spec.Containers[i].Resources
	}
	for _, s := range slices.Concat(p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses) {
		if s.State.Running == nil {
			continue
		}
		a := asks[s.Name]
		c := RunningContainer{Name: s.Name, Since: s.State.Running.StartedAt.Time, CPU: a.Requests.Cpu().MilliValue(), CPULimit: a.Limits.Cpu().MilliValue(),
			Memory: a.Requests.Memory().Value(), MemoryLimit: a.Limits.Memory().Value()}
		if r.Name == (types.NamespacedName{Namespace: busyNamespace, Name: busyPod}) && c.Name == busyContainer {
			c.use = busyCPU
		}
		r.Containers = append(r.Containers, c)
	}
	return r
}

// Measure measures every fifteen seconds of the clock, and begins with what would have been measured before.
func (m *Meter) Measure(ctx context.Context, news func(*model.Usage)) {
	w := &watch{nodes: map[string]*model.Series{}, pods: map[types.NamespacedName]*model.PodUsage{}, missing: map[types.NamespacedName]int{}}
	begun := false
	for {
		now := m.clock.Now()
		next := now.Add(time.Second)
		if crowd := m.crowd(); crowd == nil {
			news(&model.Usage{State: model.UsageLoading, Next: next})
		} else {
			at := now.Truncate(measured)
			next = at.Add(measured)
			for i := remembered - 1; i > 0 && !begun; i-- {
				w.round(crowd, at.Add(-time.Duration(i)*measured))
			}
			begun = true
			w.round(crowd, at)
			news(w.usage(now, next))
		}
		select {
		case <-ctx.Done():
			return
		case <-m.clock.After(next.Sub(now)):
		}
	}
}

// watch is what was measured so far.
type watch struct {
	nodes map[string]*model.Series
	pods  map[types.NamespacedName]*model.PodUsage
	// missing counts the rounds in which something was not there; a node has no namespace.
	missing map[types.NamespacedName]int
	used    *model.NamespaceUse
}

// round measures once. Whatever is on a node that does not answer is not measured.
func (w *watch) round(c *Crowd, at time.Time) {
	nodes := make(map[string]*model.Series, len(c.Nodes))
	pods := make(map[types.NamespacedName]*model.PodUsage, len(c.Pods))
	used, most := map[string]model.Sample{}, map[string]int64{}
	for _, p := range c.Pods {
		if !slices.Contains(c.Nodes, p.Node) {
			continue
		}
		usage := &model.PodUsage{Containers: make(map[string]*model.Series, len(p.Containers))}
		for _, r := range p.Containers {
			if r.Since.After(at) {
				continue
			}
			var before *model.Series
			if old := w.pods[p.Name]; old != nil {
				before = old.Containers[r.Name]
			}
			x := consumption(p, r, at)
			usage.Containers[r.Name] = before.Append(x, kept)
			most[p.Name.Namespace] = max(most[p.Name.Namespace], x.CPU)
			sum := used[p.Node]
			used[p.Node] = model.Sample{CPU: sum.CPU + x.CPU, Memory: sum.Memory + x.Memory}
		}
		if len(usage.Containers) > 0 {
			pods[p.Name] = usage
		}
	}
	for _, name := range c.Nodes {
		nodes[name] = w.nodes[name].Append(overhead(name, used[name], at), kept)
	}
	missing := map[types.NamespacedName]int{}
	stays := func(name types.NamespacedName) bool {
		n := w.missing[name] + 1
		missing[name] = n
		return n < forgotten
	}
	for name, old := range w.nodes {
		if at := (types.NamespacedName{Name: name}); nodes[name] == nil && stays(at) {
			nodes[name] = old
		}
	}
	for name, old := range w.pods {
		if pods[name] == nil && stays(name) {
			pods[name] = old
		}
	}
	w.nodes, w.pods, w.missing = nodes, pods, missing
	w.used = w.used.Round(at.Unix(), most, true, kept)
}

func (w *watch) usage(now, next time.Time) *model.Usage {
	return &model.Usage{State: model.UsageGood, Asked: now, Next: next, Nodes: w.nodes, Pods: w.pods, Namespaces: w.used}
}
