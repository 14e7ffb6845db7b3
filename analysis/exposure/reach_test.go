package exposure

import (
	"math/rand/v2"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/record"
)

// barrier makes a random NetworkPolicy.
func (r dice) barrier() runtime.Object {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace(), Name: r.pick("p", "q")}}
	if r.IntN(3) > 0 {
		p.Spec.PodSelector.MatchLabels = map[string]string{"app": r.pick("x", "y")}
	}
	peer := networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: r.pick("203.0.113.0/24", "0.0.0.0/0")}}
	if r.IntN(2) == 0 {
		peer = networkingv1.NetworkPolicyPeer{NamespaceSelector: &metav1.LabelSelector{}}
	}
	if r.IntN(3) > 0 {
		p.Spec.Ingress = []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{peer}}}
	}
	return p
}

// TestReachIsBestEntry: what is said of one pod is the best of all entries that end at it, and every way is one that leads there.
func TestReachIsBestEntry(t *testing.T) {
	rank := map[network.Verdict]int{network.Deny: 0, network.NotEvaluated: 1, network.Depends: 2, network.Allow: 3}
	seen := map[network.Verdict]int{}
	for seed := range uint64(60) {
		r := dice{rand.New(rand.NewPCG(seed, 51)), t}
		var objects []runtime.Object
		for step := range 60 {
			objects = append(objects, r.object(step))
		}
		for range r.IntN(6) {
			objects = append(objects, r.barrier())
		}
		w := newReach(t, objects...)
		best := map[model.Ref]network.Verdict{}
		for _, e := range w.a.Entries(w.c, w.net, network.Question{Level: network.Pods, Outside: true}) {
			if (e.Src.Block.IsValid() || e.Src.Name == AssumedController) && rank[e.Verdict] > rank[best[e.Dst.Ref]] {
				best[e.Dst.Ref] = e.Verdict
			}
		}
		asked := w.a.Reach(w.c, w.net)
		for rec := range w.c.All(model.KindByName("Pod").GroupKind()) {
			p, got := rec.(*record.Pod), network.Deny
			for _, o := range asked.To(p) {
				if o.Verdict == network.Deny || !o.Leads(p) {
					t.Fatalf("seed %d: %s opens %s", seed, tell(o.Way), p.Ref())
				}
				if rank[o.Verdict] > rank[got] {
					got = o.Verdict
				}
				for i, e := range o.Shown(w.c, p) {
					if e.Object.IsZero() || e.Path == "" || i == 0 && e.Object != o.Via && e.Object != o.Route {
						t.Errorf("seed %d: %s is shown by %+v", seed, tell(o.Way), e)
					}
				}
			}
			if seen[got]++; got != best[p.Ref()] {
				t.Fatalf("seed %d: %s: %v, want %v", seed, p.Ref(), got, best[p.Ref()])
			}
		}
	}
	if seen[network.Allow] < 50 || seen[network.Depends] < 20 || seen[network.Deny] < 50 {
		t.Errorf("%v", seen)
	}
}
