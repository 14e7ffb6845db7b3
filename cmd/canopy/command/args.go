package command

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
)

// connectionGroup is the heading of the flags that say what is read.
const connectionGroup = "Connection flags, as kubectl has them, and what to read"

// offline marks a command that reads neither a cluster nor a capture, so that its help leaves out how to name one.
const offline = "canopy/offline"

// noArgs refuses arguments, and knows what a file among them was meant for.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 && looksLikeCapture(args[0]) {
		return fmt.Errorf("unexpected argument %q: did you mean -f %s?", args[0], args[0])
	}
	return cobra.NoArgs(c, args)
}

func looksLikeCapture(arg string) bool {
	for _, end := range []string{".yaml", ".yml", ".json", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".zip"} {
		if strings.HasSuffix(arg, end) {
			return true
		}
	}
	if !strings.ContainsAny(arg, "./") {
		return false
	}
	_, err := os.Stat(arg)
	return err == nil
}

// withCapture lists the connection flags that mean something together with -f.
func withCapture() []string {
	return []string{"filename", "namespace", "all-namespaces", "sync-timeout", "now"}
}

// checkConnection tells which connection flags are wrong by themselves, and which have no effect together with -f.
func checkConnection(c *cobra.Command, files bool) error {
	timeout := c.Flags().Lookup("request-timeout")
	if timeout != nil && timeout.Changed {
		if _, err := clientcmd.ParseTimeout(timeout.Value.String()); err != nil {
			return fmt.Errorf("--request-timeout %q: want a duration such as 10s; 0 is no limit", timeout.Value.String())
		}
	}
	if !files {
		return nil
	}
	var idle []string
	c.Flags().Visit(func(f *pflag.Flag) {
		group := f.Annotations[groupKey]
		if len(group) > 0 && group[0] == connectionGroup && !slices.Contains(withCapture(), f.Name) {
			idle = append(idle, "--"+f.Name)
		}
	})
	switch len(idle) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%s has no effect with -f, which reads no cluster", idle[0])
	}
	return fmt.Errorf("%s have no effect with -f, which reads no cluster", strings.Join(idle, ", "))
}
