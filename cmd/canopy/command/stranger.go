package command

import (
	"fmt"
	"strings"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// strangers says which of the names in a question stand for nothing in the cluster: most often a name is mistyped. What was
// not seen whole may be there all the same.
func strangers(c *cluster.Cluster, s model.Subject, namespaces []string) []string {
	var told []string
	unknown := map[string]bool{}
	look := func(namespace string) {
		if !unknown[namespace] && !hasNamespace(c, namespace) {
			unknown[namespace] = true
			told = append(told, fmt.Sprintf("there is no namespace %q: is the name right?", namespace))
		}
	}
	switch s.Kind {
	case model.AccountSubject:
		look(s.Namespace)
		account := model.KindByName("ServiceAccount")
		if unknown[s.Namespace] || c.Get(account.Ref(s.Namespace, s.Name)) != nil {
			break
		}
		if c.Seen(account.GroupKind(), s.Namespace).State == model.Complete {
			told = append(told, fmt.Sprintf("there is no service account %s/%s: what is granted to it, and to the groups that it would be in, counts all the same", s.Namespace, s.Name))
		}
	case model.GroupSubject:
		if namespace, ok := accountsOf(s); ok {
			look(namespace)
		}
	}
	for _, n := range namespaces {
		look(n)
	}
	return told
}

// hasNamespace tells whether there is a namespace of this name, or may be. Manifests often have what is in it and not itself.
func hasNamespace(c *cluster.Cluster, name string) bool {
	kind := model.KindByName("Namespace")
	if c.Get(kind.Ref("", name)) != nil || c.Seen(kind.GroupKind(), "").State != model.Complete {
		return true
	}
	for _, gk := range c.Kinds() {
		for record := range c.All(gk) {
			if record.GetNamespace() == name {
				return true
			}
		}
	}
	return false
}

// accountsOf gives the namespace of a group that all accounts of one namespace are in.
func accountsOf(group model.Subject) (namespace string, ok bool) {
	namespace, ok = strings.CutPrefix(group.Name, rbac.AllAccounts+":")
	if !ok {
		return "", false
	}
	return namespace, true
}
