package signature

import (
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Evaluator holds the policies that demand signatures. One goroutine owns it.
type Evaluator struct {
	// seen is how much is known of the kinds of policies.
	seen [len(policyKinds)]model.CoverState
	// rules are those of each policy that demands something, hooks those of each configuration that asks a tool.
	rules map[model.Ref][]*rule
	hooks map[model.Ref][]hook
	// local is what holds in a namespace, as far as it was asked for since it last changed.
	local map[string]*local
}

// Question is an image in a place.
type Question struct {
	Namespace string
	// Pod runs it; its labels, annotations, account and creation count.
	Pod *record.Pod
	// Reference is what the spec says, Digest what runs: "sha256:…", or "".
	Reference reference.Reference
	Digest    string
	// Pinned tells that what runs is the image whose digest the reference pins, where the runtime reports another of its digests.
	Pinned bool
	// Given are local proofs for the digest.
	Given []*record.Signature
}

// digests are those that name what runs. The spec of a pod may have been changed since its container was started, so that what it pins
// need not run.
func (q *Question) digests() []string {
	if q.Digest == "" || q.Pinned {
		return []string{q.Digest, q.Reference.Digest}
	}
	return []string{q.Digest}
}

// New gives an evaluator without policies.
func New() *Evaluator {
	return &Evaluator{rules: map[model.Ref][]*rule{}, hooks: map[model.Ref][]hook{}, local: map[string]*local{}}
}

// The kinds that count.
var (
	namespaces  = schema.GroupKind{Kind: "Namespace"}
	validates   = schema.GroupKind{Group: model.GroupAdmission, Kind: "ValidatingWebhookConfiguration"}
	mutates     = schema.GroupKind{Group: model.GroupAdmission, Kind: "MutatingWebhookConfiguration"}
	verifiers   = schema.GroupKind{Group: model.GroupRatify, Kind: "Verifier"}
	policyKinds = [...]schema.GroupKind{
		{Group: model.GroupKyverno, Kind: "ClusterPolicy"},
		{Group: model.GroupKyverno, Kind: "Policy"},
		{Group: model.GroupKyvernoPolicies, Kind: "ImageValidatingPolicy"},
		{Group: model.GroupKyvernoPolicies, Kind: "NamespacedImageValidatingPolicy"},
		{Group: model.GroupSigstore, Kind: "ClusterImagePolicy"},
		{Group: model.GroupGatekeeper, Kind: "RatifyVerification"},
	}
)

// Concerns tells whether objects of a kind count here.
func Concerns(gk schema.GroupKind) bool {
	return gk == namespaces || gk == validates || gk == mutates || gk == verifiers || slices.Contains(exceptionKinds[:], gk) || slices.Contains(policyKinds[:], gk)
}

// rulesOf reads a policy of whichever tool; the configuration of Connaisseur's webhook is one.
func rulesOf(r model.Record) []*rule {
	switch p := r.(type) {
	case *record.Custom:
		switch p.Kind.GroupKind() {
		case policyKinds[0], policyKinds[1]:
			return kyvernoRules(p)
		case policyKinds[2], policyKinds[3]:
			return validatingRules(p)
		case policyKinds[4]:
			return sigstoreRules(p)
		case policyKinds[5]:
			return ratifyRules(p)
		}
	case *record.Typed[*corev1.Namespace], nil:
	default:
		return connaisseurRules(hooksOf(r))
	}
	return nil
}

// connaisseurRules makes a rule of a webhook of Connaisseur. What it demands of which images stands in a file of its own.
func connaisseurRules(hooks []hook) []*rule {
	for i := range hooks {
		if h := &hooks[i]; h.tool == connaisseur {
			return []*rule{{
				tool: connaisseur, ref: h.config, changed: h.created, refuses: true,
				vague: "Connaisseur goes by a configuration that is not read, of all images where that says nothing else",
			}}
		}
	}
	return nil
}

// Update takes a change, which c already holds, and tells whether answers may be others now: of one namespace, or with "" of all.
func (e *Evaluator) Update(_ *cluster.Cluster, d cluster.Delta) (namespace string, changed bool) {
	switch gk := d.GroupKind(); {
	case gk == namespaces:
		return d.Ref.Name, e.relabelled(d)
	case gk == validates || gk == mutates:
		was := e.hooks[d.Ref]
		now := hooksOf(d.New)
		if len(was) == 0 && len(now) == 0 || reflect.DeepEqual(was, now) {
			return "", false
		}
		put(e.hooks, d.Ref, now)
		put(e.rules, d.Ref, connaisseurRules(now))
		clear(e.local)
		return "", true
	case gk == verifiers:
		return "", e.dropIf(func(t tool) bool { return t == ratify })
	case slices.Contains(exceptionKinds[:], gk):
		return "", e.dropIf(func(t tool) bool { return t == kyverno || t == validating })
	case slices.Contains(policyKinds[:], gk):
		was := e.rules[d.Ref]
		now := rulesOf(d.New)
		if len(was) == 0 && len(now) == 0 || reflect.DeepEqual(was, now) {
			return "", false
		}
		put(e.rules, d.Ref, now)
		if d.Ref.Namespace != "" {
			delete(e.local, d.Ref.Namespace)
			return d.Ref.Namespace, true
		}
		clear(e.local)
		return "", true
	}
	return "", false
}

// relabelled notes that a namespace came, went or has other labels, and tells whether that matters.
func (e *Evaluator) relabelled(d cluster.Delta) bool {
	old, now := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
	if old != nil && now != nil && old.Labels == now.Labels && old.Changed == now.Changed {
		return false
	}
	delete(e.local, d.Ref.Name)
	return len(e.rules) > 0
}

// dropIf forgets what holds in namespaces where a rule of some tools is there, and tells whether one is.
func (e *Evaluator) dropIf(concerned func(tool) bool) bool {
	for _, list := range e.rules {
		if concerned(list[0].tool) {
			clear(e.local)
			return true
		}
	}
	return false
}

func put[T any](m map[model.Ref][]T, ref model.Ref, list []T) {
	if len(list) == 0 {
		delete(m, ref)
		return
	}
	m[ref] = list
}

// Covered takes the new coverage of a kind, and tells whether answers may be others now. Of kinds that a source does not speak of it is
// known that there are none as soon as it has spoken of others: so the coverage of any kind may count.
func (e *Evaluator) Covered(c *cluster.Cluster, gk schema.GroupKind) bool {
	var seen [len(policyKinds)]model.CoverState
	for i, kind := range policyKinds {
		seen[i] = c.Seen(kind, "").State
	}
	if seen == e.seen && !Concerns(gk) {
		return false
	}
	e.seen = seen
	clear(e.local)
	return true
}

// Any tells that some policy demands signatures anywhere.
func (e *Evaluator) Any() bool { return len(e.rules) > 0 }

// Plain tells that nothing is demanded anywhere and that nothing stands on a pod that counts: without proofs given, the answers about all
// its images are those about any pod of the namespace.
func (e *Evaluator) Plain(pod *record.Pod) bool {
	return !e.Any() && !pod.Annotations.Has(annotated)
}
