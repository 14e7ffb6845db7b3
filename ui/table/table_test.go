package table_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
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
		Fields: []table.Field[*item]{{Name: "in", Text: func(i *item) string { return i.space }}},
	}
}

func some(r *rand.Rand, n int) *item {
	k := r.IntN(n)
	return &item{fmt.Sprintf("k%04d", k), fmt.Sprintf("name-%d", r.IntN(n)), fmt.Sprintf("space%d", k%7), r.IntN(5)}
}

// TestApplyEqualsArrange drives random changes through Apply and With, and compares with an arrangement made at once.
func TestApplyEqualsArrange(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := schema()
		rows := map[string]*item{}
		var q table.Query
		a := s.Arrange(nil, q)
		for step := range 60 {
			var gone, come []*item
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
			a = a.Apply(gone, come)
			if r.IntN(2) == 0 {
				q.Filter = []string{"", "name-1", "name-12", "!name-1", "!name-12", "in:space1", "in:", "in:space1 name-2", "IN:SPACE", "no:field"}[r.IntN(10)]
			}
			if r.IntN(5) == 0 {
				q.Column, q.Reverse = s.NextColumn(q.Column), r.IntN(2) == 0
			}
			a = a.With(q)
			var all []*item
			for _, i := range rows {
				all = append(all, i)
			}
			want := s.Arrange(all, q)
			if a.Total() != want.Total() || !slices.Equal(list(a), list(want)) {
				t.Fatalf("seed %d step %d query %+v: got %v, want %v", seed, step, q, list(a), list(want))
			}
		}
	}
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

func TestWidths(t *testing.T) {
	for width := range 80 {
		tb := table.New(schema(), theme.New(false), theme.NewGlyphs(false))
		tb.Resize(width, 6)
		tb.Show(schema().Arrange(append(items(9), &item{"z", "名前名前名前\x1b[31m", "x\n", -1}), table.Query{Column: 2, Reverse: true}))
		for _, l := range strings.Split(tb.View(), "\n") {
			if w := ansi.StringWidth(l); w != width {
				t.Fatalf("width %d: a line of %d: %q", width, w, l)
			}
		}
	}
}

func TestColumnsGoByPriority(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{{40, "NAME▲ SPACE SIZE"}, {20, "NAME▲ SIZE"}, {12, "NAME▲"}} {
		tb := table.New(schema(), theme.Theme{}, theme.NewGlyphs(false))
		tb.Resize(c.width, 3)
		if got := strings.Join(strings.Fields(strings.Split(ansi.Strip(tb.View()), "\n")[0]), " "); got != c.want {
			t.Errorf("%d cells: %q, want %q", c.width, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	tb := table.New(schema(), theme.Theme{}, theme.NewGlyphs(false))
	tb.Resize(40, 6)
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

func TestNewRowsAtTheTopAreSeen(t *testing.T) {
	s := schema()
	tb := table.New(s, theme.Theme{}, theme.NewGlyphs(false))
	tb.Resize(40, 11)
	a := s.Arrange(items(30)[10:], table.Query{})
	tb.Show(a)
	tb.Move(1)
	row, _ := tb.Selected()
	tb.Show(a.Apply(nil, items(30)[:3]))
	if now, _ := tb.Selected(); now != row {
		t.Errorf("selected %v, was on %v", now, row)
	}
	if first, _ := tb.Span(); first != 1 {
		t.Errorf("the window begins at row %d", first)
	}
}

// TestKeyCostsTheWindow counts the cells that a key press and the drawing after it look at.
func TestKeyCostsTheWindow(t *testing.T) {
	s := schema()
	looked := 0
	for i := range s.Columns {
		text := s.Columns[i].Text
		s.Columns[i].Text = func(i *item) string { looked++; return text(i) }
	}
	key := s.Key
	s.Key = func(i *item) string { looked++; return key(i) }
	tb := table.New(s, theme.Theme{}, theme.NewGlyphs(false))
	tb.Resize(100, 41)
	tb.Show(s.Arrange(items(100_000), table.Query{}))
	for name, press := range map[string]func(){"down": func() { tb.Move(1) }, "page": func() { tb.Page(1) }, "end": tb.End, "home": tb.Home} {
		looked = 0
		press()
		tb.View()
		if looked > 40*len(s.Columns) {
			t.Errorf("%s looks at %d cells", name, looked)
		}
	}
}

func BenchmarkArrange(b *testing.B) {
	s := schema()
	for _, n := range []int{50_000, 100_000} {
		rows := items(n)
		shuffled := slices.Clone(rows)
		rand.New(rand.NewPCG(1, 1)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		a := s.Arrange(rows, table.Query{})
		b.Run(fmt.Sprintf("sort/%d", n), func(b *testing.B) {
			for b.Loop() {
				s.Arrange(shuffled, table.Query{})
			}
		})
		b.Run(fmt.Sprintf("filter/%d", n), func(b *testing.B) {
			for b.Loop() {
				a.With(table.Query{Filter: "zzz"})
			}
		})
		b.Run(fmt.Sprintf("apply10/%d", n), func(b *testing.B) {
			gone, come := rows[500:510], make([]*item, 10)
			for i, r := range gone {
				c := *r
				come[i] = &c
			}
			for b.Loop() {
				a.Apply(gone, come)
			}
		})
	}
}

// TestNeed holds that a column gives what it has no use for to the others.
func TestNeed(t *testing.T) {
	tb := table.New(schema(), theme.Theme{}, theme.NewGlyphs(false))
	tb.Resize(27, 3)
	at := func() int { return strings.Index(ansi.Strip(tb.View()), "SIZE") }
	before := at()
	tb.Need(1, 6)
	if after := at(); after != before {
		t.Errorf("SIZE moved from %d to %d: the line is as wide as before", before, after)
	}
	space := func() int { return strings.Index(ansi.Strip(tb.View()), "SPACE") }
	narrow := space()
	tb.Need(1, 10)
	tb.Need(0, 6)
	if wide := space(); wide >= narrow {
		t.Errorf("SPACE begins at %d, and at %d when NAME needs less", narrow, wide)
	}
}
