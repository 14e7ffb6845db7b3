package rbac

import "canopy/analysis/rbac/stock"

// unserved are resources, subresources and verbs that authorization knows and discovery does not: a rule on them is no
// mistake. Impersonation: k8s.io/apiserver pkg/endpoints/filters/impersonation. Kubelet: pkg/kubelet/server/auth.go. Roles:
// pkg/registry/rbac. Webhooks: pkg/registry/core/serviceaccount/storage/token.go. Certificates: pkg/controller/certificates and plugin/pkg/admission/certificates. Claims of devices:
// pkg/registry/resource.
var unserved = [...]stock.Resource{
	{Resource: "users", Verbs: []string{"impersonate"}},
	{Resource: "groups", Verbs: []string{"impersonate"}},
	{Resource: "serviceaccounts", Namespaced: true, Verbs: []string{"impersonate"}},
	{Group: "authentication.k8s.io", Resource: "uids", Verbs: impersonations[:]},
	{Group: "authentication.k8s.io", Resource: "userextras", Verbs: impersonations[:]},
	{Group: "authentication.k8s.io", Resource: "users", Verbs: impersonations[1:]},
	{Group: "authentication.k8s.io", Resource: "groups", Verbs: impersonations[1:]},
	{Group: "authentication.k8s.io", Resource: "serviceaccounts", Namespaced: true, Verbs: []string{"impersonate:serviceaccount"}},
	{Group: "authentication.k8s.io", Resource: "nodes", Verbs: []string{"impersonate:arbitrary-node", "impersonate:associated-node"}},
	{Group: "authentication.k8s.io", Resource: "admissionReviewAPIGroups", Verbs: []string{"attest"}},

	{Resource: "nodes/checkpoint", Verbs: []string{"create"}},
	{Resource: "nodes/configz", Verbs: []string{"get"}},
	{Resource: "nodes/healthz", Verbs: []string{"get"}},
	{Resource: "nodes/log", Verbs: []string{"get"}},
	{Resource: "nodes/metrics", Verbs: []string{"get"}},
	{Resource: "nodes/pods", Verbs: []string{"get"}},
	{Resource: "nodes/stats", Verbs: []string{"get"}},
	{Resource: "nodes/statusz", Verbs: []string{"get"}},

	{Group: "rbac.authorization.k8s.io", Resource: "roles", Namespaced: true, Verbs: []string{"bind", "escalate"}},
	{Group: "rbac.authorization.k8s.io", Resource: "clusterroles", Verbs: []string{"bind", "escalate"}},

	{Group: "certificates.k8s.io", Resource: "signers", Verbs: []string{"approve", "attest", "sign"}},
	{Group: "certificates.k8s.io", Resource: "certificatesigningrequests/nodeclient", Verbs: []string{"create"}},
	{Group: "certificates.k8s.io", Resource: "certificatesigningrequests/selfnodeclient", Verbs: []string{"create"}},

	{Group: "resource.k8s.io", Resource: "resourceclaims/binding", Namespaced: true, Verbs: []string{"patch", "update"}},
	{Group: "resource.k8s.io", Resource: "resourceclaims/driver", Namespaced: true, Verbs: []string{
		"arbitrary-node:patch", "arbitrary-node:update", "associated-node:patch", "associated-node:update",
	}},
}

var impersonations = [...]string{"impersonate", "impersonate:user-info"}

// finalizers is a subresource that every resource has for authorization alone: who sets an owner reference that blocks
// deletion needs update on it (plugin/pkg/admission/gc).
const finalizers = "finalizers"
