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

// verbs are those that read, in the order in which they are told; they are data.
var verbs = [...]string{"get", "list", "watch"}

// reading is a set of them: bit i stands for verb i.
type reading uint8

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

// Readers lists who can read a Secret by RBAC, as subjects are bound, sorted.
func Readers(access *rbac.Analyser, secret model.Ref) []Reader {
	roles := newOpenings(access)
	found := map[model.Subject]*Reader{}
	may := map[model.Subject]reading{}
	for _, place := range places(secret.Namespace) {
		for b := range access.BindingsIn(place) {
			o := roles.of(b.Role)
			opens := o.all | o.named[secret.Name]
			if opens == 0 {
				continue
			}
			for i := range b.Subjects {
				s := rbac.SubjectOf(&b.Subjects[i], b.Ref.Namespace)
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

// places are the namespaces whose bindings count for a Secret: none, for those of the cluster, and its own.
func places(namespace string) []string {
	if namespace == "" {
		return []string{""}
	}
	return []string{"", namespace}
}
