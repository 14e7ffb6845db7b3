package admission

import (
	"fmt"
	"hash/fnv"
	"slices"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const defaultAccount = "default"

// defaultGrants keeps the default accounts of some namespaces from being bound to anything beyond discovery, in whatever
// namespace the binding stands.
func defaultGrants(rule *model.Rule, namespaces []string) *blueprint {
	b := &blueprint{rule: rule, name: nameFor(rule, "grants", digest(namespaces...)), conditions: []named{controlPlane()}, variables: added()}
	b.match = []matched{{model.GroupRBAC, "v1", []string{"rolebindings", "clusterrolebindings"}, []string{created, updated}, nil}}
	var users, groups []string
	for _, ns := range namespaces {
		users = append(users, model.AccountUserPrefix+ns+":"+defaultAccount)
		groups = append(groups, "system:serviceaccounts:"+ns)
	}
	home := "(s.?namespace.orValue('') == '' ? object.metadata.?namespace.orValue('') : s.namespace)"
	b.faults = "object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ['system:basic-user', 'system:discovery', 'system:public-info-viewer'] ? [] :\n" +
		"variables.added.filter(s, " + anyOf(
		"s.kind == 'ServiceAccount' && s.name == 'default' && "+isOneOf(home, namespaces...),
		"s.kind == 'User' && "+isOneOf("s.name", users...), "s.kind == 'Group' && "+isOneOf("s.name", groups...),
	) + ").map(s, 'the binding would grant something to the default account by ' + string(s.kind) + ' ' + string(s.name))"
	return b
}

// idleAccounts lists, as namespace/name, the accounts of some owners that nothing is bound to by their name. Those are
// the ones that the owners' findings are about: a binding to a group would have kept them from holding.
func idleAccounts(c *cluster.Cluster, findings []*model.Finding) []string {
	bound := boundAccounts(c)
	var idle []string
	for _, f := range findings {
		if f.Verdict != model.Yes {
			continue
		}
		for _, name := range accountsOf(c, f.Object) {
			if len(validation.IsDNS1123Subdomain(name)) > 0 {
				// A capture may hold any name; no API server does.
				continue
			}
			if account := f.Object.Namespace + "/" + name; !bound[types.NamespacedName{Namespace: f.Object.Namespace, Name: name}] && !slices.Contains(idle, account) {
				idle = append(idle, account)
			}
		}
	}
	slices.Sort(idle)
	return idle
}

// accountsOf names the accounts that the pods of an owner run as.
func accountsOf(c *cluster.Cluster, owner model.Ref) []string {
	var names []string
	take := func(spec *corev1.PodSpec) {
		name := accountOf(spec)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if w, ok := c.Get(owner).(*record.Workload); ok && !w.Template.IsZero() {
		take(&w.Template.Decode().Spec)
	}
	for p := range c.Pods(owner) {
		take(&p.Template.Decode().Spec)
	}
	return names
}

// boundAccounts are those that a binding names.
func boundAccounts(c *cluster.Cluster) map[types.NamespacedName]bool {
	bound := map[types.NamespacedName]bool{}
	take := func(subjects []rbacv1.Subject, namespace string) {
		for i := range subjects {
			if s := &subjects[i]; s.Kind == rbacv1.ServiceAccountKind {
				ns := s.Namespace
				if ns == "" {
					ns = namespace
				}
				bound[types.NamespacedName{Namespace: ns, Name: s.Name}] = true
			}
		}
	}
	for r := range c.All(model.KindByName("RoleBinding").GroupKind()) {
		if t, ok := r.(*record.Typed[*rbacv1.RoleBinding]); ok {
			take(t.Object.Subjects, t.Namespace)
		}
	}
	for r := range c.All(model.KindByName("ClusterRoleBinding").GroupKind()) {
		if t, ok := r.(*record.Typed[*rbacv1.ClusterRoleBinding]); ok {
			take(t.Object.Subjects, "")
		}
	}
	return bound
}

// needlessToken is LP22 for some accounts: the token is mounted where the pod asks for it, or where admission has added the
// volume.
func needlessToken(idle []string) podRule {
	account := "object.metadata.namespace + '/' + variables.spec.?serviceAccountName.orValue('default')"
	volume := "variables.spec.?volumes.orValue([]).exists(v, v.name.startsWith('kube-api-access-') && v.?projected.?sources.orValue([]).exists(s, has(s.serviceAccountToken)))"
	mounted := "variables.spec.?automountServiceAccountToken.orValue(" + volume + ")"
	return podRule{
		pod:    []string{when(isOneOf("("+account+")", idle...)+" && "+mounted, "the pod mounts a token of an account to which nothing is granted")},
		breaks: mounts(idle...),
		remedy: "Set automountServiceAccountToken to false in the template, or take the account off the list in this policy once something is granted to it.",
	}
}

// digest tells policies apart that say the same of different things.
func digest(words ...string) string {
	h := fnv.New32a()
	for _, w := range words {
		_, _ = h.Write([]byte(w)) // a hash takes whatever it is given
		_, _ = h.Write([]byte{0})
	}
	return fmt.Sprintf("%08x", h.Sum32())
}
