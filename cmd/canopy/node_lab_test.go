package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/k8s/labtest"
)

// TestLiveNodes changes nodes, budgets, API versions and metrics in a real API server, and looks what comes of it: in what the engine says, and
// on the screen of the shipped binary.
func TestLiveNodes(t *testing.T) {
	w := newNodeWorld(t)
	w.screen = startSized(t, 200, 90, "--kubeconfig", w.lab.Kubeconfig(labtest.Canopy))
	w.screen.shows("canopy", "live ●")
	w.screen.press("7")
	for _, name := range machines() {
		w.rowHolds(t, w.screen, name, []string{w.server()})
	}
	for _, scene := range []struct {
		name string
		play func(*testing.T)
	}{{"version", w.testVersion}, {"heartbeat", w.testHeartbeat}, {"reboot", w.testReboot}, {"budget", w.testBudget}, {"versions", w.testVersions}} {
		t.Run(scene.name, func(t *testing.T) {
			w.screen.t = t
			scene.play(t)
		})
	}
	w.screen.t = t
	w.screen.quit()
	t.Run("metrics", w.testMetrics)
}

func resources(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory), corev1.ResourcePods: resource.MustParse("100")}
}

// older is a version some minors before another, or after it.
func older(t *testing.T, of string, minors int) string {
	t.Helper()
	v, ok := lifecycle.ParseVersion(of)
	if !ok {
		t.Fatalf("%s is no version", of)
	}
	return fmt.Sprintf("v%d.%d.0", v.Major, v.Minor-minors)
}

// testVersion lets a kubelet be of other versions, and of its own again.
func (w *nodeWorld) testVersion(t *testing.T) {
	const name = "m2"
	set := func(version string) {
		t.Helper()
		w.report(t, name, func(s *corev1.NodeStatus) { s.NodeInfo.KubeletVersion = version })
	}
	support, skew := "VP04//Node//"+name, "VP05//Node//"+name
	before, line := w.known(t, name), row(w.screen.emulator.String(), name)
	if w.open(support) != nil || w.open(skew) != nil {
		t.Fatalf("a node of the version of the server has findings: %v", before.Findings)
	}
	neighbour := w.known(t, "m1")

	for _, c := range []struct {
		minors int
		state  node.State
		says   string
		open   []string
	}{
		{5, node.Overdue, "5 minors older than API server", []string{support, skew}},
		{3, node.Due, "it blocks the next upgrade", nil},
		{-1, node.Overdue, "is newer than API server", []string{skew}},
	} {
		version := older(t, w.server(), c.minors)
		set(version)
		w.until(t, version, func() bool {
			state, detail := w.state(t, name, node.Skew)
			return state == c.state && strings.Contains(detail, c.says)
		})
		w.until(t, version+" is found", func() bool {
			for _, id := range []string{support, skew} {
				if c.open != nil && slices.Contains(c.open, id) != (w.open(id) != nil) {
					return false
				}
			}
			return c.open != nil || w.open(skew) == nil
		})
		words := []string{version, "x overdue"}
		if c.state == node.Overdue {
			words = append(words, "skew")
		}
		if slices.Contains(c.open, support) {
			words = append(words, "support", "cve")
		}
		took := w.rowHolds(t, w.screen, name, words)
		t.Logf("%s is on the screen after %s: %s", version, took, row(w.screen.emulator.String(), name))
		for _, f := range c.open {
			if !slices.Contains(w.known(t, name).Findings, f) {
				t.Errorf("%s: %s is not among those that the node tells: %v", version, f, w.known(t, name).Findings)
			}
		}
	}
	// That is not the state of the others.
	if now := w.known(t, "m1"); !slices.EqualFunc(now.Verdicts, neighbour.Verdicts, func(a, b node.Verdict) bool { return a.Topic == node.Drift || a == b }) {
		t.Errorf("the neighbour is judged otherwise: %+v, before %+v", now.Verdicts, neighbour.Verdicts)
	}
	set(w.server())
	w.until(t, "all as before", func() bool {
		now := w.known(t, name)
		return slices.Equal(now.Verdicts, before.Verdicts) && w.open(support) == nil && w.open(skew) == nil && slices.Equal(now.Findings, before.Findings)
	})
	w.screen.until("the row of before", func(s string) bool { return row(s, name) == line })
	// What is only told from the edits.
	w.screen.press("1")
	w.screen.shows("Node/"+name, "kubelet")
	w.screen.press("7")
	w.screen.until("the list of nodes", func(s string) bool { return row(s, name) == line })
}

