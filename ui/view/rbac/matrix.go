package rbac

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// plot is what a subject may do in one namespace, or in the whole cluster: a cell for each of the usual verbs. It is immutable.
type plot struct {
	namespace string
	name      string
	cells     map[string]access.MatrixCell
	// others are the verbs beyond the usual ones.
	others string
	// none stands in a cell where nothing is granted.
	none   string
	rights []*right
	danger int
}

func (p *plot) ID() string { return p.namespace }

func (p *plot) Same(o *plot) bool {
	return p.others == o.others && p.danger == o.danger && len(p.cells) == len(o.cells) && slices.EqualFunc(p.rights, o.rights, (*right).Same) &&
		!slices.ContainsFunc(matrixVerbs(), func(v string) bool { return p.cells[v] != o.cells[v] })
}

// compare puts the whole cluster first.
func (p *plot) compare(o *plot) int {
	return cmp.Or(compareBool(o.namespace == "*", p.namespace == "*"), cmp.Compare(p.namespace, o.namespace))
}

// matrixVerbs are the verbs that have a column.
func matrixVerbs() []string {
	return []string{"get", "list", "watch", "create", "update", "patch", "delete"}
}

// cell counts the kinds of objects on which a verb is granted, and after a plus those on certain objects of which it is.
func (p *plot) cell(verb string) string {
	switch c := p.cells[verb]; {
	case c.All():
		return "all"
	case c.Granted > 0 && c.Named > 0:
		return strconv.Itoa(c.Granted) + "+" + strconv.Itoa(c.Named)
	case c.Granted > 0:
		return strconv.Itoa(c.Granted)
	case c.Named > 0:
		return "+" + strconv.Itoa(c.Named)
	}
	return p.none
}

func plotSchema(s *view.Shared) *table.Schema[*plot] {
	columns := []table.Column[*plot]{sheet.Grow(sheet.Searched(sheet.Column("NAMESPACE", 12, 22, 0, func(p *plot) string { return p.name })))}
	columns[0].Compare = (*plot).compare
	for i, verb := range matrixVerbs() {
		columns = append(columns, table.Column[*plot]{
			Title: strings.ToUpper(verb), Min: 6, Ideal: 6, Priority: i / 3, Right: true, Falls: true,
			Text:    func(p *plot) string { return p.cell(verb) },
			Compare: func(a, b *plot) int { return cmp.Compare(b.cells[verb].Granted, a.cells[verb].Granted) },
			Style: func(p *plot) lipgloss.Style {
				switch c := p.cells[verb]; {
				case c.None():
					return s.Theme.Faint
				case c.All():
					return s.Theme.Alarm
				}
				return s.Theme.Text
			},
		})
	}
	columns = append(columns, sheet.Grow(sheet.Searched(sheet.Column("OTHER VERBS", 11, 24, 3, func(p *plot) string { return p.others }))))
	return &table.Schema[*plot]{
		Key: (*plot).ID, Compare: (*plot).compare, Columns: columns,
		Fields: []table.Field[*plot]{field("ns", "namespace", func(p *plot) string { return p.name })},
	}
}

// matrix is the topic of what one subject may do, by namespace and verb.
type matrix struct {
	shared *view.Shared
	who    model.Subject
}

// NewMatrix gives the screen of what a subject may do, by namespace and verb.
func NewMatrix(shared *view.Shared, keeper *Keeper, who model.Subject) view.Screen {
	s := newInquiry[*plot](shared, keeper, &matrix{shared, who})
	s.list = sheet.NewList(shared, view.Screen(s), plotSchema(shared), 0)
	// Seven verbs want their room.
	s.share = 34
	return s
}

func (m *matrix) Place() view.Place { return view.Place{Screen: view.Matrix, Subject: m.who} }

func (m *matrix) Crumbs() []string { return []string{view.RBAC, m.who.String(), view.Matrix} }

