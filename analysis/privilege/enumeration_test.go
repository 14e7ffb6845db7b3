package privilege

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// example is a cluster in which a rule holds, and the nearest one in which it does not.
type example struct {
	// id is that of a rule, or of an edge which the evidence has to name.
	id      string
	yes, no []runtime.Object
	// server is v1.37.2 where it is empty, before what the neighbour has instead.
	server, before string
	object         string
	severity       model.Severity
	// at, path and value are of one line of the evidence.
	at, path, value string
}

// granted is an example of a grant to eve by a ClusterRoleBinding: the first rule has it, the second has not.
func granted(id string, severity model.Severity, value string, yes, no rbacv1.PolicyRule, more ...rbacv1.PolicyRule) example {
	with := func(r rbacv1.PolicyRule) []runtime.Object {
		return []runtime.Object{wide("r", append([]rbacv1.PolicyRule{rule("get", "pods"), r}, more...)...), bindWide("b", "r", user("eve"))}
	}
	return example{id: id, yes: with(yes), no: with(no), object: "ClusterRoleBinding/b", severity: severity, at: "ClusterRole/r", path: "rules[1]", value: value}
}

// grantedIn is the same by a RoleBinding in the namespace shop, which takes no privileged pods.
func grantedIn(id string, severity model.Severity, value string, yes, no rbacv1.PolicyRule, more ...rbacv1.PolicyRule) example {
	with := func(r rbacv1.PolicyRule) []runtime.Object {
		return []runtime.Object{namespace("shop", "restricted"), local("shop", "r", append([]rbacv1.PolicyRule{rule("get", "pods"), r}, more...)...), bind("shop", "b", "Role", "r", user("eve"))}
	}
	return example{id: id, yes: with(yes), no: with(no), object: "shop/RoleBinding/b", severity: severity, at: "shop/Role/r", path: "rules[1]", value: value}
}

