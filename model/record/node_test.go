package record

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestNode holds that a heartbeat is no change, that all else is, and that what nodes are judged by is kept.
func TestNode(t *testing.T) {
	make1 := func(change func(*corev1.Node)) *Typed[*corev1.Node] {
		since := metav1.NewTime(time.Unix(nov(1), 0))
		n := &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: "n1", ResourceVersion: "1", Labels: map[string]string{"eks.amazonaws.com/nodegroup": "a", "own": "b"},
				ManagedFields: []metav1.ManagedFieldsEntry{field("kubectl-cordon", "v1", 2), field("kubelet", "v1", 3, "status")}},
			Spec: corev1.NodeSpec{ProviderID: "aws:///eu-west-1a/i-1", Taints: []corev1.Taint{{Key: "node.kubernetes.io/unreachable", Effect: corev1.TaintEffectNoExecute, TimeAdded: &since}}},
			Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.33.4", BootID: "x", KernelVersion: "6.8"},
				Conditions:   []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, LastHeartbeatTime: since, LastTransitionTime: since, Message: "ready"}},
				VolumesInUse: []corev1.UniqueVolumeName{"v"}},
		}
		n.ManagedFields[0].FieldsV1 = metav1.NewFieldsV1(`{"f:spec":{}}`)
		n.ManagedFields[1].FieldsV1 = metav1.NewFieldsV1(`{"f:status":{"f:spec":{}}}`)
		change(n)
		r, err := Make(n)
		if err != nil {
			t.Fatal(err)
		}
		return r.(*Typed[*corev1.Node])
	}
	at := metav1.NewTime(time.Unix(nov(9), 0))
	node := make1(func(*corev1.Node) {})
	beat := make1(func(n *corev1.Node) {
		n.ResourceVersion = "2"
		n.Status.Conditions[0].LastHeartbeatTime = at
		n.Status.VolumesInUse = nil
		n.ManagedFields[1].Time = &at
	})
	if !node.Same(beat) {
		t.Error("a heartbeat is a change")
	}
	for what, change := range map[string]func(*corev1.Node){
		"another condition": func(n *corev1.Node) { n.Status.Conditions[0].Status = corev1.ConditionUnknown },
		"since when":        func(n *corev1.Node) { n.Status.Conditions[0].LastTransitionTime = at },
		"a reboot":          func(n *corev1.Node) { n.Status.NodeInfo.BootID = "y" },
		"a version":         func(n *corev1.Node) { n.Status.NodeInfo.KubeletVersion = "v1.33.5" },
		"a taint":           func(n *corev1.Node) { n.Spec.Taints = nil },
		"cordoned":          func(n *corev1.Node) { n.Spec.Unschedulable = true },
		"a label":           func(n *corev1.Node) { n.Labels["own"] = "c" },
		"kured": func(n *corev1.Node) {
			n.Annotations = map[string]string{"weave.works/kured-reboot-in-progress": "2026-11-02T00:00:00Z"}
		},
	} {
		if node.Same(make1(change)) {
			t.Errorf("%s is no change", what)
		}
	}
	if o := node.Object; o.Spec.ProviderID == "" || o.Status.NodeInfo.KernelVersion == "" || o.Spec.Taints[0].TimeAdded == nil || node.Labels.Len() != 2 || node.Changed != nov(2) {
		t.Errorf("kept %+v", node)
	}
}
