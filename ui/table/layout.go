package table

import "slices"

// gap is the number of cells between columns.
const gap = 2

// layout gives the width of every column on a line of so many cells; 0 leaves the column out. A column gets no more of
// its ideal width than it needs, where that is known.
func (s *Schema[R]) layout(width int, needs map[int]int) []int {
	widths := make([]int, len(s.Columns))
	order := make([]int, len(s.Columns))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return s.Columns[a].Priority - s.Columns[b].Priority })
	left := width + gap
	kept := order[:0:0]
	for _, i := range order {
		c := &s.Columns[i]
		if left < c.Min+gap && c.Priority > 0 {
			// A narrower one may still fit.
			continue
		}
		widths[i] = c.Min
		left -= c.Min + gap
		kept = append(kept, i)
	}
	for _, i := range kept {
		ideal := s.Columns[i].Ideal
		if need, ok := needs[i]; ok {
			ideal = min(ideal, need)
		}
		more := min(max(left, 0), max(0, ideal-widths[i]))
		widths[i] += more
		left -= more
	}
	growing := slices.DeleteFunc(kept, func(i int) bool { return !s.Columns[i].Grow })
	for n, i := range growing {
		more := max(left, 0) / (len(growing) - n)
		widths[i] += more
		left -= more
	}
	return widths
}
