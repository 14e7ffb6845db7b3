package command

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// scanFlags holds the flags of canopy scan.
type scanFlags struct {
	format, out, failOn, baseline string
	rules                         []string
	strict                        bool
}

func (r *run) scan() *cobra.Command {
	var flags scanFlags
	c := &cobra.Command{
		Use: "scan", Short: "Print the findings of a cluster or a capture", Args: noArgs,
		Long: "Print the findings of a cluster or a capture.\n\n" +
			"Exit status, the first that holds: 2 wrong usage or nothing could be read, 1 a finding at or over --fail-on,\n" +
			"3 incomplete coverage with --strict, 0 otherwise.",
		RunE: func(c *cobra.Command, _ []string) error { return r.runScan(c.Context(), flags) },
	}
	bindFormat(c, &flags.format, output.Scan())
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.StringVar(&flags.out, "out", "", "Write to this file instead of standard output")
	fs.StringVar(&flags.failOn, "fail-on", "", "Exit with 1 if a finding is at or over this severity: critical, high, medium, low")
	fs.StringArrayVar(&flags.rules, "rule", nil, "Show only findings of this rule; can be repeated")
	fs.StringVar(&flags.baseline, "baseline", "", "A former report (-o json): findings in it are marked, and --fail-on leaves them out")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not every kind could be seen whole")
	return c
}

func (r *run) runScan(ctx context.Context, flags scanFlags) error {
	format, err := output.Parse(flags.format, output.Scan())
	if err != nil {
		return err
	}
	limit, err := failOn(flags.failOn)
	if err != nil {
		return err
	}
	sel := output.Selection{Namespaces: r.connect.Shown()}
	if flags.baseline != "" {
		if sel.Baseline, err = output.ReadBaseline(flags.baseline); err != nil {
			return err
		}
	}
	if sel.Rules, err = ruleIDs(flags.rules); err != nil {
		return err
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	report, err := r.report(ctx, s, sel)
	if err != nil {
		return err
	}
	style := r.style(format)
	if flags.out != "" {
		style.Width = 0
	}
	if err := r.write(flags.out, func(w io.Writer) error { return output.Write(w, format, style, report) }); err != nil {
		if flags.out != "" {
			return fmt.Errorf("--out: %w", err)
		}
		return err
	}
	switch {
	case limit != nil && report.Reaches(*limit):
		return errFound
	case flags.strict && !report.Complete():
		return errIncomplete
	}
	return nil
}

// failOn reads --fail-on; nil where it is not given.
func failOn(word string) (*model.Severity, error) {
	if word == "" {
		return nil, nil
	}
	severity, ok := model.ParseSeverity(strings.ToLower(word))
	if !ok || severity == model.Info {
		return nil, fmt.Errorf("--fail-on %q: want critical, high, medium or low", word)
	}
	return &severity, nil
}
