package exposure

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// dice makes random objects that have much to do with each other.
type dice struct {
	*rand.Rand
	t testing.TB
}

func (r dice) pick(list ...string) string { return list[r.IntN(len(list))] }

func (r dice) namespace() string { return r.pick("a", "b", "infra") }

func (r dice) object(step int) runtime.Object {
	switch r.IntN(20) {
	case 0, 1, 2:
		s := service(r.namespace(), r.pick("s", "t", "u"), r.pick("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"), r.pick("", "app=x", "app=y", "app=x tier=w", "tier=w"), intstr.FromString(r.pick("http", "web")))
		if r.IntN(2) == 0 {
			s.Spec.Ports[0].TargetPort = intstr.FromInt32(int32(8080 + r.IntN(2)))
		}
		if r.IntN(4) == 0 {
			s.Spec.ExternalIPs = []string{"192.0.2.1"}
		}
		if r.IntN(4) == 0 {
			s.Annotations = map[string]string{"service.beta.kubernetes.io/azure-load-balancer-internal": "true"}
		}
		return s
	case 3, 4:
		return sliceOf(r.namespace(), r.pick("e", "f"), r.pick("s", "t", "u"), r.pick(madeBy, "me"), int32(8080+r.IntN(2)), r.pick("10.0.0.1", "10.0.0.2", "10.0.0.3", "203.0.113.1"), r.pick("10.0.0.4", "10.0.0.5"))
	case 5, 6:
		i := ingressOf(r.namespace(), r.pick("i", "j"), r.pick("", "nginx", "alb", "none"), r.pick("h1", "")+"→"+r.pick("s", "t", "u"))
		if r.IntN(2) == 0 {
			i.Spec.TLS = []networkingv1.IngressTLS{{}}
		}
		return i
	case 7:
		return classOf(r.pick("nginx", "alb", "d"), r.pick("k8s.io/ingress-nginx", "ingress.k8s.aws/alb", "x"), r.IntN(2) == 0)
	case 8:
		return custom(r.t, gateways)[r.IntN(2)]
	case 9, 10:
		kind := r.pick("HTTPRoute", "TCPRoute")
		u := routeOf(r.t, kind, fmt.Sprintf(`{parentRefs: [{name: edge, namespace: infra}], hostnames: [%s], rules: [{backendRefs: [{name: %s, port: 80, namespace: %s}]}]}`,
			r.pick("a.example", "b.other"), r.pick("s", "t"), r.namespace()))
		u.SetNamespace(r.namespace())
		return u
	case 11:
		text := fmt.Sprintf("apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: %s}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: %s}], to: [{group: \"\", kind: Service}]}", r.namespace(), r.namespace())
		return custom(r.t, text)[0]
	case 12:
		return custom(r.t, fmt.Sprintf("apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: o, namespace: %s}\nspec: {host: x, to: {kind: Service, name: %s}, port: {targetPort: 8080}}", r.namespace(), r.pick("s", "t")))[0]
	case 13:
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: r.namespace(), Labels: map[string]string{"edge": r.pick("yes", "no")}}}
	case 14:
		return custom(r.t, "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: edge}\nspec: {controllerName: "+r.pick("traefik.io/x", "gateway.k8s.aws/alb")+"}")[0]
	default:
		p := pod(r.namespace(), r.pick("p0", "p1", "p2", "p3", "p4", "p5"), r.pick("", "app=x", "app=y", "app=x tier=w", "tier=w app=y", "app.kubernetes.io/name=ingress-nginx app.kubernetes.io/component=controller",
			"app.kubernetes.io/name=traefik app=x", "gateway.networking.k8s.io/gateway-name=edge"), tcp(r.pick("http", "web"), int32(8080+r.IntN(2))))
		p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprint("10.0.0.", r.IntN(6))}}
		p.Status.Phase = corev1.PodPhase(r.pick("Running", "Running", "Running", "Pending", "Succeeded"))
		p.Spec.HostNetwork = r.IntN(6) == 0
		if r.IntN(5) == 0 {
			p.Spec.Containers[0].Ports[0].HostPort = 80
		}
		p.Status.Reason = fmt.Sprint(step % 3)
		return p
	}
}

