package rbac

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
)

// proof is one grant of what is looked at: a rule of a role that a binding gives to somebody. It is immutable.
type proof struct {
	access.Grant
	// verbs and resources are the words of the rule that grant it.
	verbs, resources []string
	// where, via, roleName and rule are what the row shows, clean.
	binding, via, roleName, rule, words string
	label                               string
	edges                               []*model.Edge
}

func (p *proof) id() string {
	from := ""
	if p.AggregatedFrom != nil {
		from = refID(*p.AggregatedFrom)
	}
	return refID(p.Binding) + "\n" + strconv.Itoa(p.Subject) + "\n" + refID(p.Role) + "\n" + strconv.Itoa(p.Rule) + "\n" + from
}

func (p *proof) same(o *proof) bool {
	return sameGrant(p.Grant, o.Grant) && p.words == o.words && p.label == o.label && slices.Equal(p.edges, o.edges)
}

func (p *proof) compare(o *proof) int {
	return cmp.Or(p.Binding.Compare(o.Binding), p.Role.Compare(o.Role), cmp.Compare(p.Rule, o.Rule), cmp.Compare(p.Subject, o.Subject), cmp.Compare(p.id(), o.id()))
}

// proofs sums grants up by rule.
func (f *folder) proofs(granted []access.Granted) []*proof {
	at := map[string]*proof{}
	var list []*proof
	for i := range granted {
		g := &granted[i]
		edges := f.opens(&g.Permission)
		for _, v := range g.Via {
			one := &proof{Grant: v}
			p := at[one.id()]
			if p == nil {
				p = one
				at[one.id()] = p
				list = append(list, p)
			}
			p.verbs, p.resources = add(p.verbs, v.Verb), add(p.resources, wordOf(&g.Permission))
			for _, e := range edges {
				if !slices.Contains(p.edges, e) {
					p.edges = append(p.edges, e)
				}
			}
		}
	}
	for _, p := range list {
		p.binding, p.roleName = qualified(p.Binding), qualified(p.Role)
		p.via = text.Clean(viaWords(p.Match))
		p.rule = "rules[" + strconv.Itoa(p.Rule) + "]"
		p.words = text.Clean(strings.Join(sortVerbs(p.verbs), ",") + " " + strings.Join(p.resources, ","))
		p.label = f.labelOf(&p.Grant)
	}
	return list
}

// wordOf writes what a permission is for.
func wordOf(p *access.Permission) string {
	t := thingOf(p)
	return t.String()
}

