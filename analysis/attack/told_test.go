package attack

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

func ids(list []Reached) []string {
	var names []string
	for _, r := range list {
		names = append(names, r.ID)
	}
	return names
}

// TestBlastOfNamespace holds that who holds a Namespace holds its workloads, and the accounts that none of them has the token of.
func TestBlastOfNamespace(t *testing.T) {
	law := readLaw(t)
	const has = `
		ClusterRole all = * *:*
		ServiceAccount a/s1 {}
		ServiceAccount a/s2 {}
		Secret b/x1 {type: Opaque}
		Role b/r = get secrets
		RoleBinding b/b Role/r sa:a/s2
		Pod a/p1 ` + tokenMounted
	s := law.scene(t, has+"\nClusterRoleBinding c all sa:a/s1")
	b, ok := s.town.asker().Blast(s.node("Namespace/a"))
	if !ok || !b.Admin || b.Paths == 0 || b.Goals[0].From.ID != "a/Pod/p1" || !slices.Contains(ids(b.Identities), "sa:a/s1") || !slices.Contains(ids(b.Secrets), "b/Secret/x1") {
		t.Errorf("with an account that holds the cluster: %+v", b)
	}
	s = law.scene(t, has)
	b, _ = s.town.asker().Blast(s.node("Namespace/a"))
	if b.Admin || len(b.Begins) != 2 || b.Begins[0].ID != "a/Pod/p1" || b.Begins[1].ID != "sa:a/s2" || !slices.Equal(ids(b.Namespaces), []string{"Namespace/b"}) {
		t.Errorf("without one: %+v", b)
	}
	if got := s.town.asker().Paths(Question{From: s.node("Namespace/a"), To: AnySecrets}); len(got.Paths) != 1 || got.Paths[0].From.ID != "sa:a/s2" {
		t.Errorf("paths: %+v", got.Paths)
	}
	s = law.scene(t, "Namespace a {}")
	if b, ok = s.town.asker().Blast(s.node("Namespace/a")); !ok || len(b.Begins) > 0 || b.Paths > 0 {
		t.Errorf("an empty one: %+v", b)
	}
}

// TestNowhere holds that where pods were not seen on nodes it is not known what a node leads to, but for DaemonSets.
func TestNowhere(t *testing.T) {
	law := readLaw(t)
	const web = "\nDeployment a/web {spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}"
	for _, tt := range []struct {
		name, has string
		known     bool
	}{
		{"a Deployment of a file", "Node n1 {}" + web, false},
		{"a pod of a file", "Node n1 {}\nPod a/p {spec: {containers: [{name: a}]}}", false},
		{"a Deployment of a server", "Node n1 {}\nDeployment a/web {metadata: {uid: u1}, spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}", true},
		{"a DaemonSet of a file", "Node n1 {}\nDaemonSet a/agent {spec: {template: {spec: {containers: [{name: a}]}}}}", true},
		{"a pod that is placed", "Node n1 {}\nPod a/p {spec: {nodeName: n1, containers: [{name: a}]}}", true},
	} {
		s := law.scene(t, tt.has)
		b, _ := s.town.asker().Blast(s.node("Node/n1"))
		answer := s.town.asker().Paths(Question{From: s.node("Node/n1")})
		if (b.Unknown == "") != tt.known || (answer.Unknown == "") != tt.known {
			t.Errorf("%s: %q, %q", tt.name, b.Unknown, answer.Unknown)
		}
		if b.Identity.Name != "system:node:n1" || slices.Contains(ids(b.Identities), "user:system:node:n1") {
			t.Errorf("%s: begins as %s, becomes %v", tt.name, b.Identity, ids(b.Identities))
		}
	}
	s := law.scene(t, "Node n1 {}\nServiceAccount a/s1 {}\nClusterRole all = * *:*\nClusterRoleBinding b all sa:a/s1\nDaemonSet a/agent {spec: {template: {spec: {serviceAccountName: s1, containers: [{name: a}]}}}}"+web)
	if b, _ := s.town.asker().Blast(s.node("Node/n1")); !b.Admin || b.Unknown != "" {
		t.Errorf("a DaemonSet that holds the cluster: %+v", b)
	}
	// The account of a node is not told of one source that gets to none.
	if answer := s.town.asker().Paths(Question{From: s.node("a/Deployment/web")}); answer.Unknown != "" {
		t.Errorf("a workload that leads to no node: %q", answer.Unknown)
	}
}

// TestEntered holds that who may enter the pods of one node gets out to it, and to no other that they run on.
func TestEntered(t *testing.T) {
	law := readLaw(t)
	agent := func(node string) string {
		return "Pod a/agent-" + node + " {metadata: {ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: u1, controller: true}]}, spec: {nodeName: " + node + ", " + privileged + "}}\n"
	}
	s := law.scene(t, "Node n1 {}\nNode n2 {}\nDaemonSet a/agent {metadata: {uid: u1}}\n"+agent("n1")+agent("n2")+"ClusterRole r = get nodes/proxy =n1"+bound)
	if !s.leads("user:u1", "Node/n1") || !s.leads("user:u1", "a/DaemonSet/agent") || s.leads("user:u1", "Node/n2") {
		t.Errorf("to n1:\n%s\nto n2:\n%s", s.write("user:u1", "Node/n1"), s.write("user:u1", "Node/n2"))
	}
	p := s.routes("user:u1", "Node/n1")
	if len(p) == 0 || len(p[0].Hops) != 2 || p[0].Hops[0].To.ID != "a/DaemonSet/agent" || p[0].Hops[1].Cut.Object.String() != "a/DaemonSet/agent" {
		t.Errorf("got %s", s.write("user:u1", "Node/n1"))
	}
	s.then("ClusterRole r = get nodes/proxy =n2")
	if s.leads("user:u1", "Node/n1") || !s.leads("user:u1", "Node/n2") {
		t.Error("the other node")
	}
	if diff := differ(s.town.a.account(), s.town.again().a.account()); diff != "" {
		t.Error(diff)
	}
}

