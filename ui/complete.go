package ui

import (
	"strings"

	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
)

// offersShown bounds the completions that are shown at once.
const offersShown = 8

// offer asks how the line could go on.
func (p *prompt) offer() {
	p.cursor = 0
	if p.complete != nil {
		p.offers = p.complete(p.input.Value())
	}
}

// take completes the line by the offer under the cursor.
func (p *prompt) take() {
	if len(p.offers) == 0 {
		return
	}
	p.input.SetValue(text.Clean(p.offers[p.cursor].Line))
	p.input.CursorEnd()
	p.offer()
}

// move goes through the offers.
func (p *prompt) move(a keys.Action) {
	by := map[keys.Action]int{keys.Up: -1, keys.Down: 1, keys.PageUp: -offersShown, keys.PageDown: offersShown}[a]
	p.cursor = max(0, min(p.cursor+by, len(p.offers)-1))
}

// list draws the offers, for the lines above the one that is typed.
func (p *prompt) list(r *root) []string {
	t, n := &r.shared.Theme, min(offersShown, len(p.offers), max(0, r.body()-2))
	if n == 0 {
		return nil
	}
	wide := 0
	for _, o := range p.offers {
		wide = max(wide, text.Width(r.shared.Clean(o.Line)))
	}
	wide = min(wide, r.width*3/5)
	room := max(0, r.width-wide-5)
	top := max(0, min(p.cursor-n/2, len(p.offers)-n))
	lines := []string{t.Rule.Render(strings.Repeat(r.shared.Glyphs.Rule, r.width))}
	for i := top; i < top+n; i++ {
		line, note := r.shared.Fit(p.offers[i].Line, wide), r.shared.Fit(p.offers[i].Note, room)
		if i == p.cursor {
			lines = append(lines, t.Selected.Render(view.Pad(r.shared.Glyphs.Cursor+" "+line+"  "+note, r.width)))
			continue
		}
		lines = append(lines, view.Pad("  "+line+"  "+t.Faint.Render(note), r.width))
	}
	return lines
}
