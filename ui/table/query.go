package table

// Query says which rows are wanted, and in which order.
type Query struct {
	// Column is the index of the column to sort by, Reverse turns its order round.
	Column  int
	Reverse bool
	Filter  string
	// Group names the field or column to group by. Rows are not grouped where it is empty or names nothing.
	Group string
}

// SortBy gives the query that sorts by a column, or in the reverse order where it does so already. It gives back the
// query where the column cannot be sorted by.
func (s *Schema[R]) SortBy(q Query, column int) Query {
	switch {
	case column < 0 || column >= len(s.Columns) || s.Columns[column].Compare == nil:
	case column == q.Column:
		q.Reverse = !q.Reverse
	default:
		q.Column, q.Reverse = column, false
	}
	return q
}

// NextColumn is the sortable column after column i, round and round.
func (s *Schema[R]) NextColumn(i int) int {
	for range s.Columns {
		if i = (i + 1) % len(s.Columns); s.Columns[i].Compare != nil {
			return i
		}
	}
	return i
}

// comparer gives the total order of a query, groups aside.
func (s *Schema[R]) comparer(q Query) func(a, b R) int {
	if q.Column < 0 || q.Column >= len(s.Columns) || s.Columns[q.Column].Compare == nil {
		return s.Compare
	}
	column, sign := s.Columns[q.Column].Compare, 1
	if q.Reverse {
		sign = -1
	}
	return func(a, b R) int {
		if c := column(a, b); c != 0 {
			return c * sign
		}
		return s.Compare(a, b)
	}
}
