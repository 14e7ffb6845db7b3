package rbac

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/view"
)

// stateOf is how well a kind was seen in a namespace: what was asked for that counts before what was asked for all.
func stateOf(r *model.Report, gk schema.GroupKind, namespace string) model.Coverage {
	all := model.Coverage{Kind: gk, State: model.Loading}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		switch {
		case c.Kind != gk:
		case namespace != "" && c.Namespace == namespace:
			return *c
		case c.Namespace == "":
			all = *c
		}
	}
	return all
}

// inState names the kinds of this screen that are in a state.
func inState(c *view.Cover, state model.CoverState) []string {
	var names []string
	for _, k := range kinds() {
		if c.State(k.GroupKind()) == state {
			names = append(names, k.Resource)
		}
	}
	return names
}

// reasonFor says why kinds of this screen are in a state.
func reasonFor(c *view.Cover, state model.CoverState) string {
	names := inState(c, state)
	for _, g := range c.Gaps {
		if g.State == state && g.Reason != "" && slices.ContainsFunc(g.Kinds, func(k string) bool { return slices.Contains(names, k) }) {
			return g.Reason
		}
	}
	return ""
}

// seenIn lists the namespaces of which bindings were seen, where not all were.
func seenIn(r *model.Report) []string {
	var names []string
	gk := model.KindByName("RoleBinding").GroupKind()
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Kind == gk && c.Namespace != "" && c.State == model.Complete {
			names = append(names, c.Namespace)
		}
	}
	return names
}
