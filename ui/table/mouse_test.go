package table_test

import (
	"testing"

	"canopy/ui/table"
)

func TestClick(t *testing.T) {
	tb := newTable(schema(), 40, 6)
	tb.Show(schema().Arrange(items(20), table.Query{}))
	tb.Wheel(3)
	for _, c := range []struct {
		x, y int
		want table.Hit
		row  string
	}{
		{5, 1, table.Hit{Part: table.OnRow, Again: true}, "k000003"},
		{5, 2, table.Hit{Part: table.OnRow}, "k000004"},
		{0, 2, table.Hit{Part: table.OnRow, Again: true}, "k000004"},
		{39, 5, table.Hit{Part: table.OnRow}, "k000007"},
		{2, 0, table.Hit{Part: table.OnHeader}, "k000007"},
		{38, 0, table.Hit{Part: table.OnHeader, Column: 2}, "k000007"},
		{0, 0, table.Hit{}, "k000007"},
		{5, 6, table.Hit{}, "k000007"},
		{40, 2, table.Hit{}, "k000007"},
		{-1, 2, table.Hit{}, "k000007"},
		{3, -1, table.Hit{}, "k000007"},
	} {
		if got := tb.Click(c.x, c.y); got != c.want {
			t.Errorf("click %d %d: %+v, want %+v", c.x, c.y, got, c.want)
		}
		if row, _ := tb.Selected(); row.key != c.row {
			t.Errorf("click %d %d selects %s, want %s", c.x, c.y, row.key, c.row)
		}
	}
	tb.Show(schema().Arrange(items(2), table.Query{}))
	if got := tb.Click(5, 4); got != (table.Hit{}) {
		t.Errorf("a click below the rows: %+v", got)
	}
	tb.Resize(0, 0)
	if got := tb.Click(0, 0); got != (table.Hit{}) {
		t.Errorf("a click on nothing: %+v", got)
	}
}

func TestClickOnGroup(t *testing.T) {
	tb := grouped()
	for _, want := range []int{12 - 4, 12} {
		if got := tb.Click(9, 6); got.Part != table.OnGroup {
			t.Errorf("click: %+v", got)
		}
		n := 0
		for _, l := range lines(tb)[1:] {
			if len(l) > 8 && l[2:7] == "name-" {
				n++
			}
		}
		if v, _, _ := tb.Group(); v != "shop-2" || n != want {
			t.Errorf("group %q, %d rows, want %d", v, n, want)
		}
	}
}

func TestWheel(t *testing.T) {
	tb := newTable(schema(), 40, 6)
	tb.Wheel(3)
	tb.Show(schema().Arrange(items(20), table.Query{}))
	tb.Move(2)
	for _, c := range []struct {
		by, first int
		row       string
	}{{1, 2, "k000002"}, {1, 3, "k000002"}, {3, 6, "k000005"}, {99, 16, "k000015"}, {-2, 14, "k000015"}, {-99, 1, "k000004"}} {
		tb.Wheel(c.by)
		first, _ := tb.Span()
		if row, _ := tb.Selected(); first != c.first || row.key != c.row {
			t.Errorf("wheel %d: window begins at %d, selected %s, want %+v", c.by, first, row.key, c)
		}
	}
	// What the wheel brought into view stays when rows come in.
	tb.Wheel(9)
	tb.Show(tb.Rows().Apply(nil, []*item{{"a", "a", "", 0}}))
	if first, _ := tb.Span(); first != 11 {
		t.Errorf("the window begins at %d", first)
	}
}

func TestSelect(t *testing.T) {
	tb := grouped()
	if !tb.Select("k10") || tb.Select("nope") {
		t.Error("found the wrong ones")
	}
	if row, _ := tb.Selected(); row == nil || row.key != "k10" {
		t.Errorf("selected %v", row)
	}
	tb.CollapseAll(true)
	if tb.Select("k10") {
		t.Error("a row of a closed group has a line")
	}
}
