package table

import (
	"strings"

	"canopy/ui/text"
)

// gutter is the number of cells left of the first column, for the cursor.
const gutter = 2

// View draws the header and the window, each line exactly as wide as the table, without a line break at the end. The
// lines below the last row are left empty.
func (t *Table[R]) View() string {
	if t.height == 0 {
		return ""
	}
	lines := make([]string, t.height)
	lines[0] = t.header.Render(t.head())
	for i := range min(t.window(), t.rows.Len()-t.top) {
		lines[i+1] = t.line(t.top + i)
	}
	return strings.Join(lines, "\n")
}

// head is the line of titles, with a mark on the column that sorts.
func (t *Table[R]) head() string {
	q := t.rows.query
	return string(t.compose(nil, "", func(b []byte, i, width int) []byte {
		c := &t.schema.Columns[i]
		title := c.Title
		if i == q.Column {
			mark := t.glyphs.Up
			if c.Falls != q.Reverse {
				mark = t.glyphs.Down
			}
			title = t.glyphs.Charset.Cut(title, width-1) + mark
		}
		return t.cell(b, c, title, width)
	}))
}

// line draws one row. The selected one has a style of its own for all of the line, and a mark, since colour alone is no
// signal.
func (t *Table[R]) line(n int) string {
	row := t.rows.At(n)
	selected := n == t.cursor
	mark := ""
	if selected {
		mark = t.glyphs.Cursor
	}
	s := string(t.compose(make([]byte, 0, t.width+64), mark, func(b []byte, i, width int) []byte {
		c := &t.schema.Columns[i]
		if c.Style == nil || selected {
			return t.cell(b, c, c.Text(row), width)
		}
		return append(b, c.Style(row).Render(string(t.cell(nil, c, c.Text(row), width)))...)
	}))
	if selected {
		return t.chosen.Render(s)
	}
	return s
}

// compose puts the cells of one line beside each other.
func (t *Table[R]) compose(b []byte, mark string, cell func(b []byte, i, width int) []byte) []byte {
	used := min(gutter, t.width)
	b = t.glyphs.Charset.AppendFit(b, mark, used)
	first := true
	for i, width := range t.widths {
		if width == 0 {
			continue
		}
		if !first {
			b = t.pad(b, min(gap, t.width-used))
			used = min(used+gap, t.width)
		}
		first = false
		width = min(width, t.width-used)
		b = cell(b, i, width)
		used += width
	}
	return t.pad(b, t.width-used)
}

// cell cleans, cuts and aligns the text of one cell.
func (t *Table[R]) cell(b []byte, c *Column[R], s string, width int) []byte {
	if !c.Right {
		return t.glyphs.Charset.AppendFit(b, s, width)
	}
	s = t.glyphs.Charset.Cut(s, width)
	return append(t.pad(b, width-text.Width(s)), s...)
}

func (t *Table[R]) pad(b []byte, n int) []byte {
	for range n {
		b = append(b, ' ')
	}
	return b
}
