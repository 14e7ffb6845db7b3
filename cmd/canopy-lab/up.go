package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy-lab/manifest"
	"canopy/cmd/canopy-lab/plane"
)

// upFlags are the flags of up.
type upFlags struct {
	plane.Options
	manifests     string
	readyFile     string
	withStdin     bool
	exec          bool
	noTestObjects bool
}

func upCommand() *cobra.Command {
	var flags upFlags
	cmd := &cobra.Command{
		Use:   "up [flags] [--exec COMMAND [ARGS...]]",
		Short: "Start a lab and keep it until ctrl-c, a shutdown command, or the end of COMMAND",
		Long: "Start a lab and keep it until ctrl-c, a shutdown command, or the end of COMMAND.\n\nCOMMAND finds the lab's directory in CANOPY_LAB and the administrator's " +
			"kubeconfig in KUBECONFIG; its exit status becomes that of up.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.exec != (len(args) > 0) {
				return errors.New("--exec wants a command after it, and nothing else takes arguments")
			}
			ctx, stop := untilSignal(cmd.Context())
			defer stop()
			return up(ctx, flags, args, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what follows COMMAND belongs to it
	f.StringVar(&flags.Dir, "dir", "", "keep the lab in this directory (default: a temporary one, removed at exit)")
	f.StringSliceVar(&flags.Components, "components", plane.Components(), "what to run")
	f.IntVar(&flags.Nodes, "nodes", 3, "nodes to simulate, unless the manifests contain Nodes")
	f.StringVar(&flags.manifests, "manifests", "", "apply every YAML file below this directory")
	f.StringVar(&flags.readyFile, "ready-file", "", "write the lab's directory into this file when it is ready")
	f.BoolVar(&flags.withStdin, "with-stdin", false, "end when standard input ends: the lab then dies with the process that started it")
	f.BoolVar(&flags.exec, "exec", false, "run the command that follows in the lab and end with it")
	f.BoolVar(&flags.noTestObjects, "no-test-objects", false, "leave out the namespace team-a (also left out with --manifests)")
	return cmd
}

func up(ctx context.Context, flags upFlags, command []string, out io.Writer) error {
	ctx, shutdown := context.WithCancel(ctx)
	defer shutdown()
	if flags.withStdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			shutdown()
		}()
	}
	objects, err := flags.read()
	if err != nil {
		return err
	}
	lab, err := plane.Up(ctx, flags.Options)
	if err != nil {
		return err
	}
	defer lab.Close()
	layout := lab.Layout()
	if err := applyObjects(ctx, layout.Kubeconfig("admin"), objects); err != nil {
		return err
	}
	control, err := plane.Listen(lab, shutdown)
	if err != nil {
		return err
	}
	defer func() { _ = control.Close() }()
	go control.Serve(ctx)

	if flags.readyFile != "" {
		if err := os.WriteFile(flags.readyFile, []byte(layout.Dir+"\n"), 0o600); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "ready %s KUBECONFIG=%s\n", lab.Server(), layout.Kubeconfig("admin")); err != nil {
		return err
	}
	if len(command) > 0 {
		return execute(ctx, layout, command)
	}
	<-ctx.Done()
	return nil
}

// read reads the manifests. With them the lab is a cluster of its own: their Nodes take the place of simulated ones, and nothing is made for tests.
func (f *upFlags) read() ([]manifest.Object, error) {
	f.TestObjects = !f.noTestObjects && f.manifests == ""
	if f.manifests == "" {
		return nil, nil
	}
	objects, err := manifest.Read(f.manifests)
	if manifest.Nodes(objects) > 0 {
		f.Nodes = 0
	}
	return objects, err
}

// execute runs a command in the lab. When the lab is to end first, the command is interrupted and waited for.
func execute(ctx context.Context, layout plane.Layout, command []string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "KUBECONFIG=") && !strings.HasPrefix(variable, "CANOPY_LAB=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "CANOPY_LAB="+layout.Dir, "KUBECONFIG="+layout.Kubeconfig("admin"))
	return cmd.Run()
}