func examples() []example {
	const critical, high, medium, low = model.Critical, model.High, model.Medium, model.Low
	const rbacGroup, admission, certificates = "rbac.authorization.k8s.io:", "admissionregistration.k8s.io:", "certificates.k8s.io:"
	reads := wide("r", rule("get", "configmaps"))
	all := func(names ...string) rbacv1.PolicyRule { return rule("*", "*:*", names...) }
	token := func(labels map[string]string) []runtime.Object {
		return []runtime.Object{&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "t", Labels: labels}, Type: corev1.SecretTypeServiceAccountToken}}
	}
	proxied, _ := stock.For(37)
	proxier := proxied.ClusterRole("system:node-proxier").DeepCopy()
	proxier.Rules = append(proxier.Rules, rule("list", "configmaps"))
	return []example{
		granted("LP01", critical, "* *", all(), all("x")),
		{id: "LP02", object: "ClusterRoleBinding/b", severity: critical, at: "ClusterRoleBinding/b", path: "subjects[1]", value: "group:system:masters",
			yes: these(reads, bindWide("b", "r", user("eve"), group("system:masters"))), no: these(reads, bindWide("b", "r", user("eve"), user("system:masters")))},
		{id: "LP03", object: "ClusterRoleBinding/b", severity: critical, at: "ClusterRole/r", path: "rules[0]", value: "get configmaps",
			yes: these(reads, bindWide("b", "r", group("system:unauthenticated"))),
			no:  these(wide("r", rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz", "/version"}}), bindWide("b", "r", group("system:unauthenticated")))},
		{id: "LP03", object: "shop/RoleBinding/b", severity: high, at: "shop/RoleBinding/b", path: "subjects[0]", value: "user:system:anonymous",
			yes: these(reads, bind("shop", "b", "ClusterRole", "r", user("system:anonymous"))),
			no:  these(wide("r", rbacv1.PolicyRule{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}), bind("shop", "b", "ClusterRole", "r", user("system:anonymous")))},
		{id: "LP04", object: "ClusterRoleBinding/b", severity: high, at: "ClusterRole/r", path: "rules[0]", value: "get configmaps",
			yes: these(reads, bindWide("b", "r", group("system:authenticated"))),
			no: these(wide("r", rule("create", "authorization.k8s.io:selfsubjectaccessreviews"), rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/api/*", "/healthz"}}),
				bindWide("b", "r", group("system:authenticated")))},
		{id: "LP05", object: "ClusterRole/r", severity: high, at: "ClusterRole/r", path: "rules[0].resources[1]", value: "get configmaps,*",
			yes: these(wide("r", rule("get", "configmaps,*")), bindWide("b", "r", user("eve"))), no: these(wide("r", rule("get", "configmaps,*/status")), bindWide("b", "r", user("eve")))},
		granted("LP06", high, "get secrets (S-01)", rule("get", "secrets"), rule("get", "secrets/status")),
		grantedIn("LP06", low, "get secrets named db (S-01)", rule("get", "secrets", "db"), rule("create", "secrets", "db")),
		granted("LP07", high, "create pods (S-06, W-01, W-04)", rule("create", "pods"), rule("create", "pods", "x")),
		grantedIn("LP07", medium, "create deployments (S-06, W-02)", rule("create", "apps:deployments"), rule("create", "extensions:deployments")),
		granted("LP08", critical, "escalate clusterroles (R-05)", rule("escalate", rbacGroup+"clusterroles"), rule("escalate", "clusterroles"), rule("update", rbacGroup+"clusterroles")),
		granted("LP09", high, "create pods/exec (W-07)", rule("create", "pods/exec"), rule("get", "pods/exec")),
		granted("LP10", medium, "create pods/portforward (W-09)", rule("create", "pods/portforward"), rule("create", "pods")),
		granted("LP11", high, "patch pods/ephemeralcontainers (W-06)", rule("patch", "pods/ephemeralcontainers"), rule("create", "pods/ephemeralcontainers")),
		granted("LP12", critical, "get nodes/proxy (N-01)", rule("get", "nodes/proxy"), rule("get", "nodes/metrics")),
		granted("LP13", high, "create serviceaccounts/token (S-05)", rule("create", "serviceaccounts/token"), rule("create", "serviceaccounts")),
		granted("LP14", high, "approve signers named kubernetes.io/kube-apiserver-client (A-01)", rule("approve", certificates+"signers", "kubernetes.io/kube-apiserver-client"),
			rule("approve", certificates+"signers", "example.io/*"), rule("update", certificates+"certificatesigningrequests/approval"), rule("create", certificates+"certificatesigningrequests")),
		granted("LP15", high, "update mutatingwebhookconfigurations (A-03, A-05)", rule("update", admission+"mutatingwebhookconfigurations"), rule("get", admission+"mutatingwebhookconfigurations")),
		granted("LP16", medium, "create persistentvolumes (A-12)", rule("create", "persistentvolumes"), rule("create", "persistentvolumes", "x")),
		granted("LP17", medium, "deletecollection secrets (D-11)", rule("deletecollection", "secrets"), rule("deletecollection", "secrets", "x")),
		granted("LP18", medium, "delete events (D-10)", rule("delete", "events.k8s.io:events"), rule("create", "events.k8s.io:events")),
		{id: "LP19", object: "kube-system/RoleBinding/b", severity: medium, at: "kube-system/Role/r", path: "rules[0]", value: "update configmaps named coredns (D-01)",
			yes: these(local("kube-system", "r", rule("update", "configmaps", "coredns")), bind("kube-system", "b", "Role", "r", user("eve"))),
			no:  these(local("kube-system", "r", rule("update", "configmaps", "coredns2")), bind("kube-system", "b", "Role", "r", user("eve")))},
		granted("LP20", high, "create endpointslices (D-05)", rule("create", "discovery.k8s.io:endpointslices"), rule("create", "endpointslices")),
		{id: "LP23", object: "shop/Secret/t", severity: medium, at: "shop/Secret/t", path: "metadata.labels[kubernetes.io/legacy-token-last-used]", value: "2026-01-02",
			yes: token(map[string]string{lastUsedLabel: "2026-01-02"}), no: token(map[string]string{lastUsedLabel: "2026-01-02", invalidSinceLabel: "2026-01-03"})},
		{id: "LP24", object: "shop/RoleBinding/b", severity: medium, at: "shop/RoleBinding/b", path: "subjects[0]", value: "sa:shop/web",
			yes: these(reads, bind("shop", "b", "ClusterRole", "r", rbacv1.Subject{Kind: "ServiceAccount", Name: "web"})),
			no:  these(reads, bind("shop", "b", "ClusterRole", "r", rbacv1.Subject{Kind: "ServiceAccount", Name: "web"}), account("shop", "web"))},
		{id: "LP27", object: "kube-system/Secret/t", severity: low, at: "kube-system/Secret/t", path: "type", value: "bootstrap.kubernetes.io/token",
			yes: these(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "t"}, Type: corev1.SecretTypeBootstrapToken}),
			no:  these(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "t"}, Type: corev1.SecretTypeBootstrapToken})},
		{id: "LP27", object: "CertificateSigningRequest/eve", severity: low, at: "CertificateSigningRequest/eve", path: "spec.username", value: "eve",
			yes: these(request(certificatesv1.KubeAPIServerClientSignerName, "x")), no: these(request(certificatesv1.KubeAPIServerClientSignerName, ""))},
		{id: "LP28", object: "ClusterRole/system:node-proxier", severity: high, at: "ClusterRole/system:node-proxier", path: fmt.Sprintf("rules[%d]", len(proxier.Rules)-1), value: "added: list configmaps",
			yes: these(proxier), no: these(proxied.ClusterRole("system:node-proxier"))},
		granted("LP29", high, "patch nodes/status (N-04)", rule("patch", "nodes/status"), rule("patch", "nodes/metrics")),
		granted("LP30", high, "update serviceaccounts (W-13)", rule("update", "serviceaccounts"), rule("get", "serviceaccounts")),
		granted("LP31", high, "create secrets (S-03)", rule("create", "secrets"), rule("create", "configmaps"), rule("get", "secrets")),
		granted("LP32", high, "patch customresourcedefinitions (A-10)", rule("patch", "apiextensions.k8s.io:customresourcedefinitions"), rule("get", "apiextensions.k8s.io:customresourcedefinitions")),
		granted("LP33", high, "patch namespaces (A-11)", rule("patch", "namespaces"), rule("get", "namespaces")),
		granted("LP34", medium, "create applications (D-09)", rule("create", "argoproj.io:applications"), rule("create", "example.io:applications")),

		// What no other tool judges.
		{id: "I-06", object: "ClusterRoleBinding/b", severity: medium, at: "ClusterRoleBinding/b", path: "subjects[0]", value: "user:system:serviceaccount:shop:web",
			yes: these(reads, bindWide("b", "r", user("system:serviceaccount:shop:web"))), no: these(reads, bindWide("b", "r", user("system:serviceaccount:shop:web")), account("shop", "web"))},
		grantedIn("M-03", high, "impersonate:serviceaccount serviceaccounts (M-03)", rule("impersonate:serviceaccount", "authentication.k8s.io:serviceaccounts"),
			rule("impersonate:serviceaccount", "serviceaccounts"), rule("impersonate-on:serviceaccount:list", "apps:deployments")),
		olderServer("v1.35.0", granted("M-03", critical, "impersonate:user-info users (M-03)", rule("impersonate:user-info", "authentication.k8s.io:users"), rule("impersonate:user-info", "authentication.k8s.io:users"),
			rule("impersonate-on:user-info:get", "secrets"))),
		grantedIn("W-10", medium, "get pods/proxy (W-10)", rule("get", "pods/proxy"), rule("get", "pods/log")),
		granted("W-10", high, "* */proxy (W-10)", rule("*", "*/proxy"), rule("*", "pods/*")),
		grantedIn("W-12", medium, "create workflows (W-12)", rule("create", "argoproj.io:workflows"), rule("get", "argoproj.io:workflows")),
		granted("N-03", high, "create nodes/checkpoint (N-03)", rule("create", "nodes/checkpoint"), rule("get", "nodes/checkpoint")),
		olderServer("v1.29.0", granted("N-03", high, "create nodes/checkpoint (N-03)", rule("create", "nodes/checkpoint"), rule("create", "nodes/checkpoint"))),
		granted("A-06", high, "create mutatingadmissionpolicies (A-06)", rule("create", admission+"mutatingadmissionpolicies"), rule("create", admission+"validatingadmissionpolicies"),
			rule("create", admission+"mutatingadmissionpolicybindings")),
		olderServer("v1.35.0", granted("A-06", high, "create mutatingadmissionpolicies (A-06)", rule("create", admission+"mutatingadmissionpolicies"), rule("create", admission+"mutatingadmissionpolicies"),
			rule("create", admission+"mutatingadmissionpolicybindings"))),
		granted("A-09", high, "update apiservices (A-09)", rule("update", "apiregistration.k8s.io:apiservices"), rule("delete", "apiregistration.k8s.io:apiservices")),
	}
}

// olderServer has the same RBAC on both sides: it is the version of the neighbour's server that tells them apart.
func olderServer(version string, e example) example {
	e.before = version
	return e
}

func request(signer, certificate string) *certificatesv1.CertificateSigningRequest {
	return &certificatesv1.CertificateSigningRequest{ObjectMeta: metav1.ObjectMeta{Name: "eve"},
		Spec: certificatesv1.CertificateSigningRequestSpec{SignerName: signer, Username: "eve"}, Status: certificatesv1.CertificateSigningRequestStatus{Certificate: []byte(certificate)}}
}

// TestEveryRule goes through the catalogue: each rule that is judged here, and each row that no other tool has, holds in a
// cluster, at an exact place, and does not in the nearest other one.
func TestEveryRule(t *testing.T) {
	law := newCourt(t)
	all := examples()
	for _, r := range law.rules {
		if !strings.HasPrefix(r.ID, "LP") || slices.Contains([]string{"LP21", "LP22", "LP25", "LP26"}, r.ID) {
			continue // analysis/workload judges these
		}
		if !slices.ContainsFunc(all, func(e example) bool { return e.id == r.ID }) {
			t.Errorf("%s has no example", r.ID)
		}
		if r.Fix != "yaml" && r.NoFix == "" {
			t.Errorf("%s has neither a fix nor a reason", r.ID)
		}
	}
	for _, e := range all {
		t.Run(e.id, func(t *testing.T) {
			rule := e.id
			for _, edge := range law.edges {
				if edge.ID == e.id {
					rule = edge.Rule
				}
			}
			server := e.server
			if server == "" {
				server = "v1.37.2"
			}
			yes := law.again().complete(server).put(e.yes...)
			f := yes.find(rule, e.object)
			if f == nil || f.Verdict != model.Yes {
				t.Fatalf("%s does not hold:\n%s", rule, yes.text())
			}
			if f.Severity != e.severity {
				t.Errorf("severity %s, want %s", f.Severity, e.severity)
			}
			if !slices.ContainsFunc(f.Proof.Evidence(), func(v model.Evidence) bool {
				return v.Object.String() == e.at && v.Path == e.path && v.Value == e.value
			}) {
				t.Errorf("no evidence at %s %s = %q:\n%s", e.at, e.path, e.value, findingText(f))
			}
			before := server
			if e.before != "" {
				before = e.before
			}
			no := law.again().complete(before).put(e.no...)
			for _, f := range no.out.findings {
				if f.Rule.ID == rule && (rule == e.id || strings.Contains(findingText(f), e.id)) {
					t.Errorf("holds for the nearest other one:\n%s", findingText(f))
				}
			}
		})
	}
}
