package network

import (
	"cmp"
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/engine"
	"canopy/analysis/network"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// turn is a change of the cluster that opened or closed something. It is immutable.
type turn struct {
	engine.Shifted
	// opened and closed count pairs of pods.
	opened, closed int
	// What the row shows, clean.
	clock, object, words string
}

// ID tells turns apart.
func (t *turn) ID() string { return strconv.FormatUint(t.Sequence, 10) }

// Same tells whether another row says the same: a turn goes on for a while.
func (t *turn) Same(o *turn) bool {
	return t.opened == o.opened && t.closed == o.closed && t.words == o.words && t.Verb == o.Verb
}

func (t *turn) compare(o *turn) int {
	return cmp.Compare(o.Sequence, t.Sequence)
}

// history is the topic of which pairs opened and closed, and what did it.
type history struct {
	topic
	// shifts gives the changes, the newest first.
	shifts func() []engine.Shifted
}

func newHistory(shared *view.Shared, ask asker, shifts func() []engine.Shifted, p view.Place) view.Screen {
	return sheet.New(shared, &history{topic{shared, ask, p}, shifts}, func(to view.Screen) *sheet.List[*turn] {
		return sheet.NewList(shared, to, turnSchema(), 0)
	})
}

func (t *history) Crumbs() []string { return t.crumbs(view.History) }

func (t *history) Load(q *sheet.Quest, before *sheet.Answer[*turn]) (*sheet.Answer[*turn], error) {
	if a := waiting(q, view.History, (*turn).compare); a != nil {
		return a, nil
	}
	var rows []*turn
	var opened, closed int
	for _, s := range t.shifts() {
		if len(s.Opened)+len(s.Closed) == 0 {
			continue
		}
		r := &turn{Shifted: s, clock: q.Shared.Clock(s.Time), object: text.Clean(s.Object.String())}
		for i := range s.Opened {
			r.opened += s.Opened[i].Pairs
		}
		for i := range s.Closed {
			r.closed += s.Closed[i].Pairs
		}
		opened, closed = opened+r.opened, closed+r.closed
		switch {
		case len(s.Opened) > 0:
			r.words = "opened " + shiftWords(&s.Opened[0])
		default:
			r.words = "closed " + shiftWords(&s.Closed[0])
		}
		if n := len(s.Opened) + len(s.Closed) - 1; n > 0 {
			r.words += fmt.Sprintf(", and %d more", n)
		}
		r.words = text.Clean(r.words)
		rows = append(rows, r)
	}
	a := &sheet.Answer[*turn]{Empty: "no pair has opened or closed since everything was read"}
	a.Batch = sheet.NewBatch(batchOf(before), view.History, true, rows, (*turn).compare)
	if before != nil && a.Batch == before.Batch {
		return before, nil
	}
	if len(rows) > 0 {
		a.Aside = fmt.Sprintf("%s, %d pairs opened, %d closed", view.Count(len(rows), "change"), opened, closed)
	}
	return a, nil
}

// className names pods that no policy tells apart.
func className(c network.ClassName) string {
	switch {
	case c == network.ClassName{}:
		return "everything"
	case c.Labels == "":
		return c.Namespace
	}
	return c.Namespace + " [" + c.Labels + "]"
}

func shiftWords(s *network.Shift) string {
	return className(s.Src) + " > " + className(s.Dst) + " " + s.Connections.String()
}

func turnSchema() *table.Schema[*turn] {
	clock := sheet.Column("TIME", 8, 8, 0, func(t *turn) string { return t.clock })
	clock.Compare = (*turn).compare
	return &table.Schema[*turn]{
		Key: (*turn).ID, Compare: (*turn).compare,
		Columns: []table.Column[*turn]{
			clock,
			sheet.Count("OPENED", 7, 0, func(t *turn) int { return t.opened }),
			sheet.Count("CLOSED", 7, 0, func(t *turn) int { return t.closed }),
			sheet.Column("DID", 8, 8, 2, func(t *turn) string { return string(t.Verb) }),
			sheet.Grow(sheet.Searched(sheet.Column("WHAT DID IT", 14, 28, 0, func(t *turn) string { return t.object }))),
			sheet.Grow(sheet.Searched(sheet.Column("PAIRS", 14, 30, 1, func(t *turn) string { return t.words }))),
		},
		Fields: []table.Field[*turn]{
			sheet.Field("kind", "", func(t *turn) string { return t.Object.Kind }), sheet.Field("ns", "namespace", func(t *turn) string { return text.Clean(t.Object.Namespace) }),
			sheet.Field("did", "", func(t *turn) string { return string(t.Verb) }),
		},
	}
}

// shown bounds the shifts of one change that are written out.
const shown = 400

func (t *history) Describe(q *sheet.Quest, r *turn) ([]string, error) {
	p := tellerOf(q)
	p.Para(p.In(p.Ink.Strong, r.clock+"  "+r.object+" "+string(r.Verb)))
	p.Para(p.In(p.Ink.Faint, "Pods are told as classes: those that no policy tells apart."))
	for _, part := range []struct {
		title string
		list  []network.Shift
	}{{"OPENED", r.Opened}, {"CLOSED", r.Closed}} {
		if len(part.list) == 0 {
			continue
		}
		p.Gap()
		p.Para(p.In(p.Ink.Header, part.title))
		for i := range part.list {
			if i == shown {
				p.Para(p.In(p.Ink.Faint, fmt.Sprintf("and %d more", len(part.list)-i)))
				break
			}
			s := &part.list[i]
			p.Hang("", "  ", p.In(p.Ink.Text, className(s.Src)+" "+p.shared.Glyphs.ArrowRight+" "+className(s.Dst))+p.In(p.Ink.Strong, "  "+s.Connections.String())+p.In(p.Ink.Faint, "  "+view.Count(s.Pairs, "pair")))
		}
	}
	return p.Lines(), nil
}

func (t *history) Subject(r *turn) view.Subject {
	return view.Subject{Object: r.Object, Names: []string{r.Object.String()}}
}

func (t *history) Open(r *turn) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: r.Object}})
}

func (t *history) Can(a keys.Action, r *turn, ok bool) view.Offer {
	switch a {
	case keys.Reach:
		return view.When(ok && (Reaches(r.Object) || r.Object.Namespace != ""), "it is of no namespace")
	case keys.Fix, keys.WhatIf, keys.Explain:
		return view.Because("what has happened has no finding")
	}
	return t.can(a)
}

func (t *history) Do(a keys.Action, r *turn, _ bool) tea.Cmd {
	if a == keys.Reach {
		object := r.Object
		if !Reaches(object) {
			object = namespaceRef(object.Namespace)
		}
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: object}})
	}
	return t.do(a)
}
