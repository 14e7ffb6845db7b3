package disruption

import (
	"slices"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// budget is a PodDisruptionBudget with what it selects.
type budget struct {
	ref    model.Ref
	record *record.Typed[*policyv1.PodDisruptionBudget]
	// selector is that of its record. In policy/v1 one that is missing selects nothing and one that is empty everything; one that is not
	// valid selects nothing.
	selector labels.Selector
	// pairs are labels of which every pod that it selects has one; nil where none is known.
	pairs  []pair
	groups map[*group]struct{}
	// reckoned is what it comes to and ruled what it says of its pods, as somebody last asked; stale tells that they may be others by now.
	reckoned *reckoning
	ruled    *ruling
	stale    bool
}

// updateBudget takes a budget.
func (a *Analyser) updateBudget(d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*policyv1.PodDisruptionBudget]](d)
	a.version++
	a.dirty.budgets[d.Ref] = struct{}{}
	if a.unpeopled() > 0 {
		a.forget()
	}
	p := a.place(d.Ref.Namespace)
	b := p.budgets[d.Ref.Name]
	if b != nil && after != nil {
		b.record, b.stale = after, true
		if before != nil && sameSelector(before.Object.Spec.Selector, after.Object.Spec.Selector) {
			return
		}
	}
	if b != nil {
		p.remove(b)
		for g := range b.groups {
			a.regroupAll(p, g.classes)
		}
	}
	if after != nil {
		b = &budget{ref: d.Ref, record: after, groups: map[*group]struct{}{}, stale: true}
		b.selector, b.pairs = selectorOf(after.Object.Spec.Selector)
		p.insert(b)
		a.arrived[b] = p
	}
	a.leave(p)
}

// few is how many new budgets of a namespace are held against its pods one by one; with more, each pod is held against all budgets.
const few = 16

// settle finds what budgets select that came, or select other pods than before. While a cluster is read that is done for many at once.
func (a *Analyser) settle() {
	news := map[*place][]*budget{}
	for b, p := range a.arrived {
		if p.budgets[b.ref.Name] == b {
			news[p] = append(news[p], b)
		}
	}
	clear(a.arrived)
	for p, list := range news {
		found := map[*class]struct{}{}
		for _, cl := range p.classes {
			if len(list) > few || slices.ContainsFunc(list, func(b *budget) bool { return b.selector.Matches(cl.labels) }) {
				found[cl] = struct{}{}
			}
		}
		a.regroupAll(p, found)
	}
}

func (a *Analyser) regroupAll(p *place, classes map[*class]struct{}) {
	for cl := range classes {
		a.regroup(p, cl)
	}
}

func (p *place) insert(b *budget) {
	p.budgets[b.ref.Name] = b
	if b.pairs == nil {
		p.loose = append(p.loose, b)
	}
	for _, of := range b.pairs {
		p.paired[of] = append(p.paired[of], b)
	}
}

func (p *place) remove(b *budget) {
	delete(p.budgets, b.ref.Name)
	is := func(o *budget) bool { return o == b }
	p.loose = slices.DeleteFunc(p.loose, is)
	for _, of := range b.pairs {
		if p.paired[of] = slices.DeleteFunc(p.paired[of], is); len(p.paired[of]) == 0 {
			delete(p.paired, of)
		}
	}
}

// selectorOf reads a selector, with the labels by which what it selects is found: those of one of its requirements.
func selectorOf(s *metav1.LabelSelector) (labels.Selector, []pair) {
	read, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return labels.Nothing(), nil
	}
	if s == nil {
		return read, nil
	}
	keys := make([]string, 0, len(s.MatchLabels))
	for k := range s.MatchLabels {
		keys = append(keys, k)
	}
	if len(keys) > 0 {
		k := slices.Min(keys)
		return read, []pair{{k, s.MatchLabels[k]}}
	}
	for i := range s.MatchExpressions {
		e := &s.MatchExpressions[i]
		if e.Operator != metav1.LabelSelectorOpIn {
			continue
		}
		values := slices.Clone(e.Values)
		slices.Sort(values)
		var of []pair
		for _, v := range slices.Compact(values) {
			of = append(of, pair{e.Key, v})
		}
		return read, of
	}
	return read, nil
}

func sameSelector(a, b *metav1.LabelSelector) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.String() == b.String()
}

// observed tells that the disruption controller has written its status.
func observed(s *policyv1.PodDisruptionBudgetStatus) bool {
	return s.ObservedGeneration > 0 || s.ExpectedPods > 0 || len(s.Conditions) > 0
}

// failed gives what the disruption controller says where it could not work out what a budget allows.
func failed(s *policyv1.PodDisruptionBudgetStatus) string {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.Type == policyv1.DisruptionAllowedCondition && c.Status == metav1.ConditionFalse && c.Reason == policyv1.SyncFailedReason {
			if says := Brief(c.Message); says != "" {
				return "its controller fails: " + says
			}
			return "its controller fails, and does not say why"
		}
	}
	return ""
}

// Budgets lists all, sorted.
func (a *Analyser) Budgets(c *cluster.Cluster) []Budget {
	var list []Budget
	for _, p := range a.places {
		for _, b := range p.budgets {
			list = append(list, b.public(c))
		}
	}
	inorder.Sort(list, func(x, y Budget) int { return x.Ref.Compare(y.Ref) })
	return list
}

func (b *budget) public(c *cluster.Cluster) Budget {
	r := b.reckoning(c)
	s := &b.record.Object.Status
	out := Budget{Ref: b.ref, Allowed: -1, Healthy: r.healthy, Wanted: r.wanted, Expected: r.expected, Says: r.never()}
	out.Never = out.Says != ""
	if observed(s) {
		out.Allowed, out.Healthy, out.Wanted, out.Expected = int(max(0, s.DisruptionsAllowed)), int(s.CurrentHealthy), int(s.DesiredHealthy), int(s.ExpectedPods)
	}
	return out
}
