package segmentation

import (
	"canopy/model"
	"canopy/model/record"
)

// place is a namespace in which something is.
type place struct {
	name string
	// owners are the top owners of the pods that run there.
	owners map[model.Ref]*owner
	// policies are the NetworkPolicies there.
	policies       map[model.Ref]struct{}
	quotas, limits int
	// ways sums up the ways into it; rewired tells that a Service may lead to other
	// pods, though they are the same.
	ways    uint64
	rewired bool
	// open counts the owners with pods that are not isolated, by direction.
	open [2]int
	// subjects counts the owners with pods that policies can concern.
	subjects int
}

// owner is a top owner with running pods.
type owner struct {
	// looks are those of its pods, each once; the sheets of their templates are held for it.
	looks   []look
	open    [2]bool
	subject bool
	// led are the namespaces whose controllers lead to its pods, through policies.
	led []string
}

// look is what policies tell the pods of an owner apart by.
type look struct {
	template record.Template
	labels   record.Labels
}

func (a *Analyser) place(name string) *place {
	p := a.places[name]
	if p == nil {
		p = &place{name: name, owners: map[model.Ref]*owner{}, policies: map[model.Ref]struct{}{}}
		a.places[name] = p
	}
	return p
}

// leave forgets a namespace in which nothing is any more.
func (a *Analyser) leave(name string) {
	if p := a.places[name]; p != nil && len(p.owners) == 0 && len(p.policies) == 0 && p.quotas == 0 && p.limits == 0 {
		delete(a.places, name)
	}
}

// inhabited tells that pods run there.
func (p *place) inhabited() bool { return p != nil && len(p.owners) > 0 }

// touchOwners has every owner of a namespace judged anew.
func (a *Analyser) touchOwners(name string) {
	if p := a.places[name]; p != nil {
		for ref := range p.owners {
			a.dirty.owners[ref] = struct{}{}
		}
	}
}

// namespaceRef names a Namespace.
func namespaceRef(name string) model.Ref { return model.KindByName("Namespace").Ref("", name) }
