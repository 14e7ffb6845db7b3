package nodes

import (
	"fmt"
	"strings"

	"canopy/analysis/upgrade"
	"canopy/ui/view"
)

// keeps says what has to happen before the next minor.
func keeps(p *upgrade.Plan) string {
	count, later := map[string]int{}, 0
	for i := range p.Blockers {
		if b := &p.Blockers[i]; b.Minor == p.Next {
			count[b.Cause]++
		} else {
			later++
		}
	}
	var parts []string
	for _, one := range [...]struct{ cause, unit, must string }{
		{"server", "API server", "be at one minor with the others"}, {"kubelet", "node", "be newer"}, {"proxy", "kube-proxy", "be newer"}, {"api", "object", "be written in a newer API version"},
	} {
		n := count[one.cause]
		if n == 0 {
			continue
		}
		delete(count, one.cause)
		what := view.Count(n, one.unit)
		switch {
		case one.cause == "server":
			what = "all API servers"
			one.must = "be at one minor"
		case one.cause == "proxy" && n > 1:
			what = fmt.Sprintf("%d of kube-proxy", n)
		}
		parts = append(parts, what+" must "+one.must)
	}
	others := 0
	for _, n := range count {
		others += n
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("%d more must be mended", others))
	}
	if later > 0 {
		parts = append(parts, fmt.Sprintf("%d more before it goes on", later))
	}
	return "before the control plane goes to " + p.Next + ": " + strings.Join(parts, ", ")
}

// outlined sums a plan up.
func outlined(p *upgrade.Plan) string {
	t := view.Count(len(p.Steps), "step")
	if p.Target != "" {
		t += " to " + p.Target
	}
	if drains := tellDrains(p.Steps); drains != "" {
		t += "; " + drains
	}
	return t + "; nothing here is run: c copies the commands, a place at a time"
}
