package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
)

// chooser is a list in a box over the screen, with a line to type in that narrows it. The palette, the help and all choices
// are choosers.
type chooser struct {
	title string
	input textinput.Model
	items []choice
	// found are the items that match what is typed, by index, the best first.
	found  []int
	cursor int
	// many lets several items be chosen; one takes the item under the cursor as long as no mark was changed.
	many, one bool
	changed   bool
	// strict finds nothing by letters that stand apart; whole shows the item under the cursor in full below the list.
	strict, whole bool
	done          func(chosen []int) tea.Cmd
	// free takes what is typed where it is more than the name of an item; nil where only items can be chosen.
	free func(text string) (tea.Cmd, bool)
}

// choice is an item of a chooser.
type choice struct {
	view.Item
	// name is what the item is called where its text holds more; "" where the text is the name.
	name string
	// key is found by itself before all names; sought items show only where something is typed.
	key    string
	sought bool
	// off says why the item cannot be chosen; "" where it can.
	off string
}

// openChooser gives a chooser the keyboard.
func (r *root) openChooser(c *chooser) {
	r.prompt = nil
	c.input = newInput("> ")
	c.narrow()
	r.chooser = c
	focus(&c.input)
}

// pick opens a choice that a screen has asked for.
func (r *root) pick(msg view.Pick) {
	c := &chooser{title: msg.Title, many: msg.Many, one: msg.One, done: msg.Done}
	for i, item := range msg.Items {
		c.items = append(c.items, choice{Item: item})
		if item.Chosen && !msg.Many {
			c.cursor = i
		}
	}
	cursor := c.cursor
	r.openChooser(c)
	c.cursor = cursor
}

func (c *chooser) do(r *root, a keys.Action) tea.Cmd {
	switch a {
	case keys.Up:
		c.move(-1)
	case keys.Down:
		c.move(1)
	case keys.PageUp:
		c.move(-10)
	case keys.PageDown:
		c.move(10)
	case keys.Back:
		r.chooser = nil
	case keys.NextPane:
		c.tab()
	case keys.Open:
		return c.accept(r)
	}
	return nil
}

func (c *chooser) move(by int) { c.cursor = max(0, min(c.cursor+by, len(c.found)-1)) }

// tab marks the item where several can be chosen, else it completes what is typed.
func (c *chooser) tab() {
	if len(c.found) == 0 {
		return
	}
	item := &c.items[c.found[c.cursor]]
	if c.many {
		item.Chosen = !item.Chosen
		c.changed = true
		c.move(1)
		return
	}
	c.input.SetValue(item.Text)
	c.input.CursorEnd()
	c.narrow()
}

// accept takes the choice.
func (c *chooser) accept(r *root) tea.Cmd {
	if c.free != nil {
		if cmd, ok := c.free(c.input.Value()); ok {
			r.chooser = nil
			return cmd
		}
	}
	var chosen []int
	if c.many && (c.changed || !c.one) {
		// No mark at all is a choice too.
		for i := range c.items {
			if c.items[i].Chosen {
				chosen = append(chosen, i)
			}
		}
	}
	if c.many && (c.changed || !c.one) {
		r.chooser = nil
		if !c.changed {
			return nil
		}
		return c.done(chosen)
	}
	if len(c.found) > 0 {
		i := c.found[c.cursor]
		if why := c.items[i].off; why != "" {
			r.note = view.Note{Text: c.items[i].Text + ": " + why}
			return nil
		}
		chosen = []int{i}
	}
	if len(chosen) == 0 {
		r.note = view.Note{Text: "there is no " + c.input.Value() + " here", Bad: true}
		return nil
	}
	r.chooser = nil
	return c.done(chosen)
}

// edit passes a key on to the line that is typed.
func (c *chooser) edit(_ *root, msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && c.many && k.String() == "space" {
		c.tab()
		return nil
	}
	before := c.input.Value()
	cmd := edit(&c.input, msg)
	if c.input.Value() != before {
		c.narrow()
	}
	return cmd
}

