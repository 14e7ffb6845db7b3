package attack

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// daemon tells a DaemonSet that was never at a server. Its controller would put a pod on each node that it selects, so where its pods are to
// run is known though none was seen.
func daemon(w *record.Workload) bool { return w.Kind.Kind == "DaemonSet" && w.UID == "" }

// placed lists the nodes on which the pods of such a DaemonSet are to run.
func placed(c *cluster.Cluster, spec *corev1.PodSpec) []string {
	var names []string
	need := nodeaffinity.NewRequiredNodeAffinity(spec.NodeSelector, spec.Affinity)
	for r := range c.All(model.KindByName("Node").GroupKind()) {
		n, ok := r.(*record.Typed[*corev1.Node])
		if !ok || spec.NodeName != "" && spec.NodeName != n.Name {
			continue
		}
		// What cannot be read of an affinity lets no pod on any node.
		fits, err := need.Match(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: n.Labels.Map()}})
		if err == nil && fits && tolerated(n.Object.Spec.Taints, spec) {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	return names
}

// tolerated tells whether pods of a DaemonSet are let on a node with these taints: those that its controller adds tolerations for do not count
// (pkg/controller/daemon/util/daemonset_util.go).
func tolerated(taints []corev1.Taint, spec *corev1.PodSpec) bool {
	for i := range taints {
		t := &taints[i]
		switch t.Key {
		case corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable, corev1.TaintNodeDiskPressure, corev1.TaintNodeMemoryPressure, corev1.TaintNodePIDPressure, corev1.TaintNodeUnschedulable:
			continue
		case corev1.TaintNodeNetworkUnavailable:
			if spec.HostNetwork {
				continue
			}
		}
		if t.Effect == corev1.TaintEffectPreferNoSchedule || slices.ContainsFunc(spec.Tolerations, func(o corev1.Toleration) bool { return tolerates(&o, t) }) {
			continue
		}
		return false
	}
	return true
}

func tolerates(o *corev1.Toleration, t *corev1.Taint) bool {
	switch {
	case o.Effect != "" && o.Effect != t.Effect, o.Key != "" && o.Key != t.Key, o.Key == "" && o.Operator != corev1.TolerationOpExists:
		return false
	}
	return o.Operator == corev1.TolerationOpExists || (o.Operator == "" || o.Operator == corev1.TolerationOpEqual) && o.Value == t.Value
}

// sameTerms tells whether two states of a node let the same DaemonSets on it.
func sameTerms(a, b *record.Typed[*corev1.Node]) bool {
	return a.Labels == b.Labels && slices.EqualFunc(a.Object.Spec.Taints, b.Object.Spec.Taints, func(x, y corev1.Taint) bool {
		return x.Key == y.Key && x.Value == y.Value && x.Effect == y.Effect
	})
}
