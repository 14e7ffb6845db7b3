package minimal

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// Check tells of flows whose ends, or ports, are not in the cluster. The error is of type Faults.
func (s *Survey) Check(flows []Flow) error {
	_, faults := s.find(flows)
	return faults.err()
}

// Select gives the labels by which a policy selects the pods of a top owner, and the owners in the namespace of which it
// selects pods as well; false where there is no such owner, or no policy has a certain effect on its pods.
func (s *Survey) Select(owner model.Ref) (selector metav1.LabelSelector, others []model.Ref, ok bool) {
	p := s.places[owner.Namespace]
	if p == nil || p.parties[owner] == nil {
		return selector, nil, false
	}
	if own, _ := s.network(p.parties[owner]); !own {
		return selector, nil, false
	}
	c := s.choose(p.parties[owner], nil)
	return c.LabelSelector, c.others, true
}

// Free gives a name that no policy of a namespace has, and does not give it again.
func (s *Survey) Free(namespace, name string) model.Ref { return s.free(namespace, name) }

// Peers gives what a policy in a namespace calls the ends of flows on the other side of an owner's pods, for one direction,
// sorted; only of flows that share a port with some.
func (s *Survey) Peers(owner model.Ref, d policy.Direction, on port.Set, flows []Flow) []networkingv1.NetworkPolicyPeer {
	list, _ := s.find(flows)
	m := &maker{p: &Proposal{}}
	var r rules
	for i := range list {
		f := &list[i]
		mine, other := &f.dst, &f.src
		if d == policy.Egress {
			mine, other = &f.src, &f.dst
		}
		if slices.ContainsFunc(mine.parties, func(x *party) bool { return x.ref == owner }) && !f.need.Intersect(on).Empty() {
			r.add(d, Numbered(port.All()), s.peers(m, other, owner.Namespace, d)...)
		}
	}
	for _, x := range sortedRules(r[d]) {
		return x.sorted()
	}
	return nil
}
