package attack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"canopy/analysis/attack/digraph"
)

func (k key) text() string {
	return strings.TrimSpace(fmt.Sprint(k.kind, ":", k.ref.Group, k.ref, " ", k.extra))
}

// account lists all that an analyser says, each thing on a line, by keys alone: the lines of the graph, where paths begin and how many lead
// to what, where objects stand, and what it holds to find what it has to draw anew.
func (a *Analyser) account() []string {
	var list []string
	note := func(format string, values ...any) { list = append(list, fmt.Sprintf(format, values...)) }
	for k, v := range a.number {
		for _, e := range a.graph.Out(v) {
			t, id := tag(e.Tag), "-"
			if t.edge() >= 0 {
				id = a.edges[t.edge()].ID
			}
			note("line %s > %s %s %d %v %q", k.text(), a.keys[e.To].text(), id, e.Cost, t.confidence(), a.reasons[t.reason()])
		}
		note("vertex %s uses %d", k.text(), a.uses[v])
	}
	for v, n := range a.origins {
		note("origin %s %d", a.keys[v].text(), n)
	}
	for _, to := range append([]*aim{a.standing.cluster}, a.standing.jewels...) {
		for v := range to.leading {
			note("leads to %s: %s", to.name, a.keys[v].text())
		}
	}
	for i := range a.standing.shelf.parts {
		for ref, s := range a.standing.shelf.parts[i] {
			note("stands %s/%s %v %v", ref.Group, ref, s.Exposure, s.Effect)
		}
	}
	for w, m := range a.wanted {
		for of, n := range m {
			note("wanted %d %s by %s %d", w.kind, w.name, of.text(), n)
		}
	}
	for ns, n := range a.places {
		note("place %s %d", ns, n)
	}
	for k := range a.drawn {
		note("drawn %s", k.text())
	}
	for _, s := range a.shapes.known {
		note("shape %s uses %d", s.account, s.uses)
	}
	slices.Sort(list)
	return list
}

// differ lists what only one of two accounts has.
func differ(got, want []string) string {
	count := map[string]int{}
	for _, l := range got {
		count[l]++
	}
	for _, l := range want {
		count[l]--
	}
	var s strings.Builder
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if n := count[l]; n > 0 {
			fmt.Fprintf(&s, "  has      %s\n", l)
		} else if n < 0 {
			fmt.Fprintf(&s, "  has not  %s\n", l)
		}
	}
	return s.String()
}

func vertexNumber(i int) digraph.Vertex { return digraph.Vertex(i) }