// testHeartbeat lets kubelets report as they do all the time: nobody hears of it.
func (w *nodeWorld) testHeartbeat(t *testing.T) {
	leases := w.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	if _, err := w.client.CoreV1().Namespaces().Get(t.Context(), corev1.NamespaceNodeLease, metav1.GetOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range machines() {
		if _, err := leases.Create(t.Context(), &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: coordinationv1.LeaseSpec{HolderIdentity: &name}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	still := func(what string, d time.Duration) (sequence uint64, drawn int) {
		t.Helper()
		start := time.Now()
		for since := time.Now(); time.Since(since) < d; time.Sleep(50 * time.Millisecond) {
			if s, n := w.engine.Report().Sequence, len(w.screen.raw()); s != sequence || n != drawn {
				sequence, drawn, since = s, n, time.Now()
			}
			if time.Since(start) > deadline {
				t.Fatalf("%s: no rest within %s", what, deadline)
			}
		}
		return sequence, drawn
	}
	sequence, drawn := still("before", 2*time.Second)

	nodes := w.client.CoreV1().Nodes()
	now, err := nodes.List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := nodes.Watch(t.Context(), metav1.ListOptions{ResourceVersion: now.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer seen.Stop()
	const beats = 10
	for i := range beats {
		for _, name := range machines() {
			w.report(t, name, func(s *corev1.NodeStatus) {
				for j := range s.Conditions {
					s.Conditions[j].LastHeartbeatTime = metav1.NewTime(time.Now().Add(time.Duration(i+1) * 10 * time.Second))
				}
				s.VolumesInUse = append(s.VolumesInUse[:0:0], corev1.UniqueVolumeName(fmt.Sprint("volume-", i)))
			})
			lease, err := leases.Get(t.Context(), name, metav1.GetOptions{})
			if err == nil {
				now := metav1.NowMicro()
				lease.Spec.RenewTime = &now
				_, err = leases.Update(t.Context(), lease, metav1.UpdateOptions{})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	// All of them have gone out to those who watch.
	for n := 0; n < beats*len(machines()); {
		select {
		case e := <-seen.ResultChan():
			if e.Type != watch.Modified {
				t.Fatalf("the watch says %+v", e)
			}
			n++
		case <-time.After(deadline):
			t.Fatalf("only %d heartbeats went out", n)
		}
	}
	time.Sleep(1500 * time.Millisecond)
	if now := w.engine.Report().Sequence; now != sequence {
		t.Errorf("%d heartbeats made %d reports", beats*len(machines()), now-sequence)
	}
	if now := w.screen.raw(); len(now) != drawn {
		t.Errorf("heartbeats drew %q", now[drawn:])
	}
	// What comes after them on the same way does arrive.
	w.report(t, "m1", func(s *corev1.NodeStatus) { s.NodeInfo.KernelVersion = "6.12.59+deb13-amd64" })
	w.screen.until("another kernel", func(s string) bool { return strings.Contains(s, "6.12.59") })
	if w.engine.Report().Sequence == sequence {
		w.until(t, "a report", func() bool { return w.engine.Report().Sequence > sequence })
	}
	w.report(t, "m1", func(s *corev1.NodeStatus) { s.NodeInfo.KernelVersion = "6.12.58+deb13-amd64" })
	w.screen.until("the kernel of before", func(s string) bool { return !strings.Contains(s, "6.12.59") })
}

// testReboot lets a node come up with another boot id.
func (w *nodeWorld) testReboot(t *testing.T) {
	const name = "m3"
	if at := w.known(t, name).Booted; at != 0 {
		t.Errorf("a reboot is told of that nobody saw: %d", at)
	}
	begun := time.Now().Unix()
	w.report(t, name, func(s *corev1.NodeStatus) {
		s.Conditions[0].Status, s.Conditions[0].LastTransitionTime = corev1.ConditionFalse, metav1.Now()
	})
	w.rowHolds(t, w.screen, name, []string{"not ready"})
	w.report(t, name, func(s *corev1.NodeStatus) {
		s.Conditions[0].Status, s.Conditions[0].LastTransitionTime = corev1.ConditionTrue, metav1.Now()
		s.NodeInfo.BootID = "boot-2-of-" + name
	})
	w.until(t, "the reboot", func() bool { return w.known(t, name).Booted >= begun })
	w.rowHolds(t, w.screen, name, []string{w.server()}, "not ready")
	w.screen.press("/", "node:"+name, "\r", "g")
	w.screen.shows("BOOTED", "seen while watching")
	w.screen.press("/", "\x15", "\r", "1")
	w.screen.shows("Node/"+name, "rebooted")
	w.screen.press("7")
	if at := w.known(t, "m1").Booted; at != 0 {
		t.Errorf("a node that was not rebooted counts as rebooted at %d", at)
	}
}
