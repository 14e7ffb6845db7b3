package paths

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/attack"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// The groups of a blast radius, in the order in which they are shown.
const (
	goalsPart      = "paths to goals"
	identitiesPart = "becomes: identities"
	workloadsPart  = "gets into: workloads"
	nodesPart      = "roots: nodes"
	secretsPart    = "reads: Secrets"
	namespacesPart = "holds: namespaces"
	cloudsPart     = "becomes: identities of the cloud"
	networkPart    = "talks to, by policies"
	escapesPart    = "escapes to nodes"
	impactPart     = "tampers with"
	sourcesPart    = "what gets to it"
)

func parts() []string {
	return []string{goalsPart, identitiesPart, workloadsPart, nodesPart, secretsPart, namespacesPart, cloudsPart, networkPart, escapesPart, impactPart, sourcesPart}
}

// reach is a row of a blast radius. It is immutable.
type reach struct {
	part string
	// node is what is reached. One of path and hop may be set.
	node       attack.Node
	path       *attack.Path
	hop        *attack.Hop
	cost, hops int
	confidence attack.Confidence
	// What columns show is clean.
	name, how string
}

// ID tells rows apart.
func (r *reach) ID() string {
	id := r.part + "\n" + r.node.ID
	if r.hop != nil {
		id += "\n" + r.hop.Edge + "\n" + r.hop.From.ID + "\n" + r.hop.Proof.Object.String() + "\n" + r.hop.Proof.Summary
	}
	return id
}

// Same tells whether another row says the same.
func (r *reach) Same(o *reach) bool {
	return r.cost == o.cost && r.hops == o.hops && r.confidence == o.confidence && r.name == o.name && r.how == o.how && (r.path == o.path || r.path != nil && o.path != nil && alike(r.path, o.path))
}

func (r *reach) compare(o *reach) int {
	return cmp.Or(cmp.Compare(partIndex(r.part), partIndex(o.part)), cmp.Compare(r.cost, o.cost), cmp.Compare(r.ID(), o.ID()))
}

func partIndex(part string) int {
	for i, p := range parts() {
		if p == part {
			return i
		}
	}
	return -1
}

// reaches makes the rows of a blast radius, and of what gets to where it begins.
func reaches(g *theme.Glyphs, b *attack.Blast, into []attack.Path) []*reach {
	var rows []*reach
	for i := range b.Goals {
		p := &b.Goals[i]
		rows = append(rows, &reach{part: goalsPart, node: p.To, path: p, cost: p.Cost, hops: len(p.Hops), confidence: p.Confidence, name: text.Clean(p.To.ID), how: route(g, p)})
	}
	add := func(part string, list []attack.Reached) {
		for i := range list {
			r := &list[i]
			rows = append(rows, &reach{part: part, node: r.Node, cost: r.Cost, hops: r.Hops, confidence: r.Confidence, name: text.Clean(r.ID)})
		}
	}
	add(identitiesPart, b.Identities)
	add(workloadsPart, b.Workloads)
	add(nodesPart, b.Nodes)
	add(secretsPart, b.Secrets)
	add(namespacesPart, b.Namespaces)
	add(cloudsPart, b.Clouds)
	add(networkPart, b.Network)
	steps := func(part string, list []attack.Hop) {
		for i := range list {
			h := &list[i]
			rows = append(rows, &reach{part: part, node: h.To, hop: h, cost: h.Cost, hops: 1, confidence: h.Confidence, name: text.Clean(h.Edge + " " + h.Proof.Summary), how: text.Clean(h.Proof.Object.String())})
		}
	}
	steps(escapesPart, b.Escapes)
	steps(impactPart, b.Impact)
	for i := range into {
		p := &into[i]
		rows = append(rows, &reach{part: sourcesPart, node: p.From, path: p, cost: p.Cost, hops: len(p.Hops), confidence: p.Confidence, name: text.Clean(p.From.ID), how: route(g, p)})
	}
	return rows
}

// Blast says what somebody who holds one thing can come to reach. It is a view.Screen.
type Blast struct {
	*sheet.Screen[*reach]
	topic *blast
	// folded tells that the groups were closed: at first one sees how many there are of what.
	folded bool
}

func newBlast(shared *view.Shared, keeper *Keeper, p view.Place) *Blast {
	t := &blast{shared: shared, keeper: keeper, place: view.Place{Screen: view.Blast, Source: p.Source, Object: p.Object}}
	return &Blast{topic: t, Screen: sheet.New(shared, t, func(to view.Screen) *sheet.List[*reach] {
		l := sheet.NewList(shared, to, blastSchema(shared), 0)
		l.GroupFirst("part")
		return l
	})}
}

// View draws the counts, and the groups, closed at first.
func (s *Blast) View() string {
	s.fold()
	return s.Screen.View()
}

