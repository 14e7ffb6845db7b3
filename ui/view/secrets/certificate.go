package secrets

import (
	"cmp"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// certificate is a row: one whose end is known. It is immutable.
type certificate struct {
	object  model.Ref
	place   int
	until   int64
	ended   bool
	soon    bool
	written string
	// What columns show is clean.
	name, field, subject, from string
	findings                   []*model.Finding
}

// ID tells rows apart.
func (c *certificate) ID() string {
	return c.object.Group + "\n" + c.object.String() + "\n" + c.field + "\n" + c.subject + "\n" + strconv.Itoa(c.place)
}

// Same tells whether another row says the same.
func (c *certificate) Same(o *certificate) bool {
	return c.until == o.until && c.ended == o.ended && c.soon == o.soon && c.from == o.from && c.written == o.written && len(c.findings) == len(o.findings)
}

// compare puts what ends first.
func (c *certificate) compare(o *certificate) int {
	return cmp.Or(cmp.Compare(c.until, o.until), cmp.Compare(c.ID(), o.ID()))
}

func (c *certificate) state() string {
	switch {
	case c.ended:
		return "x ended"
	case c.soon:
		return "! soon"
	}
	return "+ good"
}

// certificates is the topic of when certificates end.
type certificates struct{ topic }

func (t *certificates) Crumbs() []string { return []string{view.Secrets, certificatesName} }

// Load lists those that are known.
func (t *certificates) Load(q *sheet.Quest, before *sheet.Answer[*certificate]) (*sheet.Answer[*certificate], error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, err
	}
	now, on, seen := q.Snapshot.Report.Time, found(q.Snapshot), map[string]int{}
	var rows []*certificate
	add := func(object model.Ref, field, subject, from string, until int64) {
		if until == 0 || object != model.ClusterRef() && !q.Snapshot.Namespaces.Show(object) {
			return
		}
		end := time.Unix(until, 0)
		c := &certificate{
			object: object, until: until, ended: !now.Before(end), soon: now.Add(secret.DefaultExpiry).After(end), written: q.Shared.Moment(until),
			name: text.Clean(object.String()), field: text.Clean(field), subject: text.Clean(subject), from: text.Clean(from), findings: on[object],
		}
		id := c.ID()
		c.place, seen[id] = seen[id], seen[id]+1
		rows = append(rows, c)
	}
	for i := range s.certificates {
		c := &s.certificates[i]
		add(c.Object, c.Path, c.Subject, "its field", c.Until)
	}
	for i := range s.secrets {
		of := &s.secrets[i]
		if of.Facts == nil || len(of.Facts.Certificates) == 0 {
			add(of.Ref, "", "", cmp.Or(of.ExpiryFrom, "unknown"), of.Expires)
			continue
		}
		for _, c := range of.Facts.Certificates {
			add(of.Ref, "data."+c.Key, c.Subject, "reading it", c.Until)
		}
	}
	return steady(before, &sheet.Answer[*certificate]{
		Batch: sheet.NewBatch(batchOf(before), certificatesName, q.Snapshot.Cover.Settled(), rows, (*certificate).compare),
		Aside: view.Count(len(rows), "certificate"), Said: []sheet.Remark{covered(q, s)},
		Empty: "no certificate is known whose end can be told without reading a Secret",
	}), nil
}

func certificateSchema(s *view.Shared) *table.Schema[*certificate] {
	state := sheet.Searched(sheet.Column("STATE", 7, 7, 0, (*certificate).state))
	state.Style = func(c *certificate) lipgloss.Style {
		switch {
		case c.ended:
			return s.Theme.Alarm
		case c.soon:
			return s.Theme.Warn
		}
		return s.Theme.Good
	}
	state.Compare = (*certificate).compare
	return &table.Schema[*certificate]{
		Key: (*certificate).ID, Compare: (*certificate).compare,
		Columns: []table.Column[*certificate]{
			state, sheet.Searched(sheet.Column("UNTIL", 16, 16, 0, func(c *certificate) string { return c.written })),
			sheet.Grow(sheet.Searched(sheet.Column("OBJECT", 18, 34, 0, func(c *certificate) string { return c.name }))),
			sheet.Grow(sheet.Searched(sheet.Column("SUBJECT", 12, 24, 1, func(c *certificate) string { return c.subject }))),
			sheet.Grow(sheet.Searched(sheet.Column("FIELD", 12, 30, 3, func(c *certificate) string { return c.field }))),
			sheet.Searched(sheet.Column("KNOWN BY", 12, 16, 2, func(c *certificate) string { return c.from })),
		},
		Fields: []table.Field[*certificate]{
			sheet.Field("namespace", "ns", func(c *certificate) string { return c.object.Namespace }), sheet.Field("kind", "", func(c *certificate) string { return c.object.Kind }),
			sheet.Field("state", "", func(c *certificate) string { return c.state()[2:] }), sheet.Field("known", "", func(c *certificate) string { return c.from }),
		},
	}
}

// Describe tells of a certificate.
func (t *certificates) Describe(q *sheet.Quest, c *certificate) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(w.Ink.Strong, cmp.Or(c.subject, "a certificate")))
	w.Gap()
	w.say("OF", c.object.String())
	w.say("", c.field)
	w.say("UNTIL", c.written)
	switch {
	case c.ended:
		w.Entry("", w.In(w.Ink.Warn, "it has ended: what checks it refuses it"))
	case c.soon:
		w.Entry("", w.In(w.Ink.Warn, "it ends within a month"))
	}
	w.say("KNOWN", "by "+c.from)
	return w.Lines(), nil
}

// Subject is the object.
func (t *certificates) Subject(c *certificate) view.Subject {
	sub := view.Subject{Findings: c.findings, Names: []string{c.object.String() + " " + c.field}}
	if c.object != model.ClusterRef() {
		sub.Object = c.object
	}
	return sub
}

// Open goes to the Secret, or to the object.
func (t *certificates) Open(c *certificate) tea.Cmd {
	screen := view.Detail
	if c.object.Group == "" && c.object.Kind == "Secret" {
		screen = view.Secret
	}
	return view.Send(view.Go{Place: view.Place{Screen: screen, Object: c.object}})
}

// Can offers what every list has.
func (t *certificates) Can(a keys.Action, c *certificate, ok bool) view.Offer {
	switch a {
	case keys.Owner:
		return view.Because("what has a certificate here runs nothing")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(c.findings) > 0, "no finding is on it").ByProgram()
		}
	}
	return t.can(a)
}

// Do does it.
func (t *certificates) Do(a keys.Action, _ *certificate, _ bool) tea.Cmd { return t.do(a) }
