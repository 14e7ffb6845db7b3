package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"canopy/analysis/rbac"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// whoFlags holds the flags of canopy who-can.
type whoFlags struct {
	format         string
	expand, strict bool
}

func (r *run) whoCan() *cobra.Command {
	var flags whoFlags
	c := &cobra.Command{
		Use: "who-can VERB RESOURCE [NAME]", Short: "Print who may do one thing, and through what",
		Long: "Print to whom RBAC grants one thing, as bindings name them, and through which binding and rule.\n\n" +
			aboutResource + "\n" +
			"Without -n it is asked of all namespaces, and who may in any of them is listed.",
		Example: "  canopy who-can create pods/exec -n ops\n" +
			"  canopy who-can get secrets db -n shop --expand      the accounts that groups stand for\n" +
			"  canopy who-can delete nodes -f manifests/ -o json",
		Args: whoArgs, ValidArgsFunction: completeWho,
		RunE: func(c *cobra.Command, args []string) error { return r.runWhoCan(c.Context(), flags, args) },
	}
	bindFormat(c, &flags.format, output.Common())
	fs := c.Flags()
	fs.BoolVar(&flags.expand, "expand", false, "Name the service accounts that groups such as system:serviceaccounts stand for")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that could grant it was seen")
	return c
}

func whoArgs(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return errors.New("who-can: name a verb and a resource, such as get secrets")
	case 1:
		return fmt.Errorf("who-can: %s what? Name a resource or a URL after the verb", args[0])
	case 2, 3:
		return nil
	}
	return fmt.Errorf("who-can: %d words are too many: want VERB RESOURCE NAME", len(args))
}

func (r *run) runWhoCan(ctx context.Context, flags whoFlags, args []string) error {
	if _, err := output.Parse(flags.format, output.Common()); err != nil {
		return err
	}
	words, err := readWords(args)
	if err != nil {
		return fmt.Errorf("who-can: %w", err)
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := r.gather(ctx, s); err != nil {
		return err
	}
	kinds := s.kinds(ctx)
	var list []rbac.Holder
	var reason string
	var failure error
	var q *question
	if err := s.access(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) {
		if q, failure = ask(discovery(c, kinds), words, r.connect.Shown(), "*"); failure != nil {
			return
		}
		q.warnings = append(q.warnings, strangers(c, model.Subject{}, r.connect.Shown())...)
		provider := rbac.ProviderOf(c, server)
		all := holders{}
		for _, at := range q.requests {
			for _, h := range access.WhoCan(at) {
				all.add(h)
			}
			if _, why := access.Everyone(c, at.Namespace, provider); reason == "" {
				reason = why
			}
		}
		if note := byName(access, q.requests, all); note != "" {
			q.warnings = append(q.warnings, note)
		}
		if flags.expand {
			var unseen []string
			all, unseen = all.expand(c)
			q.warnings = append(q.warnings, unseen...)
		}
		list = all.sorted()
	}); err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	r.warnAll(q.warnings)
	document := output.NewHolders(q.text, list, reason, s.source.Locator(), q.warnings)
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	if flags.strict && !document.Complete {
		return errUncertain
	}
	return nil
}

// byName says how many more may do what was asked with single objects alone, since a rule with names answers no question
// without one.
func byName(access *rbac.Analyser, requests []rbac.Attributes, all holders) string {
	more := map[model.Subject]bool{}
	var names []string
	for b := range access.Bindings() {
		rules, _ := access.Rules(b.Role)
		for _, rule := range rules {
			for _, name := range rule.ResourceNames {
				if name == "" || !slices.ContainsFunc(requests, func(at rbac.Attributes) bool { return byNameIn(&b, rule, at, name) }) {
					continue
				}
				for i := range b.Subjects {
					if s := rbac.SubjectOf(&b.Subjects[i], b.Ref.Namespace); !s.IsZero() && all[s] == nil {
						more[s] = true
						names = append(names, output.Word(name))
					}
				}
			}
		}
	}
	if len(more) == 0 {
		return ""
	}
	return fmt.Sprintf("%d more may for single objects alone: ask with the name, such as %s", len(more), few(names))
}

// byNameIn tells whether a rule of a binding grants what is asked once a name is given.
func byNameIn(b *rbac.Binding, rule rbac.Rule, at rbac.Attributes, name string) bool {
	if at.Name != "" || at.URL != "" || !takesName(&at) || !b.Cluster() && at.Namespace != "*" && at.Namespace != b.Ref.Namespace {
		return false
	}
	at.Name = name
	_, _, ok := rbac.Match(rule.PolicyRule, &at)
	return ok
}
