package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// exposure is a row: a credential that stands where it should not. It is immutable.
type exposure struct {
	row *view.Row
	// at is where it stands, place the place in the evidence of the finding.
	at    model.Evidence
	place int
	// number tells equal values; 0 where the value stands here alone.
	number int
	// length is in bytes; -1 where it is not told.
	length int
	// What columns show is clean.
	what, object, field string
}

// exposing tells that a rule is about credentials that stand in the open.
func exposing(rule string) bool { return rule == "SE01" || rule == "SE03" || rule == "SE04" }

// ID tells rows apart.
func (e *exposure) ID() string { return e.row.Finding.ID + "\n" + strconv.Itoa(e.place) }

// Same tells whether another row says the same.
func (e *exposure) Same(o *exposure) bool {
	return e.row.Same(o.row) && e.at == o.at && e.number == o.number
}

func (e *exposure) compare(o *exposure) int {
	return cmp.Or(e.bySeverity(o), cmp.Compare(e.row.Finding.ID, o.row.Finding.ID), cmp.Compare(e.place, o.place))
}

// bySeverity puts what holds first, and of that the worst.
func (e *exposure) bySeverity(o *exposure) int {
	return cmp.Or(last(e.row.Verdict != model.Yes, o.row.Verdict != model.Yes), cmp.Compare(o.row.Finding.Severity, e.row.Finding.Severity))
}

// value names a value that stands in several places.
func (e *exposure) value() string {
	if e.number == 0 {
		return ""
	}
	return "value " + strconv.Itoa(e.number)
}

// sized takes the length out of what evidence says of a value: Stripe key, 32 bytes (base64).
func sized(said string) (what string, length int, ok bool) {
	for at := strings.Index(said, ", "); at >= 0; {
		number, rest, has := strings.Cut(said[at+2:], " byte")
		if n, err := strconv.Atoi(number); has && err == nil && n >= 0 {
			return said[:at] + strings.TrimPrefix(rest, "s"), n, true
		}
		next := strings.Index(said[at+2:], ", ")
		if next < 0 {
			break
		}
		at += 2 + next
	}
	return said, -1, false
}

func newExposure(r *view.Row, place int, at model.Evidence, number int) *exposure {
	e := &exposure{row: r, place: place, at: at, number: number, length: -1, what: at.Value, object: text.Clean(at.Object.String()), field: text.Clean(at.Path)}
	if what, n, ok := sized(at.Value); ok {
		e.what, e.length = what, n
	}
	if r.Finding.Rule.ID == "SE04" {
		e.what, e.length = "copy of a Secret", -1
	}
	e.what = text.Clean(cmp.Or(e.what, r.Finding.Rule.Short))
	return e
}

// exposures is the topic of what leaks.
type exposures struct {
	topic
	// made is the evidence of the findings of the newest answer: it is made once. rows are those of the answer.
	made map[*model.Finding][]model.Evidence
	rows atomic.Pointer[[]*exposure]
}

func (t *exposures) Crumbs() []string { return []string{view.Secrets, exposuresName} }

// Load lists the evidence of the findings. It is called one at a time.
func (t *exposures) Load(q *sheet.Quest, before *sheet.Answer[*exposure]) (*sheet.Answer[*exposure], error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, err
	}
	values := q.Shared.Values
	values.Read(q.Snapshot.Report)
	made, objects, shared := map[*model.Finding][]model.Evidence{}, map[model.Ref]bool{}, map[int]bool{}
	var rows []*exposure
	for _, r := range q.Snapshot.Rows {
		if !exposing(r.Finding.Rule.ID) {
			continue
		}
		list, ok := t.made[r.Finding]
		if !ok {
			list = r.Finding.Proof.Evidence()
		}
		made[r.Finding] = list
		objects[r.Finding.Object] = true
		for i, at := range list {
			e := newExposure(r, i, at, values.Number(at.Print))
			rows = append(rows, e)
			if e.number > 0 {
				shared[e.number] = true
			}
		}
	}
	t.made = made
	t.rows.Store(&rows)
	a := &sheet.Answer[*exposure]{
		Batch: sheet.NewBatch(batchOf(before), exposuresName, q.Snapshot.Cover.Settled(), rows, (*exposure).compare),
		Aside: view.Count(len(rows), "exposure"), Empty: t.nothing(q), Scope: unjudged(q),
	}
	if len(rows) > 0 {
		line := fmt.Sprintf("%s in %s", credentials(len(rows)), view.Count(len(objects), "object"))
		if len(shared) > 0 {
			line += fmt.Sprintf(" %s %s in several places: one change ends all of its places", q.Shared.Glyphs.Dot, standing(len(shared)))
		}
		a.Said = append(a.Said, sheet.Remark{Text: line})
	}
	a.Said = append(a.Said, covered(q, s))
	return steady(before, a), nil
}

