package paths

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// The parts of a list of cuts.
const (
	singlePart = "one edit, the best first"
	leastPart  = "together these end all"
)

// edit is a row of a list of cuts. It is immutable.
type edit struct {
	cut  model.Cut
	part string
	// place is where it stands in its part, from 1; all is how many paths there are.
	place, all int
	of         *reading
	// What columns show is clean.
	object, does string
}

// ID tells rows apart.
func (e *edit) ID() string { return e.part + "\n" + e.object + "\n" + e.does }

// Same tells whether another row says the same.
func (e *edit) Same(o *edit) bool { return e.cut == o.cut && e.place == o.place && e.all == o.all }

func (e *edit) compare(o *edit) int {
	return cmp.Or(-cmp.Compare(e.part, o.part), cmp.Compare(e.place, o.place), cmp.Compare(e.ID(), o.ID()))
}

// cuts is the topic of what ends paths.
type cuts struct {
	shared *view.Shared
	keeper *Keeper
	in     inquiry
	last   atomic.Pointer[reading]
	// snapshot is the one that the answer is of.
	snapshot atomic.Pointer[view.Snapshot]
}

func newCuts(shared *view.Shared, keeper *Keeper, p view.Place) *sheet.Screen[*edit] {
	return sheet.New(shared, &cuts{shared: shared, keeper: keeper, in: inquiryOf(p)}, func(to view.Screen) *sheet.List[*edit] {
		l := sheet.NewList(shared, to, cutSchema(), 0)
		l.GroupFirst("part")
		if !p.Object.IsZero() {
			first := &edit{part: singlePart, object: text.Clean(p.Object.String()), does: text.Clean(p.Query)}
			l.Seek(first.ID())
		}
		return l
	})
}

// Place is whose paths are to end.
func (t *cuts) Place() view.Place { return t.in.place(view.Cuts) }

// Crumbs name it.
func (t *cuts) Crumbs() []string {
	return []string{view.Paths, "cuts of " + idWord(t.in.source, "every source") + " " + t.shared.Glyphs.ArrowRight + " " + idWord(t.in.goal, "cluster-admin")}
}

// Load lists the edits.
func (t *cuts) Load(q *sheet.Quest, before *sheet.Answer[*edit]) (*sheet.Answer[*edit], error) {
	if !q.Snapshot.Cover.Settled() {
		return &sheet.Answer[*edit]{Batch: sheet.NewBatch(nil, "", false, nil, (*edit).compare), Empty: waiting(q.Snapshot)}, nil
	}
	r, err := t.keeper.read(q.Ctx, q.Shared.Session, q.Snapshot, t.in)
	if err != nil {
		return nil, err
	}
	t.last.Store(r)
	t.snapshot.Store(q.Snapshot)
	if before != nil && before.Stamp == r.serial {
		return before, nil
	}
	var rows []*edit
	add := func(part string, list []model.Cut) {
		for i, c := range list {
			rows = append(rows, &edit{cut: c, part: part, place: i + 1, all: r.all(), of: r, object: text.Clean(c.Object.String()), does: text.Clean(c.Edit)})
		}
	}
	add(singlePart, r.answer.Cuts)
	add(leastPart, r.answer.Least)
	a := &sheet.Answer[*edit]{Stamp: r.serial, Aside: view.Count(len(r.answer.Cuts), "edit"), Empty: r.noCut(q), Said: r.ended(q)}
	a.Batch = sheet.NewBatch(before.Before(), "cuts", true, rows, (*edit).compare)
	return a, nil
}

// ended says what it takes to end all paths, or why nothing does.
func (r *reading) ended(q *sheet.Quest) []sheet.Remark {
	var out []sheet.Remark
	switch n := r.all(); {
	case r.wrong != "" || n == 0:
	case r.answer.Uncuttable != "":
		out = append(out, sheet.Remark{Text: "no edits end all of " + view.Count(n, "path") + ": " + r.answer.Uncuttable, Bad: true})
	case len(r.answer.Least) > 0:
		verb := "together end"
		if len(r.answer.Least) == 1 {
			verb = "ends"
		}
		out = append(out, sheet.Remark{Text: fmt.Sprintf("%s %s all of %s, with the least legitimate permission lost", view.Count(len(r.answer.Least), "edit"), verb, view.Count(n, "path"))})
	}
	if m := r.missing(q); m != "" {
		out = append(out, sheet.Remark{Text: "not known: " + m + ": there may be more paths, which these edits leave", Bad: true})
	}
	return out
}

// noCut says why there is nothing to list.
func (r *reading) noCut(q *sheet.Quest) string {
	switch {
	case r.all() == 0:
		return r.none(q)
	case r.answer.Uncuttable != "":
		return "no edit of one object ends a path: " + r.answer.Uncuttable
	}
	return "no edit of one object ends a path"
}

