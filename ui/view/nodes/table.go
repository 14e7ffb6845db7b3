package nodes

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/lifecycle"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// update is the command that takes newer tables.
const update = "canopy data update --from FILE|URL"

// dataset is a row: a table of what is known of versions. It is immutable.
type dataset struct {
	of   lifecycle.Set
	days int
	// newer is a source of the same table that is not old; "" where there is none.
	newer string
	// What columns show is clean.
	name, source, origin string
}

// ID tells rows apart.
func (d *dataset) ID() string { return d.name + "\n" + d.source + "\n" + d.of.Source.URL }

// Same tells whether another row says the same.
func (d *dataset) Same(o *dataset) bool { return *d == *o }

func (d *dataset) compare(o *dataset) int {
	return cmp.Or(cmp.Compare(d.rank(), o.rank()), d.byAge(o), cmp.Compare(d.ID(), o.ID()))
}

// rank puts first what is old in every source.
func (d *dataset) rank() int {
	switch {
	case d.old() && d.newer == "":
		return 0
	case !d.old():
		return 1
	}
	return 2
}

// byAge puts first what has no date, then the oldest.
func (d *dataset) byAge(o *dataset) int { return cmp.Compare(d.of.Source.AsOf, o.of.Source.AsOf) }

// old tells that people are warned of its age, or that nobody knows it.
func (d *dataset) old() bool {
	return d.of.Source.AsOf == 0 || d.days > int(lifecycle.StaleAfter/(24*time.Hour))
}

func (d *dataset) state() string {
	switch {
	case d.of.Source.AsOf == 0:
		return "? no date"
	case d.old() && d.newer != "":
		return "- older"
	case d.old():
		return "! old"
	}
	return "+ fresh"
}

func (d *dataset) age() string {
	if d.of.Source.AsOf == 0 {
		return unknown
	}
	return view.Count(d.days, "day")
}

// daysOld is the age of a day, by the moment of a report.
func daysOld(d lifecycle.Day, now time.Time) int { return max(0, int(lifecycle.DayOf(now)-d)) }

// aged warns where the tables that verdicts rest on are old; bad tells that they are.
func aged(d desk, now time.Time) (words string, bad bool) {
	asOf := d.AsOf()
	if asOf == 0 || daysOld(asOf, now) <= int(lifecycle.StaleAfter/(24*time.Hour)) {
		return "", false
	}
	return fmt.Sprintf("the data on versions is of %s, %d days old: what came out since is not in it; %s takes newer", asOf, daysOld(asOf, now), update), true
}

// data is the topic of the tables.
type data struct{ topic }

func (t *data) Crumbs() []string { return []string{view.Nodes, dataName} }

// Load lists them.
func (t *data) Load(q *sheet.Quest, before *sheet.Answer[*dataset]) (*sheet.Answer[*dataset], error) {
	now := q.Snapshot.Report.Time
	var rows []*dataset
	// Of several sources of one table the newest tells how old it is.
	fresh := map[string]string{}
	names := map[string]bool{}
	for _, s := range t.desk.Sets() {
		d := &dataset{of: s, name: text.Clean(s.Name), source: text.Clean(s.Source.Name), origin: text.Clean(s.Origin), days: daysOld(s.Source.AsOf, now)}
		names[d.name] = true
		if !d.old() {
			fresh[d.name] = d.source
		}
		rows = append(rows, d)
	}
	for _, d := range rows {
		if d.old() {
			d.newer = fresh[d.name]
		}
	}
	old := len(names) - len(fresh)
	a := &sheet.Answer[*dataset]{
		Batch: sheet.NewBatch(before.Before(), dataName, true, rows, (*dataset).compare), Aside: view.Count(len(rows), "table"), Empty: "there are no tables: nothing is known of any version",
	}
	if len(rows) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: "nothing of this is taken from the network by itself; what no table speaks of is no data, never good"})
	}
	if old > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: fmt.Sprintf("%d of %d tables are older than %d days in every source: %s takes newer ones", old, len(names), int(lifecycle.StaleAfter/(24*time.Hour)), update), Bad: true})
	}
	return sheet.Steady(before, a), nil
}

