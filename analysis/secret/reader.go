package secret

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/inorder"
)

// Reader is a subject that can read a Secret.
type Reader struct {
	Subject model.Subject
	// Verbs are those of get, list and watch that it has.
	Verbs []string
	// Wide tells that it may read every Secret of the namespace, Everywhere those of all namespaces.
	Wide, Everywhere bool
	// Via names the binding.
	Via []model.Ref
}

// Reach says what it reads by what it may: this Secret, all of the namespace, or all of the cluster.
func (r *Reader) Reach() string {
	switch {
	case r.Everywhere:
		return "cluster"
	case r.Wide:
		return "namespace"
	}
	return "this one"
}

// verbs are those that read, in the order in which they are told; they are data.
var verbs = [...]string{"get", "list", "watch"}

// reading is a set of them: bit i stands for verb i.
type reading uint8

// gets tells that the first of the verbs is among them.
func (r reading) gets() bool { return r&1 != 0 }

func words(r reading) []string {
	var l []string
	for i, verb := range verbs {
		if r&(1<<i) != 0 {
			l = append(l, verb)
		}
	}
	return l
}

// opening is what a role opens of Secrets: of all, and of those with a name.
type opening struct {
	all   reading
	named map[string]reading
}

// openings keeps what roles open while many Secrets are asked for.
type openings struct {
	access *rbac.Analyser
	roles  map[model.Ref]opening
}

func newOpenings(access *rbac.Analyser) *openings {
	return &openings{access, map[model.Ref]opening{}}
}

func (o *openings) of(role model.Ref) opening {
	known, ok := o.roles[role]
	if ok {
		return known
	}
	rules, _ := o.access.Rules(role)
	for i := range rules {
		r := rules[i].PolicyRule
		var may reading
		at := rbac.Attributes{Resource: "secrets"}
		if len(r.ResourceNames) > 0 {
			at.Name = r.ResourceNames[0]
		}
		for j, verb := range verbs {
			at.Verb = verb
			if _, _, ok := rbac.Match(r, &at); ok {
				may |= 1 << j
			}
		}
		if may == 0 {
			continue
		}
		if len(r.ResourceNames) == 0 {
			known.all |= may
			continue
		}
		if known.named == nil {
			known.named = map[string]reading{}
		}
		for _, name := range r.ResourceNames {
			known.named[name] |= may
		}
	}
	o.roles[role] = known
	return known
}

// Audience answers who can read Secrets by RBAC, for many of them: what a role opens is worked out once.
type Audience struct {
	roles *openings
	// opening are the bindings of a place whose roles open Secrets.
	opening map[string][]rbac.Binding
}

// NewAudience gives one as of now.
func NewAudience(access *rbac.Analyser) *Audience {
	return &Audience{newOpenings(access), map[string][]rbac.Binding{}}
}

// Readers lists who can read a Secret by RBAC, as subjects are bound, sorted.
func Readers(access *rbac.Analyser, secret model.Ref) []Reader { return NewAudience(access).Of(secret) }

func (a *Audience) in(place string) []rbac.Binding {
	list, ok := a.opening[place]
	if ok {
		return list
	}
	for b := range a.roles.access.BindingsIn(place) {
		if o := a.roles.of(b.Role); o.all != 0 || len(o.named) > 0 {
			list = append(list, b)
		}
	}
	a.opening[place] = list
	return list
}

// Of lists who can read a Secret, as subjects are bound, sorted.
func (a *Audience) Of(secret model.Ref) []Reader {
	found := map[model.Subject]*Reader{}
	may := map[model.Subject]reading{}
	for _, place := range places(secret.Namespace) {
		list := a.in(place)
		for i := range list {
			b := &list[i]
			o := a.roles.of(b.Role)
			opens := o.all | o.named[secret.Name]
			if opens == 0 {
				continue
			}
			for j := range b.Subjects {
				s := rbac.SubjectOf(&b.Subjects[j], b.Ref.Namespace)
				if s.IsZero() {
					continue
				}
				r := found[s]
				if r == nil {
					r = &Reader{Subject: s}
					found[s] = r
				}
				may[s] |= opens
				r.Wide = r.Wide || o.all != 0
				r.Everywhere = r.Everywhere || o.all != 0 && place == ""
				r.Via = append(r.Via, b.Ref)
			}
		}
	}
	list := make([]Reader, 0, len(found))
	for s, r := range found {
		r.Verbs = words(may[s])
		inorder.Sort(r.Via, model.Ref.Compare)
		r.Via = slices.Compact(r.Via)
		list = append(list, *r)
	}
	inorder.Sort(list, func(a, b Reader) int { return a.Subject.Compare(b.Subject) })
	return list
}

// Counted counts readers.
func Counted(list []Reader) Count {
	n := Count{Readers: len(list)}
	for i := range list {
		if slices.Contains(list[i].Verbs, verbs[0]) {
			n.Get++
		}
	}
	return n
}

// places are the namespaces whose bindings count for a Secret: none, for those of the cluster, and its own.
func places(namespace string) []string {
	if namespace == "" {
		return []string{""}
	}
	return []string{"", namespace}
}
