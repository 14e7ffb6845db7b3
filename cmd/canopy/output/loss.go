package output

import "canopy/analysis/rbac"

// Losses says what subjects would be permitted no longer, a line for each subject and thing, in the order of the list.
func Losses(list []rbac.Loss) []string {
	groups := rbac.Grouped(list)
	lines := make([]string, len(groups))
	for i := range groups {
		lines[i] = groups[i].Words(Word)
	}
	return lines
}
