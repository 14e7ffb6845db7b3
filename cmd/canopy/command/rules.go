package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// ruleList is what canopy rules prints.
type ruleList struct {
	Rules []*model.Rule `json:"rules"`
}

func (r *run) rules() *cobra.Command {
	var format string
	var edges bool
	c := &cobra.Command{
		Use: "rules [ID]", Short: "Print the catalogue: what each rule finds, why it matters, what ends it", Args: cobra.MaximumNArgs(1),
		Long: "Print the catalogue: what each rule finds, why it matters, what ends it; with --edges the steps of attack that rules\n" +
			"show, what has to be held for each, and what it gives. ID is that of a rule or of a step.",
		Example:           "  canopy rules\n  canopy rules PS01\n  canopy rules --edges\n  canopy rules W-07",
		ValidArgsFunction: completeRules,
	}
	bindFormat(c, &format, append(output.Common(), output.Markdown))
	c.Flags().BoolVar(&edges, "edges", false, "Print the steps of attack instead of the rules")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if edges || len(args) > 0 && isEdge(args[0]) {
			return r.runEdges(format, args)
		}
		set, err := catalogue.Load()
		if err != nil {
			return err
		}
		list := ruleList{set.Sorted()}
		grid := func() *output.Grid { return ruleGrid(list.Rules, format == string(output.Wide)) }
		if len(args) > 0 {
			i := slices.IndexFunc(list.Rules, func(rule *model.Rule) bool { return strings.EqualFold(rule.ID, args[0]) })
			if i < 0 {
				return fmt.Errorf("rule %q: no such rule; canopy rules lists them", args[0])
			}
			list.Rules = list.Rules[i : i+1]
			grid = func() *output.Grid { return ruleSheet(list.Rules[0]) }
		}
		if format == string(output.Markdown) {
			return r.write("", func(w io.Writer) error { return output.WriteRules(w, list.Rules) })
		}
		return r.print(format, list, grid)
	}
	return c
}

// isEdge tells the id of a step of attack, a letter and a dash, from that of a rule.
func isEdge(id string) bool { return len(id) > 1 && id[1] == '-' }

func completeRules(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	set, err := catalogue.Load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []string
	for _, rule := range set.Sorted() {
		ids = append(ids, rule.ID+"\t"+rule.Title)
	}
	for _, edge := range edges {
		ids = append(ids, edge.ID+"\t"+edge.Title)
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

func ruleGrid(rules []*model.Rule, wide bool) *output.Grid {
	g := &output.Grid{Titles: []string{"ID", "SEVERITY", "THEME", "FIX", "TITLE"}}
	if wide {
		g.Titles = append(g.Titles, "CONDITION")
	}
	for _, rule := range rules {
		row := []string{rule.ID, rule.Severity.String(), rule.Theme, rule.Fix, rule.Title}
		if wide {
			row = append(row, rule.Condition)
		}
		g.Add(row...)
	}
	return g
}

// ruleSheet is one rule from top to bottom.
func ruleSheet(rule *model.Rule) *output.Grid {
	g := &output.Grid{Titles: []string{rule.ID, rule.Title}, Fold: true}
	g.Add("severity", rule.Severity.String())
	g.Add("theme", rule.Theme)
	for _, line := range output.RuleLines(rule) {
		g.Add(line.Name, line.Text)
	}
	return g
}

// ruleIDs checks the values of --rule, which may be given as lists, against the catalogue; nil is all rules.
func ruleIDs(values []string) ([]string, error) {
	set, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	var ids []string
	rules := set.Sorted()
	for _, value := range values {
		for id := range strings.SplitSeq(value, ",") {
			i := slices.IndexFunc(rules, func(r *model.Rule) bool { return strings.EqualFold(r.ID, strings.TrimSpace(id)) })
			if i < 0 {
				return nil, fmt.Errorf("--rule %q: no such rule; canopy rules lists them", id)
			}
			ids = append(ids, rules[i].ID)
		}
	}
	return ids, nil
}
