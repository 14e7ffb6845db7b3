package table

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"canopy/model/inorder"
)

// group is a run of rows that have one value in common. Rows that are not grouped are one group without a value.
type group[R any] struct {
	value, summary string
	// rows are in the order of the query. Of these, ghosts gives the places of those that went.
	rows   []R
	ghosts []int
	// start counts the rows in the groups before this one, first those that are no ghosts.
	start, first int
}

// live is the number of rows that are no ghosts.
func (g *group[R]) live() int { return len(g.rows) - len(g.ghosts) }

// grouper says which group a row is in, and the order of groups.
//
// Groups go by their value, not by the best row in them: values stay while rows come and go, so that no group jumps to
// another place under the eyes of a reader, and a change touches only the groups that it is in.
type grouper[R any] struct {
	text    func(R) string
	order   func(string) (int, bool)
	reverse bool
}

// grouper gives nil where the rows of a query are not grouped.
func (s *Schema[R]) grouper(q Query) *grouper[R] {
	name := strings.ToLower(q.Group)
	if name == "" {
		return nil
	}
	by := &grouper[R]{}
	column, isColumn := s.ColumnIndex(name)
	if i := s.field(name); i >= 0 {
		f := &s.Fields[i]
		by.text, by.order = f.Text, f.Order
		for _, n := range []string{f.Name, f.Also} {
			if !isColumn && n != "" {
				column, isColumn = s.ColumnIndex(n)
			}
		}
	} else if isColumn {
		by.text = s.Columns[column].Text
	} else {
		return nil
	}
	// Who turns the order of the very column that he groups by wants to see the groups turn.
	by.reverse = isColumn && column == q.Column && q.Reverse
	return by
}

// compare puts the highest rank first, then goes by the value, in which numbers count as such.
func (g *grouper[R]) compare(a, b string) int {
	c := 0
	if g.order != nil {
		rankA, okA := g.order(a)
		rankB, okB := g.order(b)
		switch {
		case okA && okB:
			c = cmp.Compare(rankB, rankA)
		case okA:
			c = -1
		case okB:
			c = 1
		}
	}
	if c == 0 {
		c = natural(a, b)
	}
	if g.reverse {
		return -c
	}
	return c
}

// seek is where the group of a value stands, or would stand.
func (g *grouper[R]) seek(groups []group[R], value string) (int, bool) {
	i := sort.Search(len(groups), func(i int) bool { return g.compare(groups[i].value, value) >= 0 })
	return i, i < len(groups) && groups[i].value == value
}

// split puts rows into their groups. It keeps their order.
func (a *Arrangement[R]) split(rows []R) []group[R] {
	if a.by == nil {
		return []group[R]{{rows: rows}}
	}
	byValue := map[string]int{}
	var groups []group[R]
	for _, r := range rows {
		v := a.by.text(r)
		i, ok := byValue[v]
		if !ok {
			i = len(groups)
			byValue[v] = i
			groups = append(groups, group[R]{value: v})
		}
		groups[i].rows = append(groups[i].rows, r)
	}
	inorder.Sort(groups, func(x, y group[R]) int { return a.by.compare(x.value, y.value) })
	for i := range groups {
		groups[i].summary = a.sum(groups[i].rows)
	}
	return number(groups)
}

func (a *Arrangement[R]) sum(rows []R) string {
	if a.schema.Summary == nil {
		return ""
	}
	return a.schema.Summary(slices.Clip(rows))
}

// number notes where each group starts.
func number[R any](groups []group[R]) []group[R] {
	start, first := 0, 0
	for i := range groups {
		g := &groups[i]
		g.start, g.first = start, first
		start, first = start+len(g.rows), first+g.live()
	}
	return groups
}

// natural compares texts so that "web-9" comes before "web-10". Only equal texts are equal.
func natural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if digit(x[0]) && digit(y[0]) {
			m, n := digits(x), digits(y)
			p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			x, y = x[m:], y[n:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

func digits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}
