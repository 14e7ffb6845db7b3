package command

import (
	"fmt"
	"net/netip"

	"canopy/cmd/canopy/output"
)

// warn tells of what would be misread: a cluster without pods, in which nothing is evaluated, and addresses of pods, which are
// judged as if they were outside.
func (a *asked) warn(w *flows, q *query) {
	if !some(w.everyone()) {
		if a.partial {
			// It was told which workloads have none.
			return
		}
		a.partial = true
		a.warnings = append(a.warnings, "there are no pods, so that nothing is evaluated")
		return
	}
	for _, p := range []*place{q.from, q.to} {
		if p == nil || len(p.blocks) != 1 {
			continue
		}
		first, n := "", 0
		for pod := range w.everyone() {
			for _, text := range pod.IPs {
				at, err := netip.ParseAddr(text)
				if err != nil || !p.blocks[0].Contains(at.Unmap()) {
					continue
				}
				name := pod.Ref().String()
				if n++; n == 1 || name < first {
					first = name
				}
				break
			}
		}
		switch {
		case n == 1:
			a.warnings = append(a.warnings, fmt.Sprintf("%s holds the address of %s, and is judged as if it were outside: name the pod", p.text, output.Word(first)))
		case n > 1:
			a.warnings = append(a.warnings, fmt.Sprintf("%s holds addresses of %d pods, %s among them, and is judged as if it were outside: name the pods", p.text, n, output.Word(first)))
		}
	}
}
