package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
)

func (r *run) blast() *cobra.Command {
	var format string
	var strict bool
	var jewels []string
	c := &cobra.Command{
		Use: "blast REF | SUBJECT | internet", Short: "Print what somebody who holds one thing can come to reach, do, read and become",
		Long: "Print the blast radius of a thing: what whoever holds it can become, get into, read and take, to whom it can talk, how its pods escape\n" +
			"to their nodes, and the cheapest path to each goal: cluster-admin, nodes, the Secrets of a namespace, crown jewels.\n\n" +
			"REF is a workload, shop/Deployment/web, a pod, a node, Node/n1, a Secret, shop/Secret/db, or Namespace/shop; SUBJECT is sa:shop/web,\n" +
			"user:alice or group:dev. -n limits what is listed to what is in namespaces, and to what is in none.\n\n" +
			"Exit status: 2 wrong usage, nothing could be read, or there is no such thing, 3 if it may not have been seen, or no goal is in reach and\n" +
			"there may be more, or with --strict if not all that counts was read, 0 otherwise.",
		Example: "  canopy blast shop/Deployment/web\n  canopy blast sa:ops/operator -o json\n  canopy blast Node/n1 -o wide\n  canopy blast internet -f manifests/",
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return errors.New("blast: name what is held: a workload, an identity, a node, a Secret, or internet")
			case 1:
				return nil
			}
			return fmt.Errorf("blast: want one name, not %d", len(args))
		},
		RunE: func(c *cobra.Command, args []string) error {
			return r.runBlast(c.Context(), format, strict, jewels, args[0])
		},
	}
	complete := completePathEnd([]string{attack.Internet.ID})
	c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(c, args, typed)
	}
	bindFormat(c, &format, output.PathFormats())
	c.Flags().StringArrayVar(&jewels, "jewel", nil, aboutJewel)
	c.Flags().BoolVar(&strict, "strict", false, "Exit with 3 if not all that counts here was read")
	return c
}

func (r *run) runBlast(ctx context.Context, format string, strict bool, jewels []string, name string) error {
	f, err := output.Parse(format, output.PathFormats())
	if err != nil {
		return err
	}
	if r.judge.jewels, err = parseJewels(jewels); err != nil {
		return err
	}
	end, err := parsePathEnd("blast", name)
	if err != nil {
		return err
	}
	if end == nil {
		return (&pathEnd{arg: "blast"}).wrong(wantPathEnd)
	}
	s, report, err := r.toTheEnd(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	t := &tracing{prober: s, where: s.source.Locator(), unseen: output.UnseenFlows(report, attackKinds())}
	return r.printBlast(ctx, t, end, f, strict)
}

// printBlast asks and prints.
func (r *run) printBlast(ctx context.Context, t *tracing, end *pathEnd, format output.Format, strict bool) error {
	document, err := t.blast(ctx, end, r.connect.Shown())
	if document == nil {
		return err
	}
	r.warnAll(t.warnings)
	r.warnAll(document.Unseen)
	if failure := r.write("", func(w io.Writer) error { return document.Write(w, format, r.style(format)) }); failure != nil {
		return failure
	}
	switch {
	case err != nil:
		return err
	case document.Unknown != "" && document.Paths == 0:
		// Nothing found is no answer where not all was seen.
		return errUncertain
	case strict && (document.Unknown != "" || len(document.Unseen) > 0):
		return errUncertain
	}
	return nil
}

// blast answers what a thing can come to reach. An error with a document says that the answer is not known.
func (t *tracing) blast(ctx context.Context, end *pathEnd, shown []string) (*output.Blast, error) {
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	var found attack.Blast
	var missing *missingEnd
	if err := t.AskAttack(ctx, func(a attack.Asker) {
		n, near, ok := end.find(a)
		if ok {
			t.standsFor(end, n)
			found, ok = a.Blast(n)
		}
		if !ok {
			missing = &missingEnd{end, near}
		}
	}); err != nil {
		return nil, err
	}
	var failure error
	if missing != nil {
		if err := t.explain(ctx, missing); err != nil {
			return nil, err
		}
		found, failure = attack.Blast{From: end.node(), Unknown: t.warnings[len(t.warnings)-1]}, errUnknown
	}
	document := output.NewBlast(&found, shown, edges, t.where)
	document.Unseen = slices.Concat(document.Unseen, t.unseen)
	return document, failure
}
