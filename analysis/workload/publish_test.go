package workload

import (
	"fmt"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// TestPublishedFindingsStand holds that what was published says the same for ever: readers on other goroutines make its
// evidence again and again while the analyser goes on.
func TestPublishedFindingsStand(t *testing.T) {
	w := newWorld(11)
	b := newBench(t, &movable{now}).complete()
	said := func(f *model.Finding) string {
		return fmt.Sprint(f.Severity, f.Pods, f.Since, f.Verdict, f.Reason, f.Proof.Evidence())
	}
	type quote struct {
		finding *model.Finding
		text    string
	}
	published := make(chan quote, 1024)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			var kept []quote
			for c := range published {
				kept = append(kept, c)
				if got := said(c.finding); got != c.text {
					t.Errorf("%s said\n%s\nand says\n%s", c.finding.ID, c.text, got)
				}
			}
			for _, c := range kept {
				if got := said(c.finding); got != c.text {
					t.Errorf("%s said\n%s\nand says\n%s in the end", c.finding.ID, c.text, got)
				}
			}
		})
	}
	for step := range 600 {
		if ref := w.some(b); step%3 == 0 && !ref.IsZero() {
			b.apply(model.Drop(ref))
		} else {
			b.put(w.object())
		}
		if step%20 == 0 {
			for _, f := range b.out.findings {
				published <- quote{f, said(f)}
			}
		}
	}
	close(published)
	readers.Wait()
}

// BenchmarkEvent measures one event on a cluster of each size: a pod's status, a pod that comes and goes, a rollout.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(fmt.Sprintf("pods=%d", n), func(b *testing.B) {
			w := newCrowd(b, n)
			for _, kind := range []struct {
				name   string
				change func(i int) model.Change
			}{
				{"status", w.status}, {"churn", w.churn}, {"rollout", w.rollout},
			} {
				b.Run(kind.name, func(b *testing.B) {
					changes := make([]model.Change, 0, 2000)
					for i := range 2000 {
						changes = append(changes, kind.change(i))
					}
					b.ReportAllocs()
					i := 0
					for b.Loop() {
						w.apply(changes[i%len(changes)])
						i++
					}
				})
			}
			b.ReportMetric(float64(len(w.out.findings)), "findings")
		})
	}
}

// crowd is a cluster with ten pods to a Deployment.
type crowd struct {
	*bench
	n int
}

func newCrowd(b *testing.B, n int) *crowd {
	w := &crowd{newBench(b, model.FixedClock(now)).complete(), n}
	w.out.quiet = true
	for i := range n / 10 {
		d := deployment(nil)
		d.Name, d.Namespace = fmt.Sprintf("d%d", i), fmt.Sprintf("ns%d", i%50)
		d.Spec.Template.Spec = bad(i, 0)
		rs := webRevision()
		rs.Name, rs.Namespace, rs.Spec.Template = d.Name, d.Namespace, d.Spec.Template
		rs.OwnerReferences[0].Name = d.Name
		w.put(d, rs)
	}
	for i := range n {
		w.apply(model.Put(w.pod(i, 0, true)))
	}
	return w
}

// bad is a spec with some ten findings, of its own for every Deployment.
func bad(i, revision int) corev1.PodSpec {
	c := corev1.Container{Name: fmt.Sprintf("app%d", i%300), Image: fmt.Sprintf("registry.example/app%d:%d", i, revision)}
	return corev1.PodSpec{Containers: []corev1.Container{c}, HostNetwork: i%10 == 0}
}

func (w *crowd) pod(i, revision int, ready bool) *record.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("p%d", i), Namespace: fmt.Sprintf("ns%d", i/10%50), OwnerReferences: []metav1.OwnerReference{
		{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: fmt.Sprintf("d%d", i/10), Controller: new(true)}}}, Spec: bad(i/10, revision), Status: corev1.PodStatus{Phase: corev1.PodRunning}}
	if ready {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	}
	r, err := record.Make(runtime.Object(p))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.(*record.Pod)
}

func (w *crowd) status(i int) model.Change {
	return model.Put(w.pod(i/2*7919%w.n, 0, i%2 == 0))
}

func (w *crowd) churn(i int) model.Change {
	p := w.pod(i/2*7919%w.n, 0, true)
	if i%2 == 0 {
		return model.Drop(p.Ref())
	}
	return model.Put(p)
}

func (w *crowd) rollout(i int) model.Change {
	return model.Put(w.pod(i/2*7919%w.n, i%2, true))
}

// BenchmarkJudge measures a template as they mostly are, by all rules and by those of posture alone: what images and credentials add.
func BenchmarkJudge(b *testing.B) {
	spec := sound()
	for _, name := range []string{"LOG_LEVEL", "DB_HOST", "DB_PORT", "CACHE_URL", "FEATURE_FLAGS", "REGION"} {
		app(&spec).Env = append(app(&spec).Env, corev1.EnvVar{Name: name, Value: "redis://cache.shop.svc:6379/0"})
	}
	app(&spec).Args = []string{"--listen=:8080", "--config=/etc/app/config.yaml", "--metrics=:9090"}
	for name, wanted := range map[string]func(rule) bool{"all": nil, "posture": func(r rule) bool { return r >= lp21 && r <= ps29 },
		"images": func(r rule) bool { return r < lp21 }, "credentials": func(r rule) bool { return r > ps29 }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				judge(&spec, reference.Allow{}, wanted)
			}
		})
	}
	t, err := record.MakeTemplate(nil, &spec.Spec)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			t.Decode()
		}
	})
}
