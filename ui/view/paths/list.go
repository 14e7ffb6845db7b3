package paths

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/attack"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// list is the topic of paths from any source to any goal.
type list struct {
	shared *view.Shared
	keeper *Keeper
	// in is what is asked, home what was asked at first. Commands read it.
	in   atomic.Pointer[inquiry]
	home inquiry
	// last is the newest answer.
	last   atomic.Pointer[reading]
	screen *Screen
}

// Place is what is asked.
func (t *list) Place() view.Place { return t.in.Load().place(view.Paths) }

// Crumbs name it.
func (t *list) Crumbs() []string {
	in := t.in.Load()
	if *in == t.home && in.source == "" && in.goal == "" && !in.lateral {
		return []string{view.Paths}
	}
	words := idWord(in.source, "every source") + " " + t.shared.Glyphs.ArrowRight + " " + idWord(in.goal, attack.ClusterAdmin.ID)
	if in.lateral {
		words += ", by the network as well"
	}
	return []string{view.Paths, words}
}

// Asked tells ways of asking apart.
func (t *list) Asked() string { return t.in.Load().text() }

// Load lists the paths, those of the greatest risk first.
func (t *list) Load(q *sheet.Quest, before *sheet.Answer[*item]) (*sheet.Answer[*item], error) {
	in := *t.in.Load()
	of := in.about() + "\n" + strings.Join(q.Snapshot.Namespaces.Names(), ",")
	if !q.Snapshot.Cover.Settled() {
		return &sheet.Answer[*item]{Batch: sheet.NewBatch(nil, of, false, nil, (*item).compare), Empty: waiting(q.Snapshot)}, nil
	}
	r, err := t.keeper.read(q.Ctx, q.Shared.Session, q.Snapshot, in)
	if err != nil {
		return nil, err
	}
	t.last.Store(r)
	if before != nil && before.Stamp == r.serial && before.Batch.Of() == of {
		return before, nil
	}
	rows := make([]*item, 0, len(r.answer.Paths))
	for i := range r.answer.Paths {
		if p := &r.answer.Paths[i]; within(q.Snapshot.Namespaces, p) {
			rows = append(rows, newItem(&q.Shared.Glyphs, p, r))
		}
	}
	a := &sheet.Answer[*item]{Stamp: r.serial, Said: r.said(q, len(rows)), Empty: r.none(q)}
	a.Batch = sheet.NewBatch(before.Before(), of, true, rows, (*item).compare)
	a.Aside = view.Count(len(rows), "path")
	if r.answer.More > 0 {
		a.Aside += fmt.Sprintf(", %d more", r.answer.More)
	}
	return a, nil
}

// Describe draws the path.
func (t *list) Describe(q *sheet.Quest, i *item) ([]string, error) {
	edges, err := t.keeper.catalogued()
	if err != nil {
		return nil, err
	}
	a := artist{shared: &q.Shared, edges: edges, ranked: i.of, width: q.Width}
	return a.path(i.path).lines, nil
}

// Subject is where the path begins.
func (t *list) Subject(i *item) view.Subject {
	return view.Subject{Object: i.path.From.Ref, Names: []string{i.route}}
}

// Open goes along the path.
func (t *list) Open(i *item) tea.Cmd {
	in := t.in.Load()
	return view.Send(view.Go{Place: inquiry{source: i.path.From.ID, goal: i.path.To.ID, lateral: in.lateral}.place(view.Path)})
}

// Can offers other questions, and what ends the paths.
func (t *list) Can(a keys.Action, i *item, ok bool) view.Offer {
	r := t.last.Load()
	switch a {
	case keys.Source, keys.Goal, keys.Lateral, keys.Internet:
		return view.Yes()
	case keys.Cuts:
		return view.When(r != nil && r.all() > 0, "there is no path to cut")
	case keys.More:
		return view.When(r != nil && r.answer.More > 0, "all paths are listed")
	case keys.Fix:
		if ok {
			return view.When(i.best != nil, "no edit of one object ends this path: enter shows its steps")
		}
		return view.Because("no path is selected")
	case keys.Owner, keys.YAML, keys.Related:
		if ok && i.path.From.Ref.IsZero() {
			return view.Because("the path begins at no object")
		}
	}
	return view.No()
}

