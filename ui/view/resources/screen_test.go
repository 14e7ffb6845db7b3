package resources_test

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

const long = "a-namespace-with-a-name-of-forty-letters"

func TestFold(t *testing.T) {
	s := open(t, 80, 30)
	s.run(s.Reveal(ref("Deployment", "shop", "web")))
	if got := s.selected(); got != "shop/Deployment/web" {
		t.Fatalf("selected: %s", got)
	}
	s.press(keys.Right)
	if n := s.names(); !slices.Contains(n, "web-7d9f-abcde") {
		t.Fatalf("right does not unfold: %q", n)
	}
	s.press(keys.Right)
	if got := s.selected(); got != "shop/Pod/web-7d9f-abcde" {
		t.Fatalf("right does not go into the branch, but to %s", got)
	}
	if o := s.Can(keys.Right); o.OK() || o.Why == "" {
		t.Error("right is offered on a pod")
	}
	s.press(keys.Left)
	if got := s.selected(); got != "shop/Deployment/web" {
		t.Fatalf("left does not go up, but to %s", got)
	}
	s.press(keys.Left)
	if n := s.names(); slices.Contains(n, "web-7d9f-abcde") {
		t.Fatalf("left does not fold: %q", n)
	}
	s.press(keys.Left, keys.Left)
	if got := s.selected(); got != "Namespace/shop" {
		t.Fatalf("selected: %s", got)
	}
	if n := s.names(); slices.Contains(n, "deploy/web") {
		t.Fatalf("left does not fold the namespace: %q", n)
	}
	if o := s.Can(keys.Left); o.OK() {
		t.Error("left is offered on a folded namespace")
	}
	s.press(keys.Open)
	if n := s.names(); !slices.Contains(n, "deploy/web") {
		t.Fatalf("enter does not unfold the namespace: %q", n)
	}
	// Folding a leaf folds the branch that it is in.
	s.run(s.Reveal(ref("Pod", "shop", "web-7d9f-fghij")))
	s.press(keys.Fold)
	if got := s.selected(); got != "shop/Deployment/web" || slices.Contains(s.names(), "web-7d9f-fghij") {
		t.Fatalf("selected %s among %q", got, s.names())
	}
	// What was folded stays so.
	s.refresh()
	if slices.Contains(s.names(), "web-7d9f-fghij") {
		t.Error("a snapshot unfolds it again")
	}
}

func TestOpen(t *testing.T) {
	s := open(t, 80, 30)
	s.run(s.Reveal(ref("Pod", "data", "debug-x9")))
	s.press(keys.Open)
	want := view.Go{Place: view.Place{Screen: view.Detail, Object: ref("Pod", "data", "debug-x9")}}
	if len(s.asked) != 1 || s.asked[0] != tea.Msg(want) {
		t.Fatalf("asked for %v", s.asked)
	}
	if o := s.Can(keys.Owner); o.OK() {
		t.Error("a naked pod has an owner")
	}
	s.run(s.Reveal(ref("Pod", "shop", "web-7d9f-abcde")))
	s.press(keys.Owner)
	if got := s.selected(); got != "shop/Deployment/web" {
		t.Errorf("the owner of web is %s", got)
	}
}

func TestSubject(t *testing.T) {
	s := open(t, 80, 30)
	s.run(s.Reveal(ref("DaemonSet", "data", "backup-helper")))
	owner := s.Subject()
	if len(owner.Findings) < 5 || owner.Findings[0].Severity.Letter() != "C" || owner.Names[0] != "data/DaemonSet/backup-helper" {
		t.Fatalf("subject: %v", owner)
	}
	for i := 1; i < len(owner.Findings); i++ {
		if owner.Findings[i].Severity > owner.Findings[i-1].Severity {
			t.Fatal("the worst is not first")
		}
	}
	s.run(s.Reveal(ref("Pod", "data", "backup-helper-k2x7p")))
	pod := s.Subject()
	if pod.Object.Kind != "Pod" || !slices.Equal(pod.Findings, owner.Findings) {
		t.Errorf("the pod is not judged with its owner: %v", pod)
	}
}

