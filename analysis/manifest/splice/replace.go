package splice

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// replace puts a value anew behind the key or dash of a block.
func (e *editor) replace(in *node, en *entry, want *value) error {
	old := en.value
	w, err := e.write(in, old, want, e.column(en.start()))
	if err != nil {
		return err
	}
	lead := en.mark + 1
	last := e.lineEnd(max(old.end, lead))
	// What is new stands behind the comments that are indented deeper than the key: a text on several lines in front of them would
	// swallow them.
	below := max(last, e.extentEnd(en))
	if w.text {
		if e.swallows(last, below, w.column) {
			w = written{head: e.scalar(want, yaml.DoubleQuotedStyle, false)}
		}
		below = last
	}
	if a := old.anchorOf(); a != "" {
		if w.compact {
			// An anchor on the same line would be that of the first key.
			w.head, w.rest = "", append([]string{spaces(w.column) + w.head}, w.rest...)
		}
		w.head = strings.TrimRight(a+" "+w.head, " ")
	}
	switch {
	case old.shape == scalar && old.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		// A comment behind the header stays.
		e.head(lead, old.body+readHeader(e.src[old.body:]).length, w.head)
		from := e.lineEnd(old.body)
		if w.text {
			e.put(from, max(from, last), e.block(w.rest))
			return nil
		}
		e.put(from, max(from, last), "")
		e.put(below, below, e.block(w.rest))
	case !old.written():
		e.head(lead, lead, w.head)
		e.put(below, below, e.block(w.rest))
	case !old.flow && len(old.entries) > 0:
		first := old.entries[0].start()
		if !e.leads(first) {
			text := spaces(min(1, len(w.head))) + w.head
			if len(w.rest) > 0 {
				text += e.eol + strings.Join(w.rest, e.eol)
			}
			e.put(lead, e.lineBreak(e.extentEnd(en)-1), text)
			return nil
		}
		at := lead
		if old.props > old.start {
			at = old.props
		}
		e.head(lead, at, w.head)
		e.put(e.lineEnd(at), e.extentEnd(en), e.block(w.rest))
	case w.head == "" && e.lineStart(old.start) != e.lineStart(lead):
		e.put(e.lineStart(old.start), last, "")
		e.put(below, below, e.block(w.rest))
	case w.head == "":
		e.head(lead, old.end, "")
		e.put(below, below, e.block(w.rest))
	default:
		e.put(old.start, old.end, w.head)
		e.put(below, below, e.block(w.rest))
	}
	return nil
}

// swallows tells that a text at a column would take comments between two offsets for its own lines.
func (e *editor) swallows(from, to, column int) bool {
	for at := from; at < to; at = e.lineEnd(at) {
		if row := e.src[at:e.lineEnd(at)]; comment(row) && indent(row) >= column {
			return true
		}
	}
	return false
}

// head puts a text behind a key or dash, in the place of what stands there up to an offset.
func (e *editor) head(lead, to int, text string) {
	if rest := e.src[to:e.lineEnd(to)]; blank(rest) {
		to = e.lineBreak(to)
	}
	if text != "" {
		text = " " + text
	}
	e.put(lead, to, text)
}

// block gives lines as they stand in the text.
func (e *editor) block(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, e.eol) + e.eol
}