// Do asks otherwise, or goes to what ends the paths.
func (t *list) Do(a keys.Action, i *item, _ bool) tea.Cmd {
	in := *t.in.Load()
	switch a {
	case keys.Source:
		return t.screen.chooseSource()
	case keys.Goal:
		return t.screen.chooseGoal()
	case keys.Lateral:
		in.lateral = !in.lateral
		t.in.Store(&in)
	case keys.Internet:
		if in.source == attack.Internet.ID {
			in.source = ""
		} else {
			in.source = attack.Internet.ID
		}
		t.in.Store(&in)
	case keys.More:
		in.limit += listed
		t.in.Store(&in)
	case keys.Cuts:
		return view.Send(view.Go{Place: in.place(view.Cuts)})
	case keys.Fix:
		return t.keeper.fix(t.shared, t.screen.snapshot, *i.best, i.of.cutters(i.best))
	}
	return nil
}

// Label names what keys do here.
func (t *list) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Internet:
		if t.in.Load().source == attack.Internet.ID {
			return "any source", "list the paths of every source"
		}
		return "internet", "list only the paths that begin outside of the cluster"
	case keys.Lateral:
		if t.in.Load().lateral {
			return "no lateral", "leave out steps by the network alone"
		}
	case keys.Fix:
		return "fix", "open the edit that ends the most paths, of those that end this one, as a plan"
	}
	return "", ""
}

// Legend explains the signs.
func (t *list) Legend() []string {
	return []string{
		signs(&t.shared.Glyphs),
		"COST is how hard the steps are, RISK where the path begins and ends, and how sure and hard it is; CUT is how many paths the best edit ends that ends this one",
		"SURE: proven by what was read; version, admission: rests on what is not known of these; missing-data: rests on what cannot be seen in the API",
		"filter: from: to: sure: step: through:",
	}
}

func listSchema(s *view.Shared) *table.Schema[*item] {
	risk := sheet.Count("RISK", 5, 0, func(i *item) int { return i.path.Risk })
	risk.Style = func(i *item) lipgloss.Style { return s.Theme.Severity(i.severity()) }
	known := sheet.Field("sure", "", func(i *item) string { return i.path.Confidence.String() })
	known.Known = []string{"proven", "version", "admission", "missing-data"}
	number := func(title string, width, priority int, of func(*item) int) table.Column[*item] {
		c := sheet.Count(title, width, priority, of)
		c.Falls = false
		c.Compare = func(a, b *item) int { return cmp.Compare(of(a), of(b)) }
		return c
	}
	return &table.Schema[*item]{
		Key: (*item).ID, Compare: (*item).compare,
		Columns: []table.Column[*item]{
			risk,
			sheet.Grow(sheet.Searched(sheet.Column("FROM", 16, 32, 2, func(i *item) string { return i.from }))),
			sheet.Searched(sheet.Column("TO", 13, 24, 4, func(i *item) string { return i.to })),
			number("COST", 5, 1, func(i *item) int { return i.path.Cost }),
			number("HOPS", 5, 6, func(i *item) int { return len(i.path.Hops) }),
			sheet.Styled(sheet.Column("SURE", 8, 12, 3, func(i *item) string { return i.path.Confidence.String() }), func(i *item) lipgloss.Style {
				if i.path.Confidence != attack.Proven {
					return s.Theme.Warn
				}
				return s.Theme.Text
			}),
			number("CUT", 4, 5, func(i *item) int { return i.removes() }),
			sheet.Grow(sheet.Searched(sheet.Column("ROUTE", 24, 80, 0, func(i *item) string { return i.route }))),
		},
		Fields: []table.Field[*item]{
			sheet.Field("from", "", func(i *item) string { return i.from }), sheet.Field("to", "", func(i *item) string { return i.to }), known,
			sheet.Within("step", "", func(i *item) string { return i.steps }), sheet.Within("through", "", func(i *item) string { return i.route }),
			sheet.Field("cost", "", func(i *item) string { return strconv.Itoa(i.path.Cost) }),
		},
	}
}
