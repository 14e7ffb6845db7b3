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
	pods []*corev1.Pod
	of   map[types.UID]int
	next int
}

func newMachine(n *corev1.Node) *machine {
	return &machine{node: n, of: map[types.UID]int{}, next: 2}
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
	return float64(len(m.pods)+1)/m.node.Status.Allocatable.Cpu().AsApproximateFloat64() + 0.4*float64(m.of[owner])
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
	candidates := func(p *corev1.Pod) []*machine {
		if a := p.Spec.Affinity; a != nil {
			name := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields[0].Values[0]
			return []*machine{c.machine(name)}
		}
		return slices.DeleteFunc(slices.Clone(c.nodes), func(m *machine) bool { return !m.takes(&p.Spec) })
	}
	rank := func(p *corev1.Pod) int {
		if p.Labels[batchv1.JobNameLabel] != "" {
			return len(c.nodes) + 1
		}
		return len(candidates(p))
	}
	slices.SortStableFunc(c.waiting, func(a, b *corev1.Pod) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name))
	})
	for _, p := range c.waiting {
		var owner types.UID
		if len(p.OwnerReferences) > 0 {
			owner = p.OwnerReferences[0].UID
		}
		fit := candidates(p)
		if len(fit) == 0 {
			panic(fmt.Errorf("no node takes pod %s/%s", p.Namespace, p.Name))
		}
		c.bind(p, slices.MinFunc(fit, func(a, b *machine) int { return cmp.Compare(a.load(owner), b.load(owner)) }))
	}
}

func (c *cluster) bind(p *corev1.Pod, m *machine) {
	p.Spec.NodeName = m.node.Name
	// A pod is not older than the last drain of its node for an upgrade.
	drained := c.at(2026, time.October, 29, 20, 11)
	if m.node.Name == "n5" {
		drained = c.at(2025, time.September, 10, 5, 30)
	}
	if p.CreationTimestamp.Time.Before(drained) {
		p.CreationTimestamp = metav1.NewTime(drained.Add(time.Duration(len(m.pods)*7) * time.Second))
	}
	m.pods = append(m.pods, p)
	for _, o := range p.OwnerReferences {
		m.of[o.UID]++
	}
	host := m.node.Status.Addresses[0].Address
	ip := host
	if !p.Spec.HostNetwork {
		ip = fmt.Sprintf("%s.%d", strings.TrimSuffix(m.node.Spec.PodCIDR, ".0/24"), m.next)
		m.next++
	}
	p.Status.HostIP, p.Status.HostIPs = host, []corev1.HostIP{{IP: host}}
	p.Status.PodIP, p.Status.PodIPs = ip, []corev1.PodIP{{IP: ip}}
	if len(p.OwnerReferences) > 0 && p.Annotations[corev1.MirrorPodAnnotationKey] == "" {
		c.add(p, p.CreationTimestamp.Time)
	}
}
