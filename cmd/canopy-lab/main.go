// Command canopy-lab runs a disposable Kubernetes control plane on loopback: real etcd, API server, controllers and scheduler, with simulated nodes. Canopy's
// tests, benchmarks and hands-on labs run against it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy-lab/plane"
)

func main() {
	root := &cobra.Command{
		Use:           "canopy-lab",
		Short:         "A disposable Kubernetes control plane on this machine",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(upCommand(), ctlCommand(), applyCommand(), loadCommand(), bareCommand(), componentCommand())
	if err := root.ExecuteContext(context.Background()); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(max(exit.ExitCode(), 1)) // the status of up --exec is that of its command
		}
		fmt.Fprintln(os.Stderr, "canopy-lab:", err)
		os.Exit(1)
	}
}

// untilSignal gives a context that ends on ctrl-c or a request to terminate.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

func kubeconfigFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "kubeconfig", os.Getenv("KUBECONFIG"), "kubeconfig of a user who may write everything (default $KUBECONFIG)")
}

func ctlCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "ctl --dir DIR COMMAND...",
		Short: "Send a command to a running lab",
		Long:  "Commands: status, compact, shutdown, stop COMPONENT, start COMPONENT. Components: " + strings.Join(plane.Components(), ", ") + ".",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			answer, err := plane.Send(dir, args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace("ok "+answer))
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "dir", os.Getenv("CANOPY_LAB"), "directory of the lab (default $CANOPY_LAB)")
	return cmd
}