func (w *world) everything() map[string]string {
	all := map[string]string{}
	for x := range w.a.All(w.c) {
		all[x.Namespace()] += tell(x) + "\n"
	}
	return all
}

// TestIncrementalIsCold: after every change the analyser says what one says that sees the cluster for the first time, tells
// which namespaces changed, and knows of each pod what all ways together know.
func TestIncrementalIsCold(t *testing.T) {
	for seed := range uint64(4) {
		r := dice{rand.New(rand.NewPCG(33, seed)), t}
		w := newWorld(t)
		was := map[string]string{}
		told := map[string]struct{}{}
		ways := 0
		for step := range 1500 {
			rec, err := record.Make(r.object(step))
			if err != nil {
				t.Fatal(err)
			}
			change := model.Put(rec)
			if r.IntN(4) == 0 {
				change = model.Drop(rec.Ref())
			}
			w.change(change)
			if r.IntN(5) == 0 {
				// What is asked too early must not last.
				w.everything()
			}
			if r.IntN(4) == 0 {
				continue
			}
			for _, n := range w.a.Flush(w.c).Namespaces {
				told[n] = struct{}{}
			}
			now := w.everything()
			cold := &world{t: t, c: w.c, a: New()}
			for _, gk := range shuffled(r, w.c) {
				for rec := range w.c.All(gk) {
					cold.a.Update(w.c, cluster.Delta{Ref: rec.Ref(), New: rec})
				}
			}
			cold.a.Flush(w.c)
			if want := cold.everything(); !maps.Equal(now, want) {
				t.Fatalf("seed %d step %d, after %v:\n%v\nwant\n%v", seed, step, change.Ref, now, want)
			}
			for _, n := range []string{"a", "b", "infra"} {
				if _, ok := told[n]; !ok && now[n] != was[n] {
					t.Fatalf("seed %d step %d: %v changed %s and was not told:\n%s\nnow\n%s", seed, step, change.Ref, n, was[n], now[n])
				}
			}
			clear(told)
			was = now
			ways += strings.Count(now["a"]+now["b"]+now["infra"], "→")
			checkPods(t, w)
		}
		if ways < 10000 {
			t.Errorf("only %d targets in all", ways)
		}
		// Nothing is left of a cluster that is gone.
		for _, gk := range w.c.Kinds() {
			for _, rec := range w.c.Sorted(gk) {
				w.change(model.Drop(rec.Ref()))
			}
		}
		w.a.Flush(w.c)
		a := w.a
		if n := len(a.members) + len(a.shapes) + len(a.places) + len(a.doors) + len(a.addresses) + len(a.crews) + len(a.gateways) + len(a.grants) + len(a.classes); n != 0 {
			t.Errorf("seed %d: %d things are left: %d places, %d addresses", seed, n, len(a.places), len(a.addresses))
		}
	}
}

func shuffled(r dice, c *cluster.Cluster) []schema.GroupKind {
	kinds := c.Kinds()
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	return kinds
}

// checkPods holds that Of and Exposed say of pods what all ways say, and that every record is the newest.
func checkPods(t *testing.T, w *world) {
	t.Helper()
	want := map[model.Ref][]string{}
	for x := range w.a.All(w.c) {
		if (x.Broken == "") != (len(x.Targets) > 0 || len(x.Beyond) > 0) {
			t.Fatalf("half a way: %s", tell(x))
		}
		for i, target := range x.Targets {
			if now := w.c.Get(target.Pod.Ref()); now == nil || !now.Same(target.Pod) || target.Pod.Finished() {
				t.Fatalf("%s: an old record of %s", tell(x), target.Pod.Name)
			}
			if i == 0 || !samePod(x.Targets[i-1].Pod, target.Pod) {
				want[target.Pod.Ref()] = append(want[target.Pod.Ref()], tell(x))
			}
		}
		for _, p := range x.Controller {
			if now := w.c.Get(p.Ref()); now == nil || !now.Same(p) || p.Finished() {
				t.Fatalf("%s: an old record of %s", tell(x), p.Name)
			}
		}
	}
	for r := range w.c.All(model.KindByName("Pod").GroupKind()) {
		p := r.(*record.Pod)
		var got []string
		for _, x := range w.a.Of(w.c, p) {
			got = append(got, tell(x))
		}
		list := slices.Sorted(slices.Values(want[p.Ref()]))
		if slices.Sort(got); !slices.Equal(got, list) {
			t.Fatalf("ways to %s/%s:\n%s\nwant\n%s", p.Namespace, p.Name, strings.Join(got, "\n"), strings.Join(list, "\n"))
		}
	}
	n := 0
	for p := range w.a.Exposed(w.c) {
		if n++; want[p.Ref()] == nil {
			t.Fatalf("%s is exposed by nothing", p.Name)
		}
	}
	if n != len(want) {
		t.Fatalf("%d pods exposed, want %d", n, len(want))
	}
}

