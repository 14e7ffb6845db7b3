package minimal

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
)

// closeAll lets every pod of a namespace ask for names, and isolates all of them. That comes last: what lets through is
// there before.
func (s *Survey) closeAll(m *maker) {
	s.openAll(m)
	every := metav1.LabelSelector{}
	if m.q.Acts[policy.Egress] {
		var r rules
		s.names(m, &r, m.q.Namespace)
		m.document(s, "allow-dns", r.spec(every, [2]bool{policy.Egress: true}), "lets every pod of the namespace ask for names", model.Ref{})
	}
	if ref := s.closed(m); ref.IsZero() {
		var none rules
		m.document(s, "default-deny", none.spec(every, m.q.Acts), "isolates every pod of the namespace, those that come later too", model.Ref{})
	} else {
		m.say("%s isolates every pod of the namespace already", ref)
	}
}

// everyone tells that an end is all pods of the namespace that is closed: one policy speaks for them.
func (m *maker) everyone(f *far) bool {
	return m.q.Namespace != "" && f.place != nil && f.place.name == m.q.Namespace
}

// openAll makes the policy for flows of all pods of a namespace.
func (s *Survey) openAll(m *maker) {
	var r rules
	for i := range m.flows {
		f := &m.flows[i]
		if m.q.Acts[policy.Ingress] && m.everyone(&f.dst) {
			r.add(policy.Ingress, s.ports(f), s.peers(m, &f.src, m.q.Namespace, policy.Ingress)...)
		}
		if m.q.Acts[policy.Egress] && m.everyone(&f.src) {
			s.letOut(m, &r, f, m.q.Namespace)
		}
	}
	if !r.empty() {
		acts := [2]bool{len(r[policy.Ingress]) > 0, len(r[policy.Egress]) > 0}
		m.document(s, "allow-namespace", r.spec(metav1.LabelSelector{}, acts), "lets through what every pod of the namespace needs", model.Ref{})
	}
}

// closed names a policy that isolates every pod of a namespace already.
func (s *Survey) closed(m *maker) model.Ref {
	for _, r := range s.c.Sorted(model.KindByName("NetworkPolicy").GroupKind()) {
		if r.GetNamespace() != m.q.Namespace {
			continue
		}
		p, ok := policy.Read(r)
		if !ok || p.Subject.Nothing || len(p.Subject.Pods) > 0 {
			continue
		}
		if (p.Acts[policy.Ingress] || !m.q.Acts[policy.Ingress]) && (p.Acts[policy.Egress] || !m.q.Acts[policy.Egress]) {
			return p.Ref
		}
	}
	return model.Ref{}
}
