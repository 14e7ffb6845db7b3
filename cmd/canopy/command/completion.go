package command

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// completion is written out because cobra's own command takes an unknown shell for no failure.
func (r *run) completion() *cobra.Command {
	shells := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
		"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
	}
	return &cobra.Command{
		Use: "completion bash|fish|powershell|zsh", Short: "Print the script that completes commands in a shell",
		Example:   "  source <(canopy completion bash)",
		ValidArgs: []string{"bash", "fish", "powershell", "zsh"}, DisableFlagsInUseLine: true,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("completion: name a shell: bash, fish, powershell or zsh")
			}
			return cobra.ExactArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			script, ok := shells[args[0]]
			if !ok {
				return fmt.Errorf("completion %q: want bash, fish, powershell or zsh", args[0])
			}
			return r.write("", func(w io.Writer) error { return script(c.Root(), w) })
		},
	}
}
