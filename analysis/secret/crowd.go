package secret

import (
	"maps"

	"canopy/analysis/rbac"
	"canopy/model"
)

// crowd is who reads the Secrets of a place: all of them, or by name.
type crowd struct {
	all   map[model.Subject]struct{}
	named map[string]map[model.Subject]struct{}
}

func (o *openings) crowd(place string) crowd {
	c := crowd{map[model.Subject]struct{}{}, map[string]map[model.Subject]struct{}{}}
	for b := range o.access.BindingsIn(place) {
		opens := o.of(b.Role)
		if opens.all == 0 && len(opens.named) == 0 {
			continue
		}
		for i := range b.Subjects {
			s := rbac.SubjectOf(&b.Subjects[i], b.Ref.Namespace)
			if s.IsZero() {
				continue
			}
			if opens.all != 0 {
				c.all[s] = struct{}{}
			}
			for name := range opens.named {
				if c.named[name] == nil {
					c.named[name] = map[model.Subject]struct{}{}
				}
				c.named[name][s] = struct{}{}
			}
		}
	}
	return c
}

// crowds is who reads the Secrets of all places, worked out when a place is first asked for.
type crowds struct {
	roles *openings
	// version is that of what RBAC grants.
	version    uint64
	everywhere crowd
	within     map[string]crowd
}

func newCrowds(access *rbac.Analyser) *crowds {
	roles := newOpenings(access)
	return &crowds{roles: roles, version: access.Version(), everywhere: roles.crowd(""), within: map[string]crowd{}}
}

// in gives those of a namespace, with those that read all Secrets of the cluster.
func (o *crowds) in(namespace string) crowd {
	local, ok := o.within[namespace]
	if ok {
		return local
	}
	if namespace != "" {
		local = o.roles.crowd(namespace)
	}
	// One set for both, so that a Secret that nobody reads by name costs nothing.
	wide := maps.Clone(o.everywhere.all)
	maps.Copy(wide, local.all)
	local.all = wide
	o.within[namespace] = local
	return local
}

// count counts the readers of a Secret.
func (o *crowds) count(secret model.Ref) int {
	local := o.in(secret.Namespace)
	n := len(local.all)
	byName := local.named[secret.Name]
	for s := range byName {
		if _, has := local.all[s]; !has {
			n++
		}
	}
	for s := range o.everywhere.named[secret.Name] {
		_, has := local.all[s]
		if _, too := byName[s]; !has && !too {
			n++
		}
	}
	return n
}

// CountReaders counts the readers of many Secrets at once. Who reads all of a namespace is worked out once for it.
func CountReaders(access *rbac.Analyser, secrets []model.Ref) map[model.Ref]int {
	all := newCrowds(access)
	counts := make(map[model.Ref]int, len(secrets))
	for _, ref := range secrets {
		counts[ref] = all.count(ref)
	}
	return counts
}

// CountReaders counts the readers of each Secret of the inventory. The answer is the one before where nothing was granted or taken since,
// and no Secret came or went; the caller must not change it.
func (a *Analyser) CountReaders(access *rbac.Analyser) map[model.Ref]int {
	if a.crowds == nil || a.crowds.roles.access != access || a.crowds.version != access.Version() {
		a.crowds, a.counts = newCrowds(access), nil
	}
	if a.counts == nil {
		a.counts = make(map[model.Ref]int, len(a.items))
		for key := range a.items {
			ref := secretRef(key)
			a.counts[ref] = a.crowds.count(ref)
		}
	}
	return a.counts
}
