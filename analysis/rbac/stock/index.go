package stock

import (
	"encoding/binary"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// set is a set of the owner's rules, one bit each.
type set []uint64

func (s set) add(i int) { s[i/64] |= 1 << (i % 64) }

func (s set) addAll(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// meet tells whether one rule is in all the sets.
func meet(sets ...set) bool {
	for i := range sets[0] {
		both := ^uint64(0)
		for _, s := range sets {
			both &= s[i]
		}
		if both != 0 {
			return true
		}
	}
	return false
}

// index tells which of the owner's rules match a word of other rules, for each of the five lists of a rule.
type index struct {
	nameless                              set // the rules that are not narrowed to names
	verbs, groups, resources, names, urls dimension
}

// dimension is one list of a rule.
type dimension struct {
	by map[string]set
	// other has the rules that match all words which by does not have.
	other set
}

// class has words that the same rules of the owner match.
type class struct {
	words []string
	by    set
}

func newIndex(owner, rules []rbacv1.PolicyRule) *index {
	size := (len(owner) + 63) / 64
	match := func(list func(*rbacv1.PolicyRule) []string, all []string, coveredBy func(string) []string) dimension {
		d := dimension{by: map[string]set{}, other: make(set, size)}
		said := map[string][]int{} // by which of the owner's rules
		for i := range owner {
			for _, word := range list(&owner[i]) {
				if slices.Contains(all, word) {
					d.other.add(i)
				}
				said[word] = append(said[word], i)
			}
		}
		for i := range rules {
			for _, word := range list(&rules[i]) {
				for _, other := range coveredBy(word) {
					for _, i := range said[other] {
						if d.by[word] == nil {
							d.by[word] = slices.Clone(d.other)
						}
						d.by[word].add(i)
					}
				}
			}
		}
		return d
	}
	itself := func(word string) []string { return []string{word} }
	x := &index{nameless: make(set, size)}
	x.verbs = match(func(r *rbacv1.PolicyRule) []string { return r.Verbs }, []string{rbacv1.VerbAll}, itself)
	x.groups = match(func(r *rbacv1.PolicyRule) []string { return r.APIGroups }, []string{rbacv1.APIGroupAll}, itself)
	x.resources = match(func(r *rbacv1.PolicyRule) []string { return r.Resources }, []string{rbacv1.ResourceAll}, func(word string) []string {
		if _, sub, ok := strings.Cut(word, "/"); ok {
			return []string{word, "*/" + sub}
		}
		return []string{word}
	})
	x.names = match(func(r *rbacv1.PolicyRule) []string { return r.ResourceNames }, nil, itself)
	for i, o := range owner {
		if len(o.ResourceNames) == 0 {
			x.nameless.add(i)
		}
	}
	x.names.other = x.nameless
	for _, s := range x.names.by {
		s.addAll(x.nameless)
	}
	// Paths that end in an asterisk are prefixes.
	paths := func(r *rbacv1.PolicyRule) []string { return r.NonResourceURLs }
	var patterns []string
	for i := range owner {
		patterns = append(patterns, paths(&owner[i])...)
	}
	patterns = sorted(patterns)
	x.urls = match(paths, []string{rbacv1.NonResourceAll}, func(path string) []string {
		var covering []string
		for _, p := range patterns {
			if p == path || strings.HasSuffix(p, "*") && strings.HasPrefix(path, strings.TrimRight(p, "*")) {
				covering = append(covering, p)
			}
		}
		return covering
	})
	return x
}

// classes parts a list by the rules of the owner that match its words.
func (d *dimension) classes(list []string) []class {
	at := map[string]int{}
	var classes []class
	for _, word := range list {
		by, ok := d.by[word]
		if !ok {
			by = d.other
		}
		k := by.key()
		i, known := at[k]
		if !known {
			i = len(classes)
			at[k] = i
			classes = append(classes, class{by: by})
		}
		classes[i].words = append(classes[i].words, word)
	}
	for i := range classes {
		classes[i].words = sorted(classes[i].words)
	}
	return classes
}

func (s set) key() string {
	b := make([]byte, 0, 8*len(s))
	for _, word := range s {
		b = binary.NativeEndian.AppendUint64(b, word)
	}
	return string(b)
}
