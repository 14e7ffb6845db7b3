package output

import (
	"fmt"
	"io"
	"strings"

	"canopy/analysis/network"
)

// writeDot writes a picture: a box for each namespace, an arrow for each entry. No name of the cluster is an identifier in
// it; they stand in labels alone.
func (r *Reach) writeDot(w io.Writer, style Style) error {
	q := newQuoter(style)
	ids := map[network.End]int{}
	var ends []network.End
	for e := range r.Entries {
		for _, end := range [...]network.End{e.Src, e.Dst} {
			if _, known := ids[end]; !known {
				ids[end] = len(ends)
				ends = append(ends, end)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "digraph reach {\n  rankdir=LR\n  node [shape=box]\n  label=%s\n", q.quoted("by "+r.Level.String()+"; enforcement "+string(r.Enforcement)))
	for i, box := range boxes(ends) {
		indent := "  "
		if box.namespace != "" {
			fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s\n", i, q.quoted(box.namespace))
			indent = "    "
		}
		for _, end := range box.ends {
			fmt.Fprintf(&b, "%sn%d [label=%s%s]\n", indent, ids[end], q.quoted(nodeLines(end)...), shape(end))
		}
		if box.namespace != "" {
			b.WriteString("  }\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	for e := range r.Entries {
		if _, err := fmt.Fprintf(w, "  n%d -> n%d [label=%s%s]\n", ids[e.Src], ids[e.Dst], q.quoted(edgeLines(&e)...), stroke(e.Verdict)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "}\n")
	return err
}

// box is a namespace with what is drawn in it; that of no namespace has no frame.
type box struct {
	namespace string
	ends      []network.End
}

// boxes puts ends into their namespaces, both in the order in which they came.
func boxes(ends []network.End) []*box {
	var list []*box
	of := map[string]*box{}
	for _, end := range ends {
		b := of[end.Ref.Namespace]
		if b == nil {
			b = &box{namespace: end.Ref.Namespace}
			of[end.Ref.Namespace] = b
			list = append(list, b)
		}
		b.ends = append(b.ends, end)
	}
	return list
}

// nodeLines names an end inside its namespace.
func nodeLines(e network.End) []string {
	if e.Ref.IsZero() {
		return []string{endWords(e)}
	}
	list := []string{e.Ref.Kind + "/" + e.Ref.Name}
	if e.Class != "" {
		list = append(list, e.Class)
	}
	return list
}

// shape sets what is outside apart.
func shape(e network.End) string {
	if e.Ref.IsZero() {
		return " shape=ellipse"
	}
	return ""
}

// edgeLines says what passes; a verdict that is not allow is told in words too, since not every picture shows how a line is
// drawn.
func edgeLines(e *network.Entry) []string {
	list := []string{e.Connections.String()}
	if e.Verdict != network.Allow {
		list = append(list, e.Verdict.String())
	}
	if !e.Via.IsZero() {
		list = append(list, "via "+e.Via.String())
	}
	return list
}

// stroke draws a verdict.
func stroke(v network.Verdict) string {
	switch v {
	case network.Allow:
		return ""
	case network.Deny:
		return " style=dotted color=gray arrowhead=tee"
	}
	return " style=dashed"
}

// quoter writes texts as strings of the language.
type quoter struct {
	style Style
	safe  *strings.Replacer
}

// newQuoter gives one. A backslash and an ampersand begin escapes in labels, so they stand for themselves only as escapes.
func newQuoter(style Style) *quoter {
	return &quoter{style, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")}
}

// quoted gives lines as one string.
func (q *quoter) quoted(list ...string) string {
	for i, s := range list {
		list[i] = q.safe.Replace(q.style.Charset.Clean(s))
	}
	return `"` + strings.Join(list, `\n`) + `"`
}
