package remedy

import (
	"cmp"
	"encoding/json"
	"slices"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/disruption"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// budget is a PodDisruptionBudget with what it selects.
type budget struct {
	ref  model.Ref
	kept *record.Typed[*policyv1.PodDisruptionBudget]
	pods []*record.Pod
	// owners are those at the top, and want is how many pods they come to with the naked ones.
	owners []model.Ref
	want   int
	// scaled tells that every pod has an owner whose replicas the API server can tell: a budget that counts what is away, or by
	// the hundred, works with no other (pkg/controller/disruption).
	scaled bool
	// tied says of one of its pods by what it can be on one node alone; "" where none is.
	tied string
}

// budgetOf reads a budget; nil where it was not seen.
func (p *planner) budgetOf(ref model.Ref) *budget {
	kept, ok := p.c.Get(ref).(*record.Typed[*policyv1.PodDisruptionBudget])
	if !ok {
		return nil
	}
	b := &budget{ref: ref, kept: kept, scaled: true}
	// An owner whose pods are not there yet, as in a manifest, comes to some too.
	b.owners = p.ownersOf(ref.Namespace, kept.Object.Spec.Selector)
	bare := 0
	for _, pod := range p.podsOf(ref.Namespace, kept.Object.Spec.Selector) {
		b.pods = append(b.pods, pod)
		top := p.c.TopOwner(pod)
		if top == pod.Ref() || top.Kind == "DaemonSet" || top.Kind == "Job" || top.Kind == "CronJob" {
			b.scaled = false
			bare++
			continue
		}
		if !slices.Contains(b.owners, top) {
			b.owners = append(b.owners, top)
		}
	}
	b.want, b.tied = bare, p.tied(b)
	for _, owner := range b.owners {
		n := 0
		for _, pod := range b.pods {
			if p.c.TopOwner(pod) == owner {
				n++
			}
		}
		if w, ok := p.c.Get(owner).(*record.Workload); ok && w.Replicas >= 0 {
			n = int(w.Replicas)
		}
		b.want += n
	}
	inorder.Sort(b.owners, model.Ref.Compare)
	return b
}

// tied looks for a pod of a budget that only one node can take: at the pods, and at the templates of owners that have none yet.
func (p *planner) tied(b *budget) string {
	for _, pod := range b.pods {
		if says := disruption.Tied(p.c, pod); says != "" {
			return "pod " + pod.Name + ": " + says
		}
	}
	for _, owner := range b.owners {
		if w, ok := p.c.Get(owner).(*record.Workload); ok && len(b.pods) == 0 {
			if says := disruption.TiedBy(&w.Template.Decode().Spec); says != "" {
				return owner.String() + ": " + says
			}
		}
	}
	return ""
}

// podsOf lists the pods of a namespace that a selector takes in, sorted, but for those that have ended. A missing selector takes none.
func (p *planner) podsOf(namespace string, s *metav1.LabelSelector) []*record.Pod {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return nil
	}
	var list []*record.Pod
	for _, r := range p.within(namespace) {
		if pod, ok := r.(*record.Pod); ok && !pod.Finished() && !pod.StandIn && selector.Matches(labels.Set(pod.Labels.Map())) {
			list = append(list, pod)
		}
	}
	slices.SortFunc(list, func(a, b *record.Pod) int { return a.Ref().Compare(b.Ref()) })
	return list
}

// ownersOf lists the top owners of a namespace that want replicas and whose pods a selector would take in.
func (p *planner) ownersOf(namespace string, s *metav1.LabelSelector) []model.Ref {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return nil
	}
	var list []model.Ref
	for _, r := range p.within(namespace) {
		if w, ok := r.(*record.Workload); ok && w.Replicas > 0 && p.c.TopOwner(w) == w.Ref() && selector.Matches(labels.Set(w.PodLabels.Map())) {
			list = append(list, w.Ref())
		}
	}
	return list
}