func TestMarks(t *testing.T) {
	s := open(t, 80, 30)
	all := s.Listed()
	s.run(s.Reveal(ref("Pod", "shop", "web-7d9f-abcde")))
	s.press(keys.Mark, keys.Mark)
	if s.Marked() != 2 {
		t.Fatalf("%d marked", s.Marked())
	}
	sub := s.Subject()
	if !slices.Equal(sub.Names, []string{"shop/Pod/web-7d9f-abcde", "shop/Pod/web-7d9f-fghij"}) {
		t.Fatalf("names: %q", sub.Names)
	}
	if len(s.Listed()) != len(sub.Findings) || len(all) <= len(sub.Findings) {
		t.Errorf("%d listed of %d, %d of the marked", len(s.Listed()), len(all), len(sub.Findings))
	}
	ids := map[string]bool{}
	for _, f := range s.Listed() {
		if ids[f.ID] {
			t.Errorf("%s twice", f.ID)
		}
		ids[f.ID] = true
	}
	// Marks outlive folding.
	s.run(s.Reveal(ref("Namespace", "", "shop")))
	s.press(keys.Left)
	if s.Marked() != 2 {
		t.Errorf("%d marked once folded", s.Marked())
	}
	s.session.Delete(ref("Pod", "shop", "web-7d9f-abcde"))
	s.refresh()
	if s.Marked() != 1 {
		t.Errorf("%d marked once one is gone", s.Marked())
	}
	s.press(keys.Unmark)
	if s.Marked() != 0 || s.Can(keys.Unmark).OK() {
		t.Error("marks stay")
	}
	// The heading is no object.
	s.press(keys.MarkAll)
	if got, want := s.Marked(), len(s.names())-1; got != want {
		t.Errorf("%d of %d marked", got, want)
	}
}

func TestListed(t *testing.T) {
	s := open(t, 80, 30)
	want := 0
	for _, r := range s.session.Snapshot().Rows {
		// What RBAC grants has a screen of its own, and so have Secrets.
		switch o := r.Finding.Object; {
		case o.Group == model.GroupRBAC, o.Kind == "Secret", o.Kind == "ConfigMap", o == model.ClusterRef():
		default:
			want++
		}
	}
	if got := len(s.Listed()); got != want {
		t.Errorf("%d listed of %d", got, want)
	}
	s.run(s.SetFilter("ns:shop"))
	for _, f := range s.Listed() {
		if f.Object.Namespace != "shop" && f.Object.Name != "shop" {
			t.Errorf("%s is listed", f.ID)
		}
	}
}

func TestSort(t *testing.T) {
	s := open(t, 200, 30)
	tops := func() string {
		var out []string
		for _, n := range s.names() {
			if n == "shop" || n == "data" || n == long || n == "ds/backup-helper" || n == "pod/debug-x9" {
				out = append(out, n)
			}
		}
		return strings.Join(out, " ")
	}
	// The long name is cut in the tree.
	for _, c := range []struct {
		column  string
		reverse bool
		want    string
	}{
		{"resource", false, "data ds/backup-helper pod/debug-x9 shop"},
		{"resource", true, "shop data pod/debug-x9 ds/backup-helper"},
		{"worst", false, "data ds/backup-helper pod/debug-x9 shop"},
		{"worst", true, "shop data pod/debug-x9 ds/backup-helper"},
		{"findings", true, "shop data pod/debug-x9 ds/backup-helper"},
		{"posture", false, "data ds/backup-helper pod/debug-x9 shop"},
		{"since", false, "data pod/debug-x9 ds/backup-helper shop"},
		{"ready", false, "data ds/backup-helper pod/debug-x9 shop"},
		{"status", true, "shop data pod/debug-x9 ds/backup-helper"},
		{"node", false, "data ds/backup-helper pod/debug-x9 shop"},
	} {
		cmd, ok := s.SortBy(c.column, c.reverse)
		if !ok {
			t.Fatalf("cannot sort by %s", c.column)
		}
		s.run(cmd)
		if got := tops(); got != c.want {
			t.Errorf("by %s, reverse %v: %s", c.column, c.reverse, got)
		}
		if first := s.names()[0]; first != "nodes" {
			t.Errorf("by %s, reverse %v: %s comes first", c.column, c.reverse, first)
		}
	}
	if _, ok := s.SortBy("namespace", false); ok {
		t.Error("one can sort by the namespace")
	}
}

