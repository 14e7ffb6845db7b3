package table_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/ui/table"
)

func markedKeys(tb *table.Table[*item]) string {
	var keys []string
	for _, i := range tb.Marked() {
		keys = append(keys, strings.TrimLeft(i.key, "k0"))
	}
	return strings.Join(keys, " ")
}

func TestMarks(t *testing.T) {
	s := schema()
	tb := newTable(s, 40, 30)
	tb.ToggleMark()
	tb.MarkRange()
	all := items(20)[1:]
	a := s.Arrange(all, table.Query{})
	tb.Show(a)
	check := func(want string) {
		t.Helper()
		if got := markedKeys(tb); got != want || tb.MarkCount() != len(strings.Fields(want)) {
			t.Errorf("marked %s (%d), want %s", got, tb.MarkCount(), want)
		}
	}
	check("")
	tb.MarkRange()
	check("1")
	tb.Move(3)
	tb.ToggleMark()
	check("1 4")
	tb.Move(2)
	tb.MarkRange()
	check("1 4 5 6")
	tb.Move(-3)
	tb.MarkRange()
	check("1 3 4 5 6")
	tb.ToggleMark()
	check("1 4 5 6")
	// After an unmarking there is no last mark.
	tb.Move(10)
	tb.MarkRange()
	check("1 4 5 6 13")
	if got := signs(tb); got != "✓name-000001 ✓name-000004 ✓name-000005 ✓name-000006 ✓name-000013" {
		t.Errorf("signs %s", got)
	}
	tb.Show(a.With(table.Query{Reverse: true}))
	check("13 6 5 4 1")
	tb.Show(a.With(table.Query{Filter: "000005"}))
	// Those that the filter holds back come behind.
	check("5 1 4 6 13")
	tb.MarkAll()
	check("5 1 4 6 13")
	// One row goes, one changes, also in what the order reads; another one comes back and is not marked.
	other := *all[4]
	other.name = "zzz"
	a = a.Apply([]*item{all[0], all[4]}, []*item{&other})
	tb.Show(a)
	check("4 6 13 5")
	if got := tb.Marked(); got[3] != &other {
		t.Errorf("marked is %v, the row is %v now", got[3], &other)
	}
	tb.Show(a.Apply(nil, all[:1]))
	check("4 6 13 5")
	tb.ClearMarks()
	check("")
	tb.MarkAll()
	if tb.MarkCount() != 19 {
		t.Errorf("%d are marked", tb.MarkCount())
	}
}

func TestMarksOfGroups(t *testing.T) {
	tb := grouped()
	tb.ToggleMark()
	if got := markedKeys(tb); got != "2 5 8 11" {
		t.Errorf("marked %s", got)
	}
	tb.Move(2)
	tb.ToggleMark()
	tb.Move(-2)
	tb.ToggleMark()
	if got := markedKeys(tb); got != "2 5 8 11" {
		t.Errorf("a group of which some are marked: %s", got)
	}
	tb.ToggleMark()
	if tb.MarkCount() != 0 {
		t.Error("a group of which all are marked keeps marks")
	}
	// A range goes over heads, and leaves out what is closed.
	tb.Move(3)
	tb.ToggleMark()
	tb.Move(2)
	tb.ToggleGroup()
	tb.Move(2)
	tb.MarkRange()
	if got := markedKeys(tb); got != "8 11 " {
		t.Errorf("marked %q", got)
	}
	// The row that was marked last may be in a group that was closed since.
	tb.ToggleGroup()
	tb.Home()
	tb.MarkRange()
	if got := markedKeys(tb); got != "2 5 8 11 " {
		t.Errorf("marked %q", got)
	}
}

// TestMarksFollow changes rows at random and compares with a list of marked keys.
func TestMarksFollow(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		rows := map[string]*item{}
		want := map[string]bool{}
		tb := newTable(schema(), 60, 20)
		for range 80 {
			gone, come := changes(r, rows)
			tb.Show(tb.Rows().Stir(gone, come).With(table.Query{Column: []int{0, 2}[r.IntN(2)], Group: []string{"", "in"}[r.IntN(2)]}))
			for _, i := range gone {
				if rows[i.key] == nil {
					delete(want, i.key)
				}
			}
			if r.IntN(3) == 0 {
				tb.Settle()
			}
			if r.IntN(10) == 0 {
				tb.ClearMarks()
				clear(want)
			}
			if r.IntN(20) == 0 {
				tb.MarkAll()
				for k := range rows {
					want[k] = true
				}
			}
			tb.Move(r.IntN(20) - 10)
			if row, ok := tb.Selected(); ok && rows[row.key] == row {
				tb.ToggleMark()
				if want[row.key] {
					delete(want, row.key)
				} else {
					want[row.key] = true
				}
			}
			got := tb.Marked()
			if len(got) != len(want) || tb.MarkCount() != len(want) {
				t.Fatalf("%d are marked, want %d", len(got), len(want))
			}
			for _, i := range got {
				if !want[i.key] || rows[i.key] != i {
					t.Fatalf("marked %v, the row is %v", i, rows[i.key])
				}
			}
			if !slices.IsSortedFunc(got, func(a, b *item) int { return at(tb, a) - at(tb, b) }) {
				t.Fatal("marked rows are not in the order shown")
			}
		}
	}
}

func at(tb *table.Table[*item], row *item) int {
	for i := range tb.Rows().Len() {
		if tb.Rows().At(i) == row {
			return i
		}
	}
	return -1
}

// TestMarksAmongMany holds that few marks among many rows come in the order in which many marks come, and that marks
// survive rows that were arranged anew.
func TestMarksAmongMany(t *testing.T) {
	all := items(2_000)
	s := schema()
	tb := newTable(s, 60, 20)
	tb.Show(s.Arrange(all, table.Query{}))
	for range 20 {
		tb.ToggleMark()
		tb.Move(90)
	}
	few := markedKeys(tb)
	for _, q := range []table.Query{{Column: 2}, {Group: "in", Reverse: true}, {Filter: "space2", Column: 2}} {
		tb.Show(tb.Rows().With(q))
		few := markedKeys(tb)
		if tb.MarkCount() != 20 || len(strings.Fields(few)) != 19 {
			// Of k000000 the key is empty here.
			t.Fatalf("%+v: marked %s", q, few)
		}
		keep := map[string]bool{}
		for _, i := range tb.Marked() {
			keep[i.key] = true
		}
		var want []string
		for i := range tb.Rows().All() {
			if keep[i.key] {
				want = append(want, strings.TrimLeft(i.key, "k0"))
			}
		}
		if !strings.HasPrefix(few, strings.Join(want, " ")) {
			t.Errorf("%+v: marked %s, shown %v", q, few, want)
		}
	}
	copies := make([]*item, 0, len(all))
	for _, i := range all[90:] {
		c := *i
		copies = append(copies, &c)
	}
	tb.Show(s.Arrange(copies, table.Query{}))
	if got := markedKeys(tb); tb.MarkCount() != 19 || " "+got != few || tb.Marked()[0] != copies[0] {
		t.Errorf("marked %q, want %q", got, few)
	}
}
