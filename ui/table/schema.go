package table

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
)

// Schema says how rows of type R are told apart, shown, sorted and filtered. Rows are immutable: a row that changes is
// another row with the same key. The functions are called on several goroutines.
type Schema[R any] struct {
	// Key is the identity of a row.
	Key func(R) string
	// Compare orders rows where the sorted column finds them equal. It must be total: no two rows with different keys
	// are equal.
	Compare func(a, b R) int
	Columns []Column[R]
	Fields  []Field[R]
	// Summary says in a few words what is in a group, beside its name and its number of rows; nil says nothing more. It
	// is asked where rows are arranged, once for each group that changed.
	Summary func(rows []R) string
}

// Column is one column of a table.
type Column[R any] struct {
	Title string
	// Name is what the column is called in a configuration; empty means the title in lower case.
	Name string
	// Min and Ideal are widths in cells. A column is dropped before it gets less than Min.
	Min, Ideal int
	// Priority says which columns go first where the screen is narrow: the one with the highest. Columns of priority 0
	// always stay.
	Priority int
	// Hidden leaves the column out until it is asked for, by name or by Wide.
	Hidden bool
	// Grow gives the column what width is left over, shared with the other growing ones.
	Grow bool
	// Right aligns to the right.
	Right bool
	// Text is what the cell shows. It is cleaned by the table.
	Text func(R) string
	// Searched tells that a filter without a prefix looks into this column, shown or not.
	Searched bool
	// Compare puts first what people look for first; nil makes the column unsortable. Falls tells that this order goes
	// from high to low.
	Compare func(a, b R) int
	Falls   bool
	// Style gives the style of a cell; nil leaves it plain.
	Style func(R) lipgloss.Style
}

// Field is something that a filter can name, "ns:shop", and that rows can be grouped by.
type Field[R any] struct {
	Name string
	// Also is another name; empty where there is none.
	Also string
	// Text is what the value of the filter must be the beginning of, without regard to case; where Within is set it may
	// stand anywhere in it.
	Text   func(R) string
	Within bool
	// Known lists all values that there are, where that is known before: a filter that asks for another is a mistake. They
	// are in lower case.
	Known []string
	// Stands gives the values for which one word stands, such as undecided for depends and unknown. It is in lower case.
	Stands map[string][]string
	// Order gives the rank of a value where values have one, so that a filter can say "sev:>=high"; it tells false for
	// what is no value. It is given values of rows, and in lower case what was typed. Groups come with the highest rank
	// first.
	Order func(value string) (rank int, ok bool)
}

// ColumnIndex finds a column by its name, without regard to case.
func (s *Schema[R]) ColumnIndex(name string) (index int, ok bool) {
	name = strings.ToLower(name)
	i := slices.IndexFunc(s.Columns, func(c Column[R]) bool { return c.name() == name })
	return i, i >= 0
}

// GroupNames lists what rows can be grouped by: the fields, then the columns that are no field.
func (s *Schema[R]) GroupNames() []string {
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	for _, c := range s.Columns {
		if s.field(c.name()) < 0 {
			names = append(names, c.name())
		}
	}
	return names
}

// field finds a field by either name; -1 where there is none.
func (s *Schema[R]) field(name string) int {
	return slices.IndexFunc(s.Fields, func(f Field[R]) bool { return f.Name == name || f.Also != "" && f.Also == name })
}

func (c *Column[R]) name() string {
	if c.Name != "" {
		return strings.ToLower(c.Name)
	}
	return strings.ToLower(c.Title)
}
