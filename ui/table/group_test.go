package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/ui/table"
)

// grouped is a table of 12 rows in the groups shop-2, shop-10 and the one without a value.
func grouped() *table.Table[*item] {
	tb := newTable(schema(), 50, 30)
	var rows []*item
	for i := range 12 {
		rows = append(rows, &item{fmt.Sprintf("k%02d", i), fmt.Sprintf("name-%02d", i), []string{"shop-10", "shop-2", ""}[i%3], i})
	}
	tb.Show(tb.Rows().Apply(nil, rows).With(table.Query{Group: "in"}))
	return tb
}

// shape gives the heads of groups whole and of rows the first word.
func shape(tb *table.Table[*item]) string {
	var out []string
	for _, l := range lines(tb)[1:] {
		l = strings.TrimSpace(strings.TrimPrefix(l, "▸"))
		if l == "" {
			continue
		}
		if !strings.HasPrefix(l, "▾") && !strings.HasPrefix(l, "▸") {
			l = strings.TrimPrefix(strings.Fields(l)[0], "name-")
		}
		out = append(out, l)
	}
	return strings.Join(out, "|")
}

func TestGroups(t *testing.T) {
	tb := grouped()
	open := "▾ (none)  4  sum 26|02|05|08|11|▾ shop-2  4  sum 22|01|04|07|10|▾ shop-10  4  sum 18|00|03|06|09"
	check := func(want string) {
		t.Helper()
		if got := shape(tb); got != want {
			t.Errorf("drawn\n%s\nwant\n%s", got, want)
		}
	}
	check(open)
	if _, ok := tb.Selected(); ok {
		t.Error("the head of a group is a selected row")
	}
	if v, rows, ok := tb.Group(); v != "" || len(rows) != 4 || !ok {
		t.Errorf("group %q with %d rows, %v", v, len(rows), ok)
	}
	tb.Move(7)
	if row, _ := tb.Selected(); row == nil || row.key != "k04" {
		t.Errorf("selected %v", row)
	}
	tb.ToggleGroup()
	check("▾ (none)  4  sum 26|02|05|08|11|▸ shop-2  4  sum 22|▾ shop-10  4  sum 18|00|03|06|09")
	if v, rows, _ := tb.Group(); v != "shop-2" || len(rows) != 4 || cursorLine(tb) != 5 {
		t.Errorf("after closing: group %q of %d, cursor on line %d", v, len(rows), cursorLine(tb))
	}
	tb.Move(1)
	if v, _, _ := tb.Group(); v != "shop-10" {
		t.Errorf("below a closed group is %q", v)
	}
	tb.CollapseAll(true)
	check("▸ (none)  4  sum 26|▸ shop-2  4  sum 22|▸ shop-10  4  sum 18")
	if first, last := tb.Span(); first != 1 || last != 12 || cursorLine(tb) != 2 {
		t.Errorf("all closed: rows %d-%d, cursor on line %d", first, last, cursorLine(tb))
	}
	tb.ToggleGroup()
	check("▸ (none)  4  sum 26|▸ shop-2  4  sum 22|▾ shop-10  4  sum 18|00|03|06|09")
	// What is toggled stays so while rows, filter and order change.
	a := tb.Rows().Apply(nil, []*item{{"new", "name-99", "shop-3", 1}, {"new2", "name-98", "shop-10", 1}})
	tb.Show(a)
	check("▸ (none)  4  sum 26|▸ shop-2  4  sum 22|▸ shop-3  1  sum 1|▾ shop-10  5  sum 19|00|03|06|09|98")
	tb.Show(a.With(table.Query{Group: "in", Filter: "name-0"}))
	check("▸ (none)  3  sum 15|▸ shop-2  3  sum 12|▾ shop-10  4  sum 18|00|03|06|09")
	tb.Show(a.With(table.Query{Group: "in", Reverse: true}))
	check("▸ (none)  4  sum 26|▸ shop-2  4  sum 22|▸ shop-3  1  sum 1|▾ shop-10  5  sum 19|98|09|06|03|00")
	tb.CollapseAll(false)
	if got := shape(tb); strings.Contains(got, "▸") {
		t.Errorf("all open: %s", got)
	}
	// A group that has no row any more is not there.
	tb.Show(a.With(table.Query{Group: "in", Filter: "in:shop-3"}))
	check("▾ shop-3  1  sum 1|99")
	tb.Show(a.With(table.Query{Group: "in", Filter: "none"}))
	check("")
	tb.ToggleGroup()
	tb.CollapseAll(true)
	tb.Move(1)
	if _, _, ok := tb.Group(); ok {
		t.Error("there is a group where there are no rows")
	}
}

