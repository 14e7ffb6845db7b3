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
	"canopy/model/inorder"
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
	// granted are the permissions that the row sums up, through names the bindings that grant them, or the roles.
	granted []access.Granted
	through string
	// edges are the steps of an attack that one of them opens by itself.
	edges []*model.Edge
	marks string
	// danger orders rows: what takes over the cluster before other steps, those before wildcards, and these before the rest.
	danger int
	label  string
	// wide tells that there is a wildcard in it, which also stands for what will be.
	wide bool
	// urls tells that it is about URLs.
	urls bool
}

func (r *right) ID() string { return r.key }

func (r *right) Same(o *right) bool {
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

// weight orders rows by what should be looked at first: danger, and of the rest what is not as Kubernetes ships it before what
// is, and URLs last.
func (r *right) weight() int {
	switch {
	case r.danger > 0:
		return r.danger
	case r.urls:
		return -2
	case r.label == isStock:
		return -1
	}
	return 0
}

// folder sums permissions up.
type folder struct {
	edges *privilege.Marks
	// together are the steps that permissions open with others of their holder.
	together map[access.Permission][]*model.Edge
	minor    int
	// alone remembers what one permission opens, by itself and wherever that is the same.
	alone map[access.Permission][]*model.Edge
	// label says whose a binding or a role is.
	label func(model.Ref) string
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
	return joinURLs(rows)
}

// joinURLs makes one row of the URLs with the same verbs and from the same hand: those of discovery are many, and say little.
func joinURLs(rows []*right) []*right {
	var out []*right
	joined := map[string]*right{}
	var urls []*right
	for _, r := range rows {
		if r.urls && !r.wide {
			urls = append(urls, r)
		} else {
			out = append(out, r)
		}
	}
	slices.SortFunc(urls, (*right).compare)
	names := map[*right][]string{}
	for _, r := range urls {
		key := "URLs " + r.verbs + " " + r.label
		j := joined[key]
		if j == nil {
			j = &right{key: key, verbs: r.verbs, scope: r.scope, label: r.label, urls: true}
			joined[key] = j
			out = append(out, j)
		}
		j.granted = append(j.granted, r.granted...)
		j.through = throughText(j.granted)
		names[j] = append(names[j], r.resource)
		if j.resource = names[j][0]; len(names[j]) > 1 {
			j.resource = view.Count(len(names[j]), "URL") + ", such as " + names[j][0]
		}
	}
	return out
}

// finish writes what a row says.
func (f *folder) finish(r *right, t thing) {
	r.resource = text.Clean(t.String())
	if r.scope = places(r.namespaces); t.url != "" || slices.Contains(r.namespaces, "*") {
		r.scope = everywhere
	}
	r.urls = t.url != ""
	if r.key = t.key(); len(r.namespaces) > 0 {
		r.key += " -n " + quoteAll(r.namespaces)
	}
	r.through = throughText(r.granted)
	labels := map[string]bool{}
	for i := range r.granted {
		g := &r.granted[i]
		p := &g.Permission
		r.wide = r.wide || p.Verb == "*" || p.Group == "*" || strings.HasPrefix(p.Resource, "*") || p.URL == "*"
		r.edges = joinEdges(r.edges, f.opens(p))
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

// throughText names the first bindings that grant something, or the roles where there is no binding, and counts the rest.
func throughText(granted []access.Granted) string {
	var refs []model.Ref
	seen := map[model.Ref]bool{}
	for i := range granted {
		for j := range granted[i].Via {
			ref := granted[i].Via[j].Binding
			if ref.IsZero() {
				ref = granted[i].Via[j].Role
			}
			if !seen[ref] {
				seen[ref] = true
				refs = append(refs, ref)
			}
		}
	}
	inorder.Sort(refs, model.Ref.Compare)
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = called(ref)
	}
	return view.Few(names, 2)
}

// opens lists the steps of attacks that are open by a permission.
func (f *folder) opens(p *access.Permission) []*model.Edge {
	like := f.edges.Like(*p)
	list, ok := f.alone[like]
	if !ok {
		list = f.edges.Alone(p, f.minor)
		f.alone[like] = list
	}
	return joinEdges(list, f.together[*p])
}

// joinEdges adds the steps that are not there yet.
func joinEdges(list, more []*model.Edge) []*model.Edge {
	list = list[:len(list):len(list)]
	for _, e := range more {
		if !slices.ContainsFunc(list, func(o *model.Edge) bool { return o.ID == e.ID }) {
			list = append(list, e)
		}
	}
	return list
}

// labelOf says whose a grant is: whose the binding is or, of a role by itself, from which other role it gathers the rule.
func (f *folder) labelOf(g *access.Grant) string {
	switch {
	case !g.Binding.IsZero():
		return f.label(g.Binding)
	case g.AggregatedFrom != nil:
		return qualified(*g.AggregatedFrom)
	}
	return ""
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

// edgeText names the first step of an attack, or both where there are two, and counts the rest.
func edgeText(edges []*model.Edge) string {
	switch n := len(edges); n {
	case 0:
		return ""
	case 1:
		return edges[0].ID
	case 2:
		return edges[0].ID + " " + edges[1].ID
	default:
		return edges[0].ID + " +" + strconv.Itoa(n-1)
	}
}

// whole names a row in one line.
func (r *right) whole() string {
	where := ""
	switch {
	case r.urls:
	case r.scope == everywhere:
		where = " in the whole cluster"
	case len(r.namespaces) > 0:
		where = " in " + view.Few(r.namespaces, 3)
	}
	verbs := r.verbs
	if verbs == "*" {
		verbs = "do everything (*) with"
	}
	return verbs + " " + r.resource + where
}
