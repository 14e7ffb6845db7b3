package command

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"canopy/analysis/admission"
	"canopy/cmd/canopy/output"
)

// guardFlags holds the flags of canopy guard.
type guardFlags struct {
	format       string
	rules        []string
	all, enforce bool
}

// Guards is what canopy guard -o json prints.
type Guards struct {
	Policies []GuardPolicy `json:"policies"`
	// Without says, by rule, why there is no guard for it.
	Without []Unguarded `json:"without"`
}

// GuardPolicy is a policy with the bindings that were asked for.
type GuardPolicy struct {
	Rules      []string   `json:"rules"`
	Mutating   bool       `json:"mutating"`
	Namespaces []string   `json:"namespaces"`
	Documents  []GuardDoc `json:"documents"`
	Evidence   []string   `json:"evidence"`
}

// GuardDoc is an object to create.
type GuardDoc struct {
	Step Step   `json:"step"`
	YAML string `json:"yaml"`
}

// Unguarded is a rule without a guard.
type Unguarded struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

func (r *run) guard() *cobra.Command {
	var flags guardFlags
	c := &cobra.Command{
		Use: "guard FINDING... | --all", Short: "Print admission policies that keep findings from coming back",
		Long: "Print admission policies that keep findings from coming back, where they were found: each with a binding that warns and writes to the\n" +
			"audit log. --enforce prints the bindings that refuse, to be applied once nothing warns any more; they take the place of those\n" +
			"that warn. Nothing is written to the cluster.\n\n" +
			"FINDING is an id as canopy scan -o wide prints it, or rule and object as the table has them.",
		Example: "  canopy guard PS01/shop/Deployment/web > guard.yaml\n  canopy guard --all --rule PS01\n  canopy guard --all --rule PS01 --enforce",
		RunE:    func(c *cobra.Command, args []string) error { return r.runGuard(c.Context(), &flags, args) },
	}
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.StringVarP(&flags.format, "output", "o", "yaml", "The format: yaml, json")
	fs.BoolVar(&flags.all, "all", false, "Guard against every finding")
	fs.StringArrayVar(&flags.rules, "rule", nil, "With --all, only findings of this rule; can be repeated")
	fs.BoolVar(&flags.enforce, "enforce", false, "Print the bindings that refuse, and nothing else")
	// The error is of a flag that does not exist, and it was declared above.
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"yaml", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (r *run) runGuard(ctx context.Context, flags *guardFlags, args []string) error {
	if err := checkChoice("guard", args, flags.rules, flags.all); err != nil {
		return err
	}
	format, err := output.Parse(flags.format, []output.Format{output.YAML, output.JSON})
	if err != nil {
		return err
	}
	rules, err := ruleIDs(flags.rules)
	if err != nil {
		return err
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	report, err := r.readFor(ctx, s, args)
	if err != nil {
		return err
	}
	findings, err := chooseAll(report, output.Selection{Namespaces: r.connect.Shown(), Rules: rules}, args)
	if err != nil {
		return err
	}
	g, err := s.guards(ctx, findings)
	if err != nil {
		return err
	}
	if format == output.JSON {
		return r.write("", func(w io.Writer) error { return output.WriteJSON(w, newGuards(g, flags.enforce)) })
	}
	if len(g.Policies) == 0 && len(findings) > 0 {
		r.warn("canopy: there is no guard against any of these findings: the output says why")
	}
	return r.write("", func(w io.Writer) error { return writeGuard(w, g, flags.enforce) })
}

// documents are those of a policy that were asked for.
func documents(p *admission.Policy, enforce bool) []admission.Document {
	if !enforce {
		return p.Documents
	}
	if len(p.Enforce.YAML) == 0 {
		return nil
	}
	return []admission.Document{p.Enforce}
}

func newGuards(g *admission.Guard, enforce bool) *Guards {
	out := &Guards{Policies: []GuardPolicy{}, Without: []Unguarded{}}
	for i := range g.Policies {
		p := &g.Policies[i]
		one := GuardPolicy{
			Rules: append([]string{}, p.Rules...), Mutating: p.Mutating, Namespaces: append([]string{}, p.Namespaces...),
			Documents: []GuardDoc{}, Evidence: append([]string{}, p.Evidence...),
		}
		for _, d := range documents(p, enforce) {
			one.Documents = append(one.Documents, GuardDoc{Step{d.Step.Verb, d.Step.Ref, string(d.Step.PatchType)}, string(d.YAML)})
		}
		out.Policies = append(out.Policies, one)
	}
	for _, w := range g.Without {
		out.Without = append(out.Without, Unguarded{w.Rule, w.Text})
	}
	return out
}
