package demo

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// node gives a machine by its name; nil where there is none.
func (s *stage) node(name string) *machine {
	if i := slices.IndexFunc(s.nodes, func(m *machine) bool { return m.node.Name == name }); i >= 0 {
		return s.nodes[i]
	}
	return nil
}

// lease gives an address of the node to a pod that had it before, where it is free or was kept; "" where another has it.
func (m *machine) lease(ip string) string {
	if ip == "" || m.ips[ip] {
		return ""
	}
	m.ips[ip] = true
	return ip
}

// up places a pod that is admitted and lets it run at once. Where no node takes it, it waits.
func (s *stage) up(p *corev1.Pod, manager string) {
	s.settlePod(p, manager)
	s.ready(p)
}

// settlePod places a pod that is admitted: on the node that it names, that which it had at the start, or the one with the least load.
func (s *stage) settlePod(p *corev1.Pod, manager string) {
	m := s.node(p.Spec.NodeName)
	was, known := s.first[refOf(p)].(*corev1.Pod)
	switch {
	case m != nil:
		m.hold(p, "")
	case p.Spec.NodeName != "":
		s.wait(p, manager)
		return
	case known && s.node(was.Spec.NodeName) != nil && slices.Contains(s.candidates(p), s.node(was.Spec.NodeName)):
		// The place of a pod of the start is kept for it.
		s.node(was.Spec.NodeName).hold(p, was.Status.PodIP)
	default:
		if m = s.fit(p); m == nil {
			s.wait(p, manager)
			return
		}
		m.hold(p, "")
	}
	s.start(p, manager)
}

// begins lets a pod run that has its place.
func (s *stage) begins(p *corev1.Pod, manager string) {
	s.start(p, manager)
	s.ready(p)
}

// wait admits a pod that no node takes.
func (s *stage) wait(p *corev1.Pod, manager string) {
	p.Spec.NodeName = ""
	p.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: qos(&p.Spec), Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse,
		Reason: corev1.PodReasonUnschedulable, Message: "no node takes it", LastTransitionTime: s.time()}}}
	p.Generation = 1
	s.wrote(p, manager, metav1.ManagedFieldsOperationUpdate, "", "spec")
	s.reported(p, "kube-scheduler")
	s.pods = append(s.pods, p)
	s.all[refOf(p)] = p
}

// ordinal is the number at the end of the name of a pod of a StatefulSet.
func ordinal(name string) int {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		return -1
	}
	return n
}
