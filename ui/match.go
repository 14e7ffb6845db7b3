package ui

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/sahilm/fuzzy"

	"canopy/ui/text"
)

// How well an item fits what is typed, the best first. What cannot be chosen comes after all that can.
const (
	itself = iota
	nameBegins
	nameWords
	nameHolds
	noteWords
	noteHolds
	apart
	offRank
)

// narrow finds the items for what is typed: by words, by beginnings of words and by pieces of text. Letters that stand apart are
// a last resort, for names alone, since enter takes what stands first.
func (c *chooser) narrow() {
	c.found, c.cursor = c.found[:0], 0
	typed := strings.TrimSpace(c.input.Value())
	if typed == "" {
		for i := range c.items {
			if !c.items[i].sought {
				c.found = append(c.found, i)
			}
		}
		return
	}
	ranks := map[int]int{}
	for i := range c.items {
		if rank, ok := c.items[i].fits(typed); ok {
			ranks[i] = rank
			c.found = append(c.found, i)
		}
	}
	slices.SortStableFunc(c.found, func(a, b int) int { return ranks[a] - ranks[b] })
	if len(c.found) == 0 && !c.strict {
		for _, m := range fuzzy.FindFrom(typed, (*named)(c)) {
			c.found = append(c.found, m.Index)
		}
		slices.SortStableFunc(c.found, func(a, b int) int { return c.items[a].rank(apart) - c.items[b].rank(apart) })
	}
}

// listed is the number of items that show while nothing is typed.
func (c *chooser) listed() int {
	n := 0
	for i := range c.items {
		if !c.items[i].sought {
			n++
		}
	}
	return n
}

// rank puts what cannot be chosen after what can.
func (i *choice) rank(of int) int {
	if i.off != "" && of != itself {
		return of + offRank
	}
	return of
}

// fits tells whether and how well an item fits what is typed.
func (i *choice) fits(typed string) (int, bool) {
	if i.key != "" && i.key == typed {
		return itself, true
	}
	typed = strings.ToLower(typed)
	whole, name, note := strings.ToLower(i.Text), strings.ToLower(cmp.Or(i.name, i.Text)), strings.ToLower(i.Note+" "+i.off)
	wanted := strings.Fields(typed)
	switch {
	case name == typed:
		return itself, true
	case strings.HasPrefix(name, typed):
		return i.rank(nameBegins), true
	case begun(name, wanted):
		return i.rank(nameWords), true
	case strings.Contains(whole, typed):
		return i.rank(nameHolds), true
	case begun(whole+" "+note, wanted):
		return i.rank(noteWords), true
	case strings.Contains(note, typed):
		return i.rank(noteHolds), true
	}
	return 0, false
}

// begun tells that each of the wanted words begins one of a text.
func begun(t string, wanted []string) bool {
	words := strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, w := range wanted {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, w) }) {
			return false
		}
	}
	return len(wanted) > 0
}

// named is what letters that stand apart are looked for in.
type named chooser

func (n *named) String(i int) string { return cmp.Or(n.items[i].name, n.items[i].Text) }
func (n *named) Len() int            { return len(n.items) }

// full gives what the item under the cursor says, in lines for below the list, where the list has no room for it. It takes half
// of the rows at most.
func (c *chooser) full(r *root, width, rows int) []string {
	if !c.whole || len(c.found) == 0 {
		return nil
	}
	item := &c.items[c.found[c.cursor]]
	said, room := cmp.Or(item.off, item.Note), width-c.nameWidth(width)-3
	if said == "" {
		said, room = item.Text, width-2
	}
	if text.Width(r.shared.Clean(said)) <= room && text.Width(r.shared.Clean(item.Text)) <= width-2 {
		return nil
	}
	t := &r.shared.Theme
	lines := []string{t.Rule.Render(strings.Repeat(r.shared.Glyphs.Rule, width))}
	for _, l := range r.shared.Wrap(said, width-2) {
		if len(lines) > rows/2 {
			break
		}
		lines = append(lines, " "+t.Faint.Render(l))
	}
	return lines
}
