package demo

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// take removes an object. What it owned goes when the controllers respond.
func (s *stage) take(o object) {
	s.taken = append(s.taken, o)
	switch o := o.(type) {
	case *corev1.Pod:
		if s.isFirst(o) {
			s.remember(o)
		}
		s.leave(o)
	case *corev1.Node:
		s.nodes = slices.DeleteFunc(s.nodes, func(m *machine) bool { return m.node == o })
		s.remove(o)
	default:
		s.remove(o)
	}
}

// collect plays the garbage collector for what was taken: what belonged to it goes, and is the user's doing too. What has a
// controller that is there comes back.
func (s *stage) collect() {
	for len(s.taken) > 0 {
		o := s.taken[0]
		s.taken = s.taken[1:]
		s.users[place(refOf(o))] = true
		s.disturb(o)
		if s.all[refOf(o)] != nil {
			// It has come back since, or another of its name.
			s.orphans(o.GetUID(), s.all[refOf(o)].GetUID())
			continue
		}
		s.orphans(o.GetUID(), "")
		switch o := o.(type) {
		case *corev1.Namespace:
			s.empty(o.Name)
		case *corev1.Node:
			for _, p := range slices.Clone(s.pods) {
				if p.Spec.NodeName == o.Name {
					s.take(p)
				}
			}
		case *corev1.Pod:
			s.mirror(o)
		}
	}
}

// orphans takes what an object owned that is gone. One that has come back as itself keeps it.
func (s *stage) orphans(uid, now types.UID) {
	if uid == now {
		return
	}
	every(s, func(o object) {
		if slices.ContainsFunc(o.GetOwnerReferences(), func(r metav1.OwnerReference) bool { return r.UID == uid }) {
			s.take(o)
		}
	})
}

// empty takes all that is in a namespace.
func (s *stage) empty(namespace string) {
	every(s, func(o object) {
		if o.GetNamespace() == namespace {
			s.take(o)
		}
	})
}

// disturb lets the controller of what is gone look again, and the controller above it.
func (s *stage) disturb(o object) {
	for range 2 {
		ref := metav1.GetControllerOf(o)
		if ref == nil {
			return
		}
		var owner object
		every(s, func(other object) {
			if other.GetUID() == ref.UID {
				owner = other
			}
		})
		if owner == nil {
			return
		}
		s.disturbed[place(refOf(owner))] = true
		o = owner
	}
}

// mirror lets a kubelet make the mirror of a static pod again: its file is still on the node.
func (s *stage) mirror(p *corev1.Pod) {
	m := s.node(p.Spec.NodeName)
	if p.Annotations[corev1.MirrorPodAnnotationKey] == "" || m == nil {
		return
	}
	again := p.DeepCopy()
	s.identify(again)
	m.hold(again, "")
	s.begins(again, "kubelet")
}
