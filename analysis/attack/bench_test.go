package attack

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/catalogue"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/rbactest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// nobody takes findings, which are no concern here.
type nobody struct{}

func (nobody) Put(*model.Finding) {}
func (nobody) Drop(string)        {}

// city is a large cluster with what the graph is drawn from.
type city struct {
	b       testing.TB
	edges   []*model.Edge
	rules   catalogue.Set
	w       World
	a       *Analyser
	deltas  []cluster.Delta
	changed []rbac.Delta
}

// newCity makes a cluster of so many pods: the large shape of RBAC, and workloads of four pods spread over namespaces and nodes; every
// hundredth is privileged, every tenth behind a load balancer, every fifth is given a Secret.
func newCity(b testing.TB, pods int) *city {
	t := &city{b: b, w: World{Cluster: cluster.New(), Access: rbac.New(), Network: network.New(), Ways: exposure.New(), Server: "v1.37.2"}}
	var err error
	if t.rules, err = catalogue.Load(); err != nil {
		b.Fatal(err)
	}
	if t.edges, err = catalogue.Edges(); err != nil {
		b.Fatal(err)
	}
	t.w.Privilege = privilege.New(t.rules, t.edges)
	t.w.Privilege.Server(t.w.Server, t.w.Cluster, t.w.Access)
	for _, k := range model.Kinds() {
		t.w.Cluster.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, o := range rbactest.Large(1) {
		t.put(o)
	}
	nodes := max(3, pods/50)
	for i := range nodes {
		n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i)}}
		if i < 3 {
			n.Labels = map[string]string{"node-role.kubernetes.io/control-plane": ""}
		}
		t.put(n)
	}
	uid := func(kind string, i int) types.UID { return types.UID(fmt.Sprint(kind, i)) }
	yes := true
	for i := range pods / 4 {
		ns, name := fmt.Sprint("team-", i%rbactest.Namespaces), fmt.Sprint("app-", i)
		spec := corev1.PodSpec{ServiceAccountName: fmt.Sprint("app-", i%8), Containers: []corev1.Container{{Name: "main", Image: "registry.example/" + name + ":1"}}}
		if i%100 == 0 {
			spec.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: &yes}
		}
		if i%5 == 0 {
			spec.Volumes = []corev1.Volume{{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: name}}}}
			t.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}})
		}
		if i%10 == 0 {
			t.put(&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: corev1.ServiceSpec{
				Type: corev1.ServiceTypeLoadBalancer, Selector: map[string]string{"app": name}, Ports: []corev1.ServicePort{{Port: 80}}}})
		}
		labels := map[string]string{"app": name}
		four := int32(4)
		d := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, UID: uid("rs", i)}, Spec: appsv1.ReplicaSetSpec{
			Replicas: &four, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: spec}}}
		t.put(d)
		for p := range 4 {
			t.put(t.pod(d, p, fmt.Sprint("node-", 3+(i*4+p)%(nodes-3+1)%max(1, nodes-3))))
		}
	}
	return t
}

func (t *city) pod(of *appsv1.ReplicaSet, i int, node string) *corev1.Pod {
	yes := true
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: of.Namespace, Name: fmt.Sprint(of.Name, "-", i), UID: types.UID(fmt.Sprint(of.UID, "-", i)), Labels: of.Spec.Template.Labels,
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: of.Name, UID: of.UID, Controller: &yes}}}, Spec: *of.Spec.Template.Spec.DeepCopy()}
	p.Spec.NodeName = node
	p.Status.Phase, p.Status.PodIP = corev1.PodRunning, "10.0.0.1"
	return p
}

func (t *city) put(o apiruntime.Object) {
	r, err := record.Make(o.DeepCopyObject())
	if err != nil {
		t.b.Fatal(err)
	}
	t.apply(model.Put(r))
}

// apply takes a change into the other analysers, and into the graph where there is one already.
func (t *city) apply(ch model.Change) {
	d, ok := t.w.Cluster.Apply(ch)
	if !ok {
		return
	}
	changed := t.w.Access.Update(t.w.Cluster, d)
	t.w.Privilege.Update(d, t.w.Access, &changed)
	t.w.Network.Update(t.w.Cluster, d)
	t.w.Ways.Update(t.w.Cluster, d)
	if t.a == nil {
		t.deltas, t.changed = append(t.deltas, d), append(t.changed, changed)
		return
	}
	t.a.Update(t.w.Cluster, d, &changed)
}

