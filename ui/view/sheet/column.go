package sheet

import (
	"cmp"

	"charm.land/lipgloss/v2"

	"canopy/ui/table"
	"canopy/ui/view"
)

// Column makes a column that sorts by what it shows.
func Column[R any](title string, least, ideal, priority int, of func(R) string) table.Column[R] {
	return table.Column[R]{
		Title: title, Min: least, Ideal: ideal, Priority: priority, Text: of,
		Compare: func(a, b R) int { return cmp.Compare(of(a), of(b)) },
	}
}

// Searched makes filters without a prefix look into a column.
func Searched[R any](c table.Column[R]) table.Column[R] {
	c.Searched = true
	return c
}

// Grow gives a column what width is left over.
func Grow[R any](c table.Column[R]) table.Column[R] {
	c.Grow = true
	return c
}

// Hidden leaves a column out until it is asked for.
func Hidden[R any](c table.Column[R]) table.Column[R] {
	c.Hidden, c.Searched = true, false
	return c
}

// Styled gives the cells of a column a style.
func Styled[R any](c table.Column[R], style func(R) lipgloss.Style) table.Column[R] {
	c.Style = style
	return c
}

// Count makes a column of numbers.
func Count[R any](title string, width, priority int, of func(R) int) table.Column[R] {
	return table.Column[R]{
		Title: title, Min: width, Ideal: width, Priority: priority, Right: true, Falls: true, Text: func(r R) string { return view.Number(of(r)) },
		Compare: func(a, b R) int { return cmp.Compare(of(b), of(a)) },
	}
}

// Field makes something that a filter can name, and that rows can be grouped by.
func Field[R any](name, also string, of func(R) string) table.Field[R] {
	return table.Field[R]{Name: name, Also: also, Text: of}
}
