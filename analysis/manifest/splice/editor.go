package splice

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"canopy/model/inorder"
)

// edit puts a text in the place of another.
type edit struct {
	from, to int
	text     string
}

// editor collects what is to change in a document.
type editor struct {
	// src is the document, always with a line break at its end.
	src   []byte
	json  bool
	eol   string
	steps steps
	// colon is what stands between key and value of a pair in JSON.
	colon string
	// careful writes no block scalars and leaves no blank lines behind what goes.
	careful bool
	edits   []edit
}

func newEditor(t *tree) *editor {
	e := &editor{src: t.src, json: t.json, eol: t.eol, colon: ": "}
	if !t.whole {
		e.src = append(slices.Clone(t.src), t.eol...)
	}
	e.steps = measure(t.root, e.src)
	if n := t.root; n.shape == mapping && n.flow && len(n.entries) > 0 {
		if first := n.entries[0]; first.mark >= 0 && first.value.start == first.mark+1 {
			e.colon = ":"
		}
	}
	return e
}

func (e *editor) put(from, to int, text string) { e.edits = append(e.edits, edit{from, to, text}) }

// first is the offset of the first change.
func (e *editor) first() int {
	first := 0
	for i, ed := range e.edits {
		if i == 0 || ed.from < first {
			first = ed.from
		}
	}
	return first
}

// apply gives the text with all edits made.
func (e *editor) apply() ([]byte, error) { return e.applyTo(0, len(e.src)) }

// applyTo gives a part of the text with the edits made that are within.
func (e *editor) applyTo(from, to int) ([]byte, error) {
	// What is put in comes before what is cut out from there on; the order in which things were put in is kept.
	inorder.SortStable(e.edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(min(1, a.to-a.from), min(1, b.to-b.from)))
	})
	out := make([]byte, 0, to-from+256)
	at := from
	for _, ed := range e.edits {
		if ed.from < at || ed.to > to {
			return nil, flawAt(min(ed.from, len(e.src)), "two changes meet in one place")
		}
		out = append(append(out, e.src[at:ed.from]...), ed.text...)
		at = ed.to
	}
	return append(out, e.src[at:to]...), nil
}

func (e *editor) lineStart(at int) int { return lineStart(e.src, at) }
func (e *editor) lineEnd(at int) int   { return lineEnd(e.src, at) }
func (e *editor) lineBreak(at int) int { return lineBreak(e.src, at) }
func (e *editor) column(at int) int    { return at - e.lineStart(at) }

// leads tells that nothing but space stands before an offset on its line.
func (e *editor) leads(at int) bool { return blank(e.src[e.lineStart(at):at]) }

// root edits the whole document.
func (e *editor) root(n *node, want *value) error {
	done, err := e.within(n, want)
	if err != nil || done {
		return err
	}
	if n.flow || n.shape == scalar && n.style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		text, err := e.flowText(want, layout{quotes: e.quotes(n)})
		e.put(n.start, n.end, text)
		return err
	}
	if !want.nested() || n.shape != mapping && n.shape != sequence || n.anchorOf() != "" || n.props > n.start || !e.leads(n.entries[0].start()) {
		return flawAt(n.start, "a document of this form cannot become something else altogether in its place")
	}
	return e.renew(n, want)
}

// renew writes the whole document anew; comments around it stay.
func (e *editor) renew(n *node, want *value) error {
	first, last := n.entries[0].start(), n.entries[len(n.entries)-1]
	column := e.column(first)
	lines := []string{e.scalar(want, 0, false)}
	if !want.bare() {
		lines = nil
		c := context{item: want.kind == list, steps: e.steps, gap: 2, quotes: e.quotes(n)}
		for i, item := range want.items {
			key := ""
			if want.kind == object {
				key = want.keys[i]
			}
			more, err := e.entryLines(c, key, item, column)
			if err != nil {
				return err
			}
			lines = append(lines, more...)
		}
	}
	e.put(e.lineStart(first), e.extentEnd(last), e.block(lines))
	return nil
}

// within edits the inside of a node; false where the node has to be put in anew.
func (e *editor) within(n *node, want *value) (bool, error) {
	if equal(n.val, want) && !n.tangled {
		n.settle()
		return true, nil
	}
	if len(n.entries) == 0 || want.bare() || n.bare {
		return false, nil
	}
	var done bool
	var err error
	switch {
	case n.shape == mapping && want.kind == object:
		done, err = e.mapping(n, want)
	case n.shape == sequence && want.kind == list:
		done, err = e.sequence(n, want)
	}
	if done {
		n.now = want
	}
	return done, err
}

// entry edits what an entry holds. in is the node that holds the entry.
func (e *editor) entry(in *node, en *entry, want *value) error {
	old := en.value
	if old.shape == alias {
		// What counts is what the anchor will hold.
		if old.target.now != nil && equal(old.target.now, want) {
			return nil
		}
	} else if done, err := e.within(old, want); err != nil || done {
		return err
	}
	if en.explicit {
		return flawAt(en.start(), "a pair that is written with a question mark cannot be changed in its place")
	}
	old.now = want
	if in.flow {
		return e.replaceFlow(in, en, want)
	}
	return e.replace(in, en, want)
}

// anchorOf is what stays of anchor and tag in front of a value that is put in anew.
func (n *node) anchorOf() string {
	if n.anchor == "" || n.shape == alias {
		return ""
	}
	return "&" + n.anchor
}

func spaces(n int) string { return strings.Repeat(" ", max(0, n)) }
