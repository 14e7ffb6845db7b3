package table_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/table"
)

func TestColumnsGoByPriority(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{{40, "NAME▲ SPACE SIZE"}, {20, "NAME▲ SIZE"}, {12, "NAME▲"}} {
		tb := newTable(schema(), c.width, 3)
		if got := strings.Join(strings.Fields(strings.Split(ansi.Strip(tb.View()), "\n")[0]), " "); got != c.want {
			t.Errorf("%d cells: %q, want %q", c.width, got, c.want)
		}
	}
}

// TestNeed holds that a column gives what it has no use for to the others.
func TestNeed(t *testing.T) {
	tb := newTable(schema(), 27, 3)
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

// titles are what the header shows.
func titles(tb *table.Table[*item]) string { return strings.Join(strings.Fields(lines(tb)[0]), " ") }

func wideSchema() *table.Schema[*item] {
	s := schema()
	for _, title := range []string{"ALPHA", "BETA", "GAMMA", "DELTA"} {
		s.Columns = append(s.Columns, table.Column[*item]{Title: title, Name: "x-" + title, Min: 8, Ideal: 8, Priority: 9, Hidden: true,
			Text: func(i *item) string { return title + i.name }})
	}
	return s
}

func TestColumnChoice(t *testing.T) {
	tb := newTable(wideSchema(), 200, 3)
	check := func(want string) {
		t.Helper()
		if got := titles(tb); got != want {
			t.Errorf("header %q, want %q", got, want)
		}
	}
	check("NAME▲ SPACE SIZE")
	if unknown := tb.SetColumns([]string{"size", "X-Gamma", "nope", "size", "name"}); !slices.Equal(unknown, []string{"nope"}) {
		t.Errorf("unknown %v", unknown)
	}
	check("SIZE GAMMA NAME▲")
	if got := tb.Columns(); got[1] != (table.ColumnState{Title: "GAMMA", Name: "x-gamma", Shown: true}) || got[3] != (table.ColumnState{Title: "SPACE", Name: "space"}) || len(got) != 7 {
		t.Errorf("columns %+v", got)
	}
	tb.ToggleColumn("x-gamma")
	tb.ToggleColumn("size")
	check("NAME▲")
	tb.ToggleColumn("name")
	check("NAME▲")
	tb.ToggleColumn("x-beta")
	tb.ToggleColumn("space")
	check("NAME▲ SPACE BETA")
	if tb.ToggleColumn("nope") {
		t.Error("toggled a column that is none")
	}
	if tb.SetColumns([]string{"nope"}); titles(tb) != "NAME▲ SPACE SIZE" {
		t.Errorf("names of which none is known choose %q", titles(tb))
	}
	tb.SetColumns([]string{"size"})
	tb.SetColumns(nil)
	check("NAME▲ SPACE SIZE")
}

func TestWideScrolls(t *testing.T) {
	tb := newTable(wideSchema(), 200, 3)
	tb.Wide(true)
	if got := titles(tb); got != "NAME▲ SPACE SIZE ALPHA BETA GAMMA DELTA" || !tb.IsWide() {
		t.Errorf("wide shows %q", got)
	}
	if l, r := tb.Beyond(); l != 0 || r != 0 {
		t.Errorf("beyond %d and %d", l, r)
	}
	tb.Resize(32, 3)
	for _, c := range []struct {
		by          int
		want        string
		left, right int
	}{
		{0, "NAME▲ SPACE SIZE ALPHA", 0, 3}, {1, "NAME▲ SIZE ALPHA", 1, 3}, {1, "NAME▲ ALPHA BETA", 2, 2}, {9, "NAME▲ GAMMA DELTA", 4, 0},
		{-1, "NAME▲ BETA GAMMA", 3, 1}, {-9, "NAME▲ SPACE SIZE ALPHA", 0, 3},
	} {
		tb.Scroll(c.by)
		if l, r := tb.Beyond(); titles(tb) != c.want || l != c.left || r != c.right {
			t.Errorf("scrolled by %d: %q with %d and %d beyond, want %+v", c.by, titles(tb), l, r, c)
		}
	}
	tb.Scroll(3)
	tb.Wide(false)
	if got := titles(tb); got != "NAME▲ SPACE SIZE" {
		t.Errorf("not wide shows %q", got)
	}
	if l, r := tb.Beyond(); l != 0 || r != 0 {
		t.Errorf("beyond %d and %d when nothing scrolls", l, r)
	}
	// Where even one column has no room it is cut rather than never seen.
	tb.Resize(14, 3)
	tb.Wide(true)
	tb.Scroll(99)
	if got := titles(tb); got != "NAME▲ DEL…" {
		t.Errorf("narrow: %q", got)
	}
}

// TestColumnAt looks for the title at the place that ColumnAt gives it.
func TestColumnAt(t *testing.T) {
	s := wideSchema()
	for _, wide := range []bool{false, true} {
		for width := range 90 {
			tb := newTable(s, width, 3)
			tb.Wide(wide)
			tb.Scroll(width % 3)
			header := []rune(ansi.Strip(lines(tb)[0]))
			for x := -2; x < width+3; x++ {
				i, ok := tb.ColumnAt(x)
				switch {
				case x < 2 || x >= width:
					if ok {
						t.Fatalf("width %d: column %d at %d", width, i, x)
					}
				case header[x] >= 'A' && header[x] <= 'Z':
					if !ok || !strings.ContainsRune(s.Columns[i].Title, header[x]) {
						t.Fatalf("width %d: column %d at %d, where %q is: %s", width, i, x, header[x], string(header))
					}
				}
			}
		}
	}
}

func TestSortBy(t *testing.T) {
	s := schema()
	size, ok := s.ColumnIndex("Size")
	if !ok || size != 2 {
		t.Fatalf("column %d, %v", size, ok)
	}
	q := s.SortBy(table.Query{Filter: "x"}, size)
	if q != (table.Query{Column: 2, Filter: "x"}) {
		t.Errorf("query %+v", q)
	}
	if q = s.SortBy(q, size); !q.Reverse {
		t.Errorf("query %+v", q)
	}
	for _, i := range []int{1, -1, 99} {
		if got := s.SortBy(q, i); got != q {
			t.Errorf("column %d cannot be sorted by, and gives %+v", i, got)
		}
	}
	if _, ok := s.ColumnIndex("nope"); ok {
		t.Error("found a column that is none")
	}
	tb := newTable(s, 80, 3)
	tb.SetColumns([]string{"size", "space", "name"})
	if a, b := tb.NextSort(2), tb.NextSort(0); a != 0 || b != 2 {
		t.Errorf("after SIZE comes %d, after NAME %d", a, b)
	}
	// A column that a configuration names and that no longer exists sorts by key.
	if got := s.Arrange(items(3), table.Query{Column: 99}).At(0).key; got != "k000000" {
		t.Errorf("first %s", got)
	}
}
