package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// groupKey is the annotation that puts a flag under a heading of the help.
const groupKey = "canopy/group"

// help prints the help of a command. It is written out because cobra's own way, once it is customised, runs text/template;
// the linker then keeps every method of every Kubernetes type, and the binary grows by 27 MB.
func help(c *cobra.Command, _ []string) {
	about := c.Long
	if about == "" {
		about = c.Short
	}
	w := &strings.Builder{}
	fmt.Fprintf(w, "%s\n\n", about)
	usage(w, c)
	c.Print(w.String())
}

// helpCommand answers canopy help COMMAND. Cobra's own takes a wrong name for no failure.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "Print the help of a command",
		RunE: func(c *cobra.Command, args []string) error {
			asked, rest, err := c.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return fmt.Errorf("unknown command %q for %q", rest[0], asked.CommandPath())
			}
			asked.InitDefaultHelpFlag()
			return asked.Help()
		},
	}
}

func usage(w *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(w, "Usage:\n  %s\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", strings.TrimRight(c.Example, "\n"))
	}
	listCommands(w, c)
	local := pflag.NewFlagSet("", pflag.ContinueOnError)
	shared := map[string]*pflag.FlagSet{}
	var order []string
	_, alone := c.Annotations[offline]
	add := func(f *pflag.Flag) {
		group := f.Annotations[groupKey]
		if len(group) == 0 {
			local.AddFlag(f)
			return
		}
		if alone && group[0] == connectionGroup {
			return
		}
		if shared[group[0]] == nil {
			shared[group[0]] = pflag.NewFlagSet("", pflag.ContinueOnError)
			order = append(order, group[0])
		}
		shared[group[0]].AddFlag(f)
	}
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	listFlags(w, "Flags", local)
	for _, name := range order {
		listFlags(w, name, shared[name])
	}
}

func listCommands(w *strings.Builder, c *cobra.Command) {
	if !c.HasAvailableSubCommands() {
		return
	}
	fmt.Fprint(w, "\nCommands:\n")
	var later []string
	for _, sub := range c.Commands() {
		switch {
		case sub.Annotations[groupKey] == laterGroup:
			later = append(later, sub.Name())
		case sub.IsAvailableCommand():
			fmt.Fprintf(w, "  %-12s %s\n", sub.Name(), sub.Short)
		}
	}
	if len(later) > 0 {
		fmt.Fprintf(w, "\nNot in this version: %s\n", strings.Join(later, " "))
	}
}

func listFlags(w *strings.Builder, title string, fs *pflag.FlagSet) {
	if fs.HasAvailableFlags() {
		fmt.Fprintf(w, "\n%s:\n%s", title, fs.FlagUsages())
	}
}
