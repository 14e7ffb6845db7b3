package rbac

import (
	"fmt"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// Holding says whether an account holds anything beyond discovery.
type Holding struct {
	// Verdict is Yes where a binding grants it something, No where none does and all that could was seen.
	Verdict model.Verdict
	// Reason says why it is Unknown.
	Reason string
	// Via names the bindings that grant, or, where it is Unknown, those whose role was not seen. Sorted.
	Via []model.Ref
	// Own names those bindings of Via that grant to the account or to the accounts of its namespace, and not to those of
	// every namespace. Sorted.
	Own []model.Ref
}

// Equal tells whether two holdings say the same.
func (h Holding) Equal(o Holding) bool {
	return h.Verdict == o.Verdict && h.Reason == o.Reason && slices.Equal(h.Via, o.Via) && slices.Equal(h.Own, o.Own)
}

// Holds judges one service account. What it means to hold something is read from rules, never from the names of roles:
// reading URLs and asking about oneself is discovery, all else is more.
func (a *Analyser) Holds(c *cluster.Cluster, namespace, name string) Holding {
	var via, own, unseen []model.Ref
	var lost *binding
	for _, k := range [...]key{{name: AccountName(namespace, name)}, {true, accountsOf + namespace}, {true, AllAccounts}, {true, Authenticated}} {
		p := a.parties[k]
		if p == nil {
			continue
		}
		for b := range p.bindings {
			if b.role.exists {
				if b.grants() {
					via = append(via, b.ref)
					if !k.group || k.name == accountsOf+namespace {
						own = append(own, b.ref)
					}
				}
				continue
			}
			// A binding whose role does not exist grants nothing.
			if a.absent(c, b.role.ref) {
				continue
			}
			unseen = append(unseen, b.ref)
			if lost == nil || b.ref.Compare(lost.ref) < 0 {
				lost = b
			}
		}
	}
	if len(via) > 0 {
		return Holding{Verdict: model.Yes, Via: sorted(via), Own: sorted(own)}
	}
	if lost != nil {
		return Holding{Reason: fmt.Sprintf("%s %s, bound by %s, was not seen%s", lost.role.ref.Kind, lost.role.ref.Name, lost.ref, because(seen(c, lost.role.ref))), Via: sorted(unseen)}
	}
	for _, name := range [...]string{"ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role"} {
		cov := c.Seen(kind(name), "")
		if cov.State != model.Complete {
			return Holding{Reason: fmt.Sprintf("not every %s was seen%s", name, because(cov))}
		}
	}
	return Holding{Verdict: model.No}
}

// because ends a sentence with what the coverage says.
func because(cov model.Coverage) string {
	words := []string{string(cov.State)}
	if cov.Reason != "" && cov.Reason != words[0] {
		words = append(words, cov.Reason)
	}
	return ": " + strings.Join(words, ", ")
}

func sorted(refs []model.Ref) []model.Ref {
	inorder.Sort(refs, model.Ref.Compare)
	return slices.Compact(refs)
}
