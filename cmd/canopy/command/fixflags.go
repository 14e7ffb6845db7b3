package command

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/output"
)

// fixFlags holds the flags of canopy fix.
type fixFlags struct {
	format, out, dryRun   string
	flows                 string
	rules                 []string
	all, preview          bool
	apply, edit, strict   bool
	confirm               confirmFlags
	outage, overrideOwner bool
}

// confirmFlags holds the flags of what writes to a cluster.
type confirmFlags struct {
	yes  bool
	undo string
	wait time.Duration
}

// diffFormat is the format of edits of files.
const diffFormat output.Format = "diff"

func (f *fixFlags) bind(c *cobra.Command) {
	fs := c.Flags()
	fs.StringVarP(&f.format, "output", "o", "", "The format: yaml, json for patches; diff, json with --write; table, wide, json, yaml with all else")
	fs.BoolVar(&f.all, "all", false, "Fix every finding that can be fixed by a patch")
	fs.StringArrayVar(&f.rules, "rule", nil, "With --all, only findings of this rule; can be repeated")
	fs.BoolVar(&f.preview, "preview", false, "Print what the patches would change instead of the patches; with --write what it would edit")
	fs.StringVar(&f.out, "out", "", "Write fix.yaml, a file per patch, rollback.yaml, guard.yaml, kustomization.yaml and README.md into this directory, which is made and must hold nothing")
	fs.StringVar(&f.flows, "flows", "", "Network policies keep just the flows of this file: lines \"source destination ports\", such as shop/web shop/api 8080/TCP")
	fs.BoolVar(&f.edit, "write", false, "Edit the files that -f names, in place")
	fs.StringVar(&f.dryRun, "dry-run", "", "server: ask the cluster whether each step is allowed and would be taken, which keeps nothing")
	fs.Lookup("dry-run").NoOptDefVal = "server"
	fs.BoolVar(&f.strict, "strict", false, "With --dry-run, exit with 3 if not all was read, or a step cannot be tested before it is done")
	fs.BoolVar(&f.apply, "apply", false, "Change the cluster: shows the plan, tries it, asks, and keeps what takes it back")
	fs.BoolVar(&f.outage, "accept-outage", false, "With --apply --yes, apply also what may take a service down")
	fs.BoolVar(&f.overrideOwner, "override-owner", false, "With --apply, change also what Helm, Argo CD, Flux or an operator manages and may change back; without it that is asked")
	f.confirm.bind(c, "With --apply, ")
	// The errors are of flags that do not exist, and they were declared above.
	_ = c.RegisterFlagCompletionFunc("dry-run", cobra.FixedCompletions([]string{"server"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"yaml", "json", "table", "wide", "diff"}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *confirmFlags) bind(c *cobra.Command, when string) {
	fs := c.Flags()
	fs.BoolVar(&f.yes, "yes", false, when+"do not ask; for scripts")
	fs.StringVar(&f.undo, "undo", "", when+"write what takes the changes back to this new file; canopy-undo-TIME.yaml otherwise")
	fs.DurationVar(&f.wait, "wait", 5*time.Minute, when+"how long to wait for rollouts to end")
}

// check tells what is wrong with the flags by themselves, and settles the format. Files are those of -f.
func (f *fixFlags) check(args, files []string, changed func(string) bool) error {
	if err := checkChoice("fix", args, f.rules, f.all); err != nil {
		return err
	}
	if err := f.checkWays(files); err != nil {
		return err
	}
	for _, name := range []string{"yes", "undo", "wait", "accept-outage", "override-owner"} {
		if !f.apply && changed(name) {
			return fmt.Errorf("fix: --%s goes with --apply", name)
		}
	}
	switch {
	case f.strict && f.dryRun == "":
		return errors.New("fix: --strict goes with --dry-run")
	case f.confirm.wait <= 0:
		return errors.New("--wait: want a duration over zero")
	}
	return f.settleFormat()
}

// checkChoice tells what is wrong with the choice of findings.
func checkChoice(command string, ids, rules []string, all bool) error {
	switch {
	case len(rules) > 0 && len(ids) > 0:
		return errors.New(command + ": name findings by id or give --all --rule " + rules[0] + ", not both")
	case len(rules) > 0 && !all:
		return errors.New(command + ": give --all --rule " + rules[0])
	case len(ids) == 0 && !all:
		return errors.New(command + ": name findings by id, or give --all")
	case len(ids) > 0 && all:
		return errors.New(command + ": name findings by id or give --all, not both")
	}
	return nil
}

// checkWays tells what is wrong with what is to be done with the fix.
func (f *fixFlags) checkWays(files []string) error {
	ways := []string{}
	for _, way := range []struct {
		name  string
		given bool
	}{{"--out", f.out != ""}, {"--write", f.edit}, {"--dry-run", f.dryRun != ""}, {"--apply", f.apply}} {
		if way.given {
			ways = append(ways, way.name)
		}
	}
	switch {
	case len(ways) > 1:
		return fmt.Errorf("fix: give %s or %s, not both", ways[0], ways[1])
	case f.preview && f.out != "":
		return errors.New("fix: --out takes patches, not a preview")
	case f.preview && f.apply:
		return errors.New("fix: --apply shows what it would change before it asks; give --preview alone to look at it")
	case f.dryRun != "" && f.dryRun != "server":
		return fmt.Errorf("--dry-run %q: want server; --preview needs none", f.dryRun)
	case f.apply && len(files) > 0:
		return fmt.Errorf("fix --apply: %w", connect.ErrCapture)
	case f.dryRun != "" && len(files) > 0:
		return errors.New("fix --dry-run: it asks a cluster, and -f reads none: --preview says what would change")
	case f.edit && len(files) == 0:
		return errors.New("fix --write: it edits the files that -f names; --apply changes a cluster")
	}
	return nil
}

// settleFormat settles -o.
func (f *fixFlags) settleFormat() error {
	allowed := []output.Format{output.YAML, output.JSON}
	switch {
	case f.edit:
		allowed = []output.Format{diffFormat, output.JSON}
	case f.preview || f.dryRun != "" || f.apply:
		allowed = output.Common()
	}
	if f.format == "" {
		f.format = string(allowed[0])
	}
	if _, err := output.Parse(f.format, allowed); err != nil {
		return err
	}
	if f.out != "" && f.format == string(output.JSON) {
		return errors.New("fix: --out writes YAML; -o json goes to standard output")
	}
	return nil
}