// budgets fixes VP10.
func (p *planner) budgets(ref model.Ref, findings []*model.Finding) error {
	b := p.budgetOf(ref)
	for _, f := range findings {
		switch {
		case f.Rule.ID != "VP10":
			p.inWords(f)
		case b == nil:
			p.note(f, "the budget was not seen: it may not be read, or it is not in the capture", "open it: kubectl edit "+target(ref)+"; set maxUnavailable: 1 in the place of what it says")
		default:
			if err := p.loosen(f, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// loosen lets a budget give one pod at a time.
func (p *planner) loosen(f *model.Finding, b *budget) error {
	if rivals := p.rivals(b); len(rivals) > 0 {
		p.note(f, "two budgets select one pod, and which of them is meant only its owner knows", sharedSteps(b, rivals)...)
		return nil
	}
	fields, class, evidence := b.loosened()
	if why := b.failing(); fields == nil && why != "" {
		p.note(f, "its controller cannot work out what it allows, and then allows nothing: "+why,
			"look which owner it fails over: kubectl describe "+target(b.ref),
			"where that has no scale (kubectl get --raw of it with /scale at the end answers 404), only a number in minAvailable works: kubectl edit "+target(b.ref)+", with one less than the pods that there are, and without maxUnavailable",
			"where there are two owners that share labels, narrow spec.selector to one of them")
		return nil
	}
	if fields == nil {
		p.note(f, "it does not hold in what was seen: what it was about is gone or has changed", "look again: canopy scan --rule "+f.Rule.ID)
		return nil
	}
	body, err := json.Marshal(partial(b.ref, map[string]any{"spec": fields}))
	if err != nil {
		return err
	}
	d, err := patchDocument(b.ref, types.StrategicMergePatchType, body)
	if err != nil {
		return err
	}
	if why := doubtOf(f); why != "" {
		class = max(class, needsEvidence)
		say(&evidence, "%s", why)
	}
	d.rules, d.about, d.Closes = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}
	d.Evidence, d.Breakage = evidence, max(class, parseBreakage(f.Rule.Breakage)).String()
	d.keep(&b.kept.Meta)
	p.patches = append(p.patches, d)
	return nil
}

// loosened gives the fields of spec that let one pod go, and what that means; nil where the budget lets one go as it is. The two fields
// exclude each other, so that one goes where the other comes.
func (b *budget) loosened() (fields map[string]any, class breakage, evidence []string) {
	spec := &b.kept.Object.Spec
	one := func() map[string]any {
		m := map[string]any{"maxUnavailable": 1}
		if spec.MinAvailable != nil {
			m["minAvailable"] = nil
		}
		return m
	}
	least := func(n int) map[string]any {
		m := map[string]any{"minAvailable": n}
		if spec.MaxUnavailable != nil {
			m["maxUnavailable"] = nil
		}
		return m
	}
	switch {
	case b.want == 0 || !b.blocks():
		return nil, harmless, nil
	case !b.scaled:
		fields = least(max(0, b.want-1))
		say(&evidence, "some of its pods have no owner with replicas, and of such a budget only minAvailable as a number works: it says %d, one less than the %s that there are", max(0, b.want-1), pods(b.want))
	case b.want <= 1 || spec.MaxUnavailable != nil || spec.MinAvailable == nil || spec.MinAvailable.Type == intstr.String:
		fields = one()
	default:
		fields = least(b.want - 1)
		say(&evidence, "it keeps %d of %s, whatever their number comes to be: where an autoscaler takes replicas away, or you mean to, write maxUnavailable: 1 in its place", b.want-1, pods(b.want))
	}
	class = likelySafe
	name := "its owner"
	if len(b.owners) > 0 {
		name = b.owners[0].String()
	}
	if b.want <= 1 {
		class = needsEvidence
		if len(b.owners) == 0 {
			say(&evidence, "there is one pod, and nothing makes it anew: whoever drains its node takes it away for good, where kubectl drain is told --force; put it under a Deployment first")
		} else {
			say(&evidence, "there is one pod: it is away when its node is emptied, until %s has made it anew on another; only a second replica changes that, where the program can run twice", name)
		}
	} else {
		say(&evidence, "one of %s may be away at a time: a drain takes the next one once the one before is ready on another node", pods(b.want))
	}
	if b.tied != "" {
		class = outage
		say(&evidence, "%s, so no other can take it: once its node is drained it is away until that node is back, which for an upgrade of the system may be an hour; save its data first", b.tied)
	}
	say(&evidence, "nothing is evicted by the change itself; a drain that waits now goes on: kubectl get %s shows ALLOWED DISRUPTIONS", target(b.ref))
	return fields, class, evidence
}

// blocks tells that the budget lets none go while all pods are well, as the controller counts it.
func (b *budget) blocks() bool {
	spec := &b.kept.Object.Spec
	if v := spec.MaxUnavailable; v != nil {
		n, err := intstr.GetScaledValueFromIntOrPercent(v, b.want, true)
		return err != nil || n == 0 || !b.scaled
	}
	if spec.MinAvailable == nil {
		// One that says nothing expects no pods, and then lets none go.
		return true
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(spec.MinAvailable, b.want, true)
	return err != nil || n >= b.want || spec.MinAvailable.Type == intstr.String && !b.scaled
}

// failing gives what the controller says where it could not work out what the budget allows; "" where it could.
func (b *budget) failing() string {
	for _, c := range b.kept.Object.Status.Conditions {
		if c.Type == policyv1.DisruptionAllowedCondition && c.Status == metav1.ConditionFalse && c.Reason == policyv1.SyncFailedReason {
			return cmp.Or(clean(c.Message), "it does not say why")
		}
	}
	return ""
}
