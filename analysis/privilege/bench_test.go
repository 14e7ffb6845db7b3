package privilege

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/rbactest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// counter takes findings as the engine does, without a look at them.
type counter struct{ findings map[string]*model.Finding }

func (c *counter) Put(f *model.Finding) { c.findings[f.ID] = f }
func (c *counter) Drop(id string)       { delete(c.findings, id) }

// town is a large cluster with the analysers on it.
type town struct {
	b       testing.TB
	rules   catalogue.Set
	edges   []*model.Edge
	c       *cluster.Cluster
	access  *rbac.Analyser
	a       *Analyser
	out     *counter
	running []model.Subject
	reach   *Reach
	records []model.Record
	deltas  []cluster.Delta
	changed []rbac.Delta
}

func newTown(b testing.TB, factor int) *town {
	t := &town{b: b, c: cluster.New(), access: rbac.New()}
	var err error
	if t.rules, err = catalogue.Load(); err != nil {
		b.Fatal(err)
	}
	if t.edges, err = catalogue.Edges(); err != nil {
		b.Fatal(err)
	}
	for _, k := range model.Kinds() {
		t.c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, o := range rbactest.Large(factor) {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			b.Fatal(err)
		}
		t.records = append(t.records, r)
		if sa, ok := r.(*record.Typed[*corev1.ServiceAccount]); ok {
			t.running = append(t.running, model.Subject{Kind: model.AccountSubject, Namespace: sa.Namespace, Name: sa.Name})
		}
	}
	slices.SortFunc(t.running, model.Subject.Compare)
	for _, r := range t.records {
		d, _ := t.c.Apply(model.Put(r))
		t.deltas = append(t.deltas, d)
		t.changed = append(t.changed, t.access.Update(t.c, d))
	}
	return t
}

// build judges all that the cluster holds.
func (t *town) build() {
	t.a, t.out = New(t.rules, t.edges), &counter{map[string]*model.Finding{}}
	t.a.Server("v1.37.2", t.c, t.access)
	for i := range t.deltas {
		t.a.Update(t.deltas[i], t.access, &t.changed[i])
	}
	t.flush()
}

func (t *town) flush() {
	if t.a.Flush(t.c, t.access, t.out) || t.reach == nil {
		t.reach = t.a.Reach(t.running)
	}
}

func (t *town) apply(ch model.Change) {
	d, ok := t.c.Apply(ch)
	if !ok {
		return
	}
	changed := t.access.Update(t.c, d)
	t.a.Update(d, t.access, &changed)
	t.flush()
}

var factors = []int{1, 10}

// BenchmarkBuild measures what it takes to judge all RBAC of a cluster, and what is held then.
func BenchmarkBuild(b *testing.B) {
	for _, factor := range factors {
		b.Run(fmt.Sprint("times=", factor), func(b *testing.B) {
			t := newTown(b, factor)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				t.reach = nil
				t.build()
			}
			b.StopTimer()
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/build")
			b.ReportMetric(float64(len(t.out.findings)), "findings")
			b.ReportMetric(float64(t.reach.Len()), "reaching")
			full := heap()
			t.a, t.out, t.reach = nil, nil, nil
			b.ReportMetric(float64(full-heap())/1e6, "MB")
			runtime.KeepAlive(t)
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkChange measures one change of a binding, a role or an account, until its findings and who comes to hold the
// cluster are up to date.
func BenchmarkChange(b *testing.B) {
	for _, factor := range factors {
		b.Run(fmt.Sprint("times=", factor), func(b *testing.B) {
			t := newTown(b, factor)
			t.build()
			changes := t.changes()
			times := map[string][]time.Duration{}
			b.ResetTimer()
			i := 0
			for b.Loop() {
				ch := changes[i%len(changes)]
				i++
				start := time.Now()
				t.apply(ch.Change)
				times[ch.what] = append(times[ch.what], time.Since(start))
			}
			b.StopTimer()
			var all []time.Duration
			for what, list := range times {
				all = append(all, list...)
				b.ReportMetric(p99(list), what+"-p99-ms")
			}
			b.ReportMetric(p99(all), "p99-ms")
		})
	}
}

func p99(list []time.Duration) float64 {
	slices.Sort(list)
	return float64(list[len(list)*99/100].Microseconds()) / 1000
}

type namedChange struct {
	model.Change
	what string
}

// changes lists those that come and go in turn: each makes a difference.
func (t *town) changes() []namedChange {
	var list []namedChange
	made := func(what string, o apiruntime.Object) model.Record {
		r, err := record.Make(o)
		if err != nil {
			t.b.Fatal(what, err)
		}
		return r
	}
	both := func(what string, o apiruntime.Object) {
		r := made(what, o)
		list = append(list, namedChange{model.Put(r), what}, namedChange{model.Drop(r.Ref()), what})
	}
	ref := func(name string) rbacv1.RoleRef {
		return rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: name}
	}
	for i := range 40 {
		ns := fmt.Sprint("team-", i*7)
		sa := []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: "app-1"}}
		for _, role := range []string{"view", "edit", "admin", fmt.Sprint("operator-", i)} {
			both("binding", &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "new"}, Subjects: sa, RoleRef: ref(role)})
		}
		both("wide", &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: sa, RoleRef: ref(fmt.Sprint("operator-", i))})
		both("wide-edit", &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: sa, RoleRef: ref("edit")})
		both("admin", &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: sa, RoleRef: ref("cluster-admin")})
		both("crowd", &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: []rbacv1.Subject{{Kind: "Group", Name: "system:authenticated"}}, RoleRef: ref("view")})
		both("account", &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "new"}})
		both("role", &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "new"}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"*"}}}})
	}
	return list
}

// BenchmarkReach measures how long it takes to work out who comes to hold the cluster.
func BenchmarkReach(b *testing.B) {
	for _, factor := range factors {
		b.Run(fmt.Sprint("times=", factor), func(b *testing.B) {
			t := newTown(b, factor)
			t.build()
			for b.Loop() {
				t.a.Reach(t.running)
			}
			b.ReportMetric(float64(t.a.last.Len()), "subjects")
		})
	}
}

// BenchmarkOpenings measures what it takes to ask once what every binding opens, and what is held then.
func BenchmarkOpenings(b *testing.B) {
	for _, factor := range factors {
		b.Run(fmt.Sprint("times=", factor), func(b *testing.B) {
			t := newTown(b, factor)
			openings := 0
			for b.Loop() {
				b.StopTimer()
				t.reach = nil
				t.build()
				b.StartTimer()
				openings = 0
				for _, ref := range t.a.Reopened() {
					list, _ := t.a.Openings(t.access, ref)
					openings += len(list)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/all")
			b.ReportMetric(float64(len(t.a.bindings)), "bindings")
			b.ReportMetric(float64(openings), "openings")
			asked := map[*spot]bool{}
			for _, have := range t.a.bindings {
				if have.reading != nil {
					asked[have.reading.spot] = true
				}
			}
			full := heap()
			for s := range asked {
				s.opened, s.asked = nil, false
			}
			b.ReportMetric(float64(full-heap())/float64(len(t.a.bindings)), "B/binding")
			runtime.KeepAlive(t)
		})
	}
}
