package attack

import (
	"canopy/analysis/rbac"
	"canopy/model"
)

// place draws what joins a namespace with the whole cluster, or takes it away: what is held everywhere is held there.
func (a *Analyser) place(namespace string, on bool) {
	s := &sketch{}
	if on {
		for _, k := range [...]kind{accounts, claimable, pods, secrets} {
			s.link(all(k, everywhere), all(k, namespace))
		}
		s.link(all(secrets, namespace), key{kind: anySecrets})
		s.link(all(lax, namespace), all(machines, everywhere))
		group := identityOf(accountsGroup(namespace))
		s.add(a.member(group, identityOf(model.Subject{Kind: model.GroupSubject, Name: rbac.AllAccounts})))
	}
	a.draw(key{kind: pods, ref: model.Ref{Namespace: namespace}}, s)
}

// sketchNamespace keeps a namespace that is there a place, and the default account in it.
func (a *Analyser) sketchNamespace(w *World, namespace string) *sketch {
	s := &sketch{}
	if w.Cluster.Get(model.KindByName("Namespace").Ref("", namespace)) != nil {
		s.spaces = append(s.spaces, namespace)
	}
	return s
}
