package table_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/ui/table"
)

// TestNothingMovesUnderTheCursor plays 1,000 changes while the cursor is held: the selected row stays selected, and on its
// line of the screen as far as the rows above and below allow; where it goes, another one takes its line.
func TestNothingMovesUnderTheCursor(t *testing.T) {
	for _, q := range []table.Query{{}, {Column: 2}, {Column: 2, Reverse: true, Filter: "name"}, {Group: "in"}, {Column: 2, Group: "big"}} {
		for _, stir := range []bool{false, true} {
			t.Run(fmt.Sprintf("%+v/%v", q, stir), func(t *testing.T) { holdCursor(t, q, stir) })
		}
	}
}

func holdCursor(t *testing.T, q table.Query, stir bool) {
	const height = 12
	r := rand.New(rand.NewPCG(11, uint64(q.Column)))
	rows := map[string]*item{}
	for range 60 {
		i := some(r, 80)
		rows[i.key] = i
	}
	tb, whole := newTable(schema(), 60, height+1), newTable(schema(), 60, 300)
	var all []*item
	for _, i := range rows {
		all = append(all, i)
	}
	tb.Show(schema().Arrange(all, q))
	tb.Move(20)
	stayed, went := 0, 0
	for step := range 1000 {
		if r.IntN(5) == 0 {
			tb.Move(r.IntN(21) - 10)
		}
		selected, onRow := tb.Selected()
		value, _, _ := tb.Group()
		line, before := cursorLine(tb), indexOf(tb, whole, selected, value)
		var gone, come []*item
		i := some(r, 80)
		switch old := rows[i.key]; {
		case old == nil:
			come = []*item{i}
		case r.IntN(2) == 0:
			gone = []*item{old}
		default:
			gone, come = []*item{old}, []*item{i}
		}
		if selected != nil && r.IntN(10) == 0 && rows[selected.key] == selected {
			gone, come = []*item{selected}, nil
		}
		for _, i := range gone {
			delete(rows, i.key)
		}
		for _, i := range come {
			rows[i.key] = i
		}
		if stir {
			tb.Show(tb.Rows().Stir(gone, come))
			if r.IntN(4) == 0 {
				tb.Settle()
			}
		} else {
			tb.Show(tb.Rows().Apply(gone, come))
		}
		index, n := indexOf(tb, whole, selected, value), len(lines(whole))-1
		row, _ := tb.Selected()
		v, _, _ := tb.Group()
		if index < 0 {
			// It went: another one has its place.
			went++
			if index = indexOf(tb, whole, row, v); !stir && index != min(before, n-1) {
				t.Fatalf("step %d: the selected row went, and the cursor went from row %d to %d", step, before, index)
			}
		} else if stayed++; row != nil != onRow || onRow && row.key != selected.key || !onRow && v != value {
			t.Fatalf("step %d: selected %v in %q, was on %v in %q", step, row, v, selected, value)
		}
		if top := max(0, min(index-line, n-height)); cursorLine(tb) != index-top {
			t.Fatalf("step %d: from line %d to %d, row %d of %d", step, line, cursorLine(tb), index, n)
		}
	}
	if stayed < 500 || went < 20 {
		t.Errorf("stayed %d times and went %d times", stayed, went)
	}
}

// indexOf gives the place of a row, or of the head of a group where row is nil, among all lines: by a table that is as
// high as it has lines.
func indexOf(tb, whole *table.Table[*item], row *item, group string) int {
	whole.Resize(60, 300)
	whole.Show(tb.Rows())
	n := slices.Index(lines(whole), "") - 1
	whole.Resize(60, n+1)
	whole.Home()
	for i := range n {
		now, ok := whole.Selected()
		if v, _, _ := whole.Group(); ok && row != nil && now.key == row.key || !ok && row == nil && v == group {
			return i
		}
		whole.Move(1)
	}
	return -1
}
