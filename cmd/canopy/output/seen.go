package output

import (
	"cmp"
	"fmt"
	"strings"

	"canopy/model"
)

// fewKinds is up to how many kinds in the same state are told one by one, with the reason of each.
const fewKinds = 4

// kindSeen is how well one kind was seen, over all namespaces that were asked for.
type kindSeen struct {
	name   string
	state  model.CoverState
	reason string
	// in lists the namespaces that were read where the whole cluster was not.
	in []string
}

// seen gathers the coverage by kind, in its order.
func seen(list []Coverage) []*kindSeen {
	var kinds []*kindSeen
	var last Coverage
	for i, c := range list {
		if i == 0 || c.Kind != last.Kind || c.Group != last.Group {
			kinds = append(kinds, &kindSeen{name: c.Kind, state: c.State, reason: c.Reason})
		}
		last = c
		k := kinds[len(kinds)-1]
		switch {
		case c.Namespace == "":
			k.state, k.reason = c.State, c.Reason
		case c.State == model.Complete:
			k.in = append(k.in, c.Namespace)
		case k.state == model.Complete:
			k.state, k.reason = c.State, "in "+c.Namespace+": "+c.Reason
		}
	}
	return kinds
}

// completeKinds counts the kinds that were seen whole, and all.
func completeKinds(list []Coverage) (complete, all int) {
	kinds := seen(list)
	for _, k := range kinds {
		if k.state == model.Complete {
			complete++
		}
	}
	return complete, len(kinds)
}

// coverageLines says for people what was not seen. Many kinds with the same lot share a line; the other formats have the
// reason of each.
func coverageLines(list []Coverage) []string {
	kinds := seen(list)
	complete, _ := completeKinds(list)
	groups := map[string][]*kindSeen{}
	var order []string
	for _, k := range kinds {
		if k.state == model.Complete {
			continue
		}
		label := string(k.state)
		if len(k.in) > 0 {
			label += ", but read in " + strings.Join(k.in, " ")
		}
		if groups[label] == nil {
			order = append(order, label)
		}
		groups[label] = append(groups[label], k)
	}
	lines := []string{fmt.Sprintf("coverage: %d of %d kinds complete", complete, len(kinds))}
	for _, label := range order {
		group := groups[label]
		if len(group) <= fewKinds {
			for _, k := range group {
				lines = append(lines, fmt.Sprintf("  %s %s: %s", k.name, label, cmp.Or(k.reason, "no reason given")))
			}
			continue
		}
		names := make([]string, len(group))
		for i, k := range group {
			names[i] = k.name
		}
		lines = append(lines, fmt.Sprintf("  %d kinds %s: %s", len(group), label, strings.Join(names, " ")), "    "+group[0].reason)
	}
	return lines
}
