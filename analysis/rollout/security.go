package rollout

import (
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"canopy/model"
	"canopy/model/record"
)

// posture is what a verdict of Pod Security depends on.
type posture struct {
	template  record.Template
	namespace string
}

// refusal says why the Pod Security labels of its namespace, as the plan leaves them, keep a pod out; "" where they do
// not. What the API server's configuration sets for all namespaces cannot be seen.
func (p *player) refusal(pod *record.Pod) string {
	memo := posture{pod.Template, pod.Namespace}
	if why, ok := p.refusals[memo]; ok {
		return why
	}
	why := p.evaluate(pod)
	p.refusals[memo] = why
	return why
}

func (p *player) evaluate(pod *record.Pod) string {
	namespace, _ := p.namespace(pod.Namespace)
	if namespace == nil {
		return ""
	}
	open := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	// Labels that do not parse come back as the strictest level, as in the API server.
	todo, _ := api.PolicyToEvaluate(namespace.GetLabels(), api.Policy{Enforce: open, Audit: open, Warn: open})
	if todo.Enforce.Level == api.LevelPrivileged {
		return ""
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		// The checks come with the library; they are valid or the library is broken.
		panic("rollout: " + err.Error())
	}
	t := pod.Template.Decode()
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(todo.Enforce, &t.ObjectMeta, &t.Spec))
	if result.Allowed {
		return ""
	}
	return todo.Enforce.String() + ": " + strings.Join(result.ForbiddenReasons, ", ")
}

func (d *draft) namespace(name string) (*record.Typed[*corev1.Namespace], bool) {
	ns, ok := d.get(model.KindByName("Namespace").Ref("", name)).(*record.Typed[*corev1.Namespace])
	return ns, ok
}

// depend tells which mutating webhooks would be asked about a new pod: what they do to it is not known.
func (p *player) depend(pod *record.Pod, owner model.Ref) {
	var inside labels.Set
	if ns, ok := p.namespace(pod.Namespace); ok {
		inside = ns.GetLabels()
	}
	for _, r := range p.all(schema.GroupKind{Group: model.GroupAdmission, Kind: "MutatingWebhookConfiguration"}) {
		config, ok := r.(*record.Typed[*admissionv1.MutatingWebhookConfiguration])
		if !ok {
			continue
		}
		for i := range config.Object.Webhooks {
			h := &config.Object.Webhooks[i]
			if asksAboutPods(h.Rules) && selects(h.NamespaceSelector, inside) && selects(h.ObjectSelector, pod.GetLabels()) {
				p.assume("depends: mutating webhook %s (%s) may change the pods of %s", config.Name, h.Name, owner)
			}
		}
	}
	p.mutations(pod, inside, owner)
}

// mutations tells which admission policies that change objects are bound so that they may change a new pod. What their
// expressions come to is not worked out.
func (p *player) mutations(pod *record.Pod, inside labels.Set, owner model.Ref) {
	gk := func(kind string) schema.GroupKind { return schema.GroupKind{Group: model.GroupAdmission, Kind: kind} }
	matching := func(m *admissionv1.MatchResources) bool {
		return m == nil || selects(m.NamespaceSelector, inside) && selects(m.ObjectSelector, pod.GetLabels()) &&
			(len(m.ResourceRules) == 0 || coversPods(m.ResourceRules)) && !excludesPods(m.ExcludeResourceRules)
	}
	bound := map[string]bool{}
	for _, r := range p.all(gk("MutatingAdmissionPolicyBinding")) {
		if b, ok := r.(*record.Typed[*admissionv1.MutatingAdmissionPolicyBinding]); ok && matching(b.Object.Spec.MatchResources) {
			bound[b.Object.Spec.PolicyName] = true
		}
	}
	// A policy whose bindings may be out of sight counts as bound.
	blind := !known(p.base.Seen(gk("MutatingAdmissionPolicyBinding"), ""))
	for _, r := range p.all(gk("MutatingAdmissionPolicy")) {
		policy, ok := r.(*record.Typed[*admissionv1.MutatingAdmissionPolicy])
		if ok && (bound[policy.Name] || blind) && matching(policy.Object.Spec.MatchConstraints) {
			p.assume("depends: mutating admission policy %s may change the pods of %s", policy.Name, owner)
		}
	}
}

