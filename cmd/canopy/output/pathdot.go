package output

import (
	"fmt"
	"io"
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
)

// writePathsDot writes a picture of the hops of paths, each once. No name of the cluster is an identifier in it; they stand in
// labels alone. An edit that ends paths stands at its hop.
func writePathsDot(w io.Writer, style Style, label string, list []Path, cuts []model.Cut) error {
	q := newQuoter(style)
	var b strings.Builder
	fmt.Fprintf(&b, "digraph paths {\n  rankdir=LR\n  node [shape=box]\n  label=%s\n", q.quoted(label))
	numbers, drawn := map[string]int{}, map[string]bool{}
	node := func(n *PathNode) int {
		if i, there := numbers[n.ID]; there {
			return i
		}
		i := len(numbers)
		numbers[n.ID] = i
		fmt.Fprintf(&b, "  n%d [label=%s%s]\n", i, q.quoted(n.Name()), nodeShape(n.Type))
		return i
	}
	for i := range list {
		for _, way := range list[i].ways() {
			for j := range way.Hops {
				h := &way.Hops[j]
				from, to := node(&h.From), node(&h.To)
				key := fmt.Sprintf("%d %d %s %s", from, to, h.Edge, h.Proof.Summary)
				if drawn[key] {
					continue
				}
				drawn[key] = true
				label := []string{h.opens()}
				if doubt := h.doubt(); doubt != "" {
					label = append(label, doubt)
				}
				if h.Cut != nil {
					cut := "cut: " + cutWords(h.Cut.Object, h.Cut.Edit)
					if n := removes(cuts, h.Cut); n > 0 {
						cut += " (ends " + Numbered(n, "path") + ")"
					}
					label = append(label, cut)
				}
				dashed := ""
				if h.Confidence != attack.Proven.String() {
					dashed = " style=dashed"
				}
				fmt.Fprintf(&b, "  n%d -> n%d [label=%s%s]\n", from, to, q.quoted(label...), dashed)
			}
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// nodeShape tells types of nodes apart.
func nodeShape(t attack.NodeType) string {
	switch t {
	case attack.External:
		return " shape=diamond"
	case attack.Identity, attack.Cloud:
		return " shape=ellipse"
	case attack.Goal:
		return " shape=octagon"
	}
	return ""
}
