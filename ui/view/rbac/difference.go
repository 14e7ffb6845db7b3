package rbac

import (
	"cmp"
	"fmt"
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

// surplus is a right that only one of two subjects has. It is immutable.
type surplus struct {
	*right
	// second tells that it is the second subject's; who is its name, clean.
	second bool
	who    string
}

func (s *surplus) ID() string { return fmt.Sprint(s.second, "\n", s.key) }

func (s *surplus) Same(o *surplus) bool { return s.right.Same(o.right) }

func (s *surplus) compare(o *surplus) int {
	return cmp.Or(compareBool(s.second, o.second), s.right.compare(o.right))
}

func surplusSchema(s *view.Shared) *table.Schema[*surplus] {
	marks := sheet.Column("ATTACK", 7, 12, 1, func(r *surplus) string { return r.marks })
	marks.Compare, marks.Falls = func(a, b *surplus) int { return cmp.Compare(b.weight(), a.weight()) }, true
	marks.Style = func(r *surplus) lipgloss.Style {
		if r.marks == "" {
			return s.Theme.Text
		}
		return s.Theme.Warn
	}
	return &table.Schema[*surplus]{
		Key: (*surplus).ID, Compare: (*surplus).compare,
		Columns: []table.Column[*surplus]{
			sheet.Hidden(sheet.Column("ONLY", 10, 24, 0, func(r *surplus) string { return r.who })),
			sheet.Grow(sheet.Searched(sheet.Column("RESOURCE", 12, 26, 0, func(r *surplus) string { return r.resource }))),
			sheet.Grow(sheet.Searched(sheet.Column("VERBS", 8, 24, 0, func(r *surplus) string { return r.verbs }))),
			sheet.Column("WHERE", 5, 14, 2, func(r *surplus) string { return r.scope }),
			sheet.Searched(marks),
			sheet.Column("FROM", 5, 8, 3, func(r *surplus) string { return r.label }),
		},
		Fields: []table.Field[*surplus]{
			field("only", "", func(r *surplus) string { return r.who }),
			{Name: "verb", Text: func(r *surplus) string { return r.verbs }, Within: true},
			{Name: "ns", Also: "namespace", Text: func(r *surplus) string { return cmp.Or(strings.Join(r.namespaces, " "), r.scope) }, Within: true},
			field("edge", "attack", func(r *surplus) string { return r.marks }), field("resource", "", func(r *surplus) string { return r.resource }),
		},
		Summary: func(rows []*surplus) string {
			n := 0
			for _, r := range rows {
				if len(r.edges) > 0 {
					n++
				}
			}
			if n == 0 {
				return ""
			}
			return view.Count(n, "step") + " of an attack"
		},
	}
}

// difference is the topic of what one of two subjects may do, and the other may not.
type difference struct {
	shared *view.Shared
	a, b   model.Subject
}

// attackColumn is the one by which differences are sorted.
const attackColumn = 4

// NewDifference gives the screen of what one of two subjects may do, and the other may not.
func NewDifference(shared *view.Shared, keeper *Keeper, a, b model.Subject) view.Screen {
	s := newInquiry[*surplus](shared, keeper, &difference{shared, a, b})
	s.list = sheet.NewList(shared, view.Screen(s), surplusSchema(shared), attackColumn)
	s.list.GroupFirst("only")
	return s
}

func (d *difference) Place() view.Place {
	return view.Place{Screen: view.Difference, Subject: d.a, Other: d.b}
}

func (d *difference) Crumbs() []string {
	return []string{view.RBAC, d.a.String() + " and " + d.b.String(), view.Difference}
}

func (d *difference) Load(to *loader, before *answer[*surplus]) (*answer[*surplus], error) {
	a := &answer[*surplus]{empty: "there is no difference: what one may do, so may the other"}
	var one, two []access.Granted
	to.world.ask(func(c *cluster.Cluster, x *access.Analyser) {
		first, second := access.UserOf(d.a), access.UserOf(d.b)
		one, two = x.Permissions(first, to.world.discovery), x.Permissions(second, to.world.discovery)
		var other string
		_, a.scope = x.Complete(c, first, to.world.provider)
		_, other = x.Complete(c, second, to.world.provider)
		a.scope = cmp.Or(a.scope, other)
	})
	if a.scope != "" {
		a.scope = "there may be more: " + a.scope
	}
	diff := access.Differ(one, two)
	var rows []*surplus
	for _, side := range []struct {
		who       model.Subject
		all, list []access.Granted
		second    bool
	}{{d.a, one, diff.OnlyA, false}, {d.b, two, diff.OnlyB, true}} {
		f, err := to.folder(side.all)
		if err != nil {
			return nil, err
		}
		for _, r := range f.fold(side.list) {
			rows = append(rows, &surplus{r, side.second, text.Clean("only " + side.who.String())})
		}
	}
	var old *sheet.Batch[*surplus]
	if before != nil {
		old = before.batch
	}
	a.batch = sheet.NewBatch(old, subjectID(d.a)+subjectID(d.b), to.world.settled, rows, (*surplus).compare)
	a.aside = fmt.Sprintf("%d only here, %d only there, %d in common", len(diff.OnlyA), len(diff.OnlyB), diff.Common)
	a.said = append(a.said, remark{text: fmt.Sprintf("%s has %s that %s lacks, and lacks %d that the other has; %d are common to both.", d.a, view.Count(len(diff.OnlyA), "permission"), d.b, len(diff.OnlyB), diff.Common)})
	return a, nil
}

func (d *difference) Describe(to *loader, s *surplus) []string {
	const most = 8
	w := &teller{Page: page.New(&to.shared, to.width, false), to: to}
	who, other := d.a, d.b
	if s.second {
		who, other = d.b, d.a
	}
	w.Para(w.In(w.Ink.Strong, who.String()+" may "+s.whole()+"; "+other.String()+" may not."))
	w.steps(s.edges)
	var proofs []*proof
	if f, err := to.folder(s.granted); err == nil {
		proofs = f.proofs(s.granted)
	}
	for i, p := range proofs {
		w.Gap()
		if i == most {
			w.Para(w.In(w.Ink.Faint, "and "+view.Count(len(proofs)-most, "more grant")))
			break
		}
		w.head("BINDING", called(p.Binding)+", "+where(p.Binding.Namespace))
		w.label(p.Binding)
		w.found(p.Binding)
		w.head("SUBJECT", w.match(who, p))
		w.head("ROLE", called(p.Role))
		w.found(p.Role)
		w.Entry("RULE", w.In(w.Ink.Text, p.rule+": ")+w.In(w.Ink.Value, p.words))
		w.file(p.RuleObject(), p.rule)
	}
	return w.Lines()
}

func (d *difference) who(s *surplus) model.Subject {
	if s.second {
		return d.b
	}
	return d.a
}

func (d *difference) Subject(s *surplus) view.Subject {
	return view.Subject{Object: objectOf(d.who(s)), Names: []string{d.who(s).String() + ": " + s.whole()}}
}

func (d *difference) Open(s *surplus) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Grants, Subject: d.who(s), Query: s.key}})
}

func (d *difference) Can(a keys.Action) view.Offer {
	if a == keys.Difference {
		return view.Because("this is it")
	}
	return view.No()
}

func (d *difference) Do(keys.Action) tea.Cmd { return nil }

func (d *difference) Rule(s *surplus) string { return ruleOf(s.edges) }