func coversPods(rules []admissionv1.NamedRuleWithOperations) bool {
	for i := range rules {
		if asksAboutPods([]admissionv1.RuleWithOperations{rules[i].RuleWithOperations}) {
			return true
		}
	}
	return false
}

// excludesPods tells whether all pods are left out; a rule that leaves out some names leaves out none that are not known.
func excludesPods(rules []admissionv1.NamedRuleWithOperations) bool {
	for i := range rules {
		if len(rules[i].ResourceNames) == 0 && asksAboutPods([]admissionv1.RuleWithOperations{rules[i].RuleWithOperations}) {
			return true
		}
	}
	return false
}

// unseen tells what the fate of a new pod rests on and was not seen. What is not there counts as not there only where all
// of its kind was seen.
func (p *player) unseen(pod *record.Pod) {
	look := func(group, kind, namespace, unknown string) {
		gk := schema.GroupKind{Group: group, Kind: kind}
		if cov := p.base.Seen(gk, namespace); !known(cov) {
			where := ""
			if namespace != "" {
				where = " in " + namespace
			}
			p.assume("%s%s not all seen (%s): %s", kind, where, told(cov), unknown)
		}
	}
	if _, ok := p.namespace(pod.Namespace); !ok {
		p.assume("Namespace %s was not seen (%s): its Pod Security level is not known, and may refuse new pods; which webhooks and policies select it is not known either",
			pod.Namespace, told(p.base.Seen(schema.GroupKind{Kind: "Namespace"}, "")))
	}
	account := pod.Template.Decode().Spec.ServiceAccountName
	if p.get(model.KindByName("ServiceAccount").Ref(pod.Namespace, account)) == nil {
		look("", "ServiceAccount", pod.Namespace, "pods that run as "+account+" are taken to mount a token unless they say otherwise, and to have no pull secrets from it")
	}
	look("", "LimitRange", pod.Namespace, "limits and requests that one sets on new pods are not known")
	look(model.GroupAdmission, "MutatingWebhookConfiguration", "", "depends: webhooks may change new pods")
	look(model.GroupAdmission, "MutatingAdmissionPolicy", "", "depends: policies may change new pods")
	look(model.GroupAdmission, "MutatingAdmissionPolicyBinding", "", "depends: policies may change new pods")
}

// known tells that all of a kind was seen. A kind that the server does not serve has no objects; one that a capture does
// not hold may have.
func known(cov model.Coverage) bool {
	return cov.State == model.Complete || cov.State == model.Absent && (strings.Contains(cov.Reason, "not served") || strings.Contains(cov.Reason, "not serve "))
}

func told(cov model.Coverage) string {
	if cov.Reason == "" || cov.Reason == string(cov.State) {
		return string(cov.State)
	}
	return string(cov.State) + ": " + cov.Reason
}

// asksAboutPods tells whether a webhook is called when a pod is created.
func asksAboutPods(rules []admissionv1.RuleWithOperations) bool {
	for i := range rules {
		r := &rules[i]
		created := false
		for _, op := range r.Operations {
			created = created || op == admissionv1.Create || op == admissionv1.OperationAll
		}
		if created && holds(r.APIGroups, "") && holds(r.APIVersions, "v1") && holds(r.Resources, "pods", "*/*") &&
			(r.Scope == nil || *r.Scope != admissionv1.ClusterScope) {
			return true
		}
	}
	return false
}

func holds(list []string, values ...string) bool {
	for _, s := range list {
		if s == "*" {
			return true
		}
		for _, v := range values {
			if s == v {
				return true
			}
		}
	}
	return false
}

// selects reads a selector that may be missing, and then selects all. One that is malformed is taken to select.
func selects(s *metav1.LabelSelector, set labels.Set) bool {
	if s == nil {
		return true
	}
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err != nil || selector.Matches(set)
}
