package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
)

// fixFlags holds the flags of canopy fix.
type fixFlags struct {
	format, out, dryRun       string
	flows                     string
	rules                     []string
	all, preview, apply, edit bool
}

func (r *run) fix() *cobra.Command {
	var flags fixFlags
	c := &cobra.Command{
		Use: "fix FINDING... | --all", Short: "Print patches that end findings, or what they would change",
		Long: "Print patches that end findings, as YAML, or with --preview what they would change.\n\n" +
			"FINDING is an id as canopy scan -o wide prints it, or rule and object as the table has them. Nothing is written to\n" +
			"the cluster.",
		Example: "  canopy fix PS01/apps/Deployment/shop/web\n  canopy fix PS01/shop/Deployment/web\n  canopy fix --all --rule PS01 --preview\n" +
			"  canopy fix NW03/Namespace/shop --flows flows.txt",
		RunE: func(c *cobra.Command, args []string) error { return r.runFix(c.Context(), flags, args) },
	}
	fs := c.Flags()
	fs.StringVarP(&flags.format, "output", "o", "", "The format: yaml, json for patches; table, wide, json, yaml with --preview")
	fs.BoolVar(&flags.all, "all", false, "Fix every finding that can be fixed by a patch")
	fs.StringArrayVar(&flags.rules, "rule", nil, "With --all, only findings of this rule; can be repeated")
	fs.BoolVar(&flags.preview, "preview", false, "Print what the patches would change instead of the patches")
	fs.StringVar(&flags.out, "out", "", "Write fix.yaml, a file per patch and README.md into this directory instead of standard output")
	fs.StringVar(&flags.flows, "flows", "", "Network policies keep just the flows of this file: lines \"source destination ports\", such as shop/web shop/api 8080/TCP")
	fs.BoolVar(&flags.apply, "apply", false, "Not in this version")
	fs.BoolVar(&flags.edit, "write", false, "Not in this version")
	fs.Bool("yes", false, "Not in this version")
	fs.StringVar(&flags.dryRun, "dry-run", "", "Not in this version")
	fs.Lookup("dry-run").NoOptDefVal = "server"
	for _, name := range []string{"apply", "dry-run", "write", "yes"} {
		fs.Lookup(name).Annotations = map[string][]string{groupKey: {laterGroup}}
	}
	return c
}

// check tells what is wrong with the flags by themselves.
func (f *fixFlags) check(args []string) error {
	switch {
	case f.apply:
		return notYet("--apply")
	case f.edit:
		return notYet("--write")
	case f.dryRun != "":
		return notYet("--dry-run")
	case len(f.rules) > 0 && len(args) > 0:
		return errors.New("fix: name findings by id or give --all --rule " + f.rules[0] + ", not both")
	case len(f.rules) > 0 && !f.all:
		return errors.New("fix: give --all --rule " + f.rules[0])
	case len(args) == 0 && !f.all:
		return errors.New("fix: name findings by id, or give --all")
	case len(args) > 0 && f.all:
		return errors.New("fix: name findings by id or give --all, not both")
	case f.preview && f.out != "":
		return errors.New("fix: --out takes patches, not a preview")
	}
	if f.preview {
		if f.format == "" {
			f.format = string(output.Table)
		}
		_, err := output.Parse(f.format, output.Common())
		return err
	}
	if f.format == "" {
		return nil
	}
	_, err := output.Parse(f.format, []output.Format{output.YAML, output.JSON})
	if err == nil && f.out != "" && f.format == string(output.JSON) {
		return errors.New("fix: --out writes YAML; -o json goes to standard output")
	}
	return err
}

func (r *run) runFix(ctx context.Context, flags fixFlags, args []string) error {
	if err := flags.check(args); err != nil {
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
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	found, err := r.settle(ctx, s)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		if err := r.void(ctx, s, found); err != nil {
			return err
		}
	}
	findings, err := choose(found, output.Selection{Namespaces: r.connect.Shown(), Rules: rules}, args)
	if err != nil {
		return err
	}
	var fix *remedy.Fix
	if flags.flows == "" {
		fix, err = s.remedy(ctx, findings)
	} else {
		fix, err = s.remedyFor(ctx, flows, findings)
	}
	if err != nil {
		return err
	}
	if n := len(fix.Notes); n > 0 && flags.preview {
		// Patches carry the notes as comments.
		r.warn(fmt.Sprintf("canopy: %d findings stay as they are: without --preview the output says what to do by hand", n))
	}
	switch {
	case flags.preview:
		return r.preview(ctx, s, flags.format, found, findings, fix)
	case flags.out != "":
		r.warn("canopy: " + notWritten)
		if err := r.writeFix(flags.out, fix); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		return nil
	case flags.format == string(output.JSON):
		return r.write("", func(w io.Writer) error { return output.WriteJSON(w, newPatches(fix)) })
	}
	return r.write("", func(w io.Writer) error { return fix.WriteYAML(w) })
}
