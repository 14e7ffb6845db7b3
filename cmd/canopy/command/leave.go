package command

import (
	"time"

	"github.com/spf13/cobra"
)

// patience is how long what only looks may go on once the run is to end: a process that was told to end is killed by those who wait
// for it.
const patience = time.Second

// leavable has a command end soon after its context, whatever it is at. It is for commands that write nothing but their answer: what
// one of them still works out when somebody ends it is of no use, and ends with the process. Those that write to a cluster or keep
// what was found stop where they can.
func leavable(c *cobra.Command) *cobra.Command {
	work := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		// canopy images --scan runs others, which it ends itself.
		if scans := c.Flags().Lookup("scan"); scans != nil && scans.Changed {
			return work(c, args)
		}
		done := make(chan error, 1)
		go func() { done <- work(c, args) }()
		select {
		case err := <-done:
			return err
		case <-c.Context().Done():
		}
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case err := <-done:
			return err
		case <-late.C:
			return errInterrupted
		}
	}
	return c
}
