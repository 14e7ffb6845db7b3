package signature

import (
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// clusterPolicy writes a policy of Kyverno: what of the spec is said besides, of the match, and of the verification.
func clusterPolicy(spec, match, verify string) string {
	return `{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: signed}, spec: {` + spec + `
  rules: [{name: r, match: {any: [{resources: {kinds: [Pod]` + match + `}}]},
    verifyImages: [{imageReferences: ["registry.example/*"], attestors: [{entries: [{keys: {publicKeys: k}}]}]` + verify + `}]}]}}`
}

func validatingPolicy(spec, expression string) string {
	return `{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, metadata: {name: signed}, spec: {` + spec + `
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}]},
  matchImageReferences: [{glob: "registry.example/*"}],
  validations: [{expression: "` + expression + `"}]}}`
}

const plainExpression = "images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e > 0)"

func imagePolicy(spec, glob string) string {
	return `{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, metadata: {name: signed}, spec: {` + spec + `
  images: [{glob: "` + glob + `"}], authorities: [{key: {data: k}}]}}`
}

func constraint(spec string) string {
	return `{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: RatifyVerification, metadata: {name: signed}, spec: {` + spec + `}}`
}

const (
	verifier = `{apiVersion: config.ratify.deislabs.io/v1beta1, kind: Verifier, metadata: {name: n}, spec: {name: notation}}`
	pass     = `{"registry.example/app@` + digestA + `": "pass"}`
	pinned   = "registry.example/app@" + digestA
)

func kyvernoHook(w *world, edit ...func(*admissionv1.ValidatingWebhook)) {
	w.hook("kyverno-resource-validating-webhook-cfg", "validate.kyverno.svc-fail", edit...)
	kyvernoCheck(w, early, edit...)
}

// kyvernoCheck puts the webhook by which Kyverno checks signatures.
func kyvernoCheck(w *world, at int64, edit ...func(*admissionv1.ValidatingWebhook)) {
	h := webhook("mutate.kyverno.svc-fail", edit...)
	w.put(at, &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "kyverno-resource-mutating-webhook-cfg"}, Webhooks: []admissionv1.MutatingWebhook{{
		Name: h.Name, FailurePolicy: h.FailurePolicy, ClientConfig: h.ClientConfig, Rules: h.Rules, NamespaceSelector: h.NamespaceSelector, ObjectSelector: h.ObjectSelector, MatchConditions: h.MatchConditions,
	}}})
}

func ivpolHook(w *world, edit ...func(*admissionv1.ValidatingWebhook)) {
	w.hook("kyverno-resource-validating-webhook-cfg", "ivpol.validate.kyverno.svc-fail", edit...)
}

func sigstoreHook(w *world, edit ...func(*admissionv1.ValidatingWebhook)) {
	w.hook("policy.sigstore.dev", "policy.sigstore.dev", append([]func(*admissionv1.ValidatingWebhook){onlyIn("policy.sigstore.dev/include")}, edit...)...)
}

func gatekeeperHook(w *world, edit ...func(*admissionv1.ValidatingWebhook)) {
	w.hook("gatekeeper-validating-webhook-configuration", "validation.gatekeeper.sh", edit...)
}

func include(w *world) {
	w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"policy.sigstore.dev/include": "true"}}})
}

