package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// budgetless takes VP11 out of the findings on an owner, and makes the budget that it wants.
func (p *planner) budgetless(ref model.Ref, findings []*model.Finding) ([]*model.Finding, error) {
	var rest []*model.Finding
	for _, f := range findings {
		if f.Rule.ID != "VP11" {
			rest = append(rest, f)
			continue
		}
		if err := p.giveBudget(ref, f); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// giveBudget is VP11: a budget that lets one pod go at a time, by the selector of the owner itself.
func (p *planner) giveBudget(ref model.Ref, f *model.Finding) error {
	w, ok := p.c.Get(ref).(*record.Workload)
	if !ok || w.Selector == nil {
		p.note(f, "the workload was not seen: it may not be read, or it is not in the capture", p.budgetCommand(ref, nil))
		return nil
	}
	selector, err := metav1.LabelSelectorAsSelector(w.Selector)
	if err != nil {
		p.note(f, "its selector cannot be read: "+err.Error(), "open it: kubectl get "+target(ref)+" -o yaml", p.budgetCommand(ref, nil))
		return nil //nolint:nilerr // The note tells it.
	}
	if others := p.alsoSelected(ref, selector); len(others) > 0 {
		p.note(f, "no labels of its selector tell its pods from those of "+refList(others)+", so that the budget would count those too",
			"give its pods a label that no other has, in spec.template.metadata.labels: kubectl edit "+target(ref)+"; that replaces its pods, one after the other",
			p.budgetCommand(ref, nil),
			"where they belong together and one of all may be away at a time, a budget for all of them is right: "+p.budgetCommand(ref, w.Selector))
		return nil
	}
	if there := p.budgetsOn(w); len(there) > 0 {
		p.note(f, "it does not hold in what was seen: "+refList(there)+" selects its pods", "look again: canopy scan --rule "+f.Rule.ID)
		return nil
	}
	name := p.freeBudget(ref)
	body, err := json.Marshal(map[string]any{
		"apiVersion": name.APIVersion(), "kind": name.Kind, "metadata": map[string]any{"name": name.Name, "namespace": name.Namespace},
		"spec": policyv1.PodDisruptionBudgetSpec{MaxUnavailable: ptr(intstr.FromInt32(1)), Selector: w.Selector},
	})
	if err != nil {
		return err
	}
	d, err := created(name, body)
	if err != nil {
		return err
	}
	class := parseBreakage(f.Rule.Breakage)
	n := max(int(w.Replicas), 0)
	say(&d.Evidence, "a drain takes one of %s at a time, and waits until %s has it ready on another node; rollouts and the scheduler do not look at it", pods(n), ref)
	say(&d.Evidence, "a pod that is not ready counts as away, so that while one is broken no other is evicted: mend it, or see spec.unhealthyPodEvictionPolicy, before its nodes are drained")
	if ready := int(w.Ready); ready < n && len(p.pods(ref)) > 0 {
		say(&d.Evidence, "%d of %s are ready now: a drain of their nodes waits until the others are", ready, pods(n))
	}
	if k := managerOf(&w.Meta); k.name != "" {
		say(&d.Evidence, "%s keeps the workload: the budget belongs beside it, %s", k.name, k.source)
	}
	if why := doubtOf(f); why != "" {
		class = max(class, needsEvidence)
		say(&d.Evidence, "%s", why)
	}
	if seen := p.c.Seen(name.GroupKind(), ref.Namespace); seen.State != model.Complete {
		say(&d.Evidence, "not every PodDisruptionBudget was seen (%s): one that is missing here may select the pods already, and two on one pod keep it from being evicted at all", seen.State)
		class = max(class, needsEvidence)
	}
	d.rules, d.about, d.Closes, d.Breakage = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}, class.String()
	p.creates = append(p.creates, d)
	return nil
}

// alsoSelected lists the top owners in the namespace, but for one, that have pods, or make pods, which a selector takes in.
func (p *planner) alsoSelected(ref model.Ref, selector labels.Selector) []model.Ref {
	var others []model.Ref
	for _, r := range p.within(ref.Namespace) {
		var of record.Labels
		switch t := r.(type) {
		case *record.Pod:
			if t.Finished() {
				continue
			}
			of = t.Labels
		case *record.Workload:
			// What it owns may hold the labels of older templates.
			if p.c.TopOwner(t) != t.Ref() {
				continue
			}
			of = t.PodLabels
		default:
			continue
		}
		top := p.c.TopOwner(r)
		if top != ref && !slices.Contains(others, top) && selector.Matches(labels.Set(of.Map())) {
			others = append(others, top)
		}
	}
	inorder.Sort(others, model.Ref.Compare)
	return others
}

// budgetsOn lists the budgets that select what an owner makes.
func (p *planner) budgetsOn(w *record.Workload) []model.Ref {
	var list []model.Ref
	for _, r := range p.c.Sorted(model.KindByName("PodDisruptionBudget").GroupKind()) {
		b, ok := r.(*record.Typed[*policyv1.PodDisruptionBudget])
		if !ok || b.Namespace != w.Namespace {
			continue
		}
		if s, err := metav1.LabelSelectorAsSelector(b.Object.Spec.Selector); err == nil && s.Matches(labels.Set(w.PodLabels.Map())) {
			list = append(list, b.Ref())
		}
	}
	return list
}

// freeBudget gives the name of a budget for an owner: its own, or one with a number behind where that is taken.
func (p *planner) freeBudget(owner model.Ref) model.Ref {
	for i := 1; ; i++ {
		ref := model.KindByName("PodDisruptionBudget").Ref(owner.Namespace, owner.Name)
		if i > 1 {
			ref.Name += "-" + strconv.Itoa(i)
		}
		if p.c.Get(ref) == nil && !slices.ContainsFunc(p.creates, func(d Document) bool { return d.Step.Ref == ref }) {
			return ref
		}
	}
}

// budgetCommand is the command that makes a budget, with the labels left open where no selector is given.
func (p *planner) budgetCommand(ref model.Ref, s *metav1.LabelSelector) string {
	words := "KEY=VALUE"
	if s != nil {
		words = metav1.FormatLabelSelector(s)
	}
	return strings.Join([]string{"kubectl create poddisruptionbudget", quote(ref.Name) + inNamespace(ref.Namespace), "--selector", quote(words), "--max-unavailable 1"}, " ")
}