func TestFilter(t *testing.T) {
	for filter, want := range map[string]string{
		"debug":              "data, pod/debug-x9",
		"status:pending":     "data, ds/backup-helper, backup-helper-q8w4z",
		"node:n1":            "nodes, n1, data, ds/backup-helper, backup-helper-k2x7p, shop, deploy/web, web-7d9f-abcde",
		"posture:privileged": "nodes, n1, n2, data, ds/backup-helper, pod/debug-x9",
		"sev:critical":       "nodes, n1, n2, data, ds/backup-helper",
		"kind:deployment":    "shop, deploy/web",
		"busybox":            "data, pod/debug-x9",
		"ns:shop":            "shop, deploy/web",
		"nothing-like-it":    "",
	} {
		s := open(t, 100, 30)
		s.run(s.SetFilter(filter))
		if got := strings.Join(s.names(), ", "); got != want {
			t.Errorf("%s: %s", filter, got)
		}
		if p := s.FilterProblem(); p != "" {
			t.Errorf("%s: %s", filter, p)
		}
		before := open(t, 100, 30).names()
		s.run(s.SetFilter(""))
		if got := s.names(); !slices.Equal(got, before) {
			t.Errorf("after %s: %q", filter, got)
		}
	}
	s := open(t, 100, 30)
	s.run(s.SetFilter("nothing-like-it"))
	if first := s.lines()[0]; !strings.Contains(first, "nothing passes the filter nothing-like-it") {
		t.Error(first)
	}
	s.run(s.SetFilter("colour:red"))
	if s.FilterProblem() == "" {
		t.Error("an unknown key is no problem")
	}
	// The first row that passes is selected, and branches fold under a filter too.
	s.run(s.SetFilter("debug"))
	if got := s.selected(); got != "data/Pod/debug-x9" {
		t.Errorf("selected: %s", got)
	}
	s.press(keys.Left, keys.Left)
	if got := strings.Join(s.names(), ", "); got != "data" {
		t.Errorf("folded: %s", got)
	}
}

func TestReveal(t *testing.T) {
	s := open(t, 80, 30)
	s.run(s.SetFilter("shop"))
	s.run(s.Reveal(ref("Pod", "data", "backup-helper-q8w4z")))
	if got := s.selected(); got != "data/Pod/backup-helper-q8w4z" || s.Filter() != "" {
		t.Errorf("selected %s with filter %q", got, s.Filter())
	}
	// A ReplicaSet that has no row is shown with its Deployment.
	s.run(s.Reveal(ref("ReplicaSet", "shop", "web-7d9f")))
	if got := s.selected(); got != "shop/Deployment/web" {
		t.Errorf("selected %s", got)
	}
	s.run(s.Reveal(ref("Secret", "shop", "token")))
	s.run(s.Reveal(ref("Pod", "shop", "not-there")))
	if len(s.asked) != 2 {
		t.Fatalf("asked for %v", s.asked)
	}
	for _, m := range s.asked {
		if n, ok := m.(view.Note); !ok || n.Text == "" {
			t.Errorf("asked for %v", m)
		}
	}
	// It may be asked for before anything is shown.
	other := on(s.session, t, 80, 30)
	cmd := other.Show(s.session.Snapshot())
	other.run(other.Reveal(ref("Pod", "shop", "web-7d9f-fghij")))
	other.run(cmd)
	if got := other.selected(); got != "shop/Pod/web-7d9f-fghij" {
		t.Errorf("selected %s", got)
	}
}