func add(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

// viaWords says how a subject of a binding matches.
func viaWords(match string) string {
	kind, name, ok := strings.Cut(match, ":")
	switch {
	case ok && kind == "group":
		return name
	case ok && kind == "user":
		return asUser
	}
	return itself
}

func proofSchema(s *view.Shared) *table.Schema[*proof] {
	return &table.Schema[*proof]{
		Key: (*proof).id, Compare: (*proof).compare,
		Columns: []table.Column[*proof]{
			grow(searched(column("BINDING", 10, 24, 0, func(p *proof) string { return p.binding }))),
			searched(column("VIA", 6, 24, 1, func(p *proof) string { return p.via })),
			grow(searched(column("ROLE", 8, 24, 0, func(p *proof) string { return p.roleName }))),
			column("RULE", 8, 9, 2, func(p *proof) string { return p.rule }),
			grow(searched(column("GRANTS", 10, 28, 3, func(p *proof) string { return p.words }))),
			column("FROM", 5, 8, 4, func(p *proof) string { return p.label }),
		},
		Fields: []table.Field[*proof]{
			field("binding", "", func(p *proof) string { return p.binding }), field("role", "", func(p *proof) string { return p.roleName }),
			field("via", "", func(p *proof) string { return p.via }), field("from", "", func(p *proof) string { return p.label }),
			field("ns", "namespace", func(p *proof) string { return p.Binding.Namespace }),
		},
	}
}

// grants is the topic of what one row of the third pane rests on.
type grants struct {
	shared *view.Shared
	at     view.Place
	name   string
}

// NewGrants gives the screen of all grants of one thing that a subject may do, or that a binding or a role grants. The query is
// the key of a row of the main screen.
func NewGrants(shared *view.Shared, p view.Place) view.Screen {
	g := &grants{shared: shared, at: p, name: p.Subject.String()}
	if p.Subject.IsZero() {
		g.name = called(p.Object)
	}
	s := newSheet[*proof](shared, g)
	s.list = newList(shared, view.Screen(s), proofSchema(shared), 0)
	return s
}

func (g *grants) place() view.Place { return g.at }

func (g *grants) crumbs() []string { return []string{view.RBAC, g.name, g.at.Query} }

// question is what the main screen would have asked.
func (g *grants) question(w *world) question {
	q := question{world: w, entry: &entry{subject: g.at.Subject, ref: g.at.Object}}
	switch g.at.Object.Kind {
	case "RoleBinding", "ClusterRoleBinding":
		q.mode = bindings
	case "Role", "ClusterRole":
		q.mode = roles
	}
	return q
}

func (g *grants) load(to *loader, before *answer[*proof]) (*answer[*proof], error) {
	q := g.question(to.world)
	about, err := to.answer(q, nil)
	if err != nil {
		return nil, err
	}
	found := about.named(g.at.Query)
	if len(found) == 0 {
		// The row was one of those with wildcards apart.
		q.apart = true
		if about, err = to.answer(q, about); err != nil {
			return nil, err
		}
		found = about.named(g.at.Query)
	}
	a := &answer[*proof]{empty: g.name + " may not do this any more, or never could"}
	verb := " may "
	if g.at.Subject.IsZero() {
		verb = " grants "
	}
	f, err := to.folder(about.granted)
	if err != nil {
		return nil, err
	}
	var rows []*proof
	for _, r := range found {
		rows = append(rows, f.proofs(r.granted)...)
		a.said = append(a.said, remark{text: g.name + verb + r.whole() + "."})
	}
	if n := len(a.said); n > 0 {
		a.said[n-1].text += " Each line below is a grant by itself: to take it away, all of them have to go."
		if len(rows) == 1 {
			a.said[n-1].text = g.name + verb + found[0].whole() + ". This one grant is all that it rests on."
		}
	}
	if about.why != "" && g.at.Object.IsZero() {
		a.scope = "may hold more: " + about.why
	}
	rows = unique(rows, (*proof).id)
	a.aside = view.Count(len(rows), "grant")
	var old *batch[*proof]
	if before != nil {
		old = before.batch
	}
	a.batch = newBatch(old, g.at.Query, to.world.settled, rows, (*proof).compare)
	return a, nil
}

// named gives the rows with a key. Where that says other namespaces than there are by now, it gives those about the same.
func (a *about) named(key string) []*right {
	var same []*right
	thing, _, _ := strings.Cut(key, " -n ")
	for _, r := range a.rights.rows {
		if r.key == key {
			return []*right{r}
		}
		if other, _, _ := strings.Cut(r.key, " -n "); other == thing {
			same = append(same, r)
		}
	}
	return same
}

func (g *grants) describe(to *loader, p *proof) []string { return to.tell(g.at.Subject, p) }

func (g *grants) subject(p *proof) view.Subject {
	object := p.Binding
	if object.IsZero() {
		object = p.Role
	}
	return view.Subject{Object: object, Names: []string{object.String() + " " + p.words}}
}

func (g *grants) open(p *proof) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: g.subject(p).Object}})
}

func (g *grants) can(keys.Action) view.Offer { return view.No() }

func (g *grants) do(keys.Action) tea.Cmd { return nil }

func (g *grants) rule(p *proof) string { return ruleOf(p.edges) }

// ruleOf is the rule that tells most of some steps of an attack.
func ruleOf(edges []*model.Edge) string {
	for _, e := range edges {
		if e.Rule != "" {
			return e.Rule
		}
	}
	return ""
}
