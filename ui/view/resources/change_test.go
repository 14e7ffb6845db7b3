package resources_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view/resources"
	"canopy/ui/view/viewtest"
)

const somePod = `
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: SPACE, uid: uid-NAME, creationTimestamp: "2026-11-0DAYT16:40:00Z"OWNER}
spec:
  nodeName: nNODE
  hostPID: SHARED
  containers:
  - {name: shell, image: "busybox:1.IMAGE"}
status: {phase: PHASE, conditions: [{type: Ready, status: "READY"}]}
`

// stir changes the cluster at random: pods of the DaemonSet, and naked ones in three namespaces, come, change and go.
func stir(r *rand.Rand, s *viewtest.Session, t testing.TB) {
	n := r.IntN(12)
	name, space, owner := fmt.Sprintf("p%d", n), []string{"shop", "data", "extra"}[n%3], ""
	if n >= 8 {
		name, space = fmt.Sprintf("backup-helper-%d", n), "data"
		owner = ", ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: backup-helper, uid: ds-backup, controller: true}]"
	}
	if r.IntN(3) == 0 {
		s.Delete(ref("Pod", space, name))
		return
	}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	s.Apply(viewtest.Objects(t, []byte(strings.NewReplacer(
		"NAME", name, "SPACE", space, "OWNER", owner, "DAY", pick("1", "2", "3"), "NODE", pick("1", "2"), "SHARED", pick("true", "false"),
		"IMAGE", pick("1", "2"), "PHASE", pick("Running", "Pending", "Failed"), "READY", pick("True", "False"),
	).Replace(somePod)))...)
}

// TestChanges plays random changes, sorts and filters, and compares with a screen that saw only the last snapshot. The
// selection stays on its row.
func TestChanges(t *testing.T) {
	const kept = "shop/Pod/web-7d9f-fghij"
	for _, seed := range []uint64{1, 2} {
		r := rand.New(rand.NewPCG(seed, seed))
		s := open(t, 200, 60)
		// As much as both screens have to agree on.
		unfold := []model.Ref{ref("Pod", "shop", "web-7d9f-fghij"), ref("Pod", "data", "backup-helper-k2x7p"), ref("Node", "", "n1")}
		for _, o := range append(unfold[1:], unfold[0]) {
			s.run(s.Reveal(o))
		}
		columns := []string{"resource", "worst", "posture", "ready", "status", "findings", "node", "since"}
		column, reverse, filter := "resource", false, ""
		for step := range 250 {
			stir(r, s.session, t)
			s.refresh()
			switch r.IntN(8) {
			case 0:
				column, reverse = columns[r.IntN(len(columns))], r.IntN(2) == 0
				cmd, _ := s.SortBy(column, reverse)
				s.run(cmd)
			case 1:
				filter = []string{"", "", "web", "ns:shop,data"}[r.IntN(4)]
				s.run(s.SetFilter(filter))
				s.run(s.Reveal(unfold[0]))
			}
			if got := s.selected(); got != kept {
				t.Fatalf("seed %d, step %d: selected %s", seed, step, got)
			}
			if step%5 != 0 {
				continue
			}
			fresh := on(s.session, t, 200, 60)
			for _, o := range append(unfold[1:], unfold[0]) {
				fresh.run(fresh.Reveal(o))
			}
			cmd, _ := fresh.SortBy(column, reverse)
			fresh.run(cmd)
			fresh.run(fresh.SetFilter(s.Filter()))
			fresh.run(fresh.Reveal(unfold[0]))
			// Where each was scrolled to is their own affair.
			for _, one := range []*stage{s, fresh} {
				one.press(keys.First)
			}
			if s.View() != fresh.View() {
				t.Fatalf("seed %d, step %d, by %s, reverse %v, filter %q:\n%s\nwant:\n%s", seed, step, column, reverse, filter, strings.Join(s.lines(), "\n"), strings.Join(fresh.lines(), "\n"))
			}
			s.run(s.Reveal(unfold[0]))
		}
	}
}