func credentials(n int) string {
	if n == 1 {
		return "1 credential stands in the open"
	}
	return strconv.Itoa(n) + " credentials stand in the open"
}

func standing(n int) string {
	if n == 1 {
		return "1 value stands"
	}
	return strconv.Itoa(n) + " values stand"
}

// unjudged says why not everything could be looked through.
func unjudged(q *sheet.Quest) string {
	for _, id := range []string{"SE01", "SE03", "SE04"} {
		if s := q.Snapshot.Report.Rules[id]; !s.Loading && s.Verdict != model.Yes && s.Reason != "" {
			return id + ": " + s.Reason
		}
	}
	return ""
}

// nothing says that no credential was found, and never more than is known.
func (t *exposures) nothing(q *sheet.Quest) string {
	where := ""
	if names := q.Snapshot.Namespaces.Names(); len(names) > 0 {
		where = " of " + view.Few(names, 3)
	}
	for _, id := range []string{"SE01", "SE03", "SE04"} {
		switch s, ok := q.Snapshot.Report.Rules[id]; {
		case !ok || s.Loading:
			return "nothing so far: what is to be looked through is still loading"
		case s.Verdict != model.Yes:
			return "nothing in what could be looked through" + where + ", which is not all: " + cmp.Or(s.Reason, "it was not judged")
		}
	}
	text := "no credential stands in the workloads, ConfigMaps and annotations" + where
	if key := q.Shared.Keys.Show(keys.Sweep); key != "" {
		text += "; " + key + " looks into custom resources and Events too"
	}
	return text
}

func exposureSchema(s *view.Shared) *table.Schema[*exposure] {
	severity := sheet.Column("SEV", 4, 4, 0, func(e *exposure) string { return e.row.Severity() })
	severity.Style = func(e *exposure) lipgloss.Style { return s.Theme.Severity(e.row.Finding.Severity) }
	severity.Compare = (*exposure).bySeverity
	length := table.Column[*exposure]{
		Title: "BYTES", Min: 5, Ideal: 5, Priority: 3, Right: true, Falls: true, Text: func(e *exposure) string {
			if e.length < 0 {
				return unknown
			}
			return strconv.Itoa(e.length)
		},
		Compare: func(a, b *exposure) int { return cmp.Compare(b.length, a.length) },
	}
	value := sheet.Searched(sheet.Column("EQUAL", 8, 8, 1, (*exposure).value))
	value.Compare = func(a, b *exposure) int {
		return cmp.Or(last(a.number == 0, b.number == 0), cmp.Compare(a.number, b.number))
	}
	return &table.Schema[*exposure]{
		Key: (*exposure).ID, Compare: (*exposure).compare,
		Columns: []table.Column[*exposure]{
			severity, sheet.Searched(sheet.Column("RULE", 4, 4, 2, func(e *exposure) string { return e.row.Finding.Rule.ID })),
			sheet.Grow(sheet.Searched(sheet.Column("WHAT", 12, 20, 0, func(e *exposure) string { return e.what }))), length, value,
			sheet.Grow(sheet.Searched(sheet.Column("OBJECT", 18, 28, 0, func(e *exposure) string { return e.object }))),
			sheet.Grow(sheet.Searched(sheet.Column("FIELD", 16, 40, 4, func(e *exposure) string { return e.field }))),
		},
		Fields: []table.Field[*exposure]{
			sheet.Field("rule", "", func(e *exposure) string { return e.row.Finding.Rule.ID }), sheet.Field("what", "", func(e *exposure) string { return e.what }),
			sheet.Field("namespace", "ns", func(e *exposure) string { return e.at.Object.Namespace }), sheet.Field("kind", "", func(e *exposure) string { return e.at.Object.Kind }),
			sheet.Field("object", "", func(e *exposure) string { return e.object }), sheet.Field("value", "", func(e *exposure) string { return cmp.Or(e.value(), "in one place") }),
		},
	}
}

