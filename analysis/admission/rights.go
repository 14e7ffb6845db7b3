package admission

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/cluster"
)

// danger is what a role must not give, in CEL: rules of which each is enough, and sets of which all together are.
type danger struct {
	// single are conditions on a rule r.
	single []string
	// several are ways that take more than one rule: the conditions, and what they open.
	several []combination
}

// combination is a way with several needs.
type combination struct {
	needs []string
	// where is a condition on the request that has to hold besides; "" for none.
	where string
	title string
}

func (d *danger) none() bool { return len(d.single)+len(d.several) == 0 }

// dangerOf puts the ways of the edges that a rule of the catalogue shows into CEL, as far as a role gives them by a binding of
// the cluster, or by one in some namespaces. Needs that other bindings of a subject meet are not seen.
func dangerOf(edges []*model.Edge, rule string, minor int, c *cluster.Cluster, namespaces []string) *danger {
	d := &danger{}
	reached := false
	for _, e := range edges {
		if e.Rule != rule {
			continue
		}
		for i := range e.Ways {
			w := &e.Ways[i]
			if !open(w, minor) || !exists(w, c) || namespaces != nil && ofCluster(w) {
				continue
			}
			// A way that is open in some namespaces says so itself: the policy is the same wherever it is bound.
			reached = reached || namespaces == nil || len(w.Namespaces) == 0 || slices.ContainsFunc(namespaces, func(n string) bool { return slices.Contains(w.Namespaces, n) })
			d.take(w, e.Title, namespaces != nil)
		}
	}
	if !reached {
		return &danger{}
	}
	// A way that has one of the single needs among its own adds nothing.
	d.several = slices.DeleteFunc(d.several, func(w combination) bool {
		return w.where == "" && slices.ContainsFunc(w.needs, func(n string) bool { return slices.Contains(d.single, n) })
	})
	return d
}

func (d *danger) take(w *model.Way, title string, local bool) {
	needs := make([]string, len(w.Needs))
	for i := range w.Needs {
		needs[i] = meets(&w.Needs[i])
	}
	where := ""
	if local && len(w.Namespaces) > 0 {
		where = isOneOf("object.metadata.namespace", w.Namespaces...)
	}
	if len(needs) > 1 {
		d.several = append(d.several, combination{needs, where, title})
		return
	}
	if where != "" {
		needs[0] = allOf(where, needs[0])
	}
	if !slices.Contains(d.single, needs[0]) {
		d.single = append(d.single, needs[0])
	}
}

// open tells whether a way is open in a minor version of Kubernetes; where that is not known, in any.
func open(w *model.Way, minor int) bool {
	return minor == 0 || minor >= w.Since && (w.Before == 0 || minor < w.Before)
}

// exists tells whether there is the object without which a way leads nowhere, as far as is known.
func exists(w *model.Way, c *cluster.Cluster) bool {
	ref, err := model.ParseRef(w.Exists)
	if err != nil || c.Get(ref) != nil {
		return true
	}
	return c.Seen(ref.GroupKind(), ref.Namespace).State != model.Complete
}

// ofCluster tells a way that no RoleBinding can give.
func ofCluster(w *model.Way) bool {
	for i := range w.Needs {
		if w.Cluster(i) {
			return true
		}
	}
	return false
}

// meets tells that a rule r meets a need, in full or by name, as privilege.Meets does.
func meets(n *model.Need) string {
	if n.Any() {
		return allOf("r.?resources.orValue([]).size() > 0", "r.?apiGroups.orValue([]).size() > 0", "r.verbs.exists(v, "+isOneOf("v", withAll(n.Verbs)...)+")")
	}
	plain, deep := split(n.Resources)
	var ways []string
	for _, resources := range [...][]string{plain, deep} {
		if len(resources) > 0 {
			ways = append(ways, allOf("r.?resources.orValue([]).exists(x, "+isOneOf("x", asWritten(resources)...)+")", granted(n, resources[0])))
		}
	}
	return allOf("r.?apiGroups.orValue([]).exists(g, "+isOneOf("g", withAll([]string{n.Group})...)+")", anyOf(ways...))
}

// granted tells that a rule gives a verb of a need, for all objects or for some by name. What creates an object of its own, or
// deletes a collection, names none; server-side apply and update create by name.
func granted(n *model.Need, resource string) string {
	verb := func(verbs ...string) string { return "r.verbs.exists(v, " + isOneOf("v", verbs...) + ")" }
	const nameless = "r.?resourceNames.orValue([]).size() == 0"
	named := slices.Clone(n.Verbs)
	var byName []string
	if !strings.Contains(resource, "/") {
		named = slices.DeleteFunc(named, func(v string) bool { return v == "create" || v == "deletecollection" })
		if slices.Contains(n.Verbs, "create") {
			byName = append(byName, verb("*"), allOf(verb("create"), verb("patch", "update")))
		}
	}
	if len(named) > 0 {
		byName = append(byName, verb(withAll(named)...))
	}
	names := "true"
	if len(n.Names) > 0 {
		names = "r.?resourceNames.orValue([]).exists(x, " + isOneOf("x", n.Names...) + ")"
	}
	return anyOf(allOf(verb(withAll(n.Verbs)...), nameless), allOf(names, anyOf(byName...)))
}

func withAll(words []string) []string { return append([]string{"*"}, words...) }

// split parts resources from subresources.
func split(resources []string) (plain, deep []string) {
	for _, r := range resources {
		if strings.Contains(r, "/") {
			deep = append(deep, r)
		} else {
			plain = append(plain, r)
		}
	}
	return plain, deep
}

// asWritten lists the words of a rule that grant a resource: pods/exec, */exec and *.
func asWritten(resources []string) []string {
	words := []string{"*"}
	for _, r := range resources {
		words = append(words, r)
		if _, sub, ok := strings.Cut(r, "/"); ok && !slices.Contains(words, "*/"+sub) {
			words = append(words, "*/"+sub)
		}
	}
	return words
}

// everything is the condition of a rule r that grants all on resources.
const everything = "'*' in r.verbs && '*' in r.?apiGroups.orValue([]) && '*' in r.?resources.orValue([]) && r.?resourceNames.orValue([]).size() == 0"

// wildcards is that of a rule on resources with a wildcard.
const wildcards = "r.?resources.orValue([]).size() > 0 && ('*' in r.verbs || '*' in r.?apiGroups.orValue([]) || '*' in r.?resources.orValue([]))"

// covers tells that a rule o gives all that a rule r does on resources.
const covers = `r.verbs.all(v, v in o.verbs || '*' in o.verbs) &&
r.?apiGroups.orValue([]).all(g, g in o.?apiGroups.orValue([]) || '*' in o.?apiGroups.orValue([])) &&
r.?resources.orValue([]).all(x, x in o.?resources.orValue([]) || '*' in o.?resources.orValue([]) || x.contains('/') && '*/' + x.split('/')[1] in o.?resources.orValue([])) &&
(o.?resourceNames.orValue([]).size() == 0 || r.?resourceNames.orValue([]).size() > 0 && r.?resourceNames.orValue([]).all(x, x in o.?resourceNames.orValue([])))`

// spoken says what a rule r gives: "get,list on secrets".
const spoken = "r.verbs.map(v, string(v)).join(',') + ' on ' + (r.?resources.orValue([]) + r.?nonResourceURLs.orValue([])).map(x, string(x)).join(',')"