func TestGroupOrder(t *testing.T) {
	tb := grouped()
	heads := func(q table.Query) string {
		tb.Show(tb.Rows().With(q))
		tb.CollapseAll(true)
		var out []string
		for _, l := range strings.Split(shape(tb), "|") {
			out = append(out, strings.Fields(l)[1])
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		q    table.Query
		want string
	}{
		{table.Query{Group: "big"}, "11 10 9 8 7 6 5 4 3 2 1 0"},
		// The reverse of the column that the rows are grouped by turns the groups, that of another does not.
		{table.Query{Group: "Size", Column: 2, Reverse: true}, "0 1 2 3 4 5 6 7 8 9 10 11"},
		{table.Query{Group: "SPACE", Reverse: true}, "(none) shop-2 shop-10"},
	} {
		if got := heads(c.q); got != c.want {
			t.Errorf("%+v: groups %s, want %s", c.q, got, c.want)
		}
	}
	if got := schema().GroupNames(); !slices.Equal(got, []string{"in", "big", "name", "space"}) {
		t.Errorf("can be grouped by %v", got)
	}
	tb.Show(tb.Rows().With(table.Query{Group: "nothing"}))
	if tb.Rows().Groups() != 0 || strings.Contains(shape(tb), "▾") {
		t.Error("grouped by what is no field")
	}
}

// TestLinesOfGroups toggles groups at random and compares with lists of lines that are made at once.
func TestLinesOfGroups(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 5))
		tb := newTable(schema(), 60, 500)
		tb.Show(schema().Arrange(items(200), table.Query{Group: "in"}))
		closed := map[string]bool{}
		for range 60 {
			switch r.IntN(8) {
			case 0:
				all := r.IntN(2) == 0
				tb.CollapseAll(all)
				for i := range 50 {
					closed[fmt.Sprint("space", i)] = all
				}
			default:
				tb.Move(r.IntN(100) - 50)
				v, _, _ := tb.Group()
				tb.ToggleGroup()
				closed[v] = !closed[v]
				if now, _, _ := tb.Group(); now != v {
					t.Fatalf("the cursor went from %s to %s", v, now)
				}
			}
			var want []string
			for i := range 50 {
				v := fmt.Sprint("space", i)
				sign, rows := "▾", []string{}
				if closed[v] {
					sign = "▸"
				}
				sum := 0
				for n := i; n < 200; n += 50 {
					sum += n % 9
					rows = append(rows, fmt.Sprintf("%06d", n))
				}
				want = append(want, fmt.Sprintf("%s %s  4  sum %d", sign, v, sum))
				if !closed[v] {
					want = append(want, rows...)
				}
			}
			if got := shape(tb); got != strings.Join(want, "|") {
				t.Fatalf("seed %d: drawn\n%s\nwant\n%s", seed, got, strings.Join(want, "|"))
			}
		}
	}
}

func TestSelectionAcrossGrouping(t *testing.T) {
	tb := grouped()
	a := tb.Rows()
	tb.Move(8)
	row, _ := tb.Selected()
	for _, g := range []string{"", "size", "in", "name"} {
		tb.Show(a.With(table.Query{Group: g}))
		if now, _ := tb.Selected(); now != row {
			t.Errorf("grouped by %q: selected %v, was on %v", g, now, row)
		}
	}
	// From the head of a group the cursor goes to its first row.
	tb.Show(a)
	tb.End()
	tb.ToggleGroup()
	tb.Show(a.With(table.Query{}))
	if now, _ := tb.Selected(); now == nil || now.key != "k00" {
		t.Errorf("selected %v", now)
	}
	// A row that moves into a closed group is found at its head.
	tb.Show(a)
	tb.CollapseAll(true)
	tb.Move(-9)
	tb.ToggleGroup()
	tb.Move(2)
	row, _ = tb.Selected()
	moved := *row
	moved.space = "shop-2"
	tb.Show(tb.Rows().Apply([]*item{row}, []*item{&moved}))
	if v, rows, _ := tb.Group(); v != "shop-2" || len(rows) != 5 {
		t.Errorf("the cursor is in group %q of %d", v, len(rows))
	}
}
