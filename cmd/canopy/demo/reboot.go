package demo

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// rebooted is the node that reboots.
const rebooted = "n6"

// fail is what the node lifecycle controller sees of a node that reboots: no word of the kubelet, and so no pod that is
// taken for ready.
func (s *stage) fail() {
	if s.node(rebooted) == nil {
		return // the user has deleted it
	}
	n := edit[*corev1.Node](s, "Node", "", rebooted)
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type != corev1.NodeNetworkUnavailable {
			c.Status, c.Reason, c.Message = corev1.ConditionUnknown, "NodeStatusUnknown", "Kubelet stopped posting node status."
			c.LastTransitionTime = s.time()
		}
	}
	for _, effect := range []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute} {
		n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: corev1.TaintNodeUnreachable, Effect: effect, TimeAdded: new(s.time())})
	}
	s.reported(n, kcm)
	for _, p := range s.running() {
		for i := range p.Status.Conditions {
			if c := &p.Status.Conditions[i]; c.Type == corev1.PodReady {
				c.Status, c.LastTransitionTime = corev1.ConditionFalse, s.time()
			}
		}
		s.reported(p, kcm)
	}
}

// boot is the node back, with what it waited for a reboot to get: the kernel of its pool.
func (s *stage) boot() {
	if s.node(rebooted) == nil {
		return
	}
	n := edit[*corev1.Node](s, "Node", "", rebooted)
	first := s.first[refOf(n)].(*corev1.Node)
	n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeUnreachable })
	for i, c := range first.Status.Conditions {
		if c.Type != corev1.NodeNetworkUnavailable {
			c.LastHeartbeatTime, c.LastTransitionTime = s.time(), s.time()
		}
		n.Status.Conditions[i] = c
	}
	n.Status.NodeInfo.BootID = string(uuid(fmt.Sprint("boot", s.version)))
	if pool := s.node("n3"); pool != nil {
		n.Status.NodeInfo.KernelVersion = pool.node.Status.NodeInfo.KernelVersion
	}
	// What says when one was last asked for stays, as kured leaves it.
	delete(n.Annotations, "weave.works/kured-reboot-in-progress")
	s.reported(n, "kubelet")
	for _, p := range s.running() {
		run(p, s.time())
		s.reported(p, "kubelet")
	}
}

// unboot lets the node wait for a reboot as at the start.
func (s *stage) unboot() { s.restore("Node", "", rebooted) }

// running lists the pods that run on the node.
func (s *stage) running() []*corev1.Pod {
	return slices.DeleteFunc(s.on(s.machine(rebooted)), func(p *corev1.Pod) bool { return !live(p) })
}
