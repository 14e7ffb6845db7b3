package splice

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// written is a value in block style: what stands behind the key or dash on its line, and the lines below.
type written struct {
	head string
	rest []string
	// compact tells that the head is the first line of more, which would otherwise stand at column; text that it begins a block
	// scalar, whose lines stand at column.
	compact, text bool
	column        int
}

// context is what new entries of a block take from their neighbours.
type context struct {
	// item tells a list.
	item  bool
	steps steps
	// gap is how far behind its dash an item begins.
	gap    int
	quotes quotes
}

func (e *editor) contextOf(in *node) context {
	c := context{item: in.shape == sequence, steps: e.stepsOf(in), gap: 2, quotes: e.quotes(in)}
	for _, en := range in.entries {
		v := en.value
		if c.item && v.shape == mapping && !v.flow && en.mark >= 0 && e.lineStart(v.body) == e.lineStart(en.mark) {
			c.gap = v.body - en.mark
			break
		}
	}
	return c
}

// write gives a value that is to stand behind a key or dash at a column, in the place of another.
func (e *editor) write(in, old *node, v *value, column int) (written, error) {
	c := e.contextOf(in)
	if old.style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && v.kind == text && !e.careful {
		at := column + c.inner()
		if first := e.lineEnd(old.body); e.lineEnd(old.end) > first {
			for first < old.end && blank(e.src[first:e.lineEnd(first)]) {
				first = e.lineEnd(first)
			}
			if n := indent(e.src[first:e.lineEnd(first)]); n > column && readHeader(e.src[old.body:]).indent == 0 {
				at = n
			}
		}
		l := literal{fold: old.style&yaml.FoldedStyle != 0, keep: readHeader(e.src[old.body:]).keep, column: at, parent: column}
		if w, ok := l.write(v.text); ok {
			return w, nil
		}
	}
	if old.shape == scalar && old.written() {
		c.quotes.text = old.style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
	}
	return e.blockValue(c, v, column, MaxDepth)
}

// inner is how far below its key or dash a text goes in.
func (c context) inner() int {
	if c.item {
		return 2
	}
	return max(1, c.steps.mapping)
}

func (e *editor) blockValue(c context, v *value, column, depth int) (written, error) {
	if depth == 0 {
		return written{}, flawAt(0, "values would be nested more than %d deep", MaxDepth)
	}
	if !v.nested() || v.bare() {
		if v.kind == text && strings.Contains(v.text, "\n") && c.quotes.text == 0 && !e.careful {
			l := literal{column: column + c.inner(), parent: column}
			if w, ok := l.write(v.text); ok {
				return w, nil
			}
		}
		return written{head: e.scalar(v, c.quotes.text, false)}, nil
	}
	below := context{item: v.kind == list, steps: c.steps, gap: 2}
	inner := column
	switch {
	case c.item && v.kind == object:
		inner += c.gap
	case c.item:
		inner += 2
	case v.kind == object:
		inner += c.steps.mapping
	default:
		inner += c.steps.list
	}
	var lines []string
	for _, i := range e.order(v, c.item) {
		key := ""
		if v.kind == object {
			key = v.keys[i]
		}
		more, err := e.linesOf(below, key, v.items[i], inner, depth-1)
		if err != nil {
			return written{}, err
		}
		lines = append(lines, more...)
	}
	if c.item {
		return written{head: strings.TrimLeft(lines[0], " "), rest: lines[1:], compact: true, column: inner}, nil
	}
	return written{rest: lines}, nil
}

// order gives the order in which what is in a new value is written: as it came, but the name of an item first where the document
// does that.
func (e *editor) order(v *value, item bool) []int {
	all := make([]int, 0, len(v.items))
	name := -1
	if item && v.kind == object && e.steps.nameFirst {
		if name = v.at("name"); name >= 0 {
			all = append(all, name)
		}
	}
	for i := range v.items {
		if i != name {
			all = append(all, i)
		}
	}
	return all
}

// entryLines gives the lines of a new entry.
func (e *editor) entryLines(c context, key string, v *value, column int) ([]string, error) {
	return e.linesOf(c, key, v, column, MaxDepth)
}

func (e *editor) linesOf(c context, key string, v *value, column, depth int) ([]string, error) {
	w, err := e.blockValue(c, v, column, depth)
	if err != nil {
		return nil, err
	}
	first := spaces(column)
	if c.item {
		first += "-"
		if c.gap > 2 && v.kind == object && !v.bare() {
			first += spaces(c.gap - 2)
		}
	} else {
		first += e.keyText(key, c.quotes.key, false) + ":"
	}
	if w.head != "" {
		first += " " + w.head
	}
	return append([]string{first}, w.rest...), nil
}
