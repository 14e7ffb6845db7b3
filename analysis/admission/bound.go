package admission

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// bound is a binding of a policy that is there already.
type bound struct {
	name string
	// namespaces are those that it names; nil where it is for all.
	namespaces []string
}

// readBound reads the bindings of a cluster by the names of their policies. One that is limited otherwise than by the names
// of namespaces is left out: it says nothing about any namespace as a whole.
func readBound(c *cluster.Cluster) map[string][]bound {
	all := map[string][]bound{}
	for _, r := range c.Sorted(model.KindByName("ValidatingAdmissionPolicyBinding").GroupKind()) {
		if t, ok := r.(*record.Typed[*admissionv1.ValidatingAdmissionPolicyBinding]); ok {
			if names, plain := namespacesOf(t.Object.Spec.MatchResources); plain {
				all[t.Object.Spec.PolicyName] = append(all[t.Object.Spec.PolicyName], bound{t.Name, names})
			}
		}
	}
	for _, r := range c.Sorted(model.KindByName("MutatingAdmissionPolicyBinding").GroupKind()) {
		if t, ok := r.(*record.Typed[*admissionv1.MutatingAdmissionPolicyBinding]); ok {
			if names, plain := namespacesOf(t.Object.Spec.MatchResources); plain {
				all[t.Object.Spec.PolicyName] = append(all[t.Object.Spec.PolicyName], bound{t.Name, names})
			}
		}
	}
	return all
}

func namespacesOf(m *admissionv1.MatchResources) (names []string, plain bool) {
	if m == nil {
		return nil, true
	}
	if m.ObjectSelector != nil && len(m.ObjectSelector.MatchLabels)+len(m.ObjectSelector.MatchExpressions) > 0 || len(m.ResourceRules)+len(m.ExcludeResourceRules) > 0 {
		return nil, false
	}
	s := m.NamespaceSelector
	if s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return nil, true
	}
	if len(s.MatchLabels) > 0 || len(s.MatchExpressions) != 1 {
		return nil, false
	}
	e := s.MatchExpressions[0]
	return e.Values, e.Key == "kubernetes.io/metadata.name" && e.Operator == metav1.LabelSelectorOpIn
}

// rest gives the namespaces in which a policy is not bound yet, and the name for a binding there. It tells the namespaces
// apart, so that guards made one after the other, of files too where what is bound cannot be seen, do not replace each other.
func (m *maker) rest(policy string, namespaces []string) (left []string, name string, by []string) {
	for _, b := range m.bound[policy] {
		here := namespaces == nil && b.namespaces == nil
		namespaces = slices.DeleteFunc(slices.Clone(namespaces), func(n string) bool {
			in := b.namespaces == nil || slices.Contains(b.namespaces, n)
			here = here || in
			return in
		})
		if here {
			by = append(by, b.name)
		}
	}
	switch len(namespaces) {
	case 0:
		name = policy
	case 1:
		name = policy + "-in-" + namespaces[0]
	default:
		name = policy + "-in-" + digest(namespaces...)
	}
	return namespaces, name, by
}

// add adds a policy: what creates it, the binding that warns, and the one that refuses.
func (m *maker) add(b *blueprint, s *scope) {
	k := model.KindByName("ValidatingAdmissionPolicy")
	p := Policy{Rules: []string{b.rule.ID}, Namespaces: slices.Clone(b.namespaces), Evidence: m.evidence(b, s)}
	p.Documents = append(p.Documents, m.document(b.body(), m.c.Get(k.Ref("", b.name)) != nil))
	left, name, by := m.rest(b.name, b.namespaces)
	if len(by) > 0 {
		p.Evidence = append(p.Evidence, "It is bound already, and stays so, by "+strings.Join(by, ", "))
	}
	if len(left) > 0 || b.namespaces == nil && len(by) == 0 {
		p.Documents = append(p.Documents, m.document(b.binding(name, left, "Warn", "Audit"), false))
		refused := left
		if b.breaks != nil {
			refused = slices.DeleteFunc(slices.Clone(left), ofTheSystem)
		}
		if len(refused) > 0 || b.namespaces == nil {
			p.Enforce = m.document(b.binding(name, refused, "Deny", "Audit"), true)
		}
	}
	m.policies = append(m.policies, p)
}

func (m *maker) document(body map[string]any, exists bool) Document {
	d, err := document(body, exists)
	if m.err == nil {
		m.err = err
	}
	return d
}

// ofTheSystem tells a namespace without whose pods a cluster does not work.
func ofTheSystem(namespace string) bool {
	return namespace == "kube-system" || namespace == "kube-public" || namespace == "kube-node-lease"
}

// evidence says what to know of a policy before it is applied.
func (m *maker) evidence(b *blueprint, s *scope) []string {
	list := []string{m.versionNeeded("It takes Kubernetes", sinceValidating)}
	switch {
	case b.breaks != nil:
		list = append(list, m.refused(b, s)...)
		if slices.ContainsFunc(b.namespaces, ofTheSystem) {
			list = append(list, "In "+strings.Join(slices.DeleteFunc(slices.Clone(b.namespaces), func(n string) bool { return !ofTheSystem(n) }), ", ")+
				" it only ever warns: the cluster does not work without the pods there, and refusing them keeps them from starting again")
		}
		list = append(list, "Static pods are let pass: they run whether the API server knows of them or not")
	case b.exact:
		list = append(list, "What is there stays, and may be changed by any other version")
	default:
		list = append(list, "What is there stays. It may be changed, as long as that does not bring what was not there before; made again, it is refused")
	}
	if slices.ContainsFunc(b.conditions, func(n named) bool { return n.name == controlPlane().name }) {
		list = append(list, "What the control plane itself writes passes: roles of Kubernetes at the start of the API server, and what aggregation gathers")
	}
	return append(list, b.evidence...)
}

// versionNeeded tells which version is needed, and which there is.
func (m *maker) versionNeeded(what string, minor int) string {
	is := "the version of this server is not known"
	if m.minor != 0 {
		is = "this server is " + m.server
	}
	return fmt.Sprintf("%s 1.%d or later; %s", what, minor, is)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
