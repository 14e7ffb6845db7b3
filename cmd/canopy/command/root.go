// Package command holds the commands of the command line, one file each.
package command

import (
	"bufio"
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/output"
)

// run is one run of the program.
type run struct {
	streams Streams
	connect connect.Flags
	logFile string
	level   string
	noColor bool
	ascii   bool
	// readOnly is --read-only of the dashboard.
	readOnly bool
	// judge is what images and Secrets are judged by.
	judge judging
	// alarm is that of the dashboard; nil where a command prints and ends.
	alarm *alarm
	// writes are those of the dashboard; nil where there is none.
	writes *writes
	// answers are what is typed, which is read by one reader for all questions.
	answers *bufio.Reader
}

// Run runs a command line and gives its exit status.
func Run(ctx context.Context, args []string, streams Streams) int {
	// What the formats let through by mistake ends here.
	streams.Out = output.Guard(streams.Out)
	if streams.Logs == nil {
		streams.Logs = NewLogs()
	}
	r := &run{streams: streams}
	root := r.root()
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	if failure := streams.Logs.Close(); err == nil {
		err = failure
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	err = r.kept(err)
	code, tell := status(err)
	if tell {
		r.warn("canopy: " + err.Error())
	}
	return code
}

// aboutScreen says where the keys and the settings of the dashboard are told.
const aboutScreen = "In the dashboard ? lists the keys, : everything that can be done. canopy info --keys prints the keys,\n" +
	"canopy info --defaults a file of settings to begin with, canopy info what is wrong with yours."

func (r *run) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "canopy",
		Short: "See how a Kubernetes cluster can be attacked, and what stops it",
		Long: "Canopy shows, live and in a terminal, how a Kubernetes cluster can be attacked, and proves which change stops it.\n" +
			"It only reads until you confirm a change. Nothing leaves this machine. Without a command it opens the dashboard on\n" +
			"kubectl's current context.\n\n" +
			aboutScreen,
		Example: "  canopy                           the dashboard\n" +
			"  canopy demo                      the dashboard on a bundled cluster\n" +
			"  canopy scan --fail-on high       findings of the cluster, for a script\n" +
			"  canopy scan -f manifests/        findings of manifests",
		Args: noArgs, SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return r.prepare(c) },
		RunE:              func(c *cobra.Command, _ []string) error { return r.dashboard(c.Context(), c.Flags()) },
	}
	group(c.PersistentFlags(), connectionGroup, r.connect.Bind)
	group(c.PersistentFlags(), "Common flags", func(fs *pflag.FlagSet) {
		fs.BoolVar(&r.noColor, "no-color", false, "No colours; $NO_COLOR with any value does the same")
		fs.BoolVar(&r.ascii, "ascii", false, "Plain ASCII characters only")
		fs.StringVar(&r.logFile, "log-file", "", "Append a log to this file; nothing is logged without it")
		fs.StringVar(&r.level, "log-level", "info", "How much to log: debug, info, warn, error")
	})
	bindReadOnly(c, r)
	bindJudging(c, &r.judge)
	c.SetHelpFunc(help)
	c.CompletionOptions.DisableDefaultCmd = true
	c.SetHelpCommand(helpCommand())
	c.SetUsageFunc(func(c *cobra.Command) error { help(c, nil); return nil })
	c.AddCommand(leavable(r.scan()), r.fix(), r.undo(), leavable(r.whatIf()), r.guard(), leavable(r.podSecurity()), leavable(r.can()), leavable(r.whoCan()),
		leavable(r.reach()), leavable(r.attackPaths()), leavable(r.blast()), leavable(r.images()), leavable(r.secrets()), leavable(r.nodes()), r.capture(), r.access())
	for _, sub := range []*cobra.Command{r.rules(), r.demo(), r.data(), r.info(), r.version(), r.completion()} {
		sub.Annotations = map[string]string{offline: ""}
		c.AddCommand(sub)
	}
	c.AddCommand(laterCommands()...)
	return c
}

// bindReadOnly declares --read-only for a command that opens the dashboard.
func bindReadOnly(c *cobra.Command, r *run) {
	c.Flags().BoolVar(&r.readOnly, "read-only", false, "Write nothing to the cluster and rehearse nothing on it, whatever is confirmed on the screen")
}

// group declares flags under a heading of the help.
func group(fs *pflag.FlagSet, title string, bind func(*pflag.FlagSet)) {
	part := pflag.NewFlagSet("", pflag.ContinueOnError)
	bind(part)
	part.VisitAll(func(f *pflag.Flag) {
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[groupKey] = []string{title}
	})
	fs.AddFlagSet(part)
}

// prepare checks what all commands share.
func (r *run) prepare(c *cobra.Command) error {
	if os.Getenv("NO_COLOR") != "" {
		r.noColor = true
	}
	if err := r.connect.Check(); err != nil {
		return err
	}
	if err := checkConnection(c, len(r.connect.Files) > 0); err != nil {
		return err
	}
	return r.streams.Logs.Open(r.logFile, r.level)
}
