package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/cmd/canopy/output"
)

// completeCan completes what is known without a cluster: how subjects begin, verbs and built-in resources.
func completeCan(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return []string{"sa:\ta service account: sa:NAMESPACE/NAME", "user:\ta user", "group:\ta group"},
			cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	}
	return completeQuestion(args[1:])
}

// completeWho does the same for a question without a subject.
func completeWho(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completeQuestion(args)
}

func completeQuestion(args []string) ([]string, cobra.ShellCompDirective) {
	known := rbac.NewDiscovery(stock.Resources())
	var words []string
	switch len(args) {
	case 0:
		for _, r := range known.All() {
			// A verb with a colon is for constrained impersonation and for drivers of devices.
			for _, v := range r.Verbs {
				if !strings.Contains(v, ":") {
					words = append(words, v)
				}
			}
		}
	case 1:
		for _, r := range known.All() {
			if slices.Contains(r.Verbs, args[0]) || args[0] == "*" {
				words = append(words, output.ResourceName(r.Group, r.Resource))
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words), cobra.ShellCompDirectiveNoFileComp
}
