package remedy

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/network/minimal"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// listens gives the ports of an owner's pods that containers declare, or that a Service leads to.
func (s *segments) listens(ref model.Ref) port.Set {
	set := s.look().Declared(ref)
	for r := range s.p.c.All(schema.GroupKind{Kind: "Service"}) {
		svc, ok := r.(*record.Typed[*corev1.Service])
		if !ok || svc.Namespace != ref.Namespace || len(svc.Object.Spec.Selector) == 0 || !s.backs(svc, ref) {
			continue
		}
		for i := range svc.Object.Spec.Ports {
			p := &svc.Object.Spec.Ports[i]
			protocol, ok := port.Parse(p.Protocol)
			n := p.TargetPort.IntVal
			if p.TargetPort == (intstr.IntOrString{}) {
				n = p.Port
			}
			// A name is that of a declared port.
			if ok && p.TargetPort.Type == intstr.Int && n > 0 && n <= port.Last {
				set = set.Union(port.Of(protocol, uint16(n), uint16(n)))
			}
		}
	}
	return set
}

// backs tells that a Service selects pods of an owner.
func (s *segments) backs(svc *record.Typed[*corev1.Service], ref model.Ref) bool {
	selector := labels.SelectorFromSet(svc.Object.Spec.Selector)
	if w, ok := s.p.c.Get(ref).(*record.Workload); ok && selector.Matches(w.PodLabels) {
		return true
	}
	for p := range s.p.c.Pods(ref) {
		if selector.Matches(p.Labels) {
			return true
		}
	}
	return false
}

// speaksToAPI tells that pods of an owner get a token for the API server.
func (s *segments) speaksToAPI(ref model.Ref) bool {
	look := func(t record.Template) bool {
		spec := t.Decode().Spec
		if spec.AutomountServiceAccountToken != nil {
			return *spec.AutomountServiceAccountToken
		}
		name := spec.ServiceAccountName
		if name == "" {
			name = defaultAccount
		}
		account := s.p.accounts.get(types.NamespacedName{Namespace: ref.Namespace, Name: name})
		return account == nil || !isOff(account.Object.AutomountServiceAccountToken)
	}
	if w, ok := s.p.c.Get(ref).(*record.Workload); ok && !w.Template.IsZero() {
		return look(w.Template)
	}
	for p := range s.p.c.Pods(ref) {
		return look(p.Template)
	}
	return false
}

// serverKnown tells that the addresses of the API server were seen.
func (s *segments) serverKnown() bool {
	return s.look().Check([]minimal.Flow{{Src: minimal.Word(minimal.Internet), Dst: minimal.Word(minimal.APIServer), Ports: minimal.Numbered(port.All())}}) == nil
}
