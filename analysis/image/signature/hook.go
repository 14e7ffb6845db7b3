package signature

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

// tool is what demands signatures.
type tool uint8

const (
	kyverno tool = iota
	validating
	sigstore
	ratify
	connaisseur
)

func (t tool) String() string {
	switch t {
	case kyverno, validating:
		return "Kyverno"
	case sigstore:
		return "sigstore's policy-controller"
	case ratify:
		return "Gatekeeper"
	}
	return "Connaisseur"
}

// hook is a webhook that asks one of the tools about new pods.
type hook struct {
	tool   tool
	config model.Ref
	name   string
	// created is when its configuration was made, in seconds since 1970; when it was last written says little, since tools write it anew
	// with each certificate.
	created int64
	// open tells that what cannot be asked passes.
	open bool
	// updates and ephemeral tell that it is asked about images that change, and about ephemeral containers.
	updates, ephemeral bool
	// changes tells that it may change pods. There Kyverno checks signatures; its other webhook refuses by what the check has noted.
	changes bool
	// policy is the one that it is for; "" for all.
	policy string
	// home is the namespace of the tool, where that is in the cluster.
	home   string
	filter filter
}

// hooksOf reads the webhooks of a configuration that ask one of the tools about pods.
func hooksOf(r model.Record) []hook {
	var list []hook
	changes := false
	add := func(m *record.Meta, name string, c *admissionv1.WebhookClientConfig, rules []admissionv1.RuleWithOperations, fails *admissionv1.FailurePolicyType,
		spaces, objects *metav1.LabelSelector, conditions []admissionv1.MatchCondition,
	) {
		t, ok := toolOf(m.Name, name)
		if !ok || !covers(rules, "pods", admissionv1.Create) {
			return
		}
		h := hook{
			tool: t, config: m.Ref(), name: name, created: m.Created, open: fails != nil && *fails == admissionv1.Ignore,
			changes: changes, updates: covers(rules, "pods", admissionv1.Update), ephemeral: covers(rules, "pods/ephemeralcontainers", admissionv1.Update),
		}
		if _, policy, ok := strings.Cut(name, "-finegrained-"); ok {
			h.policy = policy
		}
		if c.Service != nil {
			h.home = c.Service.Namespace
		}
		h.filter.spaces, ok = compiled(spaces)
		if !ok {
			h.filter.unread = append(h.filter.unread, "what a selector of namespaces leaves out, which cannot be read")
		}
		h.filter.pods, ok = compiled(objects)
		if !ok {
			h.filter.unread = append(h.filter.unread, "what a selector of objects leaves out, which cannot be read")
		}
		if len(conditions) > 0 {
			h.filter.unread = append(h.filter.unread, "what the match conditions of the webhook "+name+" leave out")
		}
		list = append(list, h)
	}
	switch c := r.(type) {
	case *record.Typed[*admissionv1.ValidatingWebhookConfiguration]:
		for i := range c.Object.Webhooks {
			w := &c.Object.Webhooks[i]
			add(&c.Meta, w.Name, &w.ClientConfig, w.Rules, w.FailurePolicy, w.NamespaceSelector, w.ObjectSelector, w.MatchConditions)
		}
	case *record.Typed[*admissionv1.MutatingWebhookConfiguration]:
		changes = true
		for i := range c.Object.Webhooks {
			w := &c.Object.Webhooks[i]
			add(&c.Meta, w.Name, &w.ClientConfig, w.Rules, w.FailurePolicy, w.NamespaceSelector, w.ObjectSelector, w.MatchConditions)
		}
	}
	return list
}

// toolOf tells by its name which tool a webhook asks. Tools choose the names themselves, and so may anybody else who may write
// configurations of webhooks; he could as well delete the true ones.
func toolOf(config, name string) (tool, bool) {
	switch {
	case strings.HasPrefix(name, "validate.kyverno.svc"), strings.HasPrefix(name, "mutate.kyverno.svc"):
		return kyverno, true
	// Only the webhook that validates refuses.
	case strings.HasPrefix(name, "ivpol.validate.kyverno.svc"), strings.HasPrefix(name, "nivpol.validate.kyverno.svc"):
		return validating, true
	case name == "policy.sigstore.dev":
		return sigstore, true
	case name == "validation.gatekeeper.sh":
		return ratify, true
	case config == "connaisseur-webhook", strings.HasPrefix(config, "connaisseur."), strings.HasPrefix(name, "connaisseur-svc."):
		return connaisseur, true
	}
	return 0, false
}

// covers tells that rules name a resource of the core group, and an operation on it.
func covers(rules []admissionv1.RuleWithOperations, resource string, op admissionv1.OperationType) bool {
	main, sub, _ := strings.Cut(resource, "/")
	return slices.ContainsFunc(rules, func(r admissionv1.RuleWithOperations) bool {
		return (slices.Contains(r.Operations, op) || slices.Contains(r.Operations, admissionv1.OperationAll)) &&
			(slices.Contains(r.APIGroups, corev1.GroupName) || slices.Contains(r.APIGroups, "*")) &&
			(slices.Contains(r.APIVersions, "v1") || slices.Contains(r.APIVersions, "*")) &&
			slices.ContainsFunc(r.Resources, func(name string) bool {
				m, s, _ := strings.Cut(name, "/")
				return (m == main || m == "*") && (s == sub || s == "*")
			})
	})
}

// serves tells that the webhook is for a rule.
func (h *hook) serves(r *rule) bool {
	return h.tool == r.tool && (h.policy == "" || h.policy == r.ref.Name || strings.HasSuffix(h.policy, "-"+r.ref.Name)) &&
		(r.tool != connaisseur || h.config == r.ref)
}
