package table_test

import (
	"slices"
	"strings"
	"testing"

	"canopy/ui/table"
)

// signs gives the gutter's second cell and the name of each line that has a sign.
func signs(tb *table.Table[*item]) string {
	var out []string
	for _, l := range lines(tb)[1:] {
		if r := []rune(l); len(r) > 2 && r[1] != ' ' {
			out = append(out, string(r[1])+strings.Fields(string(r[2:]))[0])
		}
	}
	return strings.Join(out, " ")
}

func TestStirAndSettle(t *testing.T) {
	all := items(10)
	s := schema()
	tb := newTable(s, 40, 20)
	a := s.Arrange(nil, table.Query{}).Stir(nil, all)
	if tb.Show(a); signs(tb) != "" || tb.Unsettled() {
		t.Errorf("the first rows are news: %s", signs(tb))
	}
	tb.Move(4)
	kept, _ := tb.Selected()
	changed := *all[6]
	changed.size = 99
	a = a.Stir([]*item{all[1], all[2], all[6]}, []*item{&changed, {"x", "name-000003b", "new", 1}})
	tb.Show(a)
	if got := signs(tb); got != "-name-000001 -name-000002 +name-000003b" || !tb.Unsettled() {
		t.Errorf("signs %s", got)
	}
	if a.Len() != 9 || a.Total() != 9 || !a.Leaving(all[1]) || a.Leaving(all[0]) || slices.Contains(slices.Collect(a.All()), all[1]) {
		t.Errorf("ghosts count: %d of %d", a.Len(), a.Total())
	}
	if row, _ := tb.Selected(); row != kept || cursorLine(tb) != 5 {
		t.Errorf("selected %v on line %d", row, cursorLine(tb))
	}
	// A ghost can be selected, not marked.
	tb.Move(-4)
	if row, ok := tb.Selected(); !ok || row != all[1] {
		t.Errorf("selected %v", row)
	}
	if tb.ToggleMark(); tb.MarkCount() != 0 {
		t.Error("a ghost is marked")
	}
	// One comes back, another one goes; a filter and another order keep what is unsettled.
	a = a.Stir([]*item{all[9]}, []*item{all[2]})
	tb.Show(a.With(table.Query{Filter: "name-00000", Reverse: true}))
	if got := signs(tb); got != "-name-000009 +name-000003b +name-000002 -name-000001" {
		t.Errorf("signs %s", got)
	}
	if first, last := tb.Span(); first != 1 || last != 9 {
		t.Errorf("rows %d-%d", first, last)
	}
	tb.Show(a.With(table.Query{Filter: "name-000009"}))
	if first, last := tb.Span(); first != 0 || last != 0 || signs(tb) != "-name-000009" {
		t.Errorf("a ghost alone is rows %d-%d", first, last)
	}
	tb.Show(a)
	tb.Settle()
	if got := signs(tb); got != "" || tb.Unsettled() || lines(tb)[9] == "" || lines(tb)[10] != "" || strings.Contains(tb.View(), "000009") {
		t.Errorf("settled, and signs %s", got)
	}
	tb.Settle()
}

// TestSettledMeanwhile holds that what was settled while the next rows were being arranged does not come back.
func TestSettledMeanwhile(t *testing.T) {
	all := items(10)
	s := schema()
	tb := newTable(s, 40, 20)
	a := s.Arrange(all, table.Query{}).Stir(all[:1], []*item{{"x", "name-0x", "", 1}})
	tb.Show(a)
	tb.Settle()
	tb.Show(a.Stir(all[4:5], []*item{{"y", "name-0y", "", 1}}))
	if got := signs(tb); got != "-name-000004 +name-0y" || !tb.Unsettled() {
		t.Errorf("signs %s", got)
	}
	// Rows of another source have rounds of their own.
	tb.Show(s.Arrange(all, table.Query{}).Stir(all[:1], nil))
	if got := signs(tb); got != "-name-000000" {
		t.Errorf("signs %s", got)
	}
	tb.Settle()
	if signs(tb) != "" || tb.Unsettled() {
		t.Error("not settled")
	}
}

func TestGhostsInGroups(t *testing.T) {
	tb := grouped()
	rows := slices.Collect(tb.Rows().All())
	tb.Show(tb.Rows().Stir(rows[:5], []*item{{"x", "name-03b", "shop-10", 0}}))
	// The group without a value has only ghosts left: it goes with them.
	if got := shape(tb); !strings.HasPrefix(got, "▾ (none)  0|-name-02|-name-05|-name-08|-name-11|▾ shop-2  3  sum 21|-name-01|04") {
		t.Errorf("drawn %s", got)
	}
	tb.Move(1)
	if v, live, ok := tb.Group(); v != "" || len(live) != 0 || !ok {
		t.Errorf("group %q with %d rows", v, len(live))
	}
	tb.Resize(50, 7)
	tb.Move(3)
	if first, last := tb.Span(); first != 0 || last != 0 {
		// Four ghosts, two heads and no row.
		t.Errorf("rows %d-%d", first, last)
	}
	tb.Settle()
	if got := shape(tb); !strings.HasPrefix(got, "▾ shop-2  3  sum 21|04") {
		t.Errorf("settled: %s", got)
	}
}
