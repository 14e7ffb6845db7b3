package minimal

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// choice is a selector with what else it selects.
type choice struct {
	metav1.LabelSelector
	// others are the owners in the namespace of which it selects pods as well, since no labels tell them apart.
	others []model.Ref
	// lacking tells that it rests on labels which the pods do not have, so that a newcomer may be selected too.
	lacking bool
}

// selector finds labels that select the pods of some label sets of a namespace and no others, now and from the same
// templates later. It starts from what the owner itself selects by, as that never changes.
func (p *place) selector(mine []record.Labels, owner *record.Workload, who ...model.Ref) choice {
	var c choice
	// What a controller adds to each of its pods is not in a template: it tells pods apart, and no owners.
	pick := &picker{mine: mine, fleeting: owner == nil || owner.Kind.Kind == "Job" && !slices.Contains(mine, owner.PodLabels)}
	for _, x := range p.sorted() {
		for _, l := range x.labels {
			if !slices.Contains(mine, l) {
				pick.others = append(pick.others, wearer{x.ref, l})
			}
		}
	}
	// Who wears the very same labels cannot be told apart by any.
	for _, x := range p.sorted() {
		if !slices.Contains(who, x.ref) && slices.ContainsFunc(x.labels, func(l record.Labels) bool { return slices.Contains(mine, l) }) {
			c.others = append(c.others, x.ref)
		}
	}
	if owner != nil && owner.Selector != nil && owner.Kind.Kind != "Job" {
		c.LabelSelector = *owner.Selector.DeepCopy()
		if s, err := metav1.LabelSelectorAsSelector(&c.LabelSelector); err != nil || s.Empty() || slices.ContainsFunc(mine, func(l record.Labels) bool { return !s.Matches(l) }) {
			c.LabelSelector = metav1.LabelSelector{}
		}
	}
	pick.narrow(&c)
	for _, w := range pick.others {
		if !slices.Contains(c.others, w.ref) {
			c.others = append(c.others, w.ref)
		}
	}
	inorder.Sort(c.others, model.Ref.Compare)
	return c
}

// wearer is labels that pods of an owner wear.
type wearer struct {
	ref    model.Ref
	labels record.Labels
}

// picker adds to a selector until it selects no others, as far as that can be done.
type picker struct {
	mine   []record.Labels
	others []wearer
	// fleeting tells that labels which a controller makes may be gone by.
	fleeting bool
}

// counts tells that a label may be gone by.
func (k *picker) counts(key string) bool { return k.fleeting || rank(key) != fleeting }

func (k *picker) narrow(c *choice) {
	if s, err := metav1.LabelSelectorAsSelector(&c.LabelSelector); err == nil {
		k.keep(s.Matches)
	}
	bare := len(c.MatchLabels)+len(c.MatchExpressions) == 0
	for bare || len(k.others) > 0 {
		l, gain := k.best(c, bare)
		if l[0] == "" || gain == 0 && !bare {
			// Pods without labels are found by what they lack, or not told from any.
			c.lacking = c.lacking || bare
			break
		}
		bare = false
		if c.MatchLabels == nil {
			c.MatchLabels = map[string]string{}
		}
		c.MatchLabels[l[0]] = l[1]
		k.keep(func(o labels.Labels) bool { v, ok := o.Lookup(l[0]); return ok && v == l[1] })
	}
	for len(k.others) > 0 {
		r, ok := k.expression()
		if !ok {
			return
		}
		c.MatchExpressions = append(c.MatchExpressions, r)
		c.lacking = c.lacking || r.Operator != metav1.LabelSelectorOpIn
		s, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{r}})
		if err != nil {
			return
		}
		k.keep(s.Matches)
	}
}

// keep leaves those of the others that are selected still.
func (k *picker) keep(matches func(labels.Labels) bool) {
	k.others = slices.DeleteFunc(k.others, func(w wearer) bool { return !matches(w.labels) })
}

