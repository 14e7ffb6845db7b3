package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/cluster"
)

// reporting is a node with fifty images, as its kubelet reports it at a moment.
func reporting(at time.Time) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1", UID: "n1", ResourceVersion: fmt.Sprint(at.Unix()), Labels: map[string]string{"kubernetes.io/hostname": "n1"}}}
	for _, c := range []corev1.NodeConditionType{"MemoryPressure", "DiskPressure", "PIDPressure", corev1.NodeReady} {
		n.Status.Conditions = append(n.Status.Conditions, corev1.NodeCondition{Type: c, Status: corev1.ConditionTrue, LastHeartbeatTime: metav1.NewTime(at), LastTransitionTime: metav1.NewTime(testNow)})
	}
	for i := range 50 {
		name := fmt.Sprintf("registry.example/team-%d/service-%d", i%5, i)
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: []string{name + "@sha256:" + fmt.Sprintf("%064d", i), name + ":1.2." + fmt.Sprint(i)}, SizeBytes: int64(i) << 20})
	}
	n.Status.NodeInfo = corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", BootID: "b"}
	return n
}

// TestHeartbeat: what kubelets report all the time makes no report, and whoever waits for the cluster to settle does not wait for one.
func TestHeartbeat(t *testing.T) {
	e := newTestEngine(t)
	ctx := start(t, e)
	e.Change(model.Put(made(t, reporting(testNow))))
	e.Cover(complete()...)
	if _, err := e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	// What was taken off the queue is in the report; one that the pace has held back may follow.
	time.Sleep(3 * DefaultInterval)
	report := e.Report()
	version := func() (v string) {
		if err := e.Read(ctx, func(c *cluster.Cluster) { v = c.Get(model.KindByName("Node").Ref("", "n1")).GetResourceVersion() }); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i := range 20 {
		next := reporting(testNow.Add(time.Duration(i+1) * time.Minute))
		want := next.ResourceVersion
		e.Change(model.Put(made(t, next)))
		for version() != want {
			time.Sleep(time.Millisecond)
		}
	}
	time.Sleep(3 * DefaultInterval)
	if now := e.Report(); now.Sequence != report.Sequence {
		t.Errorf("20 heartbeats made %d reports", now.Sequence-report.Sequence)
	}
	// Whoever settles and the heartbeat come while the writer is busy, so that either may be first.
	for i := range 30 {
		busy, free := make(chan struct{}), make(chan struct{})
		go func() {
			_ = e.Read(ctx, func(*cluster.Cluster) {
				close(busy)
				<-free
			})
		}()
		<-busy
		e.Change(model.Put(made(t, reporting(testNow.Add(time.Duration(i+30)*time.Minute)))))
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		settled := make(chan error, 1)
		go func() {
			_, err := e.Settle(within)
			settled <- err
		}()
		time.Sleep(time.Millisecond)
		close(free)
		if err := <-settled; err != nil {
			t.Fatalf("settling beside a heartbeat: %v", err)
		}
		cancel()
	}
	before := e.Report().Sequence
	other := reporting(testNow.Add(2 * time.Hour))
	other.Status.NodeInfo.BootID = "c"
	e.Change(model.Put(made(t, other)))
	for begin := time.Now(); e.Report().Sequence == before; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 5*time.Second {
			t.Fatal("a reboot makes no report")
		}
	}
}

// BenchmarkHeartbeat makes the record of one node with fifty images that has said again what it said before, and lets the engine find that
// out: at most 0.1 ms.
func BenchmarkHeartbeat(b *testing.B) {
	e := newTestEngine(b)
	e.apply(model.Put(made(b, reporting(testNow))))
	one := reporting(testNow.Add(time.Minute))
	for b.Loop() {
		b.StopTimer()
		o := one.DeepCopy()
		b.StartTimer()
		if e.apply(model.Put(made(b, o))) {
			b.Fatal("a heartbeat is a change")
		}
		e.flush()
	}
}