// TestSupplied holds that no cut takes away what Kubernetes ships, while something else would do, nor what nobody can edit.
func TestSupplied(t *testing.T) {
	law := readLaw(t)
	const plane = "Node n1 {metadata: {labels: {node-role.kubernetes.io/control-plane: ''}}}\n"
	users := ""
	for _, n := range []string{"1", "2", "3", "4"} {
		users += "\nRole kube-system/r" + n + " = create pods/exec =x; create pods/exec\nRoleBinding kube-system/b" + n + " Role/r" + n + " user:u" + n
	}
	static := plane + "Pod kube-system/kube-apiserver-n1 {metadata: {annotations: {kubernetes.io/config.mirror: x}}, " + onNode1 + hostPath("/etc/kubernetes/pki", ", readOnly: true") + "}}" + users
	proxy := plane + "DaemonSet kube-system/kube-proxy {metadata: {uid: u1}}\nPod kube-system/kube-proxy-x {metadata: {ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: kube-proxy, uid: u1, controller: true}]}, " + onNode1 + privileged + "}}" + users
	own := strings.NewReplacer("kube-proxy", "my-proxy").Replace(proxy)
	for _, tt := range []struct {
		name, has string
		least     int
		listed    bool
	}{{"a static pod", static, 4, false}, {"kube-proxy", proxy, 4, true}, {"an agent of one's own", own, 1, true}} {
		answer := law.scene(t, tt.has).town.asker().Paths(Question{})
		listed := slices.ContainsFunc(answer.Cuts, func(c model.Cut) bool { return c.Edit == cutEscapes })
		if len(answer.Least) != tt.least || listed != tt.listed {
			t.Errorf("%s: least %+v, cuts %+v", tt.name, answer.Least, answer.Cuts)
		}
	}
	// What only the control plane leads to is nothing to mend first; what others get to is.
	s := law.scene(t, proxy)
	ref := model.KindByName("DaemonSet").Ref("kube-system", "kube-proxy")
	if got := s.town.a.Attack(&s.town.w, "").Standing(ref); got.Effect != model.LeadsNowhere {
		t.Errorf("kube-proxy stands at %v", got)
	}
	s.then("RoleBinding kube-system/b1 Role/r1 group:system:serviceaccounts")
	if got := s.town.a.Attack(&s.town.w, "").Standing(ref); got.Effect != model.LeadsToCluster {
		t.Errorf("kube-proxy that every account gets into stands at %v", got)
	}
}

// TestLevel holds that the level of a namespace is an edit that ends what several bindings open.
func TestLevel(t *testing.T) {
	law := readLaw(t)
	s := law.scene(t, "Namespace a {}\nNode n1 {metadata: {labels: {node-role.kubernetes.io/control-plane: ''}}}\nRole a/r = create pods; create apps:deployments; list secrets; get configmaps; list pods; watch pods; get pods; delete pods; update configmaps\n"+
		"RoleBinding a/b1 Role/r user:u1\nRoleBinding a/b2 Role/r user:u2\nRoleBinding a/b3 Role/r user:u3")
	answer := s.town.asker().Paths(Question{})
	if len(answer.Least) != 1 || answer.Least[0].Object.String() != "Namespace/a" || answer.Least[0].Edit != cutLevel || answer.Least[0].Removes != 3 {
		t.Errorf("least %+v, cuts %+v", answer.Least, answer.Cuts)
	}
	s.then("Role a/r = create pods; patch namespaces")
	answer = s.town.asker().Paths(Question{})
	if slices.ContainsFunc(answer.Cuts, func(c model.Cut) bool { return c.Edit == cutLevel }) {
		t.Errorf("the label is an edit where it can be taken off: %+v", answer.Cuts)
	}
}

// TestRoutesDiffer holds that routes differ by their nodes or by what ends them.
func TestRoutesDiffer(t *testing.T) {
	law := readLaw(t)
	s := law.scene(t, "ServiceAccount a/s1 {}\nServiceAccount kube-system/s2 {}\nClusterRole all = * *:*\nClusterRoleBinding b all sa:a/s1\nClusterRoleBinding c all sa:kube-system/s2\nPod a/p1 "+tokenMounted)
	routes, more := s.town.asker().Routes(s.node("a/Pod/p1"), ClusterAdmin, 20, false)
	if len(routes) != 1 || more {
		t.Errorf("%d routes, more %t:\n%+v", len(routes), more, routes)
	}
	s.then("ClusterRoleBinding d all group:system:serviceaccounts:a")
	if routes, more = s.town.asker().Routes(s.node("a/Pod/p1"), ClusterAdmin, 20, false); len(routes) != 2 || more || routes[0].Hops[1].Cut == routes[1].Hops[1].Cut {
		t.Errorf("%d routes by two bindings, more %t:\n%+v", len(routes), more, routes)
	}
	if routes, more = s.town.asker().Routes(s.node("a/Pod/p1"), ClusterAdmin, 1, false); len(routes) != 1 || !more {
		t.Errorf("%d routes of one, more %t", len(routes), more)
	}
}