func TestTools(t *testing.T) {
	open := func(h *admissionv1.ValidatingWebhook) { h.FailurePolicy = ptr(admissionv1.Ignore) }
	noUpdate := func(h *admissionv1.ValidatingWebhook) {
		h.Rules[0].Operations = []admissionv1.OperationType{admissionv1.Create}
	}
	conditions := func(h *admissionv1.ValidatingWebhook) {
		h.MatchConditions = []admissionv1.MatchCondition{{Name: "c", Expression: "true"}}
	}
	objects := func(h *admissionv1.ValidatingWebhook) {
		h.ObjectSelector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "skip", Operator: metav1.LabelSelectorOpDoesNotExist}}}
	}
	enforce := "validationFailureAction: Enforce,"
	// Where no source reads exceptions there may be any.
	unexcepted, unexceptedReason := Unproven, "PolicyException"
	if model.OptionalKind(exceptionKinds[1]) != nil {
		unexcepted, unexceptedReason = Verified, "refuses what is not signed"
	}
	for _, test := range []struct {
		name  string
		setup func(w *world)
		image string
		edit  []func(*corev1.Pod)
		at    int64

		want     Verdict
		enforced bool
		refuted  bool
		policies int
		reason   string
		// demanded tells that policies reach the namespace, escape is one of what gets past them, doubt is part of what is not known.
		demanded      bool
		escape, doubt string
	}{
		{name: "nothing", setup: func(*world) {}, want: NotRequired, reason: "no policy"},

		{name: "kyverno pass", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), want: Verified, enforced: true, policies: 1, reason: "noted", demanded: true, escape: "images other than registry.example/*"},
		{name: "kyverno pass in audit", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy("", "", "")) },
			edit: edits(noting(pass)), want: Unproven, policies: 1, reason: "only tells", demanded: true},
		// Whoever may make pods may write the note: it counts only where nothing else could have written it.
		{name: "kyverno note forged on an old pod", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy("", "", "")) },
			edit: edits(noting(pass)), at: early - 5, want: Unproven, policies: 1, reason: "only tells", demanded: true},
		{name: "kyverno note older than the policy", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), at: middle, want: Unproven, enforced: true, policies: 1, reason: "the pod is not newer than ClusterPolicy/signed", demanded: true},
		{name: "kyverno note older than a webhook", setup: func(w *world) {
			kyvernoHook(w)
			kyvernoCheck(w, late+5)
			w.policy(middle, clusterPolicy(enforce, "", ""))
		}, edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "mutate.kyverno.svc-fail of Kyverno is not older than the pod", demanded: true},
		{name: "kyverno note past an open webhook", setup: func(w *world) { kyvernoHook(w, open); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "failurePolicy of its webhook is Ignore", demanded: true},
		{name: "kyverno note without updates", setup: func(w *world) { kyvernoHook(w, noUpdate); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "not asked when the image of a pod that runs is changed", demanded: true},
		{name: "kyverno note past a selector", setup: func(w *world) { kyvernoHook(w, objects); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "labels of the pod", demanded: true, escape: "pods without the labels !skip"},
		{name: "kyverno note without the webhook that checks", setup: func(w *world) {
			w.hook("kyverno-resource-validating-webhook-cfg", "validate.kyverno.svc-fail")
			w.policy(middle, clusterPolicy(enforce, "", ""))
		}, edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "no webhook by which Kyverno changes pods", demanded: true},
		{name: "kyverno note and images that need no check", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", ", required: false")) },
			edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "required", demanded: true},
		{name: "kyverno note and a policy that fails open", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce+"failurePolicy: Ignore,", "", ""))
		},
			edit: edits(noting(pass)), want: Unproven, enforced: true, policies: 1, reason: "failurePolicy of ClusterPolicy/signed is Ignore", demanded: true},
		{name: "kyverno note on a static pod", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(func(p *corev1.Pod) {
				p.Annotations = map[string]string{annotated: pass, corev1.MirrorPodAnnotationKey: "x"}
			}), want: Unproven, enforced: true, policies: 1, reason: "static", demanded: true},
		{name: "kyverno note of a tag", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) }, image: "registry.example/app:1",
			edit: edits(noting(pass)), want: Verified, enforced: true, policies: 1, reason: "noted", demanded: true},
		{name: "kyverno audit without a note", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy("", "", "")) },
			want: Unproven, policies: 1, reason: "only tells", demanded: true},
		{name: "kyverno fail", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy("", "", "")) },
			edit: edits(noting(`{"registry.example/app@` + digestA + `": false}`)), want: Unproven, refuted: true, policies: 1, reason: "failed", demanded: true},
		{name: "kyverno note of another digest", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(`{"registry.example/app@` + digestB + `": "pass"}`)), want: Unproven, enforced: true, policies: 1, reason: "nothing on the pod", demanded: true},
		{name: "kyverno older pod", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			at: early, want: Unproven, enforced: true, policies: 1, reason: "not newer", demanded: true},
		{name: "kyverno without its webhook", setup: func(w *world) { w.policy(middle, clusterPolicy(enforce, "", "")) },
			edit: edits(noting(pass)), want: Unproven, policies: 1, reason: "no webhook of Kyverno", escape: "everything: ClusterPolicy/signed is there, and no webhook of Kyverno that asks it about pods"},
		{name: "kyverno note without a policy", setup: func(w *world) { kyvernoHook(w) },
			edit: edits(noting(pass)), want: NotRequired, reason: "whoever made the pod may have written it"},
		{name: "kyverno note where another tool demands", setup: func(w *world) {
			gatekeeperHook(w)
			w.policy(early, verifier)
			w.policy(middle, constraint("enforcementAction: dryrun"))
		}, edit: edits(noting(pass)), want: Unproven, policies: 1, reason: "whoever made the pod", demanded: true},
		{name: "kyverno other image", setup: func(w *world) { kyvernoHook(w); w.policy(middle, clusterPolicy(enforce, "", "")) },
			image: "other.example/app:1", want: NotRequired, demanded: true},
		{name: "kyverno skipped image", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce, "", `, skipImageReferences: ["registry.example/app*"]`))
		}, want: NotRequired, demanded: true, escape: "images like registry.example/app*"},
		{name: "kyverno only wants digests", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ", verifyDigest: true"), "attestors", "nobody", 1))
		}, want: NotRequired},
		{name: "kyverno other namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce, `, namespaces: ["prod-*"]`, ""))
		}, want: NotRequired},
		{name: "kyverno by labels of the namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce, `, namespaceSelector: {matchLabels: {team: a}}`, ""))
		}, edit: edits(noting(pass)), want: Verified, enforced: true, policies: 1, demanded: true},
		{name: "kyverno by labels of the pod", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce, `, selector: {matchLabels: {app: web}}`, ""))
		}, want: NotRequired, demanded: true, escape: "pods without the labels app=web"},
		{name: "kyverno of deployments", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "kinds: [Pod]", "kinds: [Deployment]", 1))
		}, want: NotRequired},
		{name: "kyverno by who asks", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "{resources:", "{subjects: [{kind: User, name: u}], resources:", 1))
		}, want: Unknown, demanded: true, escape: "what depends on who makes the pod"},
		{name: "kyverno excludes the namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "verifyImages", `exclude: {any: [{resources: {namespaces: [shop]}}]}, verifyImages`, 1))
		}, want: NotRequired},
		{name: "kyverno excludes pods", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "verifyImages", `exclude: {any: [{resources: {selector: {matchLabels: {skip: on-demand}}}}]}, verifyImages`, 1))
		}, edit: edits(labelled("skip", "on-demand")), want: NotRequired, demanded: true, escape: "pods with the labels skip=on-demand"},
		{name: "kyverno precondition on the operation", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "verifyImages", `preconditions: {all: [{key: "{{request.operation || 'BACKGROUND'}}", operator: NotEquals, value: DELETE}]}, verifyImages`, 1))
		}, edit: edits(noting(pass)), want: Verified, enforced: true, policies: 1, demanded: true},
		{name: "kyverno other precondition", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "verifyImages", `preconditions: {all: [{key: "{{request.object.metadata.labels.x}}", operator: Equals, value: y}]}, verifyImages`, 1))
		}, edit: edits(noting(pass)), want: Unknown, demanded: true, reason: "not all that", escape: "what preconditions leave out, which are not evaluated"},
		{name: "kyverno action by namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy(enforce+`validationFailureActionOverrides: [{action: Audit, namespaces: [shop]}],`, "", ""))
		}, want: Unproven, policies: 1, reason: "only tells", demanded: true},
		{name: "kyverno action of the verification", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, clusterPolicy("", "", ", failureAction: Enforce, required: false"))
		}, want: Unproven, enforced: true, policies: 1, demanded: true, escape: "images that were not checked, since required of ClusterPolicy/signed is false"},
		{name: "kyverno not ready", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "spec:", "status: {ready: false}, spec:", 1))
		}, want: Unknown, reason: "not ready", doubt: "not ready"},
		{name: "kyverno fine-grained webhook of another policy", setup: func(w *world) {
			w.hook("kyverno-resource-validating-webhook-cfg", "validate.kyverno.svc-fail-finegrained-other")
			w.policy(middle, clusterPolicy(enforce, "", ""))
		}, want: Unproven, policies: 1, escape: "everything: ClusterPolicy/signed is there, and no webhook of Kyverno that asks it about pods"},
		{name: "policy of another namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "kind: ClusterPolicy, metadata: {name: signed}", "kind: Policy, metadata: {name: signed, namespace: other}", 1))
		}, want: NotRequired},
		{name: "policy of this namespace", setup: func(w *world) {
			kyvernoHook(w)
			w.policy(middle, strings.Replace(clusterPolicy(enforce, "", ""), "kind: ClusterPolicy, metadata: {name: signed}", "kind: Policy, metadata: {name: signed, namespace: shop}", 1))
		}, edit: edits(noting(pass)), want: Verified, enforced: true, policies: 1, demanded: true},

		{name: "validating", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("validationActions: [Deny],", plainExpression))
		},
			want: unexcepted, enforced: true, policies: 1, reason: unexceptedReason, demanded: true, escape: "init containers"},
		{name: "validating with an exception", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("validationActions: [Deny],", plainExpression))
			w.policy(middle, `{apiVersion: policies.kyverno.io/v1, kind: PolicyException, metadata: {name: e, namespace: shop}, spec: {policyRefs: [{name: signed, kind: ImageValidatingPolicy}]}}`)
		}, want: Unproven, enforced: true, policies: 1, reason: "PolicyException", demanded: true},
		{name: "validating audits", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("validationActions: [Audit],", plainExpression))
		},
			want: Unproven, policies: 1, reason: "only tells", demanded: true},
		{name: "validating other expression", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("validationActions: [Deny],", plainExpression+" || true"))
		}, want: Unknown, demanded: true, doubt: "not evaluated"},
		{name: "validating something else", setup: func(w *world) { ivpolHook(w); w.policy(middle, validatingPolicy("validationActions: [Deny],", "true")) }, want: NotRequired},
		{name: "validating expression on images", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, strings.Replace(validatingPolicy("validationActions: [Deny],", plainExpression), `glob: "registry.example/*"`, `expression: "true"`, 1))
		}, want: Unknown, demanded: true, escape: "images that expressions of ImageValidatingPolicy/signed leave out, which are not evaluated"},
		{name: "validating JSON", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("evaluation: {mode: JSON},", plainExpression))
		}, want: NotRequired},
		{name: "validating with conditions", setup: func(w *world) {
			ivpolHook(w)
			w.policy(middle, validatingPolicy("validationActions: [Deny], matchConditions: [{name: c, expression: x}],", plainExpression))
		}, want: Unknown, demanded: true},

		{name: "sigstore", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("", "registry.example/**")) },
			want: Verified, enforced: true, policies: 1, demanded: true},
		{name: "sigstore by tag", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("", "registry.example/**")) },
			image: "registry.example/app:1", want: Unproven, enforced: true, policies: 1, reason: "names a tag", demanded: true},
		{name: "sigstore glob for tags", setup: func(w *world) {
			include(w)
			sigstoreHook(w)
			w.policy(middle, imagePolicy("", "registry.example/app:*"))
		},
			image: "registry.example/app:1", want: Unknown, demanded: true},
		{name: "sigstore shallow glob", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("", "registry.example/*")) },
			image: "registry.example/team/app@" + digestA, want: NotRequired, demanded: true},
		{name: "sigstore without opting in", setup: func(w *world) { sigstoreHook(w); w.policy(middle, imagePolicy("", "**")) },
			want: Unproven, policies: 1, reason: "leaves the namespace out"},
		{name: "sigstore opted in after the pod", setup: func(w *world) {
			sigstoreHook(w)
			w.policy(middle, imagePolicy("", "**"))
			w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
				Name: "shop", Labels: map[string]string{"policy.sigstore.dev/include": "true"}, ManagedFields: written(late+500, "f:labels"),
			}})
		}, want: Unproven, enforced: true, policies: 1, reason: "labels of the namespace", demanded: true},
		{name: "sigstore warns", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("mode: warn,", "**")) },
			want: Unproven, policies: 1, demanded: true},
		{name: "sigstore lets pass", setup: func(w *world) {
			include(w)
			sigstoreHook(w)
			w.policy(middle, strings.Replace(imagePolicy("", "**"), "{key: {data: k}}", "{key: {data: k}}, {static: {action: pass}}", 1))
		}, want: NotRequired},
		{name: "sigstore older pod", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("", "**")) },
			at: middle, want: Unproven, enforced: true, policies: 1, reason: "not newer", demanded: true},
		{name: "sigstore static pod", setup: func(w *world) { include(w); sigstoreHook(w); w.policy(middle, imagePolicy("", "**")) },
			edit: edits(func(p *corev1.Pod) { p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"} }),
			want: Unproven, enforced: true, policies: 1, reason: "static", demanded: true},
		{name: "sigstore by labels", setup: func(w *world) {
			include(w)
			sigstoreHook(w)
			w.policy(middle, imagePolicy("match: [{version: v1, resource: pods, selector: {matchLabels: {app: web}}}],", "**"))
		}, edit: edits(labelled("app", "web")), want: Unproven, enforced: true, policies: 1, reason: "labels of the pod", demanded: true},
		{name: "sigstore of jobs", setup: func(w *world) {
			include(w)
			sigstoreHook(w)
			w.policy(middle, imagePolicy("match: [{group: batch, version: v1, resource: jobs}],", "**"))
		}, want: NotRequired},
		{name: "webhook open", setup: func(w *world) { include(w); sigstoreHook(w, open); w.policy(middle, imagePolicy("", "**")) },
			want: Unproven, enforced: true, policies: 1, reason: "failurePolicy", demanded: true,
			escape: "everything while sigstore's policy-controller cannot be asked, since failurePolicy of its webhook is Ignore"},
		{name: "webhook without updates", setup: func(w *world) { include(w); sigstoreHook(w, noUpdate); w.policy(middle, imagePolicy("", "**")) },
			want: Unproven, enforced: true, policies: 1, demanded: true, escape: "images that are changed in pods that run"},
		{name: "webhook with conditions", setup: func(w *world) { include(w); sigstoreHook(w, conditions); w.policy(middle, imagePolicy("", "**")) },
			want: Unknown, demanded: true, escape: "what the match conditions of the webhook policy.sigstore.dev leave out"},
		{name: "webhook with a selector", setup: func(w *world) { include(w); sigstoreHook(w, objects); w.policy(middle, imagePolicy("", "**")) },
			want: Unproven, enforced: true, policies: 1, reason: "labels of the pod", demanded: true, escape: "pods without the labels !skip"},
		{name: "webhook that leaves the pod out", setup: func(w *world) { include(w); sigstoreHook(w, objects); w.policy(middle, imagePolicy("", "**")) },
			edit: edits(labelled("skip", "y")), want: NotRequired, demanded: true},

		{name: "ratify", setup: func(w *world) { gatekeeperHook(w); w.policy(early, verifier); w.policy(middle, constraint("")) },
			want: Verified, enforced: true, policies: 1, demanded: true},
		{name: "ratify dryrun", setup: func(w *world) {
			gatekeeperHook(w)
			w.policy(early, verifier)
			w.policy(middle, constraint("enforcementAction: dryrun"))
		},
			want: Unproven, policies: 1, demanded: true},
		{name: "ratify scoped", setup: func(w *world) {
			gatekeeperHook(w)
			w.policy(early, verifier)
			w.policy(middle, constraint(`enforcementAction: scoped, scopedEnforcementActions: [{action: deny, enforcementPoints: [{name: validation.gatekeeper.sh}]}]`))
		}, want: Verified, enforced: true, policies: 1, demanded: true},
		{name: "ratify leaves the namespace out", setup: func(w *world) {
			gatekeeperHook(w)
			w.policy(early, verifier)
			w.policy(middle, constraint(`match: {excludedNamespaces: ["sh*"]}`))
		}, want: NotRequired},
		{name: "ratify of other kinds", setup: func(w *world) {
			gatekeeperHook(w)
			w.policy(early, verifier)
			w.policy(middle, constraint(`match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}`))
		}, want: NotRequired},
		{name: "ratify without verifier", setup: func(w *world) { gatekeeperHook(w); w.policy(middle, constraint("")) },
			want: Unknown, reason: "no Verifier", doubt: "no Verifier"},
		{name: "ratify verifier made later", setup: func(w *world) { gatekeeperHook(w); w.policy(middle, constraint("")); w.policy(late+5, verifier) },
			want: Unproven, enforced: true, policies: 1, reason: "not newer", demanded: true},

		{name: "connaisseur", setup: func(w *world) { w.hook("connaisseur-webhook", "connaisseur-svc.connaisseur.svc") },
			want: Unknown, reason: "configuration that is not read", demanded: true, doubt: "configuration that is not read", enforced: false},
		{name: "connaisseur ignores the namespace", setup: func(w *world) {
			w.hook("connaisseur-webhook", "connaisseur-svc.connaisseur.svc", func(h *admissionv1.ValidatingWebhook) {
				h.NamespaceSelector = &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
					{Key: "securesystemsengineering.connaisseur/webhook", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"ignore"}},
				}}
			})
			w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"securesystemsengineering.connaisseur/webhook": "ignore"}}})
		}, want: Unproven, policies: 1, reason: "leaves the namespace out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			test.setup(w)
			if test.image == "" {
				test.image = pinned
			}
			if test.at == 0 {
				test.at = late
			}
			a := w.ask(w.pod(test.at, test.image, test.edit...))
			if a.Verdict != test.want || a.Enforced != test.enforced || a.Refuted != test.refuted || len(a.Policies) != test.policies || !strings.Contains(a.Reason, test.reason) {
				t.Errorf("answer is %+v", a)
			}
			if a.Reason == "" || a.Verdict == Verified && a.By == "" {
				t.Errorf("nothing says why: %+v", a)
			}
			d := w.e.Demands(w.c, "shop")
			if (len(d.Policies) > 0) != test.demanded || test.escape != "" && !slices.Contains(d.Escapes, test.escape) || !strings.Contains(d.Doubt, test.doubt) || test.doubt == "" && d.Doubt != "" {
				t.Errorf("demand is %+v", d)
			}
			if !test.demanded && d.Enforced {
				t.Error("what does not reach the namespace refuses in it")
			}
		})
	}
}

func edits(list ...func(*corev1.Pod)) []func(*corev1.Pod) { return list }

func ptr[T any](v T) *T { return &v }
