package splice

import (
	"strings"
)

// layout is how the entries of something in flow style are set.
type layout struct {
	quotes quotes
	// lines tells that each stands on a line of its own, begun with indent. unit is what the next level adds to that; where it is
	// empty what is new stands on one line.
	lines        bool
	indent, unit string
	// comma stands between two entries on one line.
	comma string
}

// gap is the text between an entry and the next; in front of the first for -1.
func (e *editor) gap(n *node, i int) (from, to int) {
	from, to = n.body+1, n.end-1
	if i >= 0 {
		from = n.entries[i].end()
	}
	if i+1 < len(n.entries) {
		to = n.entries[i+1].start()
	}
	return from, to
}

func (e *editor) layoutOf(n *node) layout {
	l := layout{quotes: e.quotes(n), comma: ", "}
	for i := range n.entries {
		from, to := e.gap(n, i-1)
		text := string(e.src[from:to])
		if strings.Contains(text, "\n") {
			l.lines = true
			if start := n.entries[i].start(); e.leads(start) && l.indent == "" {
				l.indent = string(e.src[e.lineStart(start):start])
			}
		} else if text == "," && i > 0 || e.json && e.colon == ":" {
			l.comma = ","
		}
	}
	if l.lines && e.json {
		if closing := n.end - 1; e.leads(closing) {
			l.unit = strings.TrimPrefix(l.indent, string(e.src[e.lineStart(closing):closing]))
		}
	}
	return l
}

// replaceFlow puts a value anew into something in flow style.
func (e *editor) replaceFlow(in *node, en *entry, want *value) error {
	old := en.value
	l := e.layoutOf(in)
	if old.shape == scalar && old.written() && !e.json {
		l.quotes.text = old.style & quoted
	}
	text, err := e.flowText(want, l)
	if err != nil {
		return err
	}
	if a := old.anchorOf(); a != "" {
		text = a + " " + text
	}
	switch {
	case old.written():
		e.put(old.start, old.end, text)
	case en.mark >= 0:
		e.put(en.mark+1, en.mark+1, " "+text)
	case en.key != nil:
		e.put(en.key.end, en.key.end, ": "+text)
	default:
		return flawAt(en.start(), "a value that is not written cannot be changed here")
	}
	return nil
}

// flowText writes a value in flow style.
func (e *editor) flowText(v *value, l layout) (string, error) {
	if strings.Count(l.indent, "")+len(l.unit) > 1<<16 {
		return "", flawAt(0, "the text is indented too far")
	}
	if !v.nested() || v.bare() {
		return e.scalar(v, l.quotes.text, true), nil
	}
	open, closing := "[", "]"
	if v.kind == object {
		open, closing = "{", "}"
	}
	inner := l
	inner.indent += l.unit
	between := l.comma
	if between == "" {
		between = ", "
	}
	if l.lines && l.unit != "" {
		open += e.eol + inner.indent
		between = "," + e.eol + inner.indent
		closing = e.eol + l.indent + closing
	}
	var parts []string
	for _, i := range e.order(v, true) {
		text, err := e.flowText(v.items[i], inner)
		if err != nil {
			return "", err
		}
		if v.kind == object {
			text = e.keyText(v.keys[i], l.quotes.key, true) + e.colon + text
		}
		parts = append(parts, text)
	}
	return open + strings.Join(parts, between) + closing, nil
}

// rebuild takes entries out of something in flow style and puts others in. Only the text between two that were neighbours before and
// are no more is written anew; comments in it stay with the entry behind which, or above which, they stand.
func (e *editor) rebuild(n *node, gone []bool, all []fresh) error {
	l := e.layoutOf(n)
	texts := map[int][]string{}
	for _, f := range all {
		text, err := e.flowText(f.value, l)
		if err != nil {
			return err
		}
		if n.shape == mapping {
			text = e.keyText(f.key, l.quotes.key, true) + e.colon + text
		}
		texts[f.after] = append(texts[f.after], text)
	}
	from, to := e.gap(n, len(n.entries)-1)
	trailing := strings.HasPrefix(strings.TrimLeft(string(e.src[from:to]), " \t\r\n"), ",")
	last := -1
	for i := 0; i <= len(n.entries); i++ {
		if i < len(n.entries) && gone[i] {
			continue
		}
		if news := texts[last]; len(news) > 0 || i > last+1 {
			start, _ := e.gap(n, last)
			_, stop := e.gap(n, i-1)
			e.put(start, stop, e.join(n, l, last, i, news, trailing))
		}
		last = i
	}
	return nil
}

// join writes what stands between two entries that stay; -1 is the opening bracket and one past the last the closing one.
func (e *editor) join(n *node, l layout, prev, next int, news []string, trailing bool) string {
	count := len(n.entries)
	from, to := e.gap(n, prev)
	after := string(e.src[from:to])
	from, to = e.gap(n, next-1)
	before := string(e.src[from:to])
	if !l.lines {
		open, closing := "", ""
		if first, _ := e.gap(n, -1); prev < 0 {
			open = string(e.src[first:n.entries[0].start()])
		}
		if next == count {
			closing = before
			if prev < 0 && len(news) == 0 {
				closing = ""
			}
		}
		if prev >= 0 {
			news = append([]string{""}, news...)
		}
		if next < count {
			news = append(news, "")
		}
		return open + strings.Join(news, l.comma) + closing
	}
	var b strings.Builder
	comma := func(more bool) {
		if more || trailing {
			b.WriteByte(',')
		}
	}
	if prev >= 0 {
		comma(len(news) > 0 || next < count)
	}
	row, _, _ := strings.Cut(after, "\n")
	if at := strings.IndexByte(row, '#'); at >= 0 {
		b.WriteString(" " + strings.TrimRight(row[at:], " \t\r"))
	}
	for i, text := range news {
		b.WriteString(e.eol + l.indent + text)
		comma(i+1 < len(news) || next < count)
	}
	// What stands on lines of its own above the next one goes on standing there.
	if _, rows, ok := strings.Cut(before, "\n"); ok {
		b.WriteString(e.eol + rows)
	} else if next < count {
		b.WriteString(e.eol + l.indent)
	}
	return b.String()
}
