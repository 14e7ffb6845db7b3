package ui

import (
	"strings"

	"canopy/ui/keys"
)

// elsewhere says of an action without a meaning here where it has one.
func (r *root) elsewhere(a keys.Action) string {
	const nothing = "has no meaning here"
	if opener, what := opened(a); opener != keys.None {
		return nothing + ": in " + what + ", which " + r.keyed(opener) + " opens"
	}
	var on []string
	for _, screen := range homes(a) {
		on = append(on, r.keyed(screen))
	}
	if len(on) == 0 {
		return nothing
	}
	return nothing + ": on " + strings.Join(on, "; ")
}

// keyed names an action with its key, where it has one.
func (r *root) keyed(a keys.Action) string {
	if key := r.shared.Keys.Show(a); key != "" {
		return string(a) + ", " + key
	}
	return string(a)
}

// homes are the main screens on which an action that not all have has a meaning.
func homes(a keys.Action) []keys.Action {
	switch a {
	case keys.WhoCan, keys.Matrix, keys.Picture, keys.Difference, keys.Expand:
		return []keys.Action{keys.RBAC}
	case keys.Ports, keys.PageLeft, keys.PageRight:
		return []keys.Action{keys.Network}
	case keys.Source, keys.Goal, keys.Lateral, keys.Cuts, keys.More:
		return []keys.Action{keys.Paths}
	case keys.Scan:
		return []keys.Action{keys.Images}
	case keys.Sweep:
		return []keys.Action{keys.Secrets}
	case keys.Inspect:
		return []keys.Action{keys.Secrets, keys.Nodes}
	case keys.Turn:
		return []keys.Action{keys.RBAC, keys.Network, keys.Secrets, keys.Nodes}
	case keys.Mark, keys.MarkRange, keys.MarkAll, keys.Unmark, keys.Sort, keys.Reverse, keys.Wide, keys.Fold, keys.Left, keys.Right:
		return []keys.Action{keys.Findings}
	}
	return nil
}

// opened gives the action that opens what an action is for, and what that is; None for what main screens have.
func opened(a keys.Action) (opener keys.Action, what string) {
	switch a {
	case keys.NextRoute, keys.PrevRoute, keys.Defence:
		return keys.Paths, "a path of the list"
	case keys.Edit, keys.Guard:
		return keys.Fix, "the plan of a finding"
	case keys.NextHit, keys.PrevHit:
		return keys.Explain, "a text such as that of a rule"
	}
	return keys.None, ""
}