func (m *matrix) Load(to *loader, before *answer[*plot]) (*answer[*plot], error) {
	var sum access.Matrix
	var granted []access.Granted
	a := &answer[*plot]{empty: "no binding that was seen speaks of it"}
	to.world.ask(func(c *cluster.Cluster, x *access.Analyser) {
		u := access.UserOf(m.who)
		sum = x.Matrix(u, to.world.discovery, "", "", nil)
		granted = x.Permissions(u, to.world.discovery)
		_, a.scope = x.Complete(c, u, to.world.provider)
	})
	if a.scope != "" {
		a.scope = "may hold more: " + a.scope
	}
	byNamespace := map[string][]access.Granted{}
	for _, g := range granted {
		at := cmp.Or(g.Namespace, "*")
		byNamespace[at] = append(byNamespace[at], g)
	}
	f, err := to.folder(granted)
	if err != nil {
		return nil, err
	}
	var rows []*plot
	for _, row := range sum.Rows {
		p := &plot{none: to.shared.Glyphs.Dot, namespace: row.Namespace, name: text.Clean(row.Namespace), cells: map[string]access.MatrixCell{}}
		if p.namespace == "*" {
			p.name = "the whole cluster"
		}
		var others []string
		for i, verb := range sum.Verbs {
			switch {
			case slices.Contains(matrixVerbs(), verb):
				p.cells[verb] = row.Cells[i]
			case !row.Cells[i].None():
				others = append(others, verb)
			}
		}
		p.others = text.Clean(strings.Join(others, " "))
		p.rights = f.fold(byNamespace[p.namespace])
		slices.SortFunc(p.rights, func(a, b *right) int { return cmp.Or(cmp.Compare(b.weight(), a.weight()), a.compare(b)) })
		if len(p.rights) > 0 {
			p.danger = p.rights[0].danger
		}
		rows = append(rows, p)
	}
	var old *sheet.Batch[*plot]
	if before != nil {
		old = before.batch
	}
	a.batch = sheet.NewBatch(old, subjectID(m.who), to.world.settled, rows, (*plot).compare)
	a.aside = view.Count(len(rows)-1, "namespace")
	a.said = append(a.said, remark{text: "On how many kinds of objects " + m.who.String() + " may use each verb. What it may do in the whole cluster counts in every namespace, also in those that are not listed. +1 stands for a kind of which certain objects alone are meant."})
	return a, nil
}

func (m *matrix) Describe(to *loader, p *plot) []string {
	w := &teller{Page: page.New(&to.shared, to.width, false), to: to}
	title := "In namespace " + p.namespace
	if p.namespace == "*" {
		title = "In the whole cluster"
	}
	w.Para(w.In(w.Ink.Strong, title))
	w.Gap()
	if len(p.rights) == 0 {
		w.Para(w.In(w.Ink.Faint, "nothing"))
	}
	for _, r := range p.rights {
		drawn := w.In(w.Ink.Strong, r.resource) + w.In(w.Ink.Text, "  "+r.verbs)
		if r.marks != "" {
			drawn += w.In(w.Ink.Warn, "  "+r.marks)
		}
		w.Hang("", "  ", drawn)
	}
	if p.namespace != "*" {
		w.Gap()
		w.Para(w.In(w.Ink.Faint, "and what it may do in the whole cluster"))
	}
	return w.Lines()
}

func (m *matrix) Subject(p *plot) view.Subject {
	return view.Subject{Object: objectOf(m.who), Names: []string{m.who.String() + " in " + p.name}}
}

func (m *matrix) Open(*plot) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.RBAC, Subject: m.who}})
}

func (m *matrix) Can(a keys.Action) view.Offer {
	switch a {
	case keys.Picture:
		return view.Yes()
	case keys.Matrix:
		return view.Because("this is it")
	}
	return view.No()
}

func (m *matrix) Do(keys.Action) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Picture, Subject: m.who}})
}

func (m *matrix) Rule(p *plot) string {
	if len(p.rights) == 0 {
		return ""
	}
	return ruleOf(p.rights[0].edges)
}