func TestRollout(t *testing.T) {
	s := open(t, 100, 30)
	s.run(s.Reveal(ref("Pod", "shop", "web-7d9f-fghij")))
	s.session.Apply(viewtest.Objects(t, []byte(strings.ReplaceAll(revision, "NAME", "web-8c11")))...)
	s.refresh()
	s.run(s.Reveal(ref("Pod", "shop", "web-8c11-zzzzz")))
	want := []string{"shop", "deploy/web", "rs/web-7d9f", "rs/web-8c11", "web-8c11-zzzzz"}
	if got := s.names(); !slices.Equal(got[len(got)-5:], want) {
		t.Fatalf("during the rollout: %q", got)
	}
	view := strings.Join(s.lines(), "\n")
	if !strings.Contains(view, "rolling out") || !strings.Contains(view, "restricted") {
		t.Errorf("nothing tells of the rollout:\n%s", view)
	}
	s.press(keys.Owner)
	if got := s.selected(); got != "shop/ReplicaSet/web-8c11" {
		t.Errorf("the owner is %s", got)
	}
	s.press(keys.Owner)
	if got := s.selected(); got != "shop/Deployment/web" {
		t.Errorf("the owner of the owner is %s", got)
	}
	s.session.Delete(ref("Pod", "shop", "web-7d9f-abcde"), ref("Pod", "shop", "web-7d9f-fghij"))
	s.refresh()
	if got := s.names(); slices.Contains(got, "rs/web-8c11") {
		t.Errorf("after the rollout: %q", got)
	}
}

const revision = `
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: NAME, namespace: shop, uid: rs-NAME, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: deploy-web, controller: true}]}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: &spec
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - {name: web, image: "registry.example/shop/web:1.5", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
status: {replicas: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: NAME-zzzzz, namespace: shop, uid: pod-NAME, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: NAME, uid: rs-NAME, controller: true}]}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - {name: web, image: "registry.example/shop/web:1.5", securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
status: {phase: Running, conditions: [{type: Ready, status: "True"}]}
`

// TestMany: where there is much, namespaces are folded at first, and stay so for whoever folds them.
func TestMany(t *testing.T) {
	s := on(many(t, 1000, 5), t, 100, 40)
	if got := strings.Join(s.names(), ", "); got != "nodes, ns-000, ns-001, ns-002, ns-003, ns-004" {
		t.Fatal(got)
	}
	if l := s.line("ns-000"); !strings.Contains(l, "200/200") {
		t.Errorf("the namespace: %q", l)
	}
	s.run(s.Reveal(ref("Pod", "ns-003", "app-00003-5d4f8-7")))
	if got := s.selected(); got != "ns-003/Pod/app-00003-5d4f8-7" {
		t.Errorf("selected %s", got)
	}
	if slices.Contains(s.names(), "deploy/app-00004") {
		t.Error("another namespace was unfolded with it")
	}
	if a := s.Aside(); a != "100 nodes, 5 namespaces, 100 owners, 1000 pods" {
		t.Error(a)
	}
	// Keys that come faster than the tree is made are not lost.
	s.run(s.Reveal(ref("Namespace", "", "ns-001")))
	first := s.Do(keys.Right)
	second := s.Do(keys.Left)
	s.run(first)
	s.run(second)
	if slices.Contains(s.names(), "deploy/app-00001") {
		t.Error("the second key was lost")
	}
}

// TestLoading: while it is read the tree opens and closes by how much there is; once somebody folded it stays.
func TestLoading(t *testing.T) {
	session := viewtest.New(t)
	for _, k := range model.Kinds() {
		session.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Loading})
	}
	session.Apply(viewtest.Objects(t, []byte(strings.ReplaceAll(revision, "NAME", "web-1")))...)
	s := on(session, t, 100, 40)
	if got := strings.Join(s.names(), ", "); !strings.HasPrefix(got, "shop, rs/web-1") {
		t.Fatal(got)
	}
	if l := s.line("rs/web-1"); !strings.Contains(l, "?") || strings.Contains(l, "✓") {
		t.Errorf("while loading: %q", l)
	}
	s.run(s.Reveal(ref("Namespace", "", "shop")))
	s.press(keys.Left)
	session.Complete()
	if _, err := session.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.refresh()
	if got := strings.Join(s.names(), ", "); got != "shop" {
		t.Error(got)
	}
	if s.Aside() != "1 namespace, 1 owner, 1 pod" {
		t.Error(s.Aside())
	}
}
