package overview

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"canopy/ui/keys"
)

// TestTheWindowHoldsWhatIsSelected moves about in random lists, in which one row has lines below it at all times and the selected one has
// others: the selected row is drawn, no line is left free while rows are out of sight, and a click finds the row that is drawn.
func TestTheWindowHoldsWhatIsSelected(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	moves := []keys.Action{keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last}
	for range 3000 {
		l := list{count: r.IntN(12), height: 1 + r.IntN(9), tall: r.IntN(2), extra: r.IntN(3)}
		l.talls = r.IntN(max(1, l.count))
		l.scroll()
		for range 12 {
			before := fmt.Sprintf("%+v", l)
			if r.IntN(4) == 0 {
				l.wheel(r.IntN(9) - 4)
			} else {
				l.do(moves[r.IntN(len(moves))])
			}
			lines := l.draw(func(i int) string { return fmt.Sprint("row ", i) }, make([]string, l.tall), make([]string, l.extra))
			fail := func(why string) {
				t.Fatalf("%s: from %s to %+v:\n%s", why, before, l, strings.Join(lines, "\n"))
			}
			if len(lines) > l.height {
				fail("too long")
			}
			if l.count == 0 {
				continue
			}
			drawn := map[string]bool{}
			for i, line := range lines {
				drawn[line] = true
				row, ok := l.at(i)
				if !ok || line != "" && line != fmt.Sprint("row ", row) {
					fail(fmt.Sprintf("line %d is row %d, %v", i, row, ok))
				}
			}
			if !drawn[fmt.Sprint("row ", l.cursor)] {
				fail("the selected row is not drawn")
			}
			if len(lines) < l.height && l.top > 0 && l.height-len(lines) >= l.size(l.top-1) {
				fail("lines are left free")
			}
			if _, ok := l.at(len(lines)); ok && len(lines) < l.height {
				fail("there is a row below the last")
			}
		}
	}
}
