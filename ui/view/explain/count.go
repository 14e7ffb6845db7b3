package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"canopy/model"
	"canopy/ui/view"
)

// count is what was found of a rule in one snapshot.
type count struct {
	total int
	// by counts those that hold, by severity, and holds all of them; undecided are the others.
	by               [model.Critical + 1]int
	holds, undecided int
	// worst are the first of them, the worst first.
	worst []*view.Row
	// state says whether the rule could be judged.
	state model.RuleState
	// limited tells that only some namespaces are shown.
	limited bool
}

// most is the number of objects that are named.
const most = 10

// countOf looks the rule up in the rows, which are in the order of ids, and ids begin with the rule's.
func countOf(n *view.Snapshot, rule string) *count {
	c := &count{state: n.Report.Rules[rule], limited: n.Namespaces != nil}
	prefix := rule + "/"
	from, _ := slices.BinarySearchFunc(n.Rows, prefix, func(r *view.Row, p string) int { return strings.Compare(r.Finding.ID, p) })
	var rows []*view.Row
	for _, r := range n.Rows[from:] {
		if !strings.HasPrefix(r.Finding.ID, prefix) {
			break
		}
		rows = append(rows, r)
		if r.Verdict == model.Yes {
			c.by[r.Finding.Severity]++
			c.holds++
		} else {
			c.undecided++
		}
	}
	c.total = len(rows)
	slices.SortStableFunc(rows, func(a, b *view.Row) int {
		return cmp.Or(cmp.Compare(doubt(a), doubt(b)), cmp.Compare(b.Finding.Severity, a.Finding.Severity), cmp.Compare(b.Finding.Pods, a.Finding.Pods))
	})
	c.worst = slices.Clone(rows[:min(most, len(rows))])
	return c
}

// doubt is 1 for what is not decided, which comes after what holds.
func doubt(r *view.Row) int {
	if r.Verdict == model.Yes {
		return 0
	}
	return 1
}

// amount says how often the rule holds: what is not decided is told apart.
func (c *count) amount() string {
	switch {
	case c.undecided == 0:
		return view.Count(c.total, "finding")
	case c.holds == 0:
		return fmt.Sprintf("%d not decided", c.undecided)
	}
	return fmt.Sprintf("%d hold, %d not decided", c.holds, c.undecided)
}

func (c *count) same(o *count) bool {
	return c.total == o.total && c.by == o.by && c.undecided == o.undecided && c.state == o.state && c.limited == o.limited &&
		slices.EqualFunc(c.worst, o.worst, (*view.Row).Same)
}
