package table

import (
	"slices"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/text"
)

// drawCell draws a cell of a row in its own style, and what the filter found in it in another.
func (t *Table[R]) drawCell(p *pen, c *Column[R], row R, line *coat, width int) {
	own := line
	if c.Style != nil && !line.whole {
		own = line.cell(c.Style(row), t.styles.Match, len(t.finds) > 0)
	}
	s := c.Text(row)
	if len(t.finds) == 0 || !c.Searched {
		t.put(p, own.plain, s, width, c.Right)
		return
	}
	s = t.glyphs.Charset.Cut(s, width)
	blank := width - text.Width(s)
	if c.Right {
		p.blank(own.plain, blank)
		blank = 0
	}
	end := 0
	for _, f := range found(t.finds, s) {
		p.write(own.plain, s[end:f.from])
		p.write(own.find, s[f.from:f.to])
		end = f.to
	}
	p.write(own.plain, s[end:])
	p.blank(own.plain, blank)
}

// put cleans, cuts and aligns a text.
func (t *Table[R]) put(p *pen, i ink, s string, width int, right bool) {
	if width <= 0 {
		return
	}
	if right {
		s = t.glyphs.Charset.Cut(s, width)
		p.blank(i, width-text.Width(s))
		p.write(i, s)
		return
	}
	p.dip(i)
	p.b = t.glyphs.Charset.AppendFit(p.b, s, width)
}

// finds gives what the words of a filter look for in all searched columns.
func (f filter[R]) finds() []value {
	var out []value
	for i := range f {
		if t := &f[i]; t.field == nil && !t.not {
			out = append(out, t.any[0])
		}
	}
	return out
}

// span is a run of bytes.
type span struct{ from, to int }

// found gives the runs of a cleaned text that hold one of the values, in order and apart from each other.
func found(values []value, s string) []span {
	var out []span
	for i := range values {
		out = values[i].spans(out, s)
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b span) int { return a.from - b.from })
	joined := out[:1]
	for _, f := range out[1:] {
		if last := &joined[len(joined)-1]; f.from <= last.to {
			last.to = max(last.to, f.to)
		} else {
			joined = append(joined, f)
		}
	}
	if ascii(s) {
		return joined
	}
	return whole(joined, s)
}

// spans appends each run in which a value was found.
func (v *value) spans(out []span, s string) []span {
	if v.op == matches {
		for _, m := range v.pattern.FindAllStringIndex(s, -1) {
			if m[0] < m[1] {
				out = append(out, span{m[0], m[1]})
			}
		}
		return out
	}
	for at := 0; at < len(s); {
		i := indexFold(s[at:], v.text)
		if i < 0 {
			break
		}
		from := at + i
		at = min(from+len(v.text), len(s))
		out = append(out, span{from, at})
	}
	return out
}

// whole widens runs to whole characters: a mark that is torn from its letter is drawn somewhere else.
func whole(runs []span, s string) []span {
	var out []span
	at := 0
	for rest := s; rest != "" && len(runs) > 0; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		end := at + len(cluster)
		for len(runs) > 0 && runs[0].to <= at {
			runs = runs[1:]
		}
		if len(runs) > 0 && runs[0].from < end {
			if n := len(out); n > 0 && out[n-1].to == at {
				out[n-1].to = end
			} else {
				out = append(out, span{at, end})
			}
		}
		at, rest = end, rest[len(cluster):]
	}
	return out
}
