package signature

import (
	"slices"

	"canopy/model"
)

// rule is one statement of a policy, of whichever tool, that images have to be signed.
type rule struct {
	tool tool
	// ref is the policy, changed when it was last changed or made, in seconds since 1970; 0 where unknown.
	ref     model.Ref
	changed int64
	// match are groups of which all have to pass, exclude those of which none may.
	match, exclude []group
	images         images
	// refuses tells that it refuses what is not signed; overrides say otherwise for some namespaces, the first that fits.
	refuses   bool
	overrides []override
	// open says, as what gets past, why a refusal is not certain though it refuses.
	open []string
	// vague says why nobody can tell what is demanded; "" where it is plain.
	vague string
	// idle says why it may not be obeyed at all; "" where nothing speaks for that.
	idle string
	// only lists the types of containers that it is about; nil is all.
	only []string
	// traced tells that its tool writes into the pod what it has checked.
	traced bool
}

// override is another action for some namespaces.
type override struct {
	filter  filter
	refuses bool
}

// concerns tells whether the rule is about a pod, or about some of a namespace.
func (r *rule) concerns(p *place) truth {
	t := yes
	for i := range r.match {
		t = min(t, r.match[i].passes(p))
	}
	for i := range r.exclude {
		t = min(t, r.exclude[i].excludes(p).not())
	}
	return t
}

// refusing tells whether it refuses in a namespace.
func (r *rule) refusing(p *place) truth {
	unsure := no
	for i := range r.overrides {
		o := &r.overrides[i]
		switch o.filter.inside(p) {
		case yes:
			if unsure == perhaps && o.refuses != r.refuses {
				return perhaps
			}
			return truthOf(o.refuses)
		case perhaps:
			if o.refuses != r.refuses {
				unsure = perhaps
			}
		}
	}
	if unsure == perhaps {
		return perhaps
	}
	return truthOf(r.refuses)
}

// spaced tells that labels of namespaces decide whom it concerns.
func (r *rule) spaced() bool {
	for _, list := range [...][]group{r.match, r.exclude} {
		for i := range list {
			if list[i].spaced() {
				return true
			}
		}
	}
	return false
}

// escapes says what of the pods of a namespace gets past the rule, though it reaches it.
func (r *rule) escapes(p *place) []string {
	var said []string
	for i := range r.match {
		g := &r.match[i]
		open := false
		var parts []string
		for j := range g.list {
			f := &g.list[j]
			if f.inside(p) == no {
				continue
			}
			if g.any && !f.about() {
				open = true
			}
			parts = append(parts, f.others()...)
		}
		// With one filter of several open to all, what the others ask does not matter.
		if !open {
			said = append(said, parts...)
		}
	}
	for i := range r.exclude {
		for j := range r.exclude[i].list {
			if f := &r.exclude[i].list[j]; f.about() && f.inside(p) != no {
				said = append(said, f.those()...)
			}
		}
	}
	said = append(said, r.images.others()...)
	if r.only != nil {
		for _, t := range [...]string{ordinary, inits, ephemerals} {
			if !slices.Contains(r.only, t) {
				said = append(said, t)
			}
		}
	}
	return append(said, r.open...)
}

// The types of containers, as escapes name them.
const (
	ordinary   = "containers"
	inits      = "init containers"
	ephemerals = "ephemeral containers"
)