// crowd is a cluster of many pods: ten namespaces of them are large.
func crowd(b testing.TB, pods int) *world {
	w := &world{t: b, c: cluster.New(), a: New()}
	for i := range pods {
		namespace := fmt.Sprint("ns", i%5000)
		if i%3 == 0 {
			namespace = fmt.Sprint("large", i%10)
		}
		w.put(podAt(namespace, i))
	}
	for i := range 5000 {
		namespace := fmt.Sprint("ns", i)
		w.put(service(namespace, "web", "NodePort", "app=app0", intstr.FromString("http")))
		w.put(ingressOf(namespace, "web", "nginx", "h→web"))
	}
	for i := range 10 {
		for j := range 100 {
			w.put(service(fmt.Sprint("large", i), fmt.Sprint("s", j), "LoadBalancer", fmt.Sprint("app=app", j%20), intstr.FromInt32(80)))
		}
	}
	w.a.Flush(w.c)
	return w
}

func podAt(namespace string, i int) *corev1.Pod {
	p := pod(namespace, fmt.Sprint("pod-", i), fmt.Sprintf("app=app%d pod-template-hash=7c5d team=t%d version=v1", i/5%20, i%7), tcp("http", 8080))
	p.Status.PodIPs = []corev1.PodIP{{IP: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)}}
	return p
}

// BenchmarkPodEvent measures an event of a pod among 150,000: it comes, becomes another, goes.
func BenchmarkPodEvent(b *testing.B) {
	w := crowd(b, 150_000)
	for _, namespace := range []string{"ns7", "large3"} {
		b.Run(namespace, func(b *testing.B) {
			p := podAt(namespace, 1_000_000)
			q := with(podAt(namespace, 1_000_000), func(p *corev1.Pod) { p.Labels["app"] = "app3" })
			one, _ := record.Make(p)
			two, _ := record.Make(q)
			deltas := []cluster.Delta{{Ref: one.Ref(), New: one}, {Ref: one.Ref(), Old: one, New: two}, {Ref: one.Ref(), Old: two, New: one}, {Ref: one.Ref(), Old: one}}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				w.a.Update(w.c, deltas[i%len(deltas)])
				w.a.Flush(w.c)
				i++
			}
			for ; i%len(deltas) != 0; i++ {
				w.a.Update(w.c, deltas[i%len(deltas)])
			}
		})
	}
}

// BenchmarkAsked measures the questions of which an event makes some: the ways into its namespace, the ways to a pod.
func BenchmarkAsked(b *testing.B) {
	w := crowd(b, 150_000)
	one, _ := record.Make(podAt("ns7", 1_000_000))
	d := cluster.Delta{Ref: one.Ref(), New: one}
	w.a.Update(w.c, d)
	b.Run("ways after an event", func(b *testing.B) {
		for b.Loop() {
			w.a.Update(w.c, d)
			w.a.Flush(w.c)
			w.a.Ways(w.c, "ns7")
		}
	})
	b.Run("of", func(b *testing.B) {
		for b.Loop() {
			w.a.Of(w.c, one.(*record.Pod))
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			for range w.a.All(w.c) {
			}
		}
	})
}

// BenchmarkCold measures a cluster that is seen for the first time.
func BenchmarkCold(b *testing.B) {
	w := crowd(b, 150_000)
	var deltas []cluster.Delta
	for _, gk := range w.c.Kinds() {
		for r := range w.c.All(gk) {
			deltas = append(deltas, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		a := New()
		for _, d := range deltas {
			a.Update(w.c, d)
		}
		a.Flush(w.c)
	}
}
