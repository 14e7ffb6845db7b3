package demo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// machine is a node with what runs on it.
type machine struct {
	node *corev1.Node
	pods int
	of   map[types.UID]int
	ips  map[string]bool // those in use
}

func newMachine(n *corev1.Node) *machine {
	return &machine{node: n, of: map[types.UID]int{}, ips: map[string]bool{}}
}

func (c *cluster) machine(name string) *machine {
	i := slices.IndexFunc(c.nodes, func(m *machine) bool { return m.node.Name == name })
	return c.nodes[i]
}

func (m *machine) takes(s *corev1.PodSpec) bool {
	for k, v := range s.NodeSelector {
		if m.node.Labels[k] != v {
			return false
		}
	}
	return !slices.ContainsFunc(m.node.Spec.Taints, func(t corev1.Taint) bool { return !tolerates(s.Tolerations, t) })
}

// load is what the scheduler keeps even: pods per processor, and next to
// nothing of one owner twice on a node.
func (m *machine) load(owner types.UID) float64 {
	return float64(m.pods+1)/m.node.Status.Allocatable.Cpu().AsApproximateFloat64() + 0.4*float64(m.of[owner])
}

// schedule places every pod: the bound ones first, then those that fewest nodes
// take, then the rest, and last the pods of jobs, which came last.
func (c *cluster) schedule() {
	for _, p := range c.pods {
		if p.Spec.NodeName != "" {
			c.bind(p, c.machine(p.Spec.NodeName))
		} else if len(p.OwnerReferences) == 0 {
			c.waiting = append(c.waiting, p)
		}
	}
	rank := func(p *corev1.Pod) int {
		if p.Labels[batchv1.JobNameLabel] != "" {
			return len(c.nodes) + 1
		}
		return len(c.candidates(p))
	}
	slices.SortStableFunc(c.waiting, func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name))
	})
	for _, p := range c.waiting {
		c.bind(p, c.choose(p))
	}
}

// candidates are the nodes that take a pod.
func (c *cluster) candidates(p *corev1.Pod) []*machine {
	pin := pinOf(&p.Spec)
	return slices.DeleteFunc(slices.Clone(c.nodes), func(m *machine) bool { return pin != "" && m.node.Name != pin || pin == "" && !m.takes(&p.Spec) })
}

// pinOf names the node for which the controller of a DaemonSet made a pod; "" for any other. Of affinity nothing else is played.
func pinOf(s *corev1.PodSpec) string {
	a := s.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	for _, t := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, f := range t.MatchFields {
			if f.Key == metav1.ObjectNameField && len(f.Values) > 0 {
				return f.Values[0]
			}
		}
	}
	return ""
}

// choose is the node that the scheduler takes for a pod of the manifests, which all find one.
func (c *cluster) choose(p *corev1.Pod) *machine {
	m := c.fit(p)
	if m == nil {
		panic(fmt.Errorf("no node takes pod %s/%s", p.Namespace, p.Name))
	}
	return m
}

// fit is the node that the scheduler takes for a pod: the one with the least load. It gives nil where none takes it.
func (c *cluster) fit(p *corev1.Pod) *machine {
	var owner types.UID
	if len(p.OwnerReferences) > 0 {
		owner = p.OwnerReferences[0].UID
	}
	fit := c.candidates(p)
	if len(fit) == 0 {
		return nil
	}
	return slices.MinFunc(fit, func(a, b *machine) int { return cmp.Compare(a.load(owner), b.load(owner)) })
}

func (c *cluster) bind(p *corev1.Pod, m *machine) {
	// A pod is not older than the last drain of its node for an upgrade.
	drained := c.at(2026, time.October, 29, 20, 11)
	if m.node.Name == "n5" {
		drained = c.at(2025, time.September, 10, 5, 30)
	}
	if p.CreationTimestamp.Time.Before(drained) {
		p.CreationTimestamp = metav1.NewTime(drained.Add(time.Duration(m.pods*7) * time.Second))
	}
	m.hold(p, "")
	if len(p.OwnerReferences) > 0 && p.Annotations[corev1.MirrorPodAnnotationKey] == "" {
		c.add(p, p.CreationTimestamp.Time)
	}
}

// hold gives a pod its place on the node and an address: the given one, which
// was its own before, or a free one.
func (m *machine) hold(p *corev1.Pod, ip string) {
	p.Spec.NodeName = m.node.Name
	m.pods++
	for _, o := range p.OwnerReferences {
		m.of[o.UID]++
	}
	host := m.node.Status.Addresses[0].Address
	if p.Spec.HostNetwork {
		ip = host
	} else if ip == "" {
		ip = m.address()
	}
	p.Status.HostIP, p.Status.HostIPs = host, []corev1.HostIP{{IP: host}}
	p.Status.PodIP, p.Status.PodIPs = ip, []corev1.PodIP{{IP: ip}}
}

// address takes the lowest address of the node that is free; the first is the node's own.
func (m *machine) address() string {
	for n := 2; ; n++ {
		if ip := fmt.Sprintf("%s.%d", strings.TrimSuffix(m.node.Spec.PodCIDR, ".0/24"), n); !m.ips[ip] {
			m.ips[ip] = true
			return ip
		}
	}
}

// release takes a pod off the node. An address that is kept is not given to another pod.
func (m *machine) release(p *corev1.Pod, keep bool) {
	m.pods--
	for _, o := range p.OwnerReferences {
		if m.of[o.UID]--; m.of[o.UID] == 0 {
			delete(m.of, o.UID)
		}
	}
	if !keep {
		delete(m.ips, p.Status.PodIP)
	}
}
