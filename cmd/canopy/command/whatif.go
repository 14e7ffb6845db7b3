package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// whatIfFlags holds the flags of canopy what-if.
type whatIfFlags struct {
	format, dryRun, failOn string
	strict                 bool
}

// Proposed is what canopy what-if prints.
type Proposed struct {
	Rehearsal
	// Problems lists what could not be taken of the files.
	Problems []Problem `json:"problems"`
}

// Problem is a document that could not be taken, or a part of one.
type Problem struct {
	File string `json:"file"`
	// Document counts from 1; Line is that of the file, and missing where the whole document is meant.
	Document int    `json:"document"`
	Line     int    `json:"line,omitempty"`
	Message  string `json:"message"`
}

// String is the problem in one line.
func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: document %d: %s", p.File, p.Line, p.Document, p.Message)
	}
	return fmt.Sprintf("%s: document %d: %s", p.File, p.Document, p.Message)
}

func (r *run) whatIf() *cobra.Command {
	var flags whatIfFlags
	c := &cobra.Command{
		Use: "what-if FILE... | -", Short: "Print what manifests would change before they are applied",
		Long: "Print what manifests would change before they are applied: findings, connections between pods, permissions. FILE is YAML or JSON as\n" +
			"kubectl apply takes it, - standard input; the cluster, or the capture that -f names, stays as it is. -n is the namespace of\n" +
			"objects that name none.\n\n" +
			"Exit status, the first that holds: 2 wrong usage or nothing could be read, 1 a finding at or over --fail-on would open or a\n" +
			"step would fail with --dry-run, 3 not all could be read, taken or tested with --strict, 0 otherwise.",
		Example: "  canopy what-if deployment.yaml\n  kustomize build . | canopy what-if - --fail-on high\n  canopy what-if policy.yaml -f manifests/",
		RunE:    func(c *cobra.Command, args []string) error { return r.runWhatIf(c.Context(), &flags, c.Flags(), args) },
	}
	bindFormat(c, &flags.format, output.Common())
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.StringVar(&flags.dryRun, "dry-run", "", "server: ask the cluster too whether each step is allowed and would be taken, which keeps nothing")
	fs.Lookup("dry-run").NoOptDefVal = "server"
	fs.StringVar(&flags.failOn, "fail-on", "", "Exit with 1 if a finding at or over this severity would open: critical, high, medium, low")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all was read, a document could not be taken, or a step cannot be tested before it is done")
	return c
}

func (f *whatIfFlags) check(args, files []string) error {
	switch {
	case len(args) == 0:
		return errors.New("what-if: name the files that would be applied, or - for standard input")
	case f.dryRun != "" && f.dryRun != "server":
		return fmt.Errorf("--dry-run %q: want server", f.dryRun)
	case f.dryRun != "" && len(files) > 0:
		return errors.New("what-if --dry-run: it asks a cluster, and -f reads none")
	}
	if n := len(slices.DeleteFunc(slices.Concat(args, files), func(a string) bool { return a != "-" })); n > 1 {
		return errors.New("what-if: - stands for standard input, which can be read once")
	}
	_, err := output.Parse(f.format, output.Common())
	return err
}

func (r *run) runWhatIf(ctx context.Context, flags *whatIfFlags, set *pflag.FlagSet, args []string) error {
	if err := flags.check(args, r.connect.Files); err != nil {
		return err
	}
	limit, err := failOn(flags.failOn)
	if err != nil {
		return err
	}
	if flags.dryRun != "" {
		if err := r.mayWrite(set); err != nil {
			return err
		}
	}
	texts, err := r.readTexts(args)
	if err != nil {
		return fmt.Errorf("what-if: %w", err)
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	report, err := r.settle(ctx, s)
	if err != nil {
		return err
	}
	found, plan, err := r.proposed(ctx, s, report, texts)
	if err != nil {
		return err
	}
	var broken error
	if flags.dryRun != "" {
		l, err := s.ladder()
		if err != nil {
			return err
		}
		broken = found.climb(ctx, l, plan)
	}
	if err := r.printAs(flags.format, found, found.write); err != nil {
		return errors.Join(broken, err)
	}
	if broken != nil {
		return broken
	}
	return found.verdict(limit, flags.strict, report)
}

// proposed reads the texts and asks what they would change.
func (r *run) proposed(ctx context.Context, s *session, report *model.Report, texts texts) (*Proposed, model.Plan, error) {
	p, err := s.propose(ctx, texts.joined(), r.fallback(s.source.Live))
	if err != nil {
		return nil, model.Plan{}, err
	}
	found := &Proposed{Problems: []Problem{}}
	for _, problem := range p.Problems {
		told := texts.problem(problem)
		found.Problems = append(found.Problems, told)
		r.warn("canopy: " + told.String())
	}
	if len(p.Plan.Steps) == 0 && len(p.Problems) > 0 {
		return nil, p.Plan, errors.New("what-if: nothing could be read: no document can be taken")
	}
	preview, err := s.whatIf(ctx, p.Plan)
	if err != nil {
		return nil, p.Plan, err
	}
	found.Preview = newPreview(report, nil, &remedy.Fix{}, preview, s.source.Locator())
	found.Assumptions = append(append([]string{}, p.Assumptions...), found.Assumptions...)
	found.Checks, found.Rung, found.trial = []output.Check{}, int(model.RungWhatIf), &model.Trial{}
	return found, p.Plan, nil
}

// write writes it for people.
func (p *Proposed) write(w io.Writer, style output.Style) error {
	if len(p.Checks) > 0 {
		return p.Rehearsal.write(w, style)
	}
	return previewGrid(p.Preview).Write(w, style)
}

// verdict is the exit status.
func (p *Proposed) verdict(limit *model.Severity, strict bool, report *model.Report) error {
	if limit != nil {
		for i := range p.Opened {
			if p.Opened[i].Severity >= *limit {
				return errFound
			}
		}
	}
	if err := p.Rehearsal.verdict(strict, report); err != nil {
		return err
	}
	if strict && len(p.Problems) > 0 {
		return errNotAll
	}
	return nil
}
