package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/ladder"
	"canopy/cmd/canopy/output"
)

// undoFlags holds the flags of canopy undo.
type undoFlags struct {
	format     string
	confirm    confirmFlags
	anyContext bool
}

func (r *run) undo() *cobra.Command {
	var flags undoFlags
	c := &cobra.Command{
		Use: "undo FILE", Short: "Take back what canopy fix --apply changed", Args: oneFile,
		Long: "Take back what canopy fix --apply, or the plan screen, changed: FILE is what either wrote. It shows the steps, tries them, asks, does\n" +
			"them, and writes what takes that back in turn. An object that has changed since is left as it is, and told.\n\n" +
			"Exit status, the first that holds: 2 wrong usage or nothing could be read, 1 a step fails or a rollout is stuck, 0 otherwise.",
		Example: "  canopy undo canopy-undo-20261123T140000Z.yaml",
		RunE:    func(c *cobra.Command, args []string) error { return r.runUndo(c.Context(), &flags, c.Flags(), args[0]) },
	}
	bindFormat(c, &flags.format, output.Common())
	flags.confirm.bind(c, "")
	c.Flags().BoolVar(&flags.anyContext, "any-context", false, "With --yes, do it also where the file was made for another context")
	return c
}

// oneFile wants the name of a file.
func oneFile(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s: want one file, got %d", c.Name(), len(args))
	}
	return nil
}

func (r *run) runUndo(ctx context.Context, flags *undoFlags, set *pflag.FlagSet, path string) error {
	switch {
	case len(r.connect.Files) > 0:
		return fmt.Errorf("undo: %w", connect.ErrCapture)
	case flags.confirm.wait <= 0:
		return errors.New("--wait: want a duration over zero")
	}
	if _, err := output.Parse(flags.format, output.Common()); err != nil {
		return err
	}
	undo, err := readUndo(path)
	if err != nil {
		return fmt.Errorf("undo: %s: %w", path, err)
	}
	if err := r.mayWrite(set); err != nil {
		return err
	}
	if err := r.canAsk(&flags.confirm); err != nil {
		return err
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := r.sameContext(s, flags, &undo); err != nil {
		return err
	}
	if _, err := r.settle(ctx, s); err != nil {
		return err
	}
	return r.takeBack(ctx, s, flags, &undo)
}

// sameContext tells where a file was made for another context.
func (r *run) sameContext(s *session, flags *undoFlags, undo *ladder.Undo) error {
	if undo.Context == s.source.Name {
		return nil
	}
	told := fmt.Sprintf("the file was made for %s, and this is %s", output.Word(undo.Context), output.Word(s.source.Name))
	if flags.confirm.yes && !flags.anyContext {
		return fmt.Errorf("undo: %s: nothing was written: name the other with --context, or give --any-context", told)
	}
	r.warn("canopy: " + told)
	return nil
}

// takeBack carries the steps of the file out.
func (r *run) takeBack(ctx context.Context, s *session, flags *undoFlags, undo *ladder.Undo) error {
	return r.carryOut(ctx, s, &errand{
		plan: undo.Plan, format: flags.format, flags: &flags.confirm,
		question: fmt.Sprintf("take back %s on %s?", changeCount(len(undo.Plan.Steps)), output.Word(s.source.Name)),
		show: func(i int) []string {
			if fields := ladder.Fields(undo.Plan.Steps[i]); len(fields) > 0 {
				return []string{"changes " + strings.Join(fields, ", ")}
			}
			return nil
		},
	})
}

// readUndo reads the file that takes changes back.
func readUndo(path string) (ladder.Undo, error) {
	file, err := os.Open(path)
	if err != nil {
		return ladder.Undo{}, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, ladder.MaxUndo+1))
	if err != nil {
		return ladder.Undo{}, err
	}
	return ladder.ReadUndo(data)
}