// TestGone: a row that goes fades where it stood, and one that comes glows; a moment later both is over.
func TestGone(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, column := range []string{"resource", "worst"} {
		s := on(session, t, 80, 30)
		s.Screen, s.waits = resources.New(session.Shared()), true
		s.Resize(80, 30)
		s.refresh()
		cmd, _ := s.SortBy(column, false)
		s.run(cmd)
		session.Apply(viewtest.Objects(t, []byte(strings.NewReplacer("NAME", "newcomer", "SPACE", "shop", "OWNER", "", "DAY", "1", "NODE", "1", "SHARED", "true", "IMAGE", "1", "PHASE", "Running", "READY", "True").Replace(somePod)))...)
		s.run(s.Show(session.Snapshot()))
		if l := s.line("newcomer"); !strings.HasPrefix(l, " +") {
			t.Errorf("by %s, a new row: %q", column, l)
		}
		session.Delete(ref("Pod", "shop", "newcomer"))
		s.run(s.Show(session.Snapshot()))
		l := s.line("newcomer")
		if !strings.HasPrefix(l, " -") {
			t.Errorf("by %s, a row that went: %q", column, l)
		}
		names := s.names()
		if i, j := slices.Index(names, "pod/newcomer"), slices.Index(names, "shop"); i < j {
			t.Errorf("by %s it left its place: %q", column, names)
		}
		s.settle()
		if l := s.line("newcomer"); l != "" {
			t.Errorf("by %s it stays: %q", column, l)
		}
	}
}

// TestForeignOwner: pods of an owner of an unknown kind hang below it all the same.
func TestForeignOwner(t *testing.T) {
	s := open(t, 100, 30)
	s.session.Apply(viewtest.Objects(t, []byte(`
apiVersion: v1
kind: Pod
metadata: {name: canary-1, namespace: shop, uid: c1, ownerReferences: [{apiVersion: apps.kruise.io/v1alpha1, kind: CloneSet, name: canary, uid: x, controller: true}]}
spec: {containers: [{name: c, image: c, securityContext: {privileged: true}}]}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata: {name: canary-2, namespace: shop, uid: c2, ownerReferences: [{apiVersion: apps.kruise.io/v1alpha1, kind: CloneSet, name: canary, uid: x, controller: true}]}
spec: {containers: [{name: c, image: c, securityContext: {privileged: true}}]}
status: {phase: Failed, reason: Evicted}
`))...)
	s.refresh()
	if l := s.line("cloneset/canary"); !strings.Contains(l, "C") || !strings.Contains(l, "1 Evicted") {
		t.Errorf("the owner: %q", l)
	}
	s.run(s.Reveal(ref("Pod", "shop", "canary-1")))
	sub := s.Subject()
	if len(sub.Findings) == 0 || sub.Findings[0].Object.Kind != "CloneSet" {
		t.Errorf("subject: %v", sub)
	}
	// The namespace asks for baseline; a pod that has failed does not run.
	if l := s.line("shop"); !strings.Contains(l, "!") {
		t.Errorf("the namespace: %q", l)
	}
	s.session.Delete(ref("Pod", "shop", "canary-1"))
	s.refresh()
	if l := s.line("shop"); strings.Contains(l, "!") {
		t.Errorf("the namespace: %q", l)
	}
	if l := s.line("cloneset/canary"); strings.Contains(l, "─") {
		t.Errorf("what is not judged looks clean: %q", l)
	}
}

// TestWeak: the namespace says where a pod runs that it would not let in any more.
func TestWeak(t *testing.T) {
	s := open(t, 100, 30)
	s.session.Apply(viewtest.Objects(t, []byte(strings.NewReplacer("NAME", "odd", "SPACE", "shop", "OWNER", "", "DAY", "1", "NODE", "1", "SHARED", "true", "IMAGE", "1", "PHASE", "Running", "READY", "True").Replace(somePod)))...)
	s.refresh()
	if l := s.line("shop"); !strings.Contains(l, "baseline !") {
		t.Errorf("the namespace: %q", l)
	}
}

// TestBeside draws and moves while trees are made, as the program does. It is for the race detector.
func TestBeside(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	s := open(t, 160, 40)
	s.run(s.Reveal(ref("Pod", "data", "backup-helper-k2x7p")))
	cmd, _ := s.SortBy("worst", false)
	s.run(cmd)
	for range 40 {
		stir(r, s.session, t)
		cmd := s.Show(s.session.Snapshot())
		if cmd == nil {
			continue
		}
		made := make(chan tea.Msg)
		go func() { made <- cmd() }()
		for _, a := range []keys.Action{keys.Down, keys.Mark, keys.Last, keys.Up, keys.Wide, keys.Wide, keys.First} {
			s.Do(a)
			s.View()
			s.Subject()
			s.Listed()
		}
		m := <-made
		s.run(func() tea.Msg { return m })
	}
	if s.selected() == "" && len(s.names()) == 0 {
		t.Error("nothing is left")
	}
}