// best gives the label of all of mine that leaves out most of the others; of several, the one that says best who it is,
// which alone counts for the first one: newcomers are to be told apart by it.
func (k *picker) best(c *choice, first bool) (label [2]string, gain int) {
	if len(k.mine) == 0 {
		return label, 0
	}
	for key, value := range k.mine[0].All() {
		if _, taken := c.MatchLabels[key]; taken || !k.counts(key) || slices.ContainsFunc(k.mine, func(l record.Labels) bool { v, ok := l.Lookup(key); return !ok || v != value }) {
			continue
		}
		g := 0
		for _, w := range k.others {
			if v, ok := w.labels.Lookup(key); !ok || v != value {
				g++
			}
		}
		better := 0
		if !first {
			// What leaves out some goes first, and of that what lasts.
			better = cmp.Or(cmp.Compare(min(g, 1), min(gain, 1)), -cmp.Compare(lasting(key), lasting(label[0])), cmp.Compare(g, gain))
		}
		best := label[0] == "" || cmp.Or(better, -cmp.Compare(rank(key), rank(label[0])), -cmp.Compare(key, label[0])) > 0
		if best {
			label, gain = [2]string{key, value}, g
		}
	}
	return label, gain
}

// Ranks of labels that are not by name: any, one that changes with releases, and one that a controller makes, or the API server
// when a pod gets its node.
const (
	anyLabel = iota + 100
	versioned
	fleeting
)

func lasting(key string) int { return max(rank(key), anyLabel) }

// rank orders labels by how well they say who a pod is, and for how long.
func rank(key string) int {
	known := []string{"app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/instance", "app", "k8s-app", "component", "name", "tier", "role"}
	if i := slices.Index(known, key); i >= 0 {
		return i
	}
	switch key {
	case "pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name",
		"batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index",
		"statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index":
		return fleeting
	case "version", "app.kubernetes.io/version", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "helm.sh/chart", "chart", "heritage", "release":
		return versioned
	}
	if strings.HasPrefix(key, "topology.kubernetes.io/") {
		return fleeting
	}
	if strings.HasSuffix(key, "-revision") || strings.HasSuffix(key, "/revision") || strings.Contains(key, "istio.io/") {
		return versioned
	}
	return anyLabel
}

// expression finds a condition that all of mine meet and some of the others do not: a label that mine lack, or one of
// several values.
func (k *picker) expression() (metav1.LabelSelectorRequirement, bool) {
	count := map[string]int{}
	for _, w := range k.others {
		for key := range w.labels.All() {
			if k.counts(key) && !slices.ContainsFunc(k.mine, func(l record.Labels) bool { return l.Has(key) }) {
				count[key]++
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(-cmp.Compare(count[a], count[b]), cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	if len(keys) > 0 {
		return metav1.LabelSelectorRequirement{Key: keys[0], Operator: metav1.LabelSelectorOpDoesNotExist}, true
	}
	if len(k.mine) == 0 {
		return metav1.LabelSelectorRequirement{}, false
	}
	for key := range k.mine[0].All() {
		var values []string
		for _, l := range k.mine {
			if v, ok := l.Lookup(key); ok {
				values = append(values, v)
			}
		}
		if len(values) < len(k.mine) || !k.counts(key) {
			continue
		}
		slices.Sort(values)
		values = slices.Compact(values)
		if slices.ContainsFunc(k.others, func(w wearer) bool { v, ok := w.labels.Lookup(key); return !ok || !slices.Contains(values, v) }) {
			return metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpIn, Values: values}, true
		}
	}
	for _, w := range k.others {
		for key, value := range w.labels.All() {
			if k.counts(key) && !slices.ContainsFunc(k.mine, func(l record.Labels) bool { v, ok := l.Lookup(key); return ok && v == value }) {
				return metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpNotIn, Values: []string{value}}, true
			}
		}
	}
	return metav1.LabelSelectorRequirement{}, false
}
