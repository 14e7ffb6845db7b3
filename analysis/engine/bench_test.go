package engine

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rbac/rbactest"
	"canopy/model"
	"canopy/model/record"
)

// podsEach is how many pods a synthetic Deployment has.
const podsEach = 4

// synthetic feeds a cluster of n pods to put: Deployments of four pods with their ReplicaSets, accounts and, for every
// seventh, a binding. A fifth of the Deployments have flaws beyond what defaults leave open.
func synthetic(t testing.TB, n int, put func(model.Record)) {
	t.Helper()
	for i := range n / podsEach {
		ns, name := fmt.Sprintf("ns-%03d", i%200), fmt.Sprintf("app-%06d", i)
		put(made(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}))
		if i%7 == 0 {
			put(made(t, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "view"},
				Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: name}}}))
		}
		template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": name}}, Spec: syntheticSpec(name, i%5 == 0)}
		four := int32(podsEach)
		put(made(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, UID: uid()}, Spec: appsv1.DeploymentSpec{Replicas: &four, Template: template}}))
		put(made(t, &appsv1.ReplicaSet{ObjectMeta: owned(ns, name+"-5d4f8", "Deployment", name), Spec: appsv1.ReplicaSetSpec{Replicas: &four, Template: template}, Status: appsv1.ReplicaSetStatus{Replicas: four}}))
		for p := range podsEach {
			put(syntheticPod(t, ns, name, p, template.Spec, true))
		}
	}
}

func uid() types.UID { return "01234567-89ab-cdef-0123-456789abcdef" }

func owned(ns, name, kind, owner string) metav1.ObjectMeta {
	yes := true
	return metav1.ObjectMeta{Namespace: ns, Name: name, UID: uid(), OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: owner, UID: uid(), Controller: &yes}}}
}

func syntheticSpec(name string, flawed bool) corev1.PodSpec {
	spec := corev1.PodSpec{ServiceAccountName: name, HostNetwork: flawed}
	for c := range 3 {
		container := corev1.Container{Name: fmt.Sprint("c", c), Image: "registry.example/" + name + ":1.0"}
		for e := range 12 {
			container.Env = append(container.Env, corev1.EnvVar{Name: fmt.Sprint("SETTING_", e), Value: fmt.Sprint(name, "-", c, "-", e)})
		}
		if flawed {
			container.SecurityContext = &corev1.SecurityContext{Privileged: &flawed}
		}
		spec.Containers = append(spec.Containers, container)
	}
	return spec
}

func syntheticPod(t testing.TB, ns, name string, i int, spec corev1.PodSpec, ready bool) model.Record {
	t.Helper()
	meta := owned(ns, fmt.Sprintf("%s-5d4f8-%05d", name, i), "ReplicaSet", name+"-5d4f8")
	meta.Labels = map[string]string{"app": name, "pod-template-hash": "5d4f8"}
	spec = *spec.DeepCopy()
	spec.NodeName = fmt.Sprint("node-", i)
	p := &corev1.Pod{ObjectMeta: meta, Spec: spec}
	p.Status.Phase = corev1.PodRunning
	p.Status.PodIP = "10.0.0.1"
	if ready {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	}
	return made(t, p)
}

func made(t testing.TB, obj apiruntime.Object) model.Record {
	t.Helper()
	r, err := record.Make(obj)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// loaded gives an engine that holds a synthetic cluster of n pods.
func loaded(b testing.TB, n int) *Engine {
	e := newTestEngine(b)
	for _, c := range complete() {
		e.cover(c)
	}
	synthetic(b, n, func(r model.Record) { e.apply(model.Put(r)) })
	e.publish()
	return e
}

var sizes = []int{1000, 10000, 100000}

// BenchmarkEvent measures one change from the queue to the published report: a pod that turns ready or not, a pod that
// comes with another template, and one that goes.
func BenchmarkEvent(b *testing.B) {
	for _, n := range sizes {
		e := loaded(b, n)
		good, bad := syntheticSpec("app-000007", false), syntheticSpec("app-000007", true)
		ns, name := "ns-007", "app-000007"
		events := []model.Change{
			model.Put(syntheticPod(b, ns, name, 0, good, false)), model.Put(syntheticPod(b, ns, name, 0, bad, true)),
			model.Drop(syntheticPod(b, ns, name, 0, good, true).Ref()), model.Put(syntheticPod(b, ns, name, 0, good, true)),
		}
		b.Run(fmt.Sprintf("pods=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				e.apply(events[i%len(events)])
				e.publish()
				i++
			}
		})
	}
}

