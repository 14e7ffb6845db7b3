package rbac

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/privilege"
	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// right is a row of the third pane: what may be done with one resource in the same namespaces. It is immutable.
type right struct {
	key string
	// resource and verbs are what may be done, scope where. All is clean.
	resource, verbs, scope string
	// namespaces are those in which it holds, ["*"] for all; none for URLs, and where it is not known.
	namespaces []string
	// granted are the permissions that the row sums up.
	granted []access.Granted
	// edges are the steps of an attack that one of them opens by itself.
	edges []*model.Edge
	marks string
	// danger orders rows: what takes over the cluster before other steps, those before wildcards, and these before the rest.
	danger int
	label  string
	// wide tells that there is a wildcard in it, which also stands for what will be.
	wide bool
}

func (r *right) id() string { return r.key }

func (r *right) same(o *right) bool {
	return r.key == o.key && r.verbs == o.verbs && r.marks == o.marks && r.label == o.label &&
		slices.EqualFunc(r.granted, o.granted, func(a, b access.Granted) bool {
			return a.Permission == b.Permission && slices.EqualFunc(a.Via, b.Via, sameGrant)
		})
}

func sameGrant(a, b access.Grant) bool {
	return a.Compare(&b) == 0 && a.Subject == b.Subject && a.Match == b.Match && a.Role == b.Role && a.Computed == b.Computed &&
		(a.AggregatedFrom == b.AggregatedFrom || a.AggregatedFrom != nil && b.AggregatedFrom != nil && *a.AggregatedFrom == *b.AggregatedFrom)
}

func (r *right) compare(o *right) int { return cmp.Compare(r.key, o.key) }

// folder sums permissions up.
type folder struct {
	marks *privilege.Marks
	minor int
	// label says whose a binding or a role is.
	label func(model.Ref) string
}

// thing is what verbs are about: one resource, or one URL.
type thing struct {
	group, resource, name, url string
	unnamed                    bool
}

func thingOf(p *access.Permission) thing {
	return thing{p.Group, p.Resource, p.Name, p.URL, p.Unnamed}
}

// fold gives a row for each thing and the namespaces in which the same verbs may be done with it.
func (f *folder) fold(granted []access.Granted) []*right {
	type cell map[string][]int // by verb
	verbs := map[thing]map[string]cell{}
	for i := range granted {
		p := &granted[i].Permission
		t := thingOf(p)
		if verbs[t] == nil {
			verbs[t] = map[string]cell{}
		}
		if verbs[t][p.Namespace] == nil {
			verbs[t][p.Namespace] = cell{}
		}
		verbs[t][p.Namespace][p.Verb] = append(verbs[t][p.Namespace][p.Verb], i)
	}
	var rows []*right
	for t, byNamespace := range verbs {
		// Namespaces with the same verbs share a row.
		rowsOf := map[string]*right{}
		for _, namespace := range slices.Sorted(maps.Keys(byNamespace)) {
			names := sortVerbs(slices.Collect(maps.Keys(byNamespace[namespace])))
			key := quoteAll(names)
			r := rowsOf[key]
			if r == nil {
				r = &right{verbs: text.Clean(strings.Join(names, " "))}
				rowsOf[key] = r
				rows = append(rows, r)
			}
			if namespace != "" {
				r.namespaces = append(r.namespaces, namespace)
			}
			for _, v := range names {
				for _, i := range byNamespace[namespace][v] {
					r.granted = append(r.granted, granted[i])
				}
			}
		}
		for _, r := range rowsOf {
			f.finish(r, t)
		}
	}
	return rows
}

