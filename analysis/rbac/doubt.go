package rbac

import (
	"fmt"
	"iter"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
)

// unsure says why what nobody was seen to grant may be granted all the same; "" where it is not. The namespace is that of
// the request, "*" for any.
func (a *Analyser) unsure(c *cluster.Cluster, u User, keys []key, namespace string, p Provider) string {
	// By the name and the group together (pkg/auth/nodeidentifier).
	if u.In(Nodes) && (u.Name == "" || strings.HasPrefix(u.Name, nodePrefix)) {
		return nodeDecides
	}
	if reason := a.unread(c, a.of(keys, namespace)); reason != "" {
		return reason
	}
	if reason := unseenBindings(c, namespace); reason != "" {
		return reason
	}
	if _, account := accountOf(u.Name); !account && p.Authorizer != "" && !u.In(Unauthenticated) && !a.accountsOnly(u) {
		return p.Authorizer + " may grant more, and cannot be read from the cluster"
	}
	return ""
}

// unseenBindings says which bindings that count in a namespace were not seen.
func unseenBindings(c *cluster.Cluster, namespace string) string {
	if cov := c.Seen(kind("ClusterRoleBinding"), ""); cov.State != model.Complete {
		return "not every ClusterRoleBinding was seen" + because(cov)
	}
	in, where := "", ""
	switch namespace {
	case "":
		return ""
	case "*":
	default:
		in, where = namespace, " of namespace "+namespace
	}
	if cov := c.Seen(kind("RoleBinding"), in); cov.State != model.Complete {
		return "not every RoleBinding" + where + " was seen" + because(cov)
	}
	return ""
}

// unread says of the first binding whose role was not seen, or not all of it, that it may grant more; "" where there is none.
func (a *Analyser) unread(c *cluster.Cluster, bindings iter.Seq[*binding]) string {
	cov := c.Seen(kind("ClusterRole"), "")
	var first *binding
	for b := range bindings {
		lost := !b.role.exists && !a.absent(c, b.role.ref)
		// What nobody has filled in is made of all ClusterRoles.
		part := b.role.sum != nil && cov.State != model.Complete
		if (lost || part) && (first == nil || b.ref.Compare(first.ref) < 0) {
			first = b
		}
	}
	switch {
	case first == nil:
		return ""
	case first.role.exists:
		return fmt.Sprintf("%s %s, bound by %s, gathers the rules of others, and not every ClusterRole was seen%s", first.role.ref.Kind, first.role.ref.Name, first.ref, because(cov))
	}
	return fmt.Sprintf("%s %s, bound by %s, was not seen%s", first.role.ref.Kind, first.role.ref.Name, first.ref, because(seen(c, first.role.ref)))
}

// accountsOnly tells a question about a group that only service accounts are in.
func (a *Analyser) accountsOnly(u User) bool { return u.Name == "" && u.In(AllAccounts) }

func kind(name string) schema.GroupKind { return schema.GroupKind{Group: model.GroupRBAC, Kind: name} }

func seen(c *cluster.Cluster, ref model.Ref) model.Coverage {
	return c.Seen(ref.GroupKind(), ref.Namespace)
}

// absent tells that a role which no record stands for does not exist: all of its kind was seen, or there can be none.
func (a *Analyser) absent(c *cluster.Cluster, ref model.Ref) bool {
	k := model.KindOf(ref.GroupKind())
	if k == nil || k.Namespaced != (ref.Namespace != "") {
		return true
	}
	return seen(c, ref).State == model.Complete
}

// Complete tells whether all that could grant somebody anything was seen, and else what was not.
func (a *Analyser) Complete(c *cluster.Cluster, u User, p Provider) (bool, string) {
	reason := a.unsure(c, u, u.keys(), "*", p)
	return reason == "", reason
}
