package command

import "github.com/spf13/cobra"

// laterGroup marks a command that a later version will have.
const laterGroup = "later"

// laterCommands lists what the contract of the command line names and this version does not have. They answer in a clear
// word, so that a script fails for the right reason.
func laterCommands() []*cobra.Command {
	var list []*cobra.Command
	for _, name := range []string{
		"contain", "activity", "diff", "report", "lab",
	} {
		list = append(list, &cobra.Command{
			Use: name, Hidden: true, DisableFlagParsing: true, Annotations: map[string]string{groupKey: laterGroup},
			Short: "Not in this version",
			RunE:  func(*cobra.Command, []string) error { return notYet(name) },
		})
	}
	return list
}
