package keys

import (
	"slices"
	"strings"
)

// anchored is how many bindings at the end of the table the footer never leaves out: the help and the way out.
const anchored = 2

// Footer lists the bindings that have a label, on one line of at most width cells. Where it is narrow those in the
// middle go, from the right.
func (m Map) Footer(width int) string {
	var items []string
	used := 0
	for _, k := range m {
		if k.Label != "" {
			items = append(items, " "+k.Show+" "+k.Label+" ")
			used += len(items[len(items)-1])
		}
	}
	for used > width && len(items) > 0 {
		i := max(0, len(items)-1-anchored)
		used -= len(items[i])
		items = slices.Delete(items, i, i+1)
	}
	return strings.Join(items, "")
}

// Label gives a table in which an action has another word in the footer.
func (m Map) Label(a Action, label string) Map {
	m = slices.Clone(m)
	for i := range m {
		if m[i].Action == a {
			m[i].Label = label
		}
	}
	return m
}

// Help lists all bindings, a line each.
func (m Map) Help() []string {
	lines := make([]string, len(m))
	for i, k := range m {
		lines[i] = k.Show + strings.Repeat(" ", max(1, 8-len(k.Show))) + k.Does
	}
	return lines
}
