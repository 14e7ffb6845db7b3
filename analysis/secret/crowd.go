package secret

import (
	"maps"
	"strconv"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Count counts who can read a Secret.
type Count struct {
	// Readers counts the subjects, Get those of them that may get it: the others list or watch it, and see the values all the same.
	Readers, Get int
}

// Words says it: 9 may read it: 7 may get, 2 list or watch only.
func (n Count) Words() string {
	switch only := n.Readers - n.Get; {
	case only == 0:
		return strconv.Itoa(n.Get) + " may get"
	case n.Get == 0:
		return strconv.Itoa(only) + " may list or watch only"
	default:
		return strconv.Itoa(n.Get) + " may get, " + strconv.Itoa(only) + " list or watch only"
	}
}

// crowd is who reads the Secrets of a place, and how: all of them, or by name.
type crowd struct {
	all   map[model.Subject]reading
	named map[string]map[model.Subject]reading
	// get counts those of all that may get.
	get int
}

func (o *openings) crowd(place string) crowd {
	c := crowd{all: map[model.Subject]reading{}, named: map[string]map[model.Subject]reading{}}
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
				c.all[s] |= opens.all
			}
			for name, may := range opens.named {
				if c.named[name] == nil {
					c.named[name] = map[model.Subject]reading{}
				}
				c.named[name][s] |= may
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
	for s, may := range local.all {
		wide[s] |= may
	}
	local.all = wide
	for _, may := range wide {
		if may.gets() {
			local.get++
		}
	}
	o.within[namespace] = local
	return local
}

// count counts the readers of a Secret.
func (o *crowds) count(secret model.Ref) Count {
	local := o.in(secret.Namespace)
	n := Count{Readers: len(local.all), Get: local.get}
	byName, wide := local.named[secret.Name], o.everywhere.named[secret.Name]
	add := func(s model.Subject, may reading) {
		had, in := local.all[s]
		if !in {
			n.Readers++
		}
		if may.gets() && !had.gets() {
			n.Get++
		}
	}
	for s, may := range byName {
		add(s, may|wide[s])
	}
	for s, may := range wide {
		if _, too := byName[s]; !too {
			add(s, may)
		}
	}
	return n
}

// CountReaders counts the readers of each Secret of the inventory. The answer is the one before where nothing was granted or taken since,
// and no Secret came or went; the caller must not change it.
func (a *Analyser) CountReaders(access *rbac.Analyser) map[model.Ref]Count {
	if a.crowds == nil || a.crowds.roles.access != access || a.crowds.version != access.Version() {
		a.crowds, a.counts = newCrowds(access), nil
	}
	if a.counts == nil {
		a.counts = make(map[model.Ref]Count, len(a.items))
		for key := range a.items {
			ref := secretRef(key)
			a.counts[ref] = a.crowds.count(ref)
		}
	}
	return a.counts
}
