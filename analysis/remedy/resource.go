package remedy

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"canopy/analysis/workload"
)

// resources is PS25. No figure is invented: limits come from the LimitRange of the namespace, which sets them on new pods
// in any case, or from the request; requests from the limit, as the API would default them.
func (e *editor) resources() {
	for _, c := range e.containers() {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
			e.limit(c, name)
		}
	}
	if rest := hitsOf("PS25", e.t); len(rest) > 0 {
		for _, line := range lacking(rest) {
			e.leave("PS25", "no figure is known: %s", line)
		}
	}
}

// lacking lists what containers lack in as few lines as fit a comment; containers that lack the same stand together.
func lacking(hits []workload.Hit) []string {
	const fits = 300
	var order []string
	fields := map[string][]string{}
	for _, h := range hits {
		if fields[h.Container] == nil {
			order = append(order, h.Container)
		}
		fields[h.Container] = append(fields[h.Container], strings.TrimPrefix(strings.TrimPrefix(h.Path[strings.LastIndexByte(h.Path, ']')+1:], "."), "resources."))
	}
	var sets []string
	names := map[string][]string{}
	for _, c := range order {
		set := strings.Join(fields[c], ", ")
		if names[set] == nil {
			sets = append(sets, set)
		}
		names[set] = append(names[set], c)
	}
	var lines []string
	line := ""
	add := func(word, between string) {
		switch {
		case line == "":
			line = word
		case len(line)+len(word) > fits:
			lines, line = append(lines, line), word
		default:
			line += between + word
		}
	}
	for _, set := range sets {
		for i, name := range names[set] {
			between := ", "
			if i == 0 {
				between = "; "
			}
			if i == len(names[set])-1 {
				name += ": " + set
			}
			add(name, between)
		}
	}
	return append(lines, line)
}

// howToMeasure says once how the figures of PS25 come to be.
func howToMeasure() []string {
	return []string{
		"measure over a busy week: kubectl top pod --containers -A, or the recommendation of a VerticalPodAutoscaler in mode Off",
		"set memory requests and limits above the highest use seen, and cpu requests to the usual use: kubectl set resources",
		"a LimitRange with default and defaultRequest covers what is left out",
	}
}

func (e *editor) limit(c *corev1.Container, name corev1.ResourceName) {
	if _, ok := c.Resources.Limits[name]; ok {
		return
	}
	if r := e.t.Spec.Resources; r != nil && name != corev1.ResourceEphemeralStorage {
		if _, ok := r.Limits[name]; ok {
			return
		}
	}
	for _, l := range e.ranges {
		for i := range l.Spec.Limits {
			item := &l.Spec.Limits[i]
			if item.Type != corev1.LimitTypeContainer {
				continue
			}
			if q, ok := item.Default[name]; ok {
				// A limit below the request is refused.
				if r, ok := c.Resources.Requests[name]; ok && r.Cmp(q) > 0 {
					continue
				}
				c.Resources.Limits = with(c.Resources.Limits, name, q)
				e.harm(harmless, "container %s: the %s limit is what a LimitRange of the namespace sets already", c.Name, name)
				return
			}
		}
	}
	if q, ok := c.Resources.Requests[name]; ok && !q.IsZero() {
		c.Resources.Limits = with(c.Resources.Limits, name, q)
		switch name {
		case corev1.ResourceCPU:
			e.harm(needsEvidence, "container %s: the cpu limit is its request; one that uses more is slowed down: compare kubectl top pod --containers", c.Name)
		default:
			e.harm(needsEvidence, "container %s: the %s limit is its request; one that uses more is killed: compare kubectl top pod --containers over its busiest time", c.Name, name)
		}
	}
}

// with gives a list with one more resource, leaving the old one as it is.
func with(list corev1.ResourceList, name corev1.ResourceName, q resource.Quantity) corev1.ResourceList {
	next := list.DeepCopy()
	if next == nil {
		next = corev1.ResourceList{}
	}
	next[name] = q.DeepCopy()
	return next
}
