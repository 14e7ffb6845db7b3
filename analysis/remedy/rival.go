package remedy

import (
	"slices"
	"strconv"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/record"
)

// rivals lists the other budgets that select one of the pods of a budget: the API refuses to evict such a pod.
func (p *planner) rivals(b *budget) []model.Ref {
	var list []model.Ref
	for _, r := range p.c.Sorted(b.ref.GroupKind()) {
		other, ok := r.(*record.Typed[*policyv1.PodDisruptionBudget])
		if !ok || other.Namespace != b.ref.Namespace || other.Name == b.ref.Name {
			continue
		}
		selector, err := metav1.LabelSelectorAsSelector(other.Object.Spec.Selector)
		if err == nil && (slices.ContainsFunc(b.pods, func(pod *record.Pod) bool { return selector.Matches(labels.Set(pod.Labels.Map())) }) ||
			slices.ContainsFunc(b.owners, func(owner model.Ref) bool { return p.makes(owner, selector) })) {
			list = append(list, other.Ref())
		}
	}
	return list
}

// makes tells that the pods which an owner is to make are taken in by a selector.
func (p *planner) makes(owner model.Ref, selector labels.Selector) bool {
	w, ok := p.c.Get(owner).(*record.Workload)
	return ok && selector.Matches(labels.Set(w.PodLabels.Map()))
}

// sharedSteps says how of several budgets on one pod one is left.
func sharedSteps(b *budget, rivals []model.Ref) []string {
	const most = 5
	steps := []string{"look at them side by side: kubectl get " + target(b.ref) + " -o yaml, and " + list(commands("kubectl get ", " -o yaml", rivals), most)}
	for i, pod := range b.pods {
		if i == 2 {
			steps = append(steps, "and "+strconv.Itoa(len(b.pods)-i)+" more of its pods: kubectl get pods --show-labels"+inNamespace(b.ref.Namespace))
			break
		}
		steps = append(steps, "pod "+pod.Name+" has the labels "+sortedLabels(pod.Labels)+", which both select")
	}
	all := append([]model.Ref{b.ref}, rivals...)
	return append(steps,
		"keep the one that its workload is shipped with, where that allows one at a time, and delete the other: "+list(commands("kubectl delete ", "", all), most),
		"or narrow a selector so that each pod is in one of them: kubectl edit "+target(b.ref)+"; a label that only the pods of one workload have tells them apart",
		"until then an eviction of the pod fails with an error of the API server, whatever the budgets allow; kubectl drain tries again without end")
}

func commands(before, after string, refs []model.Ref) []string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = before + target(r) + after
	}
	return words
}
