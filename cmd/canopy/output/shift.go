package output

import (
	"fmt"
	"strings"

	"canopy/analysis/network"
)

// Shift is a set of connections between pods that would open, or close.
type Shift struct {
	Src         ShiftEnd     `json:"src"`
	Dst         ShiftEnd     `json:"dst"`
	Connections []Connection `json:"connections"`
	// Pairs counts the pairs of pods.
	Pairs int `json:"pairs"`
}

// ShiftEnd is the pods of a namespace that carry labels, as far as policies look at them; all pods of the namespace where
// there are none, and all there are where there is no namespace.
type ShiftEnd struct {
	Namespace string `json:"namespace,omitempty"`
	Labels    string `json:"labels,omitempty"`
}

// Shifts gives differences as they are printed; nil where they were not evaluated.
func Shifts(list []network.Shift, known bool) []Shift {
	if !known {
		return nil
	}
	out := make([]Shift, 0, len(list))
	for i := range list {
		s := &list[i]
		out = append(out, Shift{
			Src: ShiftEnd{s.Src.Namespace, s.Src.Labels}, Dst: ShiftEnd{s.Dst.Namespace, s.Dst.Labels},
			Connections: connections(s.Connections), Pairs: s.Pairs,
		})
	}
	return out
}

// ShiftLines says the same to people, a line for each.
func ShiftLines(list []network.Shift) []string {
	lines := make([]string, len(list))
	for i := range list {
		pairs := "1 pair of pods"
		if n := list[i].Pairs; n != 1 {
			pairs = fmt.Sprintf("%d pairs of pods", n)
		}
		lines[i] = Word(list[i].String()) + " (" + pairs + ")"
	}
	return lines
}

// PathShiftLines says to people from where cluster-admin could no longer be reached, and from where it could be; nothing where there is
// no such source.
func PathShiftLines(cut, opened []PathNode) []string {
	var lines []string
	for _, part := range []struct {
		verb string
		from []PathNode
	}{{"cuts", cut}, {"opens", opened}} {
		if len(part.from) == 0 {
			continue
		}
		names := make([]string, len(part.from))
		for i := range part.from {
			names[i] = part.from[i].Name()
		}
		lines = append(lines, part.verb+": "+Numbered(len(names), "path")+" to cluster-admin, from "+strings.Join(names, ", "))
	}
	return lines
}