// Describe tells of one exposure, and where else the value stands.
func (t *exposures) Describe(q *sheet.Quest, e *exposure) ([]string, error) {
	p, f := page.New(&q.Shared, q.Width, false), e.row.Finding
	p.Para(p.In(p.Ink.Severity(f.Severity), e.row.Severity()) + p.In(p.Ink.Strong, " "+f.Rule.ID+" "+f.Rule.Title))
	p.Gap()
	what := e.what
	if e.length >= 0 {
		what = e.at.Value
	}
	p.Entry("WHAT", p.In(p.Ink.Value, what))
	p.Entry("WHERE", p.In(p.Ink.Text, e.at.Object.String()))
	p.Entry("", p.In(p.Ink.Text, e.at.Path))
	if file, at, ok := q.Shared.Session.Locate(e.at.Object, e.at.Path); ok {
		p.Entry("", p.In(p.Ink.Faint, fmt.Sprintf("%s:%d", file, at)))
	}
	if e.row.Verdict != model.Yes {
		p.Entry("STATE", p.In(p.Ink.Warn, e.row.Verdict.String()+": "+e.row.Reason))
	}
	t.equal(p, e)
	p.Gap()
	p.Para(p.In(p.Ink.Text, f.Rule.Why))
	p.Gap()
	p.Entry("FIX", p.In(p.Ink.Text, f.Rule.Remedy))
	p.Entry("", p.In(p.Ink.Faint, "the value itself is not known here any more: whoever changes it makes a new one"))
	return p.Lines(), nil
}

// equal lists the other places of a value.
func (t *exposures) equal(p *page.Page, e *exposure) {
	if e.number == 0 {
		return
	}
	p.Gap()
	p.Entry("EQUAL", p.In(p.Ink.Strong, e.value())+p.In(p.Ink.Text, " stands also in"))
	n := 0
	for _, o := range *t.rows.Load() {
		if o.number != e.number || o.ID() == e.ID() {
			continue
		}
		if n++; n <= most {
			p.Entry("", p.In(p.Ink.Text, o.at.Object.String()+" ")+p.In(p.Ink.Faint, o.at.Path))
		}
	}
	if n > most {
		p.Entry("", p.In(p.Ink.Faint, "and "+view.Count(n-most, "more place")))
	}
}

// most bounds the lists of a text; the rest is counted.
const most = 40

// unknown stands for what nobody tells: a zero would look clean.
const unknown = "–"

// Subject is what the credential stands in.
func (t *exposures) Subject(e *exposure) view.Subject {
	return view.Subject{Object: e.row.Finding.Object, Findings: []*model.Finding{e.row.Finding}, Names: []string{e.at.Object.String() + " " + e.at.Path}}
}

// Open goes to the finding.
func (t *exposures) Open(e *exposure) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Finding: e.row.Finding.ID}})
}

// Can offers what every list has.
func (t *exposures) Can(a keys.Action, e *exposure, ok bool) view.Offer {
	if a == keys.Owner && ok && !slices.Contains(runs(), e.row.Finding.Object.Kind) {
		return view.Because("a " + e.row.Finding.Object.Kind + " runs nothing: enter shows the finding")
	}
	return t.can(a)
}

// Do does it.
func (t *exposures) Do(a keys.Action, _ *exposure, _ bool) tea.Cmd { return t.do(a) }
