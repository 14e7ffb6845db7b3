package secret

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// silent takes findings and keeps none.
type silent struct{}

func (silent) Put(*model.Finding) {}
func (silent) Drop(string)        {}

func made(b testing.TB, o k8sruntime.Object) model.Record {
	r, err := record.Make(o)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func townSecret(b testing.TB, i int, wrote int64) model.Record {
	return made(b, &corev1.Secret{Type: corev1.SecretTypeOpaque, ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", i%100), Name: fmt.Sprint("s", i), CreationTimestamp: metav1.Unix(today().at.Unix()-int64(i%500)*24*3600, 0), ResourceVersion: fmt.Sprint(wrote),
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kubectl", Operation: "Update", Time: &metav1.Time{Time: time.Unix(wrote, 0)}, FieldsV1: metav1.NewFieldsV1(`{"f:data":{}}`)}}}})
}

// townPod is the pod of a Deployment of five, which names four Secrets, one of which all of a namespace do.
func townPod(b testing.TB, i, n int, run string) model.Record {
	yes, d := true, i/5%(n/5)
	mounts := func(k int) corev1.Volume {
		return corev1.Volume{Name: fmt.Sprint("v", k), VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: fmt.Sprint("s", k)}}}
	}
	return made(b, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", d%100), Name: fmt.Sprint("p", i), OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: fmt.Sprint("d", d), Controller: &yes}}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: run}}, Volumes: []corev1.Volume{mounts(d % 100), mounts(d % n), mounts((d + 100) % n), mounts((d + 200) % n)}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	})
}

// town is a cluster of n Secrets and n pods in 100 namespaces.
func town(b testing.TB, n int) *court {
	c := newCourt(b)
	for i := range n {
		c.take(model.Put(townSecret(b, i, today().at.Unix()-3600)))
		c.take(model.Put(townPod(b, i, n, "a")))
		if i%5 == 0 {
			d := i / 5
			c.take(model.Put(made(b, &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", d%100), Name: fmt.Sprint("d", d)}, Spec: appsv1.ReplicaSetSpec{Template: corev1.PodTemplateSpec{Spec: *townPod(b, i, n, "a").(*record.Pod).Spec()}}})))
		}
	}
	c.flush()
	return c
}

const many = 10000

// BenchmarkEvent measures what one change costs.
func BenchmarkEvent(b *testing.B) {
	c := town(b, many)
	var wild int64
	for _, event := range []struct {
		name   string
		change func(i int) model.Change
	}{
		{"status", func(i int) model.Change {
			p := *(townPod(b, i/2%many, many, "a").(*record.Pod))
			p.Ready = i%2 == 0
			return model.Put(&p)
		}},
		{"churn", func(i int) model.Change {
			if i%2 == 0 {
				return model.Drop(townPod(b, i/2%many, many, "a").Ref())
			}
			return model.Put(townPod(b, i/2%many, many, "a"))
		}},
		{"rollout", func(i int) model.Change { return model.Put(townPod(b, i/2%many, many, []string{"a", "b"}[i%2])) }},
		{"secret", func(i int) model.Change { wild++; return model.Put(townSecret(b, i%many, today().at.Unix()+wild)) }},
		{"missing", func(i int) model.Change {
			if i%2 == 0 {
				return model.Drop(townSecret(b, i/2%many, 0).Ref())
			}
			return model.Put(townSecret(b, i/2%many, today().at.Unix()))
		}},
	} {
		b.Run(event.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				d, ok := c.c.Apply(event.change(i))
				b.StartTimer()
				if ok {
					c.a.Update(c.c, d)
					c.a.Flush(c.c, silent{})
				}
			}
		})
	}
}

// BenchmarkInventory measures the list of 10,000 Secrets, and one of them.
func BenchmarkInventory(b *testing.B) {
	c := town(b, many)
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			if list := c.a.Secrets(c.c); len(list) < many {
				b.Fatal(len(list))
			}
		}
	})
	b.Run("after a change", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			c.take(model.Put(townSecret(b, 7, today().at.Unix()+int64(i))))
			c.a.Flush(c.c, silent{})
			b.StartTimer()
			c.a.Secrets(c.c)
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			for _, it := range c.a.items {
				c.a.forget(it)
			}
			c.a.order = nil
			c.a.Secrets(c.c)
		}
	})
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			c.a.Secret(c.c, townSecret(b, 7, 0).Ref())
		}
	})
}

// BenchmarkBuild measures a cluster that is read at once, and the memory that the analyser then holds for each Secret.
func BenchmarkBuild(b *testing.B) {
	c := town(b, many)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var a *Analyser
	build := func() {
		a = c.analyser()
		for _, gk := range c.c.Kinds() {
			for r := range c.c.All(gk) {
				a.Update(c.c, cluster.Delta{Ref: r.Ref(), New: r})
			}
		}
		a.Flush(c.c, silent{})
	}
	before := heap()
	build()
	held := heap() - before
	runtime.KeepAlive(a)
	for b.Loop() {
		build()
	}
	b.ReportMetric(float64(held)/many, "B/Secret")
}

// BenchmarkReaders measures who reads 10,000 Secrets in a cluster of 2,000 bindings.
func BenchmarkReaders(b *testing.B) {
	var objects []k8sruntime.Object
	for i := range 2000 {
		meta := metav1.ObjectMeta{Namespace: fmt.Sprint("n", i%100), Name: fmt.Sprint("r", i)}
		rule := rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: []string{"get", "list"}}
		if i%10 > 0 {
			rule.ResourceNames = []string{fmt.Sprint("s", i), fmt.Sprint("s", i+100)}
		}
		objects = append(objects, &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{rule}},
			&rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: meta.Name}, Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: meta.Name}, {Kind: "Group", Name: "dev"}}})
	}
	access := law(b, objects...)
	all := make([]model.Ref, many)
	for i := range all {
		all[i] = ref(fmt.Sprint("n", i%100), fmt.Sprint("s", i))
	}
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			countReaders(access, all)
		}
	})
	b.Run("kept", func(b *testing.B) {
		c := town(b, many)
		for b.Loop() {
			c.a.CountReaders(access)
		}
	})
	b.Run("one", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			Readers(access, all[i%many])
		}
	})
}
