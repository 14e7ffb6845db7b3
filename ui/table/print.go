package table

import "canopy/ui/text"

// Lines gives rows as plain text for a copy or an export: the titles, then a line a row, the cells of the chosen columns
// apart by tabs, cleaned and whole, whether there is room for them on the screen or not. It costs what the rows cost;
// for many of them take a Printer and print outside of the program's loop.
func (t *Table[R]) Lines(rows []R) []string { return t.Printer()(rows) }

// Printer gives Lines with the columns that are chosen now, for any goroutine.
func (t *Table[R]) Printer() func(rows []R) []string {
	schema, columns, set := t.schema, t.columns(), t.glyphs.Charset
	return func(rows []R) []string { return schema.lines(rows, columns, set) }
}

func (s *Schema[R]) lines(rows []R, columns []int, set text.Charset) []string {
	out := make([]string, 0, len(rows)+1)
	line := func(cell func(c *Column[R]) string) {
		var b []byte
		for n, i := range columns {
			if n > 0 {
				b = append(b, '\t')
			}
			b = append(b, set.Clean(cell(&s.Columns[i]))...)
		}
		out = append(out, string(b))
	}
	line(func(c *Column[R]) string { return c.Title })
	for _, r := range rows {
		line(func(c *Column[R]) string { return c.Text(r) })
	}
	return out
}
