package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// dashboardGC is the garbage collector's setting of the dashboard; command.tuneMemory says why.
const dashboardGC = 50

// crowdedEngine runs an engine that holds a drawn cluster of so many pods, until the benchmark ends.
func crowdedEngine(b *testing.B, pods, nodes int) *engine.Engine {
	b.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		b.Fatal(err)
	}
	e := engine.New(engine.Options{Rules: rules})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	waiting := 0
	for o := range newCrowd(1, nodes).objects(pods) {
		e.Change(model.Put(made(b, o)))
		if waiting++; waiting%4096 == 0 {
			// What waits in the queue would count as memory that a cluster takes.
			if err := e.Read(ctx, func(*cluster.Cluster) {}); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, k := range model.Kinds() {
		e.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	if _, err := e.Settle(ctx); err != nil {
		b.Fatal(err)
	}
	return e
}

func made(b *testing.B, o apiruntime.Object) model.Record {
	b.Helper()
	r, err := record.Make(o)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// BenchmarkHold measures what a process holds that has judged 150,000 pods, and keeps all of it for what comes. It is to be
// run in a process of its own.
func BenchmarkHold(b *testing.B) {
	benching(b)
	defer debug.SetGCPercent(debug.SetGCPercent(dashboardGC))
	before, err := usageOf(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	e := crowdedEngine(b, 150_000, 3000)
	b.ReportMetric(time.Since(start).Seconds(), "s-load")
	debug.FreeOSMemory()
	after, err := usageOf(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(before.resident/megabyte, "MB-before")
	b.ReportMetric(after.resident/megabyte, "MB-resident")
	b.ReportMetric(after.peak/megabyte, "MB-peak")
	b.ReportMetric(float64(e.Report().Findings.Len()), "findings")
	runtime.KeepAlive(e)
}

// probe is a change whose effect a report shows: a pod of its own that comes or goes.
type probe struct {
	at      time.Time
	finding string
	present bool
}

// shown tells that a report holds the change.
func (p probe) shown(r *model.Report) bool { return (r.Findings.Get(p.finding) != nil) == p.present }

// BenchmarkSustained feeds 500 changes a second to an engine with 10,000 pods. Half are pods that turn ready or not; half
// are privileged pods that come and go, of which a report tells whether it has them. The wait is the time from such a
// change to the first report with it; the work is the time from any change until the writer has judged it.
func BenchmarkSustained(b *testing.B) {
	benching(b)
	defer debug.SetGCPercent(debug.SetGCPercent(dashboardGC))
	const rate, duration = 500, 20 * time.Second
	e := crowdedEngine(b, largePods, 100)
	probes := make(chan probe, rate)
	waits := make(chan []time.Duration, 1)
	go func() { waits <- wait(e, probes) }()

	flips := ticking(b)
	before, err := usageOf(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	published := e.Report().Sequence
	var worked []time.Duration
	start := time.Now()
	for time.Since(start) < duration {
		count := len(worked)
		time.Sleep(time.Until(start.Add(time.Duration(count) * time.Second / rate)))
		if count%2 == 0 {
			worked = append(worked, judged(b, e, flips[count/2%len(flips)]))
			continue
		}
		// It comes, and 250 probes later, so in half a second, it goes.
		n := count / 2
		r := lonely(b, n%250)
		change, present := model.Put(r), n/250%2 == 0
		if !present {
			change = model.Drop(r.Ref())
		}
		probes <- probe{time.Now(), model.FindingID("PS01", r.Ref()), present}
		worked = append(worked, judged(b, e, change))
	}
	took, count := time.Since(start), len(worked)
	close(probes)
	waited := <-waits
	after, err := usageOf(os.Getpid())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(count)/took.Seconds(), "changes/s")
	b.ReportMetric(milliseconds(quantile(waited, 0.5)), "ms-wait-p50")
	b.ReportMetric(milliseconds(quantile(waited, 0.99)), "ms-wait-p99")
	b.ReportMetric(milliseconds(quantile(worked, 0.5)), "ms-work-p50")
	b.ReportMetric(milliseconds(quantile(worked, 0.99)), "ms-work-p99")
	b.ReportMetric(float64((after.cpu-before.cpu).Microseconds())/float64(count), "µs-cpu/change")
	b.ReportMetric(float64(e.Report().Sequence-published)/took.Seconds(), "reports/s")
}

// judged makes a change and tells how long the writer took to get to it and be done with it.
func judged(b *testing.B, e *engine.Engine, change model.Change) time.Duration {
	start := time.Now()
	e.Change(change)
	for done := false; !done; {
		if err := e.Read(b.Context(), func(c *cluster.Cluster) { done = c.Get(change.Ref) == change.Record }); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// wait looks for every probe in every report, in the order in which they were made, and tells how long each took.
func wait(e *engine.Engine, probes <-chan probe) []time.Duration {
	news, stop := e.Subscribe()
	defer stop()
	var waited []time.Duration
	for p := range probes {
		for !p.shown(e.Report()) {
			<-news
		}
		waited = append(waited, time.Since(p.at))
	}
	return waited
}

// lonely is a privileged pod without an owner.
func lonely(b *testing.B, i int) model.Record {
	yes := true
	return made(b, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "team-00", Name: fmt.Sprint("lonely-", i)},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.example/app:1", SecurityContext: &corev1.SecurityContext{Privileged: &yes}}}}})
}

// ticking gives changes to pods of the drawn cluster, each of which turns one ready or not.
func ticking(b *testing.B) []model.Change {
	var list []model.Change
	for o := range newCrowd(1, 100).objects(largePods) {
		pod, ok := o.(*corev1.Pod)
		if !ok || len(list) == 5000 {
			continue
		}
		pod.Status.Conditions[1].Status = corev1.ConditionFalse
		list = append(list, model.Put(made(b, pod)))
	}
	return list
}
