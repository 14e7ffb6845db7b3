package segmentation

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/exposure"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// town is a cluster of namespaces of 20 pods in 5 owners, with four policies each: deny both ways, the same namespace, a
// tier of the next team, and out to another.
func town(b testing.TB, namespaces int) *court {
	c := newCourt(b, law(b), today()).complete()
	for i := range namespaces {
		ns := fmt.Sprint("n", i)
		c.take(model.Put(recordOf(b, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns, Labels: map[string]string{"team": fmt.Sprint("t", i/2)}}})))
		for j := range 20 {
			c.take(model.Put(townPod(b, i, j, "a")))
		}
		for j := range 4 {
			c.take(model.Put(townPolicy(b, i, j, 8080)))
		}
	}
	c.flush()
	return c
}

func townPod(b testing.TB, i, j int, run string) model.Record {
	yes := true
	return recordOf(b, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", i), Name: fmt.Sprint("p", j), Labels: map[string]string{"tier": fmt.Sprint("s", j%5), "pod-template-hash": run},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: fmt.Sprint("r", j%5), Controller: &yes}}},
		Spec:   corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: fmt.Sprint("app", j%5), Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	})
}

func townPolicy(b testing.TB, i, j int, number int32) model.Record {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint("n", i), Name: fmt.Sprint("p", j)}}
	team := &metav1.LabelSelector{MatchLabels: map[string]string{"team": fmt.Sprint("t", (i/2+1)%50)}}
	switch j {
	case 0:
		p.Spec.PolicyTypes = []networkingv1.PolicyType{"Ingress", "Egress"}
	case 1:
		p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}}
	case 2:
		p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: team, PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "s1"}}}}}}
	case 3:
		at := intstr.FromInt32(number)
		p.Spec.PolicyTypes = []networkingv1.PolicyType{"Egress"}
		p.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: team, PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "s2"}}}}, Ports: []networkingv1.NetworkPolicyPort{{Port: &at}}}}
	}
	return recordOf(b, p)
}

// BenchmarkEvent measures what one event costs here, without what it costs in the analysers below.
func BenchmarkEvent(b *testing.B) {
	for _, n := range []int{50, 500} {
		c := town(b, n)
		c.out = &ledger{b, map[string]*model.Finding{}}
		quiet := &silent{}
		for _, event := range []struct {
			name   string
			change func(i int) model.Change
		}{
			{"status", func(i int) model.Change {
				p := *(townPod(b, i/2%n, 3, "a").(*record.Pod))
				p.Ready = i%2 == 0
				return model.Put(&p)
			}},
			{"churn", func(i int) model.Change {
				if i%2 == 0 {
					return model.Drop(townPod(b, i/2%n, 3, "a").Ref())
				}
				return model.Put(townPod(b, i/2%n, 3, "a"))
			}},
			{"rollout", func(i int) model.Change { return model.Put(townPod(b, i/2%n, 3, []string{"a", "b"}[i%2])) }},
			{"policy", func(i int) model.Change { return model.Put(townPolicy(b, i/2%n, 3, int32(8080+i%2))) }},
			{"relabel", func(i int) model.Change {
				return model.Put(recordOf(b, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("n", i/2%n), Labels: map[string]string{"team": fmt.Sprint("t", i/2%n/2+i%2)}}}))
			}},
		} {
			b.Run(fmt.Sprintf("%s/pods=%d", event.name, n*20), func(b *testing.B) {
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					b.StopTimer()
					d, ok := c.c.Apply(event.change(i))
					i++
					if !ok {
						b.StartTimer()
						continue
					}
					c.net.Update(c.c, d)
					c.ways.Update(c.c, d)
					c.net.Flush(c.c)
					wd := c.ways.Flush(c.c)
					b.StartTimer()
					c.a.Update(c.c, d)
					c.a.Flush(c.c, c.net, c.ways, wd, quiet)
				}
			})
		}
	}
}

// BenchmarkCrowdedNamespace measures a pod that comes and goes in a namespace with many others.
func BenchmarkCrowdedNamespace(b *testing.B) {
	for _, n := range []int{100, 10000} {
		b.Run(fmt.Sprintf("owners=%d", n), func(b *testing.B) {
			c := newCourt(b, law(b), today()).complete()
			pod := func(i int) model.Record {
				return recordOf(b, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprint("p", i), Labels: map[string]string{"app": "web"}}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c"}}}})
			}
			for i := range n {
				c.take(model.Put(pod(i)))
			}
			c.flush()
			quiet := &silent{}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				change := model.Drop(pod(i / 2 % n).Ref())
				if i%2 == 1 {
					change = model.Put(pod(i / 2 % n))
				}
				i++
				d, _ := c.c.Apply(change)
				c.net.Update(c.c, d)
				c.ways.Update(c.c, d)
				c.net.Flush(c.c)
				wd := c.ways.Flush(c.c)
				b.StartTimer()
				c.a.Update(c.c, d)
				c.a.Flush(c.c, c.net, c.ways, wd, quiet)
			}
		})
	}
}

// BenchmarkBuild measures a cluster that is read at once.
func BenchmarkBuild(b *testing.B) {
	c := town(b, 500)
	rules := law(b)
	b.ReportAllocs()
	for b.Loop() {
		a := New(rules, today())
		for _, gk := range c.c.Kinds() {
			for r := range c.c.All(gk) {
				a.Update(c.c, cluster.Delta{Ref: r.Ref(), New: r})
			}
		}
		a.Flush(c.c, c.net, c.ways, exposure.Delta{}, &silent{})
	}
}

type silent struct{}

func (*silent) Put(*model.Finding) {}
func (*silent) Drop(string)        {}
