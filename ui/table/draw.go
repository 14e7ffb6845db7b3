package table

import (
	"strconv"

	"canopy/ui/text"
)

// View draws the header and the window, each line exactly as wide as the table, without a line break at the end. The
// lines below the last row are left empty.
func (t *Table[R]) View() string {
	if t.height == 0 {
		return ""
	}
	p := pen{b: t.page[:0]}
	t.drawHeader(&p)
	n := t.lines()
	for i := range t.window() {
		p.b = append(p.b, '\n')
		if line := t.top + i; line < n {
			t.drawLine(&p, line)
		}
	}
	t.page = p.b
	return string(p.b)
}

// drawHeader draws the titles, with a sign on the column that sorts.
func (t *Table[R]) drawHeader(p *pen) {
	q, coat := t.rows.query, &t.coats.header
	used := t.drawGutter(p, coat, "", "")
	for _, s := range t.slots {
		p.blank(coat.plain, s.x-used)
		c := &t.schema.Columns[s.column]
		title := c.Title
		if s.column == q.Column && c.Compare != nil {
			sign := t.glyphs.Up
			if c.Falls != q.Reverse {
				sign = t.glyphs.Down
			}
			title = t.glyphs.Charset.Cut(title, s.width-1) + sign
		}
		t.put(p, coat.plain, title, s.width, c.Right)
		used = s.x + s.width
	}
	t.endLine(p, coat, used)
}

func (t *Table[R]) drawLine(p *pen, line int) {
	n, i := t.at(line)
	selected := line == t.cursor
	cursor := ""
	if selected {
		cursor = t.glyphs.Cursor
	}
	if i < 0 {
		t.drawGroup(p, n, selected, cursor)
		return
	}
	row := t.rows.drawn[n].rows[i]
	coat, sign := t.coat(row)
	if selected {
		coat = t.chosenCoat()
	}
	used := t.drawGutter(p, coat, cursor, sign)
	for _, s := range t.slots {
		p.blank(coat.plain, s.x-used)
		t.drawCell(p, &t.schema.Columns[s.column], row, coat, s.width)
		used = s.x + s.width
	}
	t.endLine(p, coat, used)
}

// coat gives the style of a row and the sign that says the same, since colour alone is no signal.
func (t *Table[R]) coat(row R) (*coat, string) {
	if len(t.marks.rows)+len(t.rows.left)+len(t.rows.fresh) == 0 {
		return &t.coats.bare, ""
	}
	key := t.schema.Key(row)
	if _, ok := t.rows.left[key]; ok {
		return &t.coats.gone, "-"
	}
	if t.has(key) {
		return &t.coats.marked, t.glyphs.Mark
	}
	if t.rows.fresh[key] > t.calm {
		return &t.coats.glow, "+"
	}
	return &t.coats.bare, ""
}

func (t *Table[R]) chosenCoat() *coat {
	if t.resting {
		return &t.coats.resting
	}
	return &t.coats.selected
}

// endLine leaves what is right of the last column empty.
func (t *Table[R]) endLine(p *pen, c *coat, used int) {
	p.blank(c.plain, t.width-used)
	p.dip(ink{})
}

func (t *Table[R]) drawGutter(p *pen, c *coat, cursor, sign string) (used int) {
	used = min(gutter, t.width)
	t.put(p, c.plain, cursor, min(1, used), false)
	t.put(p, c.plain, sign, used-1, false)
	return used
}

// drawGroup draws the head of a group over all columns: whether it is open, its value, how many rows, and its summary.
func (t *Table[R]) drawGroup(p *pen, n int, selected bool, cursor string) {
	g := &t.rows.drawn[n]
	main, faint := &t.coats.group, &t.coats.faint
	if selected {
		main, faint = t.chosenCoat(), t.chosenCoat()
	}
	room := t.width - t.drawGutter(p, main, cursor, "")
	set := t.glyphs.Charset
	value := set.Clean(g.value)
	if value == "" {
		value = "(none)"
	}
	rest := "  " + strconv.Itoa(g.live())
	if g.summary != "" {
		rest += "  " + set.Clean(g.summary)
	}
	// A long value leaves half of the line to what stands beside it.
	value = set.Cut(t.foldSign(n)+" "+value, max(room-text.Width(rest), room/2))
	p.write(main.plain, value)
	t.put(p, faint.plain, rest, room-text.Width(value), false)
	p.dip(ink{})
}

func (t *Table[R]) foldSign(group int) string {
	if t.open(group) {
		return t.glyphs.Expanded
	}
	return t.glyphs.Collapsed
}
