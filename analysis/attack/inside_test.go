package attack

import (
	"slices"
	"strings"
	"testing"
)

// TestNodes holds what a node leads to, and what it must not.
func TestNodes(t *testing.T) {
	law := readLaw(t)
	agent := func(name, node string) string {
		return "Pod a/" + name + " {metadata: {ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: u1, controller: true}]}, spec: {nodeName: " + node + ", serviceAccountName: s1, automountServiceAccountToken: true, hostPID: true, " + privileged + "}}\n"
	}
	s := law.scene(t, "Node n1 {}\nNode n2 {}\nServiceAccount a/s1 {}\nDaemonSet a/agent {metadata: {uid: u1}}\n"+agent("agent-1", "n1")+agent("agent-2", "n2"))
	for _, to := range []string{"Node/n1", "Node/n2", "nodes"} {
		if !s.leads("a/DaemonSet/agent", to) {
			t.Errorf("the agents do not lead to %s", to)
		}
	}
	if s.leads("Node/n1", "Node/n2") {
		t.Errorf("one node leads to another by a DaemonSet that runs on both:\n%s", s.write("Node/n1", "Node/n2"))
	}
	if !s.leads("Node/n1", "sa:a/s1") || !s.leads("Node/n1", "a/DaemonSet/agent") {
		t.Error("a node does not lead to the account of a pod on it")
	}
	// To be inside of a pod is told as the hop that it is.
	if h := s.hop("E-15", "a/DaemonSet/agent", "a/DaemonSet/agent"); h != nil {
		t.Errorf("a workload leads to itself: %+v", h)
	}
	// Who may not read nodes still knows by the pods that there are some.
	s.then("?Node\n-Node n1\n-Node n2")
	if !s.leads("a/DaemonSet/agent", "nodes") || !s.leads("a/DaemonSet/agent", "Node/n1") {
		t.Error("where nodes may not be read nothing leads to them")
	}
	s.then("Node n1 {}")
	if got := s.town.again().a.account(); differ(s.town.a.account(), got) != "" {
		t.Error(differ(s.town.a.account(), got))
	}
}

// TestAgain holds of every case of the table that what a change leads to is the same when it is drawn anew, and that a change which is taken
// back leaves nothing.
func TestAgain(t *testing.T) {
	law := readLaw(t)
	for _, c := range hopCases {
		before := law.scene(t, c.has).town.a.account()
		for _, not := range c.not {
			s := law.scene(t, c.has).then(not)
			if diff := differ(s.town.a.account(), s.town.again().a.account()); diff != "" {
				t.Errorf("%s %s with %s:\n%s", c.edge, c.name, not, diff)
			}
			if strings.Contains(not, "?") {
				continue
			}
			if diff := differ(s.then(undone(not)+c.has).town.a.account(), before); diff != "" && !strings.Contains(not, "\n") {
				t.Errorf("%s %s: %s was taken back:\n%s", c.edge, c.name, not, diff)
			}
		}
	}
}

// undone writes what takes away what came.
func undone(text string) string {
	back := "!v1.37.2\n"
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.ContainsAny(line[:1], "-!?") {
			words := strings.Fields(line)
			back += "-" + words[0] + " " + words[1] + "\n"
		}
	}
	return back
}

// TestSources holds where paths begin, and where not.
func TestSources(t *testing.T) {
	law := readLaw(t)
	//nolint:dupword // a binding and its role have the same name
	s := law.scene(t, `
		Pod a/p1 {spec: {containers: [{name: a}]}}
		Pod a/done {spec: {containers: [{name: a}]}, status: {phase: Succeeded}}
		Pod kube-system/kube-apiserver-n1 {metadata: {annotations: {kubernetes.io/config.mirror: x}}, spec: {containers: [{name: a}]}}
		DaemonSet kube-system/kube-proxy {spec: {template: {spec: {containers: [{name: a}]}}}}
		DaemonSet kube-system/kube-proxy-extra {spec: {template: {spec: {containers: [{name: a}]}}}}
		Deployment kube-system/coredns {spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}
		Deployment kube-system/tiller {spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}
		Deployment a/coredns {spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}
		ClusterRole r = get pods
		ClusterRoleBinding b r user:u1 group:dev sa:a/s1
		ClusterRole cluster-admin = * *:*
		ClusterRoleBinding cluster-admin cluster-admin group:system:masters
		ClusterRoleBinding missing none user:u9`)
	var got []string
	for _, n := range s.town.asker().Sources() {
		got = append(got, n.ID)
	}
	// The stock binding ships with the label and the rules of Kubernetes, which this one has not.
	want := []string{"a/Deployment/coredns", "a/Pod/p1", "group:dev", "group:system:masters", "internet", "kube-system/DaemonSet/kube-proxy-extra", "kube-system/Deployment/tiller", "user:u1", "user:u9"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestJewels holds that what the user marked is found whatever it is, and that a pod stands for its owner.
func TestJewels(t *testing.T) {
	law := readLaw(t)
	s := law.scene(t, `
		Role a/r = get secrets =x1
		RoleBinding a/b Role/r user:u1
		Role a/e = create pods/exec
		RoleBinding a/e Role/e user:u2
		Secret a/x1 {type: Opaque}
		Deployment a/web {metadata: {uid: u1}, spec: {replicas: 1}}
		ReplicaSet a/web-1 {metadata: {uid: u2, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u1, controller: true}]}, spec: {replicas: 1}}
		Pod a/web-1-x {metadata: {ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: u2, controller: true}]}, spec: {containers: [{name: a}]}}`,
		"a/Secret/x1", "a/Pod/web-1-x", "Namespace/a", "nonsense", "sa:a/none")
	count := func() map[string]int {
		n := map[string]int{}
		for _, j := range s.town.a.Attack(&s.town.w, "").Jewels {
			n[j.Name] = j.Sources
		}
		return n
	}
	// The Deployment is marked: it does not lead to itself.
	if got := count(); got["a/Secret/x1"] != 1 || got["a/Pod/web-1-x"] != 1 || len(got) != 2 {
		t.Errorf("got %v", got)
	}
	s.then("-Deployment a/web\nRole a/r = list secrets")
	if got := count(); got["a/Secret/x1"] != 1 || got["a/Pod/web-1-x"] != 1 || got["Namespace/a"] != 1 || len(got) != 3 {
		t.Errorf("got %v", got)
	}
	s.then("-Pod a/web-1-x\n-ReplicaSet a/web-1\n-Role a/r")
	if got := count(); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