// fold closes the groups once, when they have come.
func (s *Blast) fold() {
	if !s.folded && s.List().Len() > 0 {
		s.folded = true
		s.List().Fold(true)
		// The text was that of a row that is in a closed group now.
		_ = s.Up()
	}
}

// Can says whether an action makes sense here and now.
func (s *Blast) Can(a keys.Action) view.Offer {
	s.fold()
	return s.Screen.Can(a)
}

// Start is what is selected, for its own blast radius.
func (s *Blast) Start() string {
	if r, ok := s.List().Selected(); ok && r.node.ID != s.topic.place.Source {
		return r.node.ID
	}
	return ""
}

func blastSchema(s *view.Shared) *table.Schema[*reach] {
	number := func(title string, of func(*reach) int) table.Column[*reach] {
		c := sheet.Count(title, 4, 2, of)
		c.Falls, c.Compare = false, func(a, b *reach) int { return cmp.Compare(of(a), of(b)) }
		return c
	}
	what := sheet.Grow(sheet.Searched(sheet.Column("WHAT", 24, 48, 0, func(r *reach) string { return r.name })))
	what.Compare = (*reach).compare
	part := sheet.Field("part", "", func(r *reach) string { return r.part })
	part.Known = parts()
	part.Order = func(value string) (int, bool) {
		i := partIndex(value)
		return len(parts()) - i, i >= 0
	}
	return &table.Schema[*reach]{
		Key: (*reach).ID, Compare: (*reach).compare, Summary: summary,
		Columns: []table.Column[*reach]{
			what, number("COST", func(r *reach) int { return r.cost }), number("HOPS", func(r *reach) int { return r.hops }),
			sheet.Styled(sheet.Column("SURE", 6, 12, 1, func(r *reach) string { return r.confidence.String() }), func(r *reach) lipgloss.Style {
				if r.confidence != attack.Proven {
					return s.Theme.Warn
				}
				return s.Theme.Text
			}),
			sheet.Grow(sheet.Searched(sheet.Column("HOW", 16, 40, 3, func(r *reach) string { return r.how }))),
		},
		Fields: []table.Field[*reach]{part, sheet.Field("type", "", func(r *reach) string { return string(r.node.Type) }), sheet.Field("ns", "", func(r *reach) string { return text.Clean(r.node.Ref.Namespace) }), sheet.Field("sure", "", func(r *reach) string { return r.confidence.String() })},
	}
}

// summary names the first of a group.
func summary(rows []*reach) string {
	names := make([]string, 0, 4)
	for _, r := range rows[:min(len(rows), 3)] {
		names = append(names, r.name)
	}
	if n := len(rows); n > 3 {
		names = append(names, strconv.Itoa(n-3)+" more")
	}
	return strings.Join(names, ", ")
}

// Describe tells how a thing is reached.
func (t *blast) Describe(q *sheet.Quest, r *reach) ([]string, error) {
	edges, err := t.keeper.catalogued()
	if err != nil {
		return nil, err
	}
	if r.path != nil {
		a := artist{shared: &q.Shared, edges: edges, width: q.Width}
		return a.path(r.path).lines, nil
	}
	w := page.New(&q.Shared, q.Width, false)
	if r.hop != nil {
		lines, _ := tellHop(w, edges[r.hop.Edge], r.hop)
		return lines, nil
	}
	w.Para(w.In(w.Ink.Header, r.node.ID))
	w.Para(w.In(w.Ink.Faint, typeWord(r.node.Type)))
	w.Gap()
	w.Para(w.In(w.Ink.Text, nodeWords(r.node)))
	w.Gap()
	w.Entry("COST", w.In(w.Ink.Text, fmt.Sprintf("%d by %s", r.cost, view.Count(r.hops, "step"))))
	ink := w.Ink.Good
	if r.confidence != attack.Proven {
		ink = w.Ink.Warn
	}
	w.Entry("SURE", w.In(ink, sure(r.confidence)))
	w.Gap()
	w.Para(w.In(w.Ink.Faint, q.Shared.Keys.Show(keys.Open)+" shows the way there, step by step"))
	return w.Lines(), nil
}

// Subject is what is reached.
func (t *blast) Subject(r *reach) view.Subject {
	return view.Subject{Object: r.node.Ref, Names: []string{r.node.ID}}
}

// Open goes along the way to what is reached.
func (t *blast) Open(r *reach) tea.Cmd {
	from, to := t.start(), r.node.ID
	if r.part == sourcesPart {
		from, to = r.node.ID, t.start()
	}
	switch {
	case r.part == impactPart || r.part == escapesPart:
		if r.hop.Proof.Object.IsZero() {
			return nil
		}
		return view.Send(view.Go{Place: objectPlace(r.hop.Proof.Object)})
	case from == "" || from == to:
		return nil
	}
	in := inquiry{source: from, goal: to, lateral: r.part == networkPart}
	return view.Send(view.Go{Place: in.place(view.Path)})
}
