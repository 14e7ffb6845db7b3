package resources

import (
	"slices"
	"strings"

	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// side says what is known of the selected row, without asking for more.
type side struct {
	made          *row
	width, height int
	drawn         string
}

// view draws it, anew where the row or the size is another.
func (d *side) view(s *Screen, width, height int) string {
	r, ok := s.selected()
	if !ok {
		r = nil
	}
	if d.drawn == "" || d.made != r || d.width != width || d.height != height {
		d.made, d.width, d.height = r, width, height
		var lines []string
		if r != nil {
			lines = s.describe(r, width, height)
		}
		d.drawn = view.Block(lines, width, height)
	}
	return d.drawn
}

// describe writes what is known of an item: what it is and how it is, then what was found on it as far as there is room, then
// the rest.
func (s *Screen) describe(r *row, width, height int) []string {
	w := &writer{Page: page.New(s.shared, width, s.table.Rows().Leaving(r)), s: s, item: r.item, width: width}
	w.head()
	first := len(w.Lines())
	w.rest()
	rest := slices.Clone(w.Lines()[first:])
	// What was found gets what the rest leaves, and some of the rest's where that is much.
	room := max(height-first-len(rest)-2, (height-first)/2)
	f := &writer{Page: page.New(s.shared, width, s.table.Rows().Leaving(r)), s: s, item: r.item, width: width}
	f.found(room)
	lines := slices.Clone(w.Lines()[:first])
	for _, part := range [][]string{f.Lines(), rest} {
		if len(part) > 0 {
			lines = append(append(lines, ""), part...)
		}
	}
	return lines
}

// writer writes about one item.
type writer struct {
	*page.Page
	s     *Screen
	item  *item
	width int
}

func (w *writer) plain(word, text string) {
	if text != "" {
		w.Entry(word, w.In(w.Ink.Text, text))
	}
}

// head writes what the item is, and how it is.
func (w *writer) head() {
	i := w.item
	title := i.ref.Kind + " " + i.ref.Name
	if i.level == heading {
		title = view.Count(len(i.children), "node")
	}
	w.Para(w.In(w.Ink.Strong, title))
	if i.ref.Namespace != "" {
		w.plain("in", "namespace "+i.ref.Namespace)
	}
	w.plain("owner", w.chain())
	if i.record == nil && i.level != heading {
		w.Entry("", w.In(w.Ink.Warn, "the object itself was not seen"))
	}
	w.plain("since", w.s.shared.Moment(i.created))
	if text := w.status(); text != "" {
		style := w.Ink.Text
		if i.trouble >= held {
			style = w.Ink.Warn
		}
		w.Entry("status", w.In(style, text))
	}
	if text := ready(&row{item: i}); text != "" {
		unit := " pods"
		if i.level == pod {
			unit = " containers"
		}
		w.plain("ready", text+unit)
	}
	w.posture()
}

// chain names the owners, from the outside in.
func (w *writer) chain() string {
	var names []string
	for i := w.item.parent; i != nil && i.depth > 0; i = i.parent {
		if i.level != heading {
			names = append(names, i.ref.Kind+" "+i.ref.Name)
		}
	}
	slices.Reverse(names)
	if p, ok := w.item.record.(*record.Pod); ok && p.Owner != nil {
		if o := p.Owner.Kind + " " + p.Owner.Name; len(names) > 0 && names[len(names)-1] != o {
			names = append(names, o)
		}
	}
	return strings.Join(names, " "+w.s.shared.Glyphs.ArrowRight+" ")
}

// status says how the item is; of a node, both how that is and how its pods are.
func (w *writer) status() string {
	text := w.item.status
	if n, ok := w.item.record.(*nodeRecord); ok {
		if own, _ := nodeStatus(n.Object); own != text {
			text = own + "; pods: " + text
		}
	}
	return text
}
