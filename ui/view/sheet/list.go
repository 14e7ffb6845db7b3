package sheet

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/table"
	"canopy/ui/view"
)

// glowing is how long new rows glow and gone ones fade.
const glowing = 1500 * time.Millisecond

// List is a table whose arrangements are made outside the loop, one at a time.
type List[R Row[R]] struct {
	shared *view.Shared
	to     view.Screen
	schema *table.Schema[R]
	table  *table.Table[R]
	// wanted is what is to be shown, shown what is; busy tells that an arrangement is being made.
	wanted, shown job[R]
	busy, ticking bool
	// seek is the id of the row to be selected once it is there.
	seek string
	// cells is the width of the table.
	cells int
}

// job is what an arrangement is made of.
type job[R Row[R]] struct {
	batch *Batch[R]
	query table.Query
}

// Taker is a message that knows whom it is for.
type Taker interface {
	// Take hands it over, on the loop.
	Take() tea.Cmd
}

type listed[R Row[R]] struct {
	list *List[R]
	job  job[R]
	rows *table.Arrangement[R]
	// needs holds how many cells each column needs; nil where they are as before.
	needs []int
}

type settle[R Row[R]] struct{ list *List[R] }

// NewList gives an empty list of a screen, sorted by a column.
func NewList[R Row[R]](shared *view.Shared, to view.Screen, schema *table.Schema[R], column int) *List[R] {
	l := &List[R]{shared: shared, to: to, schema: schema, table: table.New(schema, styles(shared), shared.Glyphs)}
	l.wanted = job[R]{&Batch[R]{}, table.Query{Column: column}}
	l.shown.batch = l.wanted.batch
	return l
}

func styles(s *view.Shared) table.Styles {
	t := &s.Theme
	return table.Styles{
		Header: t.Header, Group: t.Strong, Faint: t.Faint, Selected: t.Selected, Resting: t.Resting,
		Marked: t.Marked, Glow: t.Glow, Gone: t.Gone, Match: t.Match,
	}
}

// Restyle takes the look anew.
func (l *List[R]) Restyle() {
	l.table.SetStyles(styles(l.shared))
	l.table.SetGlyphs(l.shared.Glyphs)
}

// Show asks for other rows.
func (l *List[R]) Show(b *Batch[R]) tea.Cmd {
	l.wanted.batch = b
	return l.arrange()
}

// query asks for the rows in another way.
func (l *List[R]) query(change func(*table.Query)) tea.Cmd {
	change(&l.wanted.query)
	return l.arrange()
}

// arrange makes the next arrangement, unless one is being made or there is nothing to do.
func (l *List[R]) arrange() tea.Cmd {
	if l.busy || l.wanted == l.shown {
		return nil
	}
	l.busy = true
	now, from, to := l.table.Rows(), l.shown, l.wanted
	return view.Later(l.to, func() tea.Msg {
		next := now
		var needs []int
		if from.batch != to.batch {
			needs = l.needs(to.batch.rows)
		}
		switch {
		case from.batch == to.batch:
		case from.batch.of != to.batch.of:
			next = l.schema.Arrange(to.batch.rows, to.query)
		default:
			gone, come := changes(from.batch.rows, to.batch.rows, l.schema.Compare)
			if from.batch.whole && to.batch.whole {
				next = next.Stir(gone, come)
			} else {
				next = next.Apply(gone, come)
			}
		}
		return listed[R]{l, to, next.With(to.query), needs}
	})
}

// needs tells how wide the texts of each column are, so that one with short texts leaves its room to others. They are clean
// where they are ours, and what is not clean is cut.
func (l *List[R]) needs(rows []R) []int {
	needs := make([]int, len(l.schema.Columns))
	for i := range l.schema.Columns {
		c := &l.schema.Columns[i]
		for _, r := range rows {
			needs[i] = max(needs[i], view.Width(c.Text(r)))
		}
		if c.Compare != nil {
			needs[i] = max(needs[i], len(c.Title)+1)
		}
	}
	return needs
}

// Take hands the message over.
func (m listed[R]) Take() tea.Cmd {
	l := m.list
	other := l.shown.batch.of != m.job.batch.of
	l.busy, l.shown = false, m.job
	for i, n := range m.needs {
		l.table.Need(i, n)
	}
	l.table.Show(m.rows)
	if other {
		l.table.ClearMarks()
		l.table.Home()
		if m.rows.Groups() > 0 {
			// From the head of the first group to the first row.
			l.table.Move(1)
		}
	}
	if l.seek != "" && l.table.Select(l.seek) {
		l.seek = ""
	}
	return tea.Batch(l.glow(), l.arrange())
}

// Take hands the message over.
func (m settle[R]) Take() tea.Cmd {
	m.list.ticking = false
	m.list.table.Settle()
	return m.list.glow()
}

// glow ends the glow of new rows after a moment, or at once.
func (l *List[R]) glow() tea.Cmd {
	switch {
	case l.ticking || !l.table.Unsettled():
	case !l.shared.Glow:
		l.table.Settle()
	default:
		l.ticking = true
		return tea.Tick(glowing, func(time.Time) tea.Msg { return view.For{To: l.to, Msg: settle[R]{l}} })
	}
	return nil
}

// Reveal selects the row with an id, now or once it is there. A filter that could hold it back goes.
func (l *List[R]) Reveal(id string) tea.Cmd {
	if l.wanted.query.Filter == "" && l.table.Select(id) {
		l.seek = ""
		return nil
	}
	l.seek = id
	return l.query(func(q *table.Query) { q.Filter = "" })
}

// Seek has the row with an id selected once it is there. It is for a list that is still empty.
func (l *List[R]) Seek(id string) { l.seek = id }

// Selected gives the row under the cursor, unless it is gone.
func (l *List[R]) Selected() (r R, ok bool) {
	r, ok = l.table.Selected()
	if ok && l.table.Rows().Leaving(r) {
		var none R
		return none, false
	}
	return r, ok
}

// Len is the number of rows that pass the filter.
func (l *List[R]) Len() int { return l.table.Rows().Len() }
