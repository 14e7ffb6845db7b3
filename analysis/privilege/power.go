package privilege

import (
	"slices"
	"strings"

	"canopy/analysis/rbac"
	"canopy/model"
)

// everywhere stands for all namespaces, where "" cannot be one.
const everywhere = ""

// homeOf gives the namespace whose accounts a subject stands for, everywhere for those of all; false where it stands for
// none.
func homeOf(s model.Subject) (namespace string, ok bool) {
	switch s.Kind {
	case model.AccountSubject:
		return s.Namespace, true
	case model.GroupSubject:
		if s.Name == rbac.AllAccounts || s.Name == rbac.Authenticated {
			return everywhere, true
		}
		namespace, ok = strings.CutPrefix(s.Name, rbac.AllAccounts+":")
		return namespace, ok && namespace != ""
	}
	return "", false
}

// hold counts who holds the whole cluster by a binding.
func (r *round) hold(b *bound, n int) {
	if !b.leads().sink {
		return
	}
	for _, s := range b.names {
		home, ok := homeOf(s)
		if !ok {
			continue
		}
		before := r.holders[s]
		if r.holders[s] = before + n; before+n == 0 {
			delete(r.holders, s)
		}
		if (before == 0) == (before+n == 0) {
			continue
		}
		if _, ok := r.powerful[home]; !ok {
			r.powerful[home] = r.power[home] > 0
		}
		if r.power[home] += n; r.power[home] == 0 {
			delete(r.power, home)
		}
		r.moved = true
		if s.Kind != model.AccountSubject {
			r.strongCrowds += n
		} else if r.namesakes[s.Name] += n; r.namesakes[s.Name] == 0 {
			delete(r.namesakes, s.Name)
		}
	}
}

// hasPower tells whether an account of a namespace holds the whole cluster.
func (a *Analyser) hasPower(namespace string) bool {
	return a.power[namespace] > 0 || a.power[everywhere] > 0
}

// strong tells whether one of the accounts that a binding names holds the whole cluster, by itself or by a group that it is
// always in.
func (a *Analyser) strong(b *bound, accounts []string) bool {
	if len(accounts) == 0 {
		return false
	}
	if b.cluster() {
		return a.strongCrowds > 0 || slices.ContainsFunc(accounts, func(name string) bool { return a.namesakes[name] > 0 })
	}
	return slices.ContainsFunc(accounts, func(name string) bool {
		s := model.Subject{Kind: model.AccountSubject, Namespace: b.ref.Namespace, Name: name}
		return a.holders[s] > 0 || slices.ContainsFunc(rbac.UserOf(s).Groups, func(group string) bool {
			return a.holders[model.Subject{Kind: model.GroupSubject, Name: group}] > 0
		})
	})
}