// settle works out what the graph rests on.
func (t *city) settle() exposure.Delta {
	t.w.Privilege.Flush(t.w.Cluster, t.w.Access, nobody{})
	t.w.Network.Flush(t.w.Cluster)
	return t.w.Ways.Flush(t.w.Cluster)
}

// build draws all that the cluster holds.
func (t *city) build() *model.Attack {
	t.a = New(t.edges, Options{})
	for i := range t.deltas {
		t.a.Update(t.w.Cluster, t.deltas[i], &t.changed[i])
	}
	for b := range t.w.Access.Bindings() {
		t.a.dirty[key{kind: binding, ref: b.Ref}] = struct{}{}
	}
	t.a.allStirred = true
	t.a.Flush(&t.w, exposure.Delta{})
	return t.a.Attack(&t.w, "")
}

func citySizes() []int { return []int{30000, 150000} }

// BenchmarkPathsBuild measures what it takes to draw all of a cluster and sum it up, and what is held then.
func BenchmarkPathsBuild(b *testing.B) {
	for _, pods := range citySizes() {
		b.Run(fmt.Sprint("pods=", pods), func(b *testing.B) {
			t := newCity(b, pods)
			t.w.Network.Surroundings(plugin.Detect(t.w.Cluster))
			t.settle()
			t.a = nil
			before := inUse()
			b.ResetTimer()
			var got *model.Attack
			for range b.N {
				t.a = nil
				got = t.build()
			}
			b.StopTimer()
			vertices, edges := t.a.graph.Len()
			b.ReportMetric(float64(inUse()-before)/1e6, "MB")
			b.ReportMetric(float64(vertices), "vertices")
			b.ReportMetric(float64(edges), "edges")
			b.ReportMetric(float64(got.Paths), "paths")
			runtime.KeepAlive(t)
		})
	}
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkPathsChange measures from one changed object to the new sum of paths: a pod that moves, a binding that gives everything and is taken
// back, a workload that becomes privileged.
func BenchmarkPathsChange(b *testing.B) {
	for _, pods := range citySizes() {
		t := newCity(b, pods)
		t.w.Network.Surroundings(plugin.Detect(t.w.Cluster))
		t.settle()
		t.build()
		set := &appsv1.ReplicaSet{}
		set.Namespace, set.Name, set.UID = "team-1", "app-1", "rs1"
		set.Spec.Template = corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "app-1"}},
			Spec: corev1.PodSpec{ServiceAccountName: "app-1", Containers: []corev1.Container{{Name: "main", Image: "registry.example/app-1:1"}}}}
		grant := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "bench"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "cluster-admin"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "team-2", Name: "app-2"}}}
		for name, change := range map[string]func(i int){
			"pod": func(i int) { t.put(t.pod(set, 0, fmt.Sprint("node-", 10+i%2))) },
			"binding": func(i int) {
				if i%2 == 0 {
					t.put(grant)
				} else {
					t.apply(model.Change{Ref: model.KindByName("ClusterRoleBinding").Ref("", "bench")})
				}
			},
		} {
			b.Run(fmt.Sprint("pods=", pods, "/", name), func(b *testing.B) {
				var took []time.Duration
				for i := range b.N {
					start := time.Now()
					change(i)
					t.a.Flush(&t.w, t.settle())
					t.a.Attack(&t.w, "")
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			})
		}
	}
}

// BenchmarkPathsAsk measures questions: all paths with what cuts them, one path with its routes, and a blast radius.
func BenchmarkPathsAsk(b *testing.B) {
	for _, pods := range citySizes() {
		t := newCity(b, pods)
		t.w.Network.Surroundings(plugin.Detect(t.w.Cluster))
		t.settle()
		t.build()
		q := t.a.Asker(&t.w, "")
		from, _ := q.Find("team-0/ReplicaSet/app-0")
		for name, ask := range map[string]func(){
			"all":    func() { q.Paths(Question{Limit: 20}) },
			"path":   func() { q.Paths(Question{From: from}) },
			"node":   func() { q.Paths(Question{From: from, To: AnyNode}) },
			"routes": func() { q.Routes(from, ClusterAdmin, 10, false) },
			"blast":  func() { q.Blast(from) },
		} {
			b.Run(fmt.Sprint("pods=", pods, "/", name), func(b *testing.B) {
				for range b.N {
					ask()
				}
			})
		}
	}
}
