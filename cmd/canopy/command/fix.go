package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/analysis/network/minimal"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/command/inplace"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

func (r *run) fix() *cobra.Command {
	var flags fixFlags
	c := &cobra.Command{
		Use: "fix FINDING... | --all", Short: "Make patches that end findings: print, preview, try, apply them, or edit files",
		Long: "Make patches that end findings. They are printed as YAML, or with --preview what they would change.\n\n" +
			"FINDING is an id as canopy scan -o wide prints it, or rule and object as the table has them.\n\n" +
			"--dry-run=server has the cluster judge every step and keeps nothing: may you do it, would it be taken, would its pods be.\n" +
			"--apply changes the cluster. It tries the plan as --dry-run does, shows what each step changes, and asks; what fails there is not\n" +
			"begun. Of what Helm, Argo CD, Flux or an operator manages it asks first whether to export the change instead. It waits for the\n" +
			"rollouts and until the findings are gone. What takes the changes back is in a file before each of them is made, for canopy undo.\n" +
			"With --yes it does not ask, and then refuses what may take a service down, and what something else manages, unless told.\n" +
			"--write edits the manifests that -f names, in place, and prints what it did as a diff; comments, order and all that is not\n" +
			"changed stay. What is to be created is added to the file of the object that it is for, or of its namespace, else to a\n" +
			"new file canopy-NAME.yaml beside the first. It asks nothing and keeps no copy: commit the files first, or look at --preview.\n\n" +
			"Exit status, the first that holds: 2 wrong usage or nothing could be read, 1 a step fails, a rollout is stuck or a finding\n" +
			"goes on, 3 with --dry-run --strict not all was read or a step cannot be tested, or --apply cannot tell whether a finding\n" +
			"has ended, 0 otherwise.",
		Example: "  canopy fix PS01/apps/Deployment/shop/web\n  canopy fix PS01/shop/Deployment/web --out fix/\n  canopy fix --all --rule PS01 --preview\n" +
			"  canopy fix --all --rule PS01 --dry-run=server\n  canopy fix PS01/shop/Deployment/web --apply\n  canopy fix --all -f manifests/ --write\n" +
			"  canopy fix NW03/Namespace/shop --flows flows.txt",
		RunE: func(c *cobra.Command, args []string) error { return r.runFix(c.Context(), &flags, c.Flags(), args) },
	}
	flags.bind(c)
	bindJudging(c, &r.judge)
	return c
}

func (r *run) runFix(ctx context.Context, flags *fixFlags, set *pflag.FlagSet, args []string) error {
	if err := flags.check(args, r.connect.Files, set.Changed); err != nil {
		return err
	}
	rules, err := ruleIDs(flags.rules)
	if err != nil {
		return err
	}
	flows, err := readFlows(flags.flows)
	if err != nil {
		return err
	}
	if flags.apply || flags.dryRun != "" {
		if err := r.mayWrite(set); err != nil {
			return err
		}
	}
	if flags.apply {
		if err := r.canAsk(&flags.confirm); err != nil {
			return err
		}
	}
	if flags.out != "" {
		if err := emptyFolder(flags.out); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	var files *inplace.Seen
	if flags.edit {
		if files, err = inplace.See(r.connect.Files); err != nil {
			return fmt.Errorf("--write: %w", err)
		}
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	found, findings, err := r.wanted(ctx, s, rules, args)
	if err != nil {
		return err
	}
	fix, err := s.fixFor(ctx, flags.flows != "", flows, findings)
	if err != nil {
		return err
	}
	r.tellNotes(flags, fix)
	switch {
	case flags.edit:
		return r.editFiles(ctx, s, flags, files, fix)
	case flags.apply:
		return r.applyFix(ctx, s, flags, findings, fix)
	case flags.dryRun != "":
		return r.rehearse(ctx, s, rehearsal{format: flags.format, strict: flags.strict, report: found, plan: fix.Plan, preview: func() (*Preview, error) {
			if !flags.preview {
				return nil, nil
			}
			return s.previewOf(ctx, found, findings, fix)
		}})
	case flags.preview:
		p, err := s.previewOf(ctx, found, findings, fix)
		if err != nil {
			return err
		}
		return r.print(flags.format, p, func() *output.Grid { return previewGrid(p) })
	case flags.out != "":
		if err := r.writeFix(ctx, s, flags.out, found, findings, fix); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		return nil
	case flags.format == string(output.JSON):
		return r.write("", func(w io.Writer) error { return output.WriteJSON(w, newPatches(fix)) })
	}
	return r.write("", func(w io.Writer) error { return fix.WriteYAML(w) })
}

// wanted reads the source to the end, and gives the findings asked for: those named, else all of some rules.
func (r *run) wanted(ctx context.Context, s *session, rules, ids []string) (*model.Report, []*model.Finding, error) {
	found, err := r.readFor(ctx, s, ids)
	if err != nil {
		return nil, nil, err
	}
	findings, err := choose(found, output.Selection{Namespaces: r.connect.Shown(), Rules: rules}, ids)
	return found, findings, err
}

// readFor reads the source to the end. Where no finding is named, a namespace in which nothing was read is told.
func (r *run) readFor(ctx context.Context, s *session, ids []string) (*model.Report, error) {
	found, err := r.settle(ctx, s)
	if err != nil || len(ids) > 0 {
		return found, err
	}
	return found, r.void(ctx, s, found)
}

// fixFor makes the fix; with flows declared, network policies keep those and nothing else.
func (s *session) fixFor(ctx context.Context, declared bool, flows []minimal.Flow, findings []*model.Finding) (*remedy.Fix, error) {
	if declared {
		return s.remedyFor(ctx, flows, findings)
	}
	return s.remedy(ctx, findings)
}

// tellNotes says how many findings no document closes, where the output does not: patches carry the notes as comments, and so
// does a directory.
func (r *run) tellNotes(flags *fixFlags, fix *remedy.Fix) {
	n := len(fix.Notes)
	if n == 0 || !flags.preview && !flags.edit && !flags.apply && flags.dryRun == "" {
		return
	}
	without := "--preview"
	switch {
	case flags.edit:
		without = "--write"
	case flags.apply:
		without = "--apply"
	case flags.dryRun != "":
		without = "--dry-run"
	}
	r.warn(fmt.Sprintf("canopy: %d findings stay as they are: without %s the output says what to do by hand", n, without))
}

var errNothing = errors.New("no finding that was asked for can be ended by a patch: without --apply the output says what to do by hand")