// BenchmarkWhatIf measures the preview of a patch to one Deployment.
func BenchmarkWhatIf(b *testing.B) {
	for _, n := range sizes {
		e := loaded(b, n)
		plan := model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: model.KindByName("Deployment").Ref("ns-005", "app-000005"),
			PatchType: types.StrategicMergePatchType, Body: []byte(`{"spec":{"template":{"spec":{"hostNetwork":null,"containers":[{"name":"c0","securityContext":{"privileged":null}}]}}}}`)}}}
		b.Run(fmt.Sprintf("pods=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := e.whatIf(plan)
				if err != nil || len(p.Closed) == 0 {
					b.Fatal(err, p)
				}
			}
		})
	}
}

// BenchmarkCluster measures what a large synthetic cluster costs to judge and to hold.
func BenchmarkCluster(b *testing.B) {
	for _, n := range []int{10000, 150000} {
		b.Run(fmt.Sprintf("pods=%d", n), func(b *testing.B) {
			for b.Loop() {
				start := time.Now()
				e := loaded(b, n)
				took := time.Since(start)
				debug.FreeOSMemory()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(took.Milliseconds()), "ms/load")
				b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
				b.ReportMetric(resident(b)/1e6, "MB-resident")
				b.ReportMetric(float64(e.Report().Findings.Len()), "findings")
				runtime.KeepAlive(e)
			}
		})
	}
}

// resident gives the resident memory of this process in bytes, from /proc; zero where there is none.
func resident(t testing.TB) float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Log(err)
		return 0
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * float64(os.Getpagesize())
}

// populated gives an engine that holds a cluster with large RBAC and n pods: every account runs some, behind a Service that is
// ClusterIP mostly and now and then a load balancer.
func populated(b testing.TB, n int) *Engine {
	e := newTestEngine(b)
	e.source.Server = "v1.37.2"
	e.serve()
	for _, c := range complete() {
		c.State = model.Loading
		e.cover(c)
	}
	each := n / rbactest.Accounts
	for i, o := range rbactest.Large(1) {
		e.apply(model.Put(made(b, o.DeepCopyObject())))
		sa, ok := o.(*corev1.ServiceAccount)
		if !ok {
			continue
		}
		name := sa.Namespace + "-" + sa.Name
		spec := syntheticSpec(sa.Name, false)
		template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": name}}, Spec: spec}
		count := int32(each)
		e.apply(model.Put(made(b, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: sa.Namespace, Name: name, UID: uid()}, Spec: appsv1.DeploymentSpec{Replicas: &count, Template: template}})))
		e.apply(model.Put(made(b, &appsv1.ReplicaSet{ObjectMeta: owned(sa.Namespace, name+"-5d4f8", "Deployment", name), Spec: appsv1.ReplicaSetSpec{Replicas: &count, Template: template}, Status: appsv1.ReplicaSetStatus{Replicas: count}})))
		for p := range each {
			e.apply(model.Put(syntheticPod(b, sa.Namespace, name, p, spec, true)))
		}
		front := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: sa.Namespace, Name: name}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeClusterIP, Selector: map[string]string{"app": name}}}
		if i%50 == 0 {
			front.Spec.Type = corev1.ServiceTypeLoadBalancer
		}
		e.apply(model.Put(made(b, front)))
	}
	for _, c := range complete() {
		e.cover(c)
	}
	e.flush()
	e.publish()
	return e
}

// BenchmarkRights measures one change of a binding or an account in a large cluster, from the queue to the published report,
// and what it takes to load that cluster.
func BenchmarkRights(b *testing.B) {
	start := time.Now()
	e := populated(b, 30000)
	load := time.Since(start)
	ref := func(name string) rbacv1.RoleRef {
		return rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: name}
	}
	var events []model.Change
	both := func(o apiruntime.Object) {
		r := made(b, o)
		events = append(events, model.Put(r), model.Drop(r.Ref()))
	}
	for i := range 40 {
		ns := fmt.Sprint("team-", i*7)
		to := []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: ns, Name: "app-1"}}
		for _, role := range []string{"view", "edit", "admin"} {
			both(&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "new"}, Subjects: to, RoleRef: ref(role)})
		}
		both(&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: to, RoleRef: ref(fmt.Sprint("operator-", i))})
		both(&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "new"}, Subjects: to, RoleRef: ref("cluster-admin")})
		both(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "new"}})
	}
	var times []time.Duration
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		start := time.Now()
		e.apply(events[i%len(events)])
		e.publish()
		times = append(times, time.Since(start))
		i++
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(load.Milliseconds()), "ms/load")
	b.ReportMetric(float64(e.Report().Findings.Len()), "findings")
	paths := 0
	for f := range e.Report().Findings.All() {
		if f.Rule.ID == "LP25" {
			paths++
		}
	}
	b.ReportMetric(float64(paths), "LP25")
}