func dataSchema(s *view.Shared) *table.Schema[*dataset] {
	state := sheet.Styled(sheet.Column("STATE", 9, 9, 0, (*dataset).state), func(d *dataset) lipgloss.Style {
		switch {
		case d.newer != "":
			return s.Theme.Faint
		case d.old():
			return s.Theme.Warn
		}
		return s.Theme.Good
	})
	state.Compare = (*dataset).compare
	age := sheet.Column("AGE", 8, 9, 1, (*dataset).age)
	age.Right, age.Falls = true, true
	age.Compare = (*dataset).byAge
	entries := sheet.Count("ENTRIES", 7, 2, func(d *dataset) int { return d.of.Entries })
	return &table.Schema[*dataset]{
		Key: (*dataset).ID, Compare: (*dataset).compare,
		Columns: []table.Column[*dataset]{
			state, sheet.Grow(sheet.Searched(sheet.Column("TABLE", 16, 34, 0, func(d *dataset) string { return d.name }))), entries,
			sheet.Grow(sheet.Searched(sheet.Column("SOURCE", 16, 30, 0, func(d *dataset) string { return d.source }))),
			sheet.Column("AS OF", 10, 10, 0, func(d *dataset) string { return d.of.Source.AsOf.String() }), age,
			sheet.Column("ORIGIN", 8, 8, 3, func(d *dataset) string { return d.origin }),
		},
		Fields: []table.Field[*dataset]{
			sheet.Field("table", "", func(d *dataset) string { return d.name }), sheet.Field("source", "", func(d *dataset) string { return d.source }),
			sheet.Field("origin", "", func(d *dataset) string { return d.origin }), sheet.Field("state", "", func(d *dataset) string { return d.state()[2:] }),
		},
	}
}

// Describe tells of a table where it is from.
func (t *data) Describe(q *sheet.Quest, d *dataset) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(w.Ink.Strong, d.name))
	w.Gap()
	w.say("ENTRIES", strconv.Itoa(d.of.Entries))
	w.say("SOURCE", d.of.Source.Name)
	w.say("", d.of.Source.URL)
	w.say("AS OF", d.of.Source.AsOf.String())
	w.say("AGE", d.age())
	w.say("ORIGIN", origin(d.of.Origin))
	w.Gap()
	switch {
	case d.newer != "":
		w.Para(w.In(w.Ink.Faint, "It is old, and what came out since is not in it; "+d.newer+" knows newer ones of the same."))
	case d.old():
		w.Para(w.In(w.Ink.Warn, "It is old, or has no date: what came out since is not in it."))
	}
	w.Entry("NEWER", w.In(w.Ink.Value, update))
	w.Entry("", w.In(w.Ink.Faint, "works without a network too: take a file along"))
	return w.Lines(), nil
}

func origin(o string) string {
	if o == "bundled" {
		return "part of the program"
	}
	return o
}

// Subject is the command by which newer tables come.
func (t *data) Subject(*dataset) view.Subject { return view.Subject{Names: []string{update}} }

// Open leads nowhere.
func (t *data) Open(*dataset) tea.Cmd { return nil }

// Can offers to read the text beside a table: that is as far as it goes.
func (t *data) Can(a keys.Action, _ *dataset, ok bool) view.Offer {
	if a == keys.Open && ok {
		return view.When(!t.screen.known.Deep(), "nothing leads further from here")
	}
	return view.No()
}

// Do goes to the text.
func (t *data) Do(a keys.Action, _ *dataset, _ bool) tea.Cmd {
	if a == keys.Open {
		return t.screen.known.Do(keys.NextPane)
	}
	return nil
}

// Label names what a key does here.
func (t *data) Label(a keys.Action) (label, does string) {
	if a == keys.Open {
		return "read", "read what is known of the table"
	}
	return "", ""
}

// Legend says what the signs mean.
func (t *data) Legend() []string {
	return []string{
		fmt.Sprintf("+ fresh: of the last %d days. ! old: older, and no source of the same table is fresh. - older: another source of the same table is fresh. ? no date: nobody knows", int(lifecycle.StaleAfter/(24*time.Hour))),
	}
}
