package ui

import (
	"canopy/ui/view"
	"canopy/ui/view/findings"
	"canopy/ui/view/rbac"
	"canopy/ui/view/resources"
)

// Screens lists the screens that the dashboard can begin with, by name.
func Screens() []string { return mains() }

// Columns names the columns of every screen that has a table.
func Columns() map[string][]string {
	shared := &view.Shared{}
	out := map[string][]string{}
	for name, t := range map[string]view.Tabular{view.Findings: findings.New(shared), view.RBAC: rbac.New(shared, &rbac.Keeper{}), view.Resources: resources.New(shared)} {
		for _, c := range t.Columns() {
			out[name] = append(out[name], c.Name)
		}
	}
	return out
}