// Describe says what an edit ends, and how it is carried out.
func (t *cuts) Describe(q *sheet.Quest, e *edit) ([]string, error) {
	edges, err := t.keeper.catalogued()
	if err != nil {
		return nil, err
	}
	w := page.New(&q.Shared, q.Width, false)
	w.Para(w.In(w.Ink.Header, e.cut.Object.String()))
	w.Para(w.In(w.Ink.Text, e.cut.Edit))
	w.Gap()
	w.Entry("ENDS", w.In(w.Ink.Good, fmt.Sprintf("%d of %s", e.cut.Removes, view.Count(e.all, "path"))))
	if e.part == leastPart {
		w.Entry("", w.In(w.Ink.Text, "with those before it"))
	}
	steps := e.of.edges[keyOf(&e.cut)]
	for i, id := range steps {
		word := ""
		if i == 0 {
			word = "STEPS"
		}
		title := id
		if edge := edges[id]; edge != nil {
			title += " " + edge.Title
		}
		w.Entry(word, w.In(w.Ink.Text, title))
	}
	// The fix of a finding may keep what is harmless; whether it ends as much its own plan tells.
	if ids := findings(q.Shared.Session.Rules(), q.Snapshot, e.of.cutters(&e.cut), edges); len(ids) > 0 {
		for i, id := range ids {
			word := ""
			if i == 0 {
				word = "OR FIX"
			}
			w.Entry(word, w.In(w.Ink.Text, id))
		}
	}
	w.Gap()
	w.Para(w.In(w.Ink.Header, "Paths that end"))
	t.paths(q, w, e)
	return w.Lines(), nil
}

// shownPaths is how many paths of a cut are named.
const shownPaths = 12

// paths names the paths whose steps the edit ends.
func (t *cuts) paths(q *sheet.Quest, w *page.Page, e *edit) {
	n := 0
	for i := range e.of.answer.Paths {
		p := &e.of.answer.Paths[i]
		if !slices.ContainsFunc(p.Hops, func(h attack.Hop) bool { return keyOf(&h.Cut) == keyOf(&e.cut) }) {
			continue
		}
		if n++; n <= shownPaths {
			w.Item(w.In(w.Ink.Faint, q.Shared.Glyphs.Bullet), w.In(w.Ink.Text, route(&q.Shared.Glyphs, p)))
		}
	}
	switch {
	case n == 0:
		w.Para(w.In(w.Ink.Faint, "none of those that are listed goes by it alone: it ends them with others, or they have another way that is as cheap"))
	case n > shownPaths:
		w.Para(w.In(w.Ink.Faint, fmt.Sprintf("%d more", n-shownPaths)))
	}
}

// Subject is the object to edit.
func (t *cuts) Subject(e *edit) view.Subject {
	return view.Subject{Object: e.cut.Object, Names: []string{e.object + ": " + e.does}}
}

// Open opens the edit as a plan.
func (t *cuts) Open(e *edit) tea.Cmd {
	return t.keeper.fix(t.shared, t.snapshot.Load(), e.cut, e.of.cutters(&e.cut))
}

// Can offers the plan.
func (t *cuts) Can(a keys.Action, _ *edit, ok bool) view.Offer {
	switch a {
	case keys.Fix:
		return view.When(ok, "no edit is selected")
	case keys.Cuts:
		return view.Because("this is it")
	}
	return view.No()
}

// Do opens it.
func (t *cuts) Do(_ keys.Action, e *edit, _ bool) tea.Cmd { return t.Open(e) }

// Label names what keys do here.
func (t *cuts) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Open:
		return "plan", "open the edit as a plan"
	case keys.Fix:
		return "fix", "open the edit as a plan"
	}
	return "", ""
}

// Legend explains the columns.
func (t *cuts) Legend() []string {
	return []string{"ENDS is how many paths an edit takes away: by itself, and where several together end all, with the ones before it"}
}

func cutSchema() *table.Schema[*edit] {
	place := sheet.Column("#", 3, 4, 0, func(e *edit) string { return strconv.Itoa(e.place) })
	place.Name, place.Right, place.Compare = "order", true, (*edit).compare
	ends := sheet.Column("ENDS", 8, 12, 0, func(e *edit) string { return fmt.Sprintf("%d of %d", e.cut.Removes, e.all) })
	ends.Right, ends.Falls = true, true
	ends.Compare = func(a, b *edit) int { return cmp.Compare(b.cut.Removes, a.cut.Removes) }
	part := sheet.Field("part", "", func(e *edit) string { return e.part })
	part.Known = []string{singlePart, leastPart}
	part.Order = func(value string) (int, bool) {
		switch value {
		case singlePart:
			return 2, true
		case leastPart:
			return 1, true
		}
		return 0, false
	}
	return &table.Schema[*edit]{
		Key: (*edit).ID, Compare: (*edit).compare,
		Columns: []table.Column[*edit]{
			place, ends,
			sheet.Grow(sheet.Searched(sheet.Column("OBJECT", 20, 44, 0, func(e *edit) string { return e.object }))),
			sheet.Grow(sheet.Searched(sheet.Column("EDIT", 16, 30, 1, func(e *edit) string { return e.does }))),
		},
		Fields: []table.Field[*edit]{part, sheet.Field("object", "", func(e *edit) string { return e.object }), sheet.Field("kind", "", func(e *edit) string { return e.cut.Object.Kind }), sheet.Field("ns", "", func(e *edit) string { return text.Clean(e.cut.Object.Namespace) })},
	}
}