// about says of the item under the cursor what the box may have no room for.
func (c *chooser) about() string {
	if c.whole || len(c.found) == 0 {
		return ""
	}
	item := &c.items[c.found[c.cursor]]
	if item.off != "" {
		return item.Text + ": " + item.off
	}
	if item.Note == "" {
		return item.Text
	}
	return item.Note
}

// size is that of the box, which leaves some of the screen to be seen.
func (c *chooser) size(r *root) (width, height int) {
	return min(max(76, r.width*3/5), r.width-4), min(c.listed()+3, r.body()-1)
}

// lines draws the box.
func (c *chooser) lines(r *root) []string {
	width, height := c.size(r)
	t, g := &r.shared.Theme, &r.shared.Glyphs
	inner, rows := width-2, height-3
	full := c.full(r, inner, rows)
	rows -= len(full)
	edge := func(left, right, title string) string {
		title = r.shared.Cut(title, inner-4)
		return t.Rule.Render(left+g.Rule) + t.Header.Render(title) + t.Rule.Render(strings.Repeat(g.Rule, max(0, inner-1-text.Width(title)))+right)
	}
	side := t.Rule.Render(g.VRule)
	out := []string{edge(g.TopLeft, g.TopRight, " "+c.title+" ")}
	c.input.SetWidth(max(1, inner-4))
	out = append(out, side+view.Pad(" "+c.input.View(), inner)+side)
	top := max(0, min(c.cursor-rows/2, len(c.found)-rows))
	for i := top; i < top+rows; i++ {
		line := ""
		if i < len(c.found) {
			line = c.line(r, i, inner)
		} else if i == 0 {
			line = t.Faint.Render(r.shared.Fit("  nothing matches", inner))
		}
		out = append(out, side+view.Pad(line, inner)+side)
	}
	for _, line := range full {
		out = append(out, side+view.Pad(line, inner)+side)
	}
	foot := fmt.Sprintf(" %d of %d ", min(c.cursor+1, len(c.found)), len(c.found))
	return append(out, edge(g.BottomLeft, g.BottomRight, foot))
}

// line draws one item.
func (c *chooser) line(r *root, i, width int) string {
	t, item := &r.shared.Theme, &c.items[c.found[i]]
	mark := "  "
	if i == c.cursor {
		mark = r.shared.Glyphs.Cursor + " "
	}
	if c.many {
		mark += map[bool]string{true: r.shared.Glyphs.Mark, false: " "}[item.Chosen] + " "
	} else if item.Chosen {
		mark = r.shared.Glyphs.Bullet + " "
	}
	note := item.Note
	if item.off != "" {
		note = item.off
	}
	name := c.nameWidth(width)
	if note == "" {
		name = width - text.Width(mark)
	}
	body := r.shared.Fit(item.Text, name)
	rest := r.shared.Fit(note, max(0, width-text.Width(mark)-name-1))
	switch {
	case i == c.cursor:
		return t.Selected.Render(view.Pad(mark+body+" "+rest, width))
	case item.off != "":
		return t.Off.Render(view.Pad(mark+body+" "+rest, width))
	}
	return mark + body + " " + t.Faint.Render(rest)
}

// nameWidth is the room for the names of items, beside which their notes stand.
func (c *chooser) nameWidth(width int) int { return min(max(24, width*2/5), width-2) }

// over draws the box over the lines of a screen.
func (r *root) over(body string) string {
	lines, box := strings.Split(body, "\n"), r.chooser.lines(r)
	width, _ := r.chooser.size(r)
	left := (r.width - width) / 2
	for i, l := range box {
		if i < len(lines) {
			lines[i] = overlay(lines[i], l, left, width)
		}
	}
	return strings.Join(lines, "\n")
}

// caret is the place of the cursor in the line that is typed.
func (c *chooser) caret(r *root) *tea.Cursor {
	cursor := c.input.Cursor()
	if cursor == nil {
		return nil
	}
	width, _ := c.size(r)
	cursor.X += (r.width-width)/2 + 2
	cursor.Y = r.head() + 1
	return cursor
}
