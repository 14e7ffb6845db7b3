package exposure

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model/cluster"
	"canopy/model/record"
)

// asking counts what package network is asked.
type asking struct {
	judge
	ranges int
}

func (a *asking) Outside(p *record.Pod, d policy.Direction) []network.Range {
	a.ranges++
	return a.judge.Outside(p, d)
}

// TestCrowdsShareTheirTargets holds that Services with one selector share the list of the pods behind them, and that pods which no policy
// tells apart are asked about once: there may be thousands of either.
func TestCrowdsShareTheirTargets(t *testing.T) {
	const many = 40
	var objects []runtime.Object
	for i := range many {
		objects = append(objects,
			&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: fmt.Sprintf("p%02d", i), Labels: map[string]string{"a": "b"}}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "x"}}}},
			&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: fmt.Sprintf("s%02d", i)}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Selector: map[string]string{"a": "b"}, Ports: []corev1.ServicePort{{Port: 80}}}})
	}
	r := newReach(t, objects...)
	lists := map[*Target]struct{}{}
	for _, w := range r.a.Ways(r.c, "a") {
		if len(w.Targets) != many {
			t.Fatalf("%s leads to %d pods", w.Via, len(w.Targets))
		}
		lists[&w.Targets[0]] = struct{}{}
	}
	if len(lists) != 1 {
		t.Errorf("%d lists of the same pods", len(lists))
	}
	counted := &asking{judge: r.net}
	reach := &Reach{r.a.listing(r.c, counted, network.Question{}), map[alike]answer{}}
	for i := range many {
		pod, _ := cluster.Find[*record.Pod](r.c, "Pod", "a", fmt.Sprintf("p%02d", i))
		if got := reach.To(pod); len(got) != 2*many {
			t.Fatalf("%d ways to %s", len(got), pod.Name)
		}
	}
	if counted.ranges != 1 || len(reach.known) > 2 {
		t.Errorf("asked %d times, %d answers", counted.ranges, len(reach.known))
	}
}
