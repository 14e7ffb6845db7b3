package table_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/table"
	"canopy/ui/theme"
)

type item struct {
	key, name, space string
	size             int
}

func schema() *table.Schema[*item] {
	return &table.Schema[*item]{
		Key:     func(i *item) string { return i.key },
		Compare: func(a, b *item) int { return cmp.Compare(a.key, b.key) },
		Columns: []table.Column[*item]{
			{Title: "NAME", Min: 6, Ideal: 12, Grow: true, Searched: true, Text: func(i *item) string { return i.name },
				Compare: func(a, b *item) int { return cmp.Compare(a.name, b.name) }},
			{Title: "SPACE", Min: 6, Ideal: 10, Priority: 2, Searched: true, Text: func(i *item) string { return i.space }},
			{Title: "SIZE", Min: 4, Ideal: 4, Priority: 1, Right: true, Falls: true, Text: func(i *item) string { return fmt.Sprint(i.size) },
				Compare: func(a, b *item) int { return cmp.Compare(b.size, a.size) }},
		},
		Fields: []table.Field[*item]{
			{Name: "in", Text: func(i *item) string { return i.space }},
			{Name: "big", Also: "size", Text: func(i *item) string { return strconv.Itoa(i.size) }, Order: rank},
		},
		Summary: func(rows []*item) string {
			sum := 0
			for _, i := range rows {
				sum += i.size
			}
			return fmt.Sprint("sum ", sum)
		},
	}
}

func rank(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func some(r *rand.Rand, n int) *item {
	k := r.IntN(n)
	return &item{fmt.Sprintf("k%04d", k), fmt.Sprintf("name-%d", r.IntN(n)), fmt.Sprintf("space%d", k%7), r.IntN(5)}
}

// TestApplyEqualsArrange drives random changes through Apply, Stir and With, and compares with an arrangement made at
// once: the rows, and all that is drawn once the ghosts have gone.
func TestApplyEqualsArrange(t *testing.T) {
	filters := []string{"", "name-1", "name-12", "!name-1", "!name-12", "in:space1", "in:", "in:space1 name-2", "IN:SPACE", "no:field", "in:space1,space2", "big:>=2", "~1$", "big:>1 name"}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := schema()
		rows := map[string]*item{}
		var q table.Query
		tb := newTable(s, 60, 200)
		a := s.Arrange(nil, q)
		for step := range 60 {
			gone, come := changes(r, rows)
			if r.IntN(3) == 0 {
				a = a.Apply(gone, come)
			} else {
				a = a.Stir(gone, come)
			}
			if r.IntN(2) == 0 {
				q.Filter = filters[r.IntN(len(filters))]
			}
			if r.IntN(5) == 0 {
				q.Column, q.Reverse = s.NextColumn(q.Column), r.IntN(2) == 0
			}
			if r.IntN(6) == 0 {
				q.Group = []string{"", "in", "size", "name", "SPACE", "nothing"}[r.IntN(6)]
			}
			a = a.With(q)
			tb.Show(a)
			if r.IntN(4) == 0 {
				tb.Settle()
				a = tb.Rows()
			}
			want := s.Arrange(slices.Collect(maps.Values(rows)), q)
			if a.Total() != want.Total() || !slices.Equal(list(a), list(want)) {
				t.Fatalf("seed %d step %d query %+v: got %v, want %v", seed, step, q, list(a), list(want))
			}
			if !slices.Equal(slices.Collect(a.All()), slices.Collect(want.All())) || a.Groups() != want.Groups() {
				t.Fatalf("seed %d step %d query %+v: All differs from At", seed, step, q)
			}
			if tb.Unsettled() {
				continue
			}
			plain := newTable(s, 60, 200)
			plain.Show(want)
			if got, want := tb.View(), plain.View(); got != want {
				t.Fatalf("seed %d step %d query %+v: drawn\n%s\nwant\n%s", seed, step, q, got, want)
			}
		}
	}
}

// changes gives a random change of rows, and makes it.
func changes(r *rand.Rand, rows map[string]*item) (gone, come []*item) {
	touched := map[string]bool{}
	for range r.IntN(12) {
		i := some(r, 60)
		if touched[i.key] {
			continue
		}
		touched[i.key] = true
		if old := rows[i.key]; old != nil {
			gone = append(gone, old)
			delete(rows, i.key)
		}
		if r.IntN(3) > 0 {
			come = append(come, i)
			rows[i.key] = i
		}
	}
	return gone, come
}

func newTable(s *table.Schema[*item], width, height int) *table.Table[*item] {
	tb := table.New(s, table.Styles{}, theme.NewGlyphs(false))
	tb.Resize(width, height)
	return tb
}

// lines is what a table draws, without styles.
func lines(tb *table.Table[*item]) []string { return strings.Split(ansi.Strip(tb.View()), "\n") }

// cursorLine is the line of the window that has the cursor, counted from 0; -1 where there is none.
func cursorLine(tb *table.Table[*item]) int {
	return slices.IndexFunc(lines(tb), func(l string) bool { return strings.HasPrefix(l, "▸") }) - 1
}

func list(a *table.Arrangement[*item]) []item {
	out := make([]item, a.Len())
	for i := range out {
		out[i] = *a.At(i)
	}
	return out
}

func items(n int) []*item {
	out := make([]*item, n)
	for i := range out {
		out[i] = &item{fmt.Sprintf("k%06d", i), fmt.Sprintf("name-%06d", i), fmt.Sprintf("space%d", i%50), i % 9}
	}
	return out
}

func TestWindow(t *testing.T) {
	tb := newTable(schema(), 40, 6)
	if _, ok := tb.Selected(); ok {
		t.Error("an empty table has a selection")
	}
	tb.Move(3)
	tb.End()
	tb.Show(schema().Arrange(items(20), table.Query{}))
	span := func(first, last int) {
		t.Helper()
		if f, l := tb.Span(); f != first || l != last {
			t.Errorf("window %d-%d, want %d-%d", f, l, first, last)
		}
	}
	span(1, 5)
	tb.Move(4)
	span(1, 5)
	tb.Move(1)
	span(2, 6)
	tb.Move(-1)
	span(2, 6)
	tb.Page(1)
	span(5, 9)
	tb.End()
	span(16, 20)
	tb.Resize(40, 11)
	span(11, 20)
	tb.Show(schema().Arrange(items(4), table.Query{}))
	span(1, 4)
	tb.Show(schema().Arrange(nil, table.Query{}))
	span(0, 0)
	tb.Resize(0, 0)
	tb.Resize(-1, -1)
	if tb.View() != "" {
		t.Error("a table without height draws")
	}
}
