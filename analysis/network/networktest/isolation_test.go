package networktest

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
)

// isolation compares which policies concern a pod.
func (c *comparison) isolation() {
	selected := map[model.Ref]int{}
	for _, p := range c.Pods {
		var want [2][]string
		for _, np := range c.Policies {
			if np.Namespace != p.Namespace || !selects(&np.Spec.PodSelector, p.Labels) || Ended(p) {
				continue
			}
			selected[model.KindByName("NetworkPolicy").Ref(np.Namespace, np.Name)]++
			for _, d := range policyTypes(np) {
				i := slices.Index([]string{"Ingress", "Egress"}, string(d))
				want[i] = append(want[i], np.Name)
			}
		}
		got := c.bench.a.Isolation(c.bench.podRecord(p))
		for i := range want {
			names := refNames(got.By[i])
			slices.Sort(want[i])
			if !slices.Equal(names, want[i]) {
				c.Errorf("%s: %s is isolated by %v, want %v", c.seed, key(p), names, want[i])
			}
		}
		for i, direction := range []networkingv1.PolicyType{"Ingress", "Egress"} {
			if want, names := c.ordered(p, direction), refNames(got.Ordered[i]); !slices.Equal(names, want) {
				c.Errorf("%s: %s is the subject of %v, want %v", c.seed, key(p), names, want)
			}
		}
		if unknown := c.reference.unread(p) || c.reference.foreign(p); unknown != (got.Unknown != "") && !Ended(p) {
			c.Errorf("%s: %s is unknown for %q, want %v", c.seed, key(p), got.Unknown, unknown)
		}
	}
	for _, np := range c.Policies {
		ref := model.KindByName("NetworkPolicy").Ref(np.Namespace, np.Name)
		if got := c.bench.a.Selected(ref); got != selected[ref] {
			c.Errorf("%s: %s selects %d pods, want %d", c.seed, ref, got, selected[ref])
		}
	}
	for _, p := range c.Cluster {
		want := 0
		for _, pod := range c.alive() {
			if c.reference.clusterSubject(p.Spec.Subject, pod) != no {
				want++
			}
		}
		if got := c.bench.a.Selected(Record(p).Ref()); got != want {
			c.Errorf("%s: %s selects %d pods, want %d", c.seed, p.Name, got, want)
		}
	}
}

// ordered names the cluster-wide policies that have rules for a pod in one direction, sorted.
func (c *comparison) ordered(pod *corev1.Pod, d networkingv1.PolicyType) []string {
	var names []string
	for _, tier := range c.reference.tiers {
		for _, p := range tier {
			rules := len(p.Spec.Ingress)
			if d == networkingv1.PolicyTypeEgress {
				rules = len(p.Spec.Egress)
			}
			if rules > 0 && !Ended(pod) && c.reference.clusterSubject(p.Spec.Subject, pod) != no {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func refNames(refs []model.Ref) []string {
	var names []string
	for _, ref := range refs {
		names = append(names, ref.Name)
	}
	slices.Sort(names)
	return names
}
