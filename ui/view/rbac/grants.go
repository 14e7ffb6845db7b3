package rbac

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// grants is the topic of what one row of the third pane rests on.
type grants struct {
	shared *view.Shared
	at     view.Place
	name   string
}

// NewGrants gives the screen of all grants of one thing that a subject may do, or that a binding or a role grants. The query is
// the key of a row of the main screen.
func NewGrants(shared *view.Shared, keeper *Keeper, p view.Place) view.Screen {
	g := &grants{shared: shared, at: p, name: p.Subject.String()}
	if p.Subject.IsZero() {
		g.name = called(p.Object)
	}
	s := newInquiry[*proof](shared, keeper, g)
	s.list = sheet.NewList(shared, view.Screen(s), proofSchema(), 0)
	return s
}

func (g *grants) Place() view.Place { return g.at }

func (g *grants) Crumbs() []string { return []string{view.RBAC, g.name, g.at.Query} }

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

func (g *grants) Load(to *loader, before *answer[*proof]) (*answer[*proof], error) {
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
	rows = unique(rows, (*proof).ID)
	a.aside = view.Count(len(rows), "grant")
	var old *sheet.Batch[*proof]
	if before != nil {
		old = before.batch
	}
	a.batch = sheet.NewBatch(old, g.at.Query, to.world.settled, rows, (*proof).compare)
	return a, nil
}

// named gives the rows with a key. Where that says other namespaces than there are by now, it gives those about the same.
func (a *about) named(key string) []*right {
	var same []*right
	thing, _, _ := strings.Cut(key, " -n ")
	for _, r := range a.rights.Rows() {
		if r.key == key {
			return []*right{r}
		}
		if other, _, _ := strings.Cut(r.key, " -n "); other == thing {
			same = append(same, r)
		}
	}
	return same
}

func (g *grants) Describe(to *loader, p *proof) []string { return to.tell(g.at.Subject, p) }

func (g *grants) Subject(p *proof) view.Subject {
	object := p.Binding
	if object.IsZero() {
		object = p.Role
	}
	return view.Subject{Object: object, Names: []string{object.String() + " " + p.words}}
}

func (g *grants) Open(p *proof) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: g.Subject(p).Object}})
}

func (g *grants) Can(keys.Action) view.Offer { return view.No() }

func (g *grants) Do(keys.Action) tea.Cmd { return nil }

func (g *grants) Rule(p *proof) string { return ruleOf(p.edges) }

// ruleOf is the rule that tells most of some steps of an attack.
func ruleOf(edges []*model.Edge) string {
	for _, e := range edges {
		if e.Rule != "" {
			return e.Rule
		}
	}
	return ""
}