// finish writes what a row says.
func (f *folder) finish(r *right, t thing) {
	r.resource = text.Clean(t.String())
	switch {
	case t.url != "":
		r.scope = "cluster"
	case slices.Contains(r.namespaces, "*"):
		r.scope = everywhere
	default:
		r.scope = places(r.namespaces)
	}
	if r.key = t.key(); len(r.namespaces) > 0 {
		r.key += " -n " + quoteAll(r.namespaces)
	}
	labels := map[string]bool{}
	for i := range r.granted {
		g := &r.granted[i]
		p := &g.Permission
		r.wide = r.wide || p.Verb == "*" || p.Group == "*" || strings.HasPrefix(p.Resource, "*") || strings.HasSuffix(p.URL, "*")
		if f.marks != nil {
			for _, e := range f.marks.Of(p, f.minor) {
				if !slices.Contains(r.edges, e) {
					r.edges = append(r.edges, e)
				}
			}
		}
		for j := range g.Via {
			labels[f.labelOf(&g.Via[j])] = true
		}
	}
	slices.SortFunc(r.edges, func(a, b *model.Edge) int {
		return cmp.Or(compareBool(b.Takeover, a.Takeover), cmp.Compare(a.ID, b.ID))
	})
	r.marks = edgeText(r.edges)
	r.danger = dangerOf(r)
	if len(labels) == 1 {
		for l := range labels {
			r.label = l
		}
	}
}

// labelOf says whose a grant is: that of the binding, or of the role where there is no binding.
func (f *folder) labelOf(g *access.Grant) string {
	if f.label == nil {
		return ""
	}
	if g.Binding.IsZero() {
		return f.label(g.Role)
	}
	return f.label(g.Binding)
}

func dangerOf(r *right) int {
	switch {
	case len(r.edges) > 0 && r.edges[0].Takeover && slices.Contains(r.namespaces, "*"):
		return 3
	case len(r.edges) > 0:
		return 2
	case r.wide:
		return 1
	}
	return 0
}

// edgeText names the first steps of an attack, and counts the rest.
func edgeText(edges []*model.Edge) string {
	const named = 2
	var ids []string
	for i, e := range edges {
		if i == named {
			return strings.Join(ids, " ") + " +" + strconv.Itoa(len(edges)-named)
		}
		ids = append(ids, e.ID)
	}
	return strings.Join(ids, " ")
}

// String names a thing as kubectl does: pods/exec, deployments.apps, secrets named db.
func (t thing) String() string {
	if t.url != "" {
		if t.url == "*" {
			return "every URL (*)"
		}
		return t.url
	}
	name := resourceName(t.group, t.resource)
	switch {
	case t.unnamed:
		return name + ", requests without a name"
	case t.name != "":
		return name + " named " + t.name
	}
	return name
}

// key names a thing so that no two share a name.
func (t thing) key() string {
	if t.url != "" {
		return quoted(t.url)
	}
	key := quoted(t.resource)
	if t.group != "" {
		key += "." + quoted(t.group)
	}
	switch {
	case t.unnamed:
		return key + " unnamed"
	case t.name != "":
		return key + " named " + quoted(t.name)
	}
	return key
}

// resourceName writes a resource with its group. What the wildcard stands for is said in words.
func resourceName(group, resource string) string {
	switch {
	case resource == "*" && group == "*":
		return "every resource (*)"
	case resource == "*" && group == "":
		return "every core resource (*)"
	case resource == "*":
		return "every resource of " + group
	case group == "*":
		return resource + " of any group"
	case group == "":
		return resource
	}
	parent, sub, ok := strings.Cut(resource, "/")
	if !ok {
		return parent + "." + group
	}
	return parent + "." + group + "/" + sub
}

// usual are the verbs in the order in which people list them.
func usual() []string {
	return []string{"*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
}

func sortVerbs(list []string) []string {
	order := usual()
	place := func(v string) int {
		if i := slices.Index(order, v); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	return list
}

// quoted writes a word so that it cannot be taken for more than one.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " ,\"\\.") || s != text.Clean(s) {
		return strconv.Quote(s)
	}
	return s
}

func quoteAll(list []string) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = quoted(s)
	}
	return strings.Join(words, ",")
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// whole names a row in one line.
func (r *right) whole() string {
	where := ""
	switch {
	case r.scope == everywhere:
		where = " in every namespace"
	case len(r.namespaces) > 0:
		where = " in " + view.Few(r.namespaces, 3)
	}
	return r.verbs + " " + r.resource + where
}
