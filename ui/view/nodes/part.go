package nodes

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// part is a row: a running instance of a component. It is immutable.
type part struct {
	of       node.Part
	place    int
	findings []*model.Finding
	// What columns show is clean.
	component, version, node, object string
}

// ID tells rows apart.
func (p *part) ID() string { return p.component + "\n" + p.node + "\n" + p.object }

// Same tells whether another row says the same.
func (p *part) Same(o *part) bool {
	return p.of == o.of && p.place == o.place && slices.Equal(p.findings, o.findings)
}

func (p *part) compare(o *part) int {
	return cmp.Or(cmp.Compare(p.place, o.place), cmp.Compare(p.ID(), o.ID()))
}

// parts is the topic of what the control plane is made of.
type parts struct{ topic }

func (t *parts) Crumbs() []string { return t.crumbs(partsName) }

// Load lists them.
func (t *parts) Load(q *sheet.Quest, before *sheet.Answer[*part]) (*sheet.Answer[*part], error) {
	_, plane, err := t.single(q)
	if err != nil {
		return nil, err
	}
	on := found(q.Snapshot)
	a := &sheet.Answer[*part]{Empty: "no part of the control plane was seen", Scope: unseen(q)}
	var rows []*part
	if plane != nil {
		for i := range plane.Parts {
			p := plane.Parts[i]
			row := &part{of: p, place: i, component: text.Clean(p.Component), version: text.Clean(p.Raw), node: text.Clean(p.Node)}
			if p.Object.IsZero() {
				row.object = "the server that answers"
			} else {
				row.object, row.findings = text.Clean(p.Object.String()), on[p.Object]
			}
			if !p.Known {
				row.version = "? not known"
			}
			rows = append(rows, row)
		}
		if plane.Hidden {
			a.Said = append(a.Said, sheet.Remark{Text: hiding(plane)})
		}
	}
	a.Aside = view.Count(len(rows), "part")
	a.Batch = sheet.NewBatch(before.Before(), partsName, q.Snapshot.Cover.Settled(), rows, (*part).compare)
	return sheet.Steady(before, a), nil
}

func partSchema(s *view.Shared) *table.Schema[*part] {
	component := sheet.Searched(sheet.Column("COMPONENT", 20, 26, 0, func(p *part) string { return p.component }))
	component.Compare = (*part).compare
	version := sheet.Styled(sheet.Searched(sheet.Column("VERSION", 10, 18, 0, func(p *part) string { return p.version })), func(p *part) lipgloss.Style {
		if !p.of.Known {
			return s.Theme.Warn
		}
		return s.Theme.Text
	})
	return &table.Schema[*part]{
		Key: (*part).ID, Compare: (*part).compare,
		Columns: []table.Column[*part]{
			component, version, sheet.Searched(sheet.Column("NODE", 10, 20, 0, func(p *part) string { return p.node })),
			sheet.Grow(sheet.Searched(sheet.Column("POD", 16, 40, 1, func(p *part) string { return p.object }))),
		},
		Fields: []table.Field[*part]{
			sheet.Field("component", "", func(p *part) string { return p.component }), sheet.Field("version", "", func(p *part) string { return p.version }),
			sheet.Field("node", "", func(p *part) string { return p.node }),
		},
	}
}

// Describe tells of a part.
func (t *parts) Describe(q *sheet.Quest, p *part) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.part(&p.of))
	w.Gap()
	w.say("POD", p.object)
	w.findings(p.findings)
	return w.Lines(), nil
}

// Subject is the pod.
func (t *parts) Subject(p *part) view.Subject {
	return view.Subject{Object: p.of.Object, Findings: p.findings, Names: []string{p.component + " " + p.version + " " + p.object}}
}

// Open goes to the pod.
func (t *parts) Open(p *part) tea.Cmd { return goTo(p.of.Object) }

// Can says which actions are about a finding.
func (t *parts) Can(a keys.Action, p *part, ok bool) view.Offer {
	return t.about(a, ok, func() []*model.Finding { return p.findings })
}

// Do does nothing.
func (t *parts) Do(keys.Action, *part, bool) tea.Cmd { return nil }
