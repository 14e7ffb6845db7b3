package privilege

import (
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// text writes an opening in short.
func (o *Opening) text() string {
	text := o.Edge.ID
	if o.Names != nil {
		text += " " + o.Resource + "=" + strings.Join(o.Names, ",")
	}
	if o.Through {
		text += " through"
	}
	text += [...]string{"", " ?version", " ?admission", " ?data"}[o.Doubt]
	if o.Partial {
		text += " partial"
	}
	for i, ref := range o.With {
		text += []string{" with ", "+"}[min(i, 1)] + ref.String()
	}
	for i, s := range o.Who {
		text += []string{" for ", ","}[min(i, 1)] + s.String()
	}
	return text
}

// openings writes what a binding opens of some edges, all that is not impact where none are named.
func (b *court) openings(binding model.Ref, edges ...string) []string {
	list, all := b.a.Openings(b.access, binding)
	var texts []string
	if all {
		texts = append(texts, "all")
	}
	for i := range list {
		if id := list[i].Edge.ID; slices.Contains(edges, id) || (len(edges) == 0 && list[i].Edge.Leads != impact) {
			texts = append(texts, list[i].text())
		}
	}
	return texts
}

var (
	nearRef = model.KindByName("RoleBinding").Ref("shop", "b")
	wideRef = model.KindByName("ClusterRoleBinding").Ref("", "b")
)

// TestOpenings holds what a binding opens: in its place, by names, and how sure it is.
func TestOpenings(t *testing.T) {
	law := newCourt(t)
	const rbacGroup = "rbac.authorization.k8s.io:"
	web, eve := sa("shop", "web"), user("eve")
	near := func(role string, s ...rbacv1.Subject) *rbacv1.RoleBinding {
		return bind("shop", "b", "ClusterRole", role, s...)
	}
	all := func(role string, s ...rbacv1.Subject) *rbacv1.ClusterRoleBinding { return bindWide("b", role, s...) }
	r := func(rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole { return wide("r", rules...) }
	other := wide
	auth := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "aws-auth"}}
	for _, tt := range []struct {
		name    string
		server  string
		objects []runtime.Object
		unseen  string
		edges   []string
		want    []string
	}{
		{name: "everything, in the whole cluster", objects: these(r(rule("*", "*:*")), all("r", web)), edges: []string{"W-07"}, want: []string{"all", "W-07"}},
		{name: "everything, in a namespace", objects: these(r(rule("*", "*:*")), near("r", web)), edges: []string{"W-07", "N-01"}, want: []string{"W-07"}},
		{name: "nobody", objects: these(r(rule("*", "*:*")), all("r")), edges: []string{"W-07"}},
		{name: "nobody who can be matched", objects: these(r(rule("*", "*:*")), all("r", rbacv1.Subject{Kind: "Robot", Name: "x"})), edges: []string{"W-07"}},
		{name: "no role", objects: these(all("r", web))},
		{name: "exec in full", objects: these(r(rule("create", "pods/exec")), near("r", web)), want: []string{"W-07"}},
		{name: "exec by name", objects: these(r(rule("create", "pods/exec", "b", "a"), rule("create", "pods/exec", "c")), near("r", web)), want: []string{"W-07 pods=a,b,c"}},
		{name: "exec by name and in full", objects: these(r(rule("create", "pods/exec", "a"), rule("create", "pods/exec")), near("r", web)), want: []string{"W-07"}},
		{name: "exec by a GET, on an old server", server: "v1.34.0", objects: these(r(rule("get", "pods/exec")), near("r", web)), want: []string{"W-07"}},
		{name: "exec by a GET, on a new server", objects: these(r(rule("get", "pods/exec")), near("r", web))},
		{name: "exec by a GET, on some server", server: "-", objects: these(r(rule("get", "pods/exec")), near("r", web)), want: []string{"W-07 ?version"}},
		{name: "exec by name for certain, in full on old servers", server: "-", objects: these(r(rule("get", "pods/exec"), rule("create", "pods/exec", "a")), near("r", web)), want: []string{"W-07 pods=a", "W-07 ?version"}},
		{name: "Secrets by name, and a list of them", objects: these(r(rule("get", "secrets", "db"), rule("list", "secrets")), near("r", web)), want: []string{"S-01 secrets=db", "S-02"}},
		{name: "tokens by name", objects: these(r(rule("create", "serviceaccounts/token", "ops")), near("r", web)), want: []string{"S-05 serviceaccounts=ops"}},
		{name: "impersonation by name", objects: these(r(rule("impersonate", "serviceaccounts", "ops"), rule("impersonate", "users", "eve"), rule("impersonate", "groups", "dev")), all("r", web)),
			want: []string{"M-01 serviceaccounts=ops", "M-02 users=eve", "M-02 groups=dev"}},
		{name: "kubelets by name", objects: these(r(rule("get", "nodes/proxy", "n1")), all("r", web)), want: []string{"N-01 nodes=n1"}},
		{name: "kubelets in a namespace", objects: these(r(rule("get", "nodes/proxy")), near("r", web))},
		{name: "a Deployment by name runs as any account", objects: these(namespace("shop", ""), deployment("shop"), r(rule("patch", "apps:deployments", "web")), near("r", web)), edges: []string{"W-03", "W-04", "S-06"},
			want: []string{"S-06 through ?data", "W-03 through ?data", "W-04 through ?data"}},
		{name: "Deployments that are there", objects: these(namespace("shop", ""), deployment("shop"), r(rule("patch", "apps:deployments")), near("r", web)), want: []string{"S-06", "W-03", "W-04"}},
		{name: "Deployments of which there are none", objects: these(namespace("shop", ""), deployment("other"), r(rule("patch", "apps:deployments")), near("r", web))},
		{name: "another kind of owners", objects: these(namespace("shop", ""), deployment("shop"), r(rule("patch", "apps:statefulsets")), near("r", web))},
		{name: "Deployments that were not seen", unseen: "Deployment", objects: these(namespace("shop", ""), r(rule("patch", "apps:deployments")), near("r", web)), want: []string{"S-06 ?data", "W-03 ?data", "W-04 ?data"}},
		{name: "owners are made and the label is taken off", objects: these(namespace("shop", "restricted"), r(rule("create", "apps:deployments"), rule("patch", "namespaces")), near("r", web)), want: []string{"S-06", "W-02", "W-04"}},
		{name: "owners are changed and the label is taken off", objects: these(namespace("shop", "restricted"), r(rule("patch", "batch:cronjobs"), rule("patch", "namespaces")), near("r", web))},
		{name: "a custom kind that is served", objects: these(definition("workflows.argoproj.io"), r(rule("create", "argoproj.io:workflows")), near("r", web)), want: []string{"W-12"}},
		{name: "a custom kind to change", objects: these(definition("workflows.argoproj.io"), r(rule("patch", "argoproj.io:workflows")), near("r", web)), want: []string{"W-12 ?data"}},
		{name: "another kind of its group is served", objects: these(definition("rollouts.argoproj.io"), r(rule("create", "argoproj.io:workflows")), near("r", web))},
		{name: "a custom kind, and no definitions were seen", unseen: "CustomResourceDefinition", objects: these(r(rule("create", "argoproj.io:workflows")), near("r", web)), want: []string{"W-12 ?data"}},
		{name: "lax constraints and pods", objects: these(namespace("shop", "restricted"), definition("securitycontextconstraints.security.openshift.io"), r(rule("use", "security.openshift.io:securitycontextconstraints", "anyuid"), rule("create", "pods")), near("r", web)),
			edges: []string{"A-14"}, want: []string{"A-14"}},
		{name: "lax constraints alone", objects: these(definition("securitycontextconstraints.security.openshift.io"), r(rule("use", "security.openshift.io:securitycontextconstraints", "anyuid")), near("r", web))},
		{name: "lax constraints that are not served", objects: these(r(rule("use", "security.openshift.io:securitycontextconstraints", "anyuid"), rule("create", "pods")), near("r", web)), edges: []string{"A-14"}},
		{name: "volumes alone", objects: these(r(rule("create", "persistentvolumes")), all("r", web))},
		{name: "a webhook may refuse them", objects: these(hook(nil), namespace("shop", ""), r(rule("create", "pods")), near("r", web)), edges: []string{"W-04"}, want: []string{"W-04 ?admission"}},
		{name: "a webhook of other namespaces", objects: these(hook(map[string]string{"kubernetes.io/metadata.name": "other"}), namespace("shop", ""), r(rule("create", "pods")), near("r", web)), edges: []string{"W-04"}, want: []string{"W-04"}},
		{name: "a policy denies", objects: append(denial(admissionv1.Deny), these(namespace("shop", ""), r(rule("create", "pods")), near("r", web))...), edges: []string{"W-04"}, want: []string{"W-04 ?admission"}},
		{name: "a policy warns", objects: append(denial(admissionv1.Warn), these(namespace("shop", ""), r(rule("create", "pods")), near("r", web))...), edges: []string{"W-04"}, want: []string{"W-04"}},
		{name: "Kyverno refuses", objects: these(kyverno("Enforce"), namespace("shop", ""), r(rule("create", "pods")), near("r", web)), edges: []string{"W-04"}, want: []string{"W-04 ?admission"}},
		{name: "Kyverno reports", objects: these(kyverno("Audit"), namespace("shop", ""), r(rule("create", "pods")), near("r", web)), edges: []string{"W-04"}, want: []string{"W-04"}},
		{name: "tokens through a Secret by name", objects: these(r(rule("create", "secrets"), rule("get", "secrets", "x")), near("r", web)), edges: []string{"S-03", "S-01"}, want: []string{"S-01 secrets=x", "S-03 through ?data"}},
		{name: "a webhook by name", objects: these(r(rule("patch", "admissionregistration.k8s.io:mutatingwebhookconfigurations", "x")), all("r", web)), want: []string{"A-03 through ?data"}},
		{name: "impact by name is no doubt", objects: these(r(rule("patch", "nodes", "n1")), all("r", web)), edges: []string{"N-04"}, want: []string{"N-04 through"}},
		{name: "pods where privileged ones are admitted", objects: these(namespace("shop", "privileged"), r(rule("create", "pods")), near("r", web)), want: []string{"S-06", "W-01", "W-04"}},
		{name: "pods where they are not", objects: these(namespace("shop", "baseline"), r(rule("create", "pods")), near("r", web)), want: []string{"S-06", "W-01"}},
		{name: "pods where that was not seen", unseen: "Namespace", objects: these(r(rule("create", "pods")), near("r", web)), want: []string{"S-06", "W-01", "W-04 ?admission"}},
		{name: "pods anywhere, one namespace admits them", objects: these(namespace("default", "baseline"), namespace("shop", "privileged"), r(rule("create", "pods")), all("r", web)), want: []string{"S-06", "W-01", "W-04"}},
		{name: "pods anywhere, no namespace admits them", objects: these(namespace("default", "baseline"), namespace("shop", "restricted"), r(rule("create", "pods")), all("r", web)), want: []string{"S-06", "W-01", "W-04 ?admission"}},
		{name: "pods anywhere, no namespace was seen", unseen: "Namespace", objects: these(r(rule("create", "pods")), all("r", web)), want: []string{"S-06", "W-01", "W-04 ?admission"}},
		{name: "pods anywhere, of manifests without a namespace", objects: these(r(rule("create", "pods")), all("r", web)), want: []string{"S-06", "W-01", "W-04"}},
		{name: "admins of a cloud", objects: these(auth, r(rule("patch", "configmaps", "aws-auth")), bind("kube-system", "b", "ClusterRole", "r", web), all("r", web)), want: []string{"D-02 ?admission"}},
		{name: "admins of a cloud that is not there", objects: these(r(rule("patch", "configmaps", "aws-auth")), all("r", web))},
		{name: "admins of a cloud that was not seen", unseen: "ConfigMap", objects: these(r(rule("patch", "configmaps", "aws-auth")), all("r", web)), want: []string{"D-02 ?data"}},
		{name: "constrained impersonation", objects: these(r(rule("impersonate:serviceaccount", "authentication.k8s.io:serviceaccounts", "ops"), rule("impersonate-on:serviceaccount:get", "pods")), near("r", web)),
			want: []string{"M-03 serviceaccounts=ops ?admission partial"}},
		{name: "constrained impersonation, on a server before it", server: "v1.35.0", objects: these(r(rule("impersonate:serviceaccount", "authentication.k8s.io:serviceaccounts"), rule("impersonate-on:serviceaccount:get", "pods")), near("r", web))},
		{name: "bindings to what is held anyway", objects: these(r(rule("create", rbacGroup+"rolebindings")), near("r", web))},
		{name: "any ClusterRole may be bound", objects: these(r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"clusterroles")), near("r", web)), want: []string{"R-01"}},
		{name: "a harmless role may be bound", objects: these(other("h", rule("get", "pods")), r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"clusterroles", "h")), near("r", web))},
		{name: "a role that is not there may be bound", objects: these(r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"clusterroles", "h")), near("r", web))},
		{name: "a role that runs pods may be bound", objects: these(other("h", rule("get", "pods")), other("p", rule("create", "apps:deployments")), r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"clusterroles", "h", "p")), near("r", web)),
			want: []string{"R-01"}},
		{name: "the strongest role may be bound in the cluster", objects: these(other("p", rule("*", "*:*")), r(rule("create", rbacGroup+"clusterrolebindings"), rule("bind", rbacGroup+"clusterroles", "p")), all("r", web)), want: []string{"R-02"}},
		{name: "a Role that runs pods may be bound", objects: these(local("shop", "p", rule("create", "pods")), r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"roles", "p")), near("r", web)), want: []string{"R-01"}},
		{name: "the like of it in another namespace", objects: these(local("ops", "p", rule("create", "pods")), r(rule("create", rbacGroup+"rolebindings"), rule("bind", rbacGroup+"roles", "p")), near("r", web))},
		{name: "one binding may be changed, and any role bound", objects: these(r(rule("patch", rbacGroup+"rolebindings", "ci"), rule("bind", rbacGroup+"clusterroles")), near("r", web)),
			want: []string{"R-01 through ?data", "R-03 through ?data"}},
		{name: "one Role may be made stronger", objects: these(r(rule("patch,escalate", rbacGroup+"roles", "ci")), near("r", web)), want: []string{"R-04 through ?data"}},
		{name: "two bindings of one subject of two", objects: these(r(rule("create", "secrets")), near("r", web, eve), wide("q", rule("get", "secrets")), bind("shop", "q", "ClusterRole", "q", web)), edges: []string{"S-03"},
			want: []string{"S-03 with shop/RoleBinding/q for sa:shop/web"}},
		{name: "two bindings, of which one is for a group", objects: these(r(rule("create", "secrets")), near("r", web, eve), wide("q", rule("get", "secrets")), bindWide("q", "q", group("system:authenticated"))), edges: []string{"S-03"},
			want: []string{"S-03 with ClusterRoleBinding/q for sa:shop/web,user:eve"}},
		{name: "two subjects with a binding each", objects: these(r(rule("create", "secrets")), near("r", web, eve), wide("q", rule("get", "secrets")), bind("shop", "q", "ClusterRole", "q", web), bind("shop", "p", "ClusterRole", "q", eve)), edges: []string{"S-03"},
			want: []string{"S-03 with shop/RoleBinding/q for sa:shop/web", "S-03 with shop/RoleBinding/p for user:eve"}},
		{name: "three bindings", objects: these(r(rule("update", "certificates.k8s.io:certificatesigningrequests/approval")), all("r", web),
			wide("p", rule("create", "certificates.k8s.io:certificatesigningrequests")), bindWide("p", "p", web), wide("q", rule("approve", "certificates.k8s.io:signers")), bindWide("q", "q", web)),
			want: []string{"A-01 with ClusterRoleBinding/p+ClusterRoleBinding/q for sa:shop/web", "N-06 with ClusterRoleBinding/p+ClusterRoleBinding/q for sa:shop/web"}},
		{name: "what the role alone opens needs nobody", objects: these(r(rule("create,get", "secrets")), near("r", web), wide("q", rule("get", "secrets"), rule("create", "pods")), bind("shop", "q", "ClusterRole", "q", web)), edges: []string{"S-03"}, want: []string{"S-03"}},
		{name: "by name alone, for good with another", objects: these(r(rule("create", "secrets"), rule("get", "secrets", "x")), near("r", web, eve), wide("q", rule("get", "secrets")), bind("shop", "q", "ClusterRole", "q", web)), edges: []string{"S-03"},
			want: []string{"S-03 through ?data", "S-03 with shop/RoleBinding/q for sa:shop/web"}},
		{name: "names of the other", objects: these(r(rule("create", "secrets")), near("r", web), wide("q", rule("get", "secrets", "y")), bind("shop", "q", "ClusterRole", "q", web)), edges: []string{"S-03"},
			want: []string{"S-03 through ?data with shop/RoleBinding/q for sa:shop/web"}},
		{name: "the other may bind by name", objects: these(other("h", rule("get", "pods")), other("p", rule("create", "pods")), r(rule("create", rbacGroup+"rolebindings")), near("r", web, eve),
			wide("q", rule("bind", rbacGroup+"clusterroles", "p")), bind("shop", "q", "ClusterRole", "q", web), wide("s", rule("bind", rbacGroup+"clusterroles", "h")), bind("shop", "s", "ClusterRole", "s", eve)),
			want: []string{"R-01 with shop/RoleBinding/q for sa:shop/web"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := law.again()
			b.t = t
			if tt.server == "" {
				tt.server = "v1.37.2"
			}
			b.complete(tt.server)
			if tt.unseen != "" {
				b.cover(model.Coverage{Kind: model.KindByName(tt.unseen).GroupKind(), State: model.Denied, Reason: "not permitted"})
			}
			b.put(tt.objects...)
			at := nearRef
			if b.c.Get(wideRef) != nil {
				at = wideRef
			}
			if got := b.openings(at, tt.edges...); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if got := b.openings(at, tt.edges...); !slices.Equal(got, tt.want) {
				t.Errorf("asked again: %q", got)
			}
			b.agrees()
		})
	}
}
