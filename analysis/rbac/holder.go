package rbac

import (
	"iter"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// Holder is somebody who may do what was asked.
type Holder struct {
	Subject model.Subject `json:"subject"`
	// Namespaces are those in which the subject may, ["*"] for all of the cluster.
	Namespaces []string `json:"namespaces"`
	Via        []Grant  `json:"via"`
}

// WhoCan lists all subjects, as bindings name them, to whom RBAC grants what is asked, sorted. With the namespace "*" it
// asks for any namespace, and with "" for requests that are in none. Members of system:masters may do everything and are
// not listed for that.
func (a *Analyser) WhoCan(at Attributes) []Holder {
	namespace := at.Namespace
	if at.URL != "" {
		namespace = ""
	}
	var s search
	s.find(a, a.counting(namespace), &at)
	return s.holders()
}

// Everyone tells whether all that could grant something in a namespace, "*" for any and "" for none, was seen, and else
// what was not.
func (a *Analyser) Everyone(c *cluster.Cluster, namespace string, p Provider) (complete bool, reason string) {
	if reason := unseenBindings(c, namespace); reason != "" {
		return false, reason
	}
	if reason := a.unread(c, concat(a.counting(namespace))); reason != "" {
		return false, reason
	}
	if p.Authorizer != "" {
		return false, p.Authorizer + " may grant more, and cannot be read from the cluster"
	}
	return true, ""
}

// Expand gives the service accounts of a cluster that a group stands for; nil where the members of the group are known to
// the authenticator alone.
func Expand(c *cluster.Cluster, s model.Subject) []model.Subject {
	if s.Kind != model.GroupSubject {
		return nil
	}
	namespace, ok := keyFor(s).crowd()
	if !ok {
		return nil
	}
	var list []model.Subject
	for r := range c.All(model.KindByName(rbacv1.ServiceAccountKind).GroupKind()) {
		if namespace == "" || r.GetNamespace() == namespace {
			list = append(list, model.Subject{Kind: model.AccountSubject, Namespace: r.GetNamespace(), Name: r.GetName()})
		}
	}
	inorder.Sort(list, model.Subject.Compare)
	return list
}

func concat(lists [][]*binding) iter.Seq[*binding] {
	return func(yield func(*binding) bool) {
		for _, list := range lists {
			for _, b := range list {
				if !yield(b) {
					return
				}
			}
		}
	}
}
