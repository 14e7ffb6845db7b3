package privilege

import (
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
	}
}

// hasPower tells whether an account of a namespace holds the whole cluster.
func (a *Analyser) hasPower(namespace string) bool {
	return a.power[namespace] > 0 || a.power[everywhere] > 0
}
