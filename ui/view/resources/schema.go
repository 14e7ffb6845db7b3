package resources

import (
	"slices"

	"charm.land/lipgloss/v2"

	"canopy/ui/table"
	"canopy/ui/view"
)

// maker holds what rows are made with: what the table shows, and what the filter looks at.
type maker struct {
	schema *table.Schema[*row]
	sieve  *table.Schema[*item]
}

func newMaker(s *view.Shared) *maker { return &maker{newSchema(s), newSieve()} }

// steady tells that the order of a column depends on names alone, so that nothing that happens to an item moves what is below
// it.
func (*maker) steady(column int) bool { return column == resourceColumn }

const (
	resourceColumn = 0
	readyColumn    = 3
	statusColumn   = 4
	findingsColumn = 5
	nodeColumn     = 6
	// onlyShown is the filter of the table: rows of closed branches, and those that the filter holds back, stay in it, so
	// that they keep their marks.
	onlyShown = "shown:=yes"
)

// newSchema says what the rows are. It reads the look whenever it draws.
func newSchema(s *view.Shared) *table.Schema[*row] {
	return &table.Schema[*row]{
		Key:     func(r *row) string { return r.key },
		Compare: compare,
		Columns: []table.Column[*row]{
			{
				Title: "RESOURCE", Min: 21, Ideal: 30, Grow: true, Text: func(r *row) string { return indented(s, r) },
				Compare: sort(false, byName).compare, Style: func(r *row) lipgloss.Style { return named(s, r) },
			},
			column("WORST", 6, 1, func(r *row) string { return worst(s, r) }, sort(true, byScore), func(r *row) lipgloss.Style { return worstStyle(s, r) }),
			column("POSTURE", 12, 2, posed, sort(false, byPosture), func(r *row) lipgloss.Style { return postureStyle(s, r) }),
			column("READY", 7, 5, ready, sort(true, byReady), func(r *row) lipgloss.Style { return readyStyle(s, r) }),
			narrow(column("STATUS", 18, 3, func(r *row) string { return r.status }, sort(true, byStatus), func(r *row) lipgloss.Style { return statusStyle(s, r) }), 9),
			column("FINDINGS", 13, 4, func(r *row) string { return counted(r, s.Glyphs.MoreAbove) }, sort(true, byScore), func(r *row) lipgloss.Style { return faintly(s, r) }),
			narrow(column("NODE", 20, 6, where, sort(false, words(where)), nil), 8),
			column("SINCE", len(view.Stamp), 7, func(r *row) string { return s.Moment(r.created) }, sort(true, byAge), nil),
			hidden(column("IP", 15, 8, func(r *row) string { return addresses(r.item) }, sort(false, words(func(r *row) string { return addresses(r.item) })), nil)),
			hidden(column("IMAGE", 40, 9, func(r *row) string { return images(r.item) }, sort(false, words(func(r *row) string { return images(r.item) })), nil)),
			hidden(column("ACCOUNT", 16, 10, func(r *row) string { return account(r.item) }, sort(false, words(func(r *row) string { return account(r.item) })), nil)),
			hidden(column("OWNER", 26, 11, func(r *row) string { return above(r.item) }, sort(false, words(func(r *row) string { return above(r.item) })), nil)),
			hidden(column("KIND", 12, 12, func(r *row) string { return r.ref.Kind }, sort(false, words(func(r *row) string { return r.ref.Kind })), nil)),
			hidden(column("NAMESPACE", 16, 13, func(r *row) string { return spaceOf(r.item) }, nil, nil)),
		},
		Fields: []table.Field[*row]{{Name: "shown", Text: func(r *row) string {
			if r.shown {
				return "yes"
			}
			return "no"
		}}},
	}
}

// own gives a copy whose columns a screen may change: commands read those of the maker meanwhile.
func own(s *table.Schema[*row]) *table.Schema[*row] {
	c := *s
	c.Columns = slices.Clone(s.Columns)
	return &c
}

// figures gives a column of numbers as many cells as they need: a number is never cut, so that where there is no room for it
// the column goes.
func (s *Screen) figures(column, cells int) {
	c := &s.columns.Columns[column]
	c.Min, c.Ideal = cells, cells
	s.table.Need(column, cells)
}

func column(title string, width, priority int, text func(*row) string, by *order, style func(*row) lipgloss.Style) table.Column[*row] {
	c := table.Column[*row]{Title: title, Min: width, Ideal: width, Priority: priority, Text: text, Style: style}
	if by != nil {
		c.Compare, c.Falls = by.compare, by.falls
	}
	return c
}

func narrow(c table.Column[*row], least int) table.Column[*row] {
	c.Min = least
	return c
}

func hidden(c table.Column[*row]) table.Column[*row] {
	c.Hidden, c.Min = true, min(c.Min, 14)
	return c
}
