package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"canopy/analysis/attack"
	"canopy/cmd/canopy/output"
)

// pathsFlags holds the flags of canopy paths.
type pathsFlags struct {
	from, to, format string
	routes, limit    int
	jewels           []string
	lateral, strict  bool
}

// aboutJewel is the help of --jewel.
const aboutJewel = "A crown jewel besides those of the settings, such as payments/Secret/postgres or Node/n1; can be repeated"

// usualLimit is how many paths are printed without --limit.
const usualLimit = 20

func (r *run) attackPaths() *cobra.Command {
	var flags pathsFlags
	c := &cobra.Command{
		Use: "paths", Short: "Print how an attacker gets from one thing to another, and which edits end that",
		Long: "Print paths of attack: hop by hop how somebody who holds one thing comes to hold another, what proves each hop, and which single\n" +
			"edits end how many of the paths. A path is one pair of a source and a goal, by its cheapest route.\n\n" +
			"Without --from paths begin at every workload outside of the control plane, and at every user and group that a binding names\n" +
			"which Kubernetes did not make; -n limits that to the workloads of namespaces. --from takes internet, which is the workloads that can be\n" +
			"reached from outside, a workload, a pod, an identity (sa:shop/web, user:alice, group:dev), a node, a Secret, or Namespace/shop for any\n" +
			"workload in it. --to takes cluster-admin, which it is without the flag, nodes, control-plane, secrets, for all Secrets of any\n" +
			"namespace, Namespace/shop for those of one, or any of these objects.\n\n" +
			"A hop is proven, or rests on a version, on admission, or on data that is missing. Hops by the network suppose that what listens can be\n" +
			"exploited: only --lateral has them. Risk is 0 to 100, cost sums up how hard the hops are.\n\n" +
			"Exit status where --from and --to are named: 1 if there is no path, 3 if that is not known because something was not read, else 0.",
		Example: "  canopy paths                                        all that leads to cluster-admin, and what ends it\n" +
			"  canopy paths --from internet --to nodes\n" +
			"  canopy paths --from shop/Deployment/web --to cluster-admin --routes 3\n" +
			"  canopy paths --to payments/Secret/postgres -f manifests/\n" +
			"  canopy paths -o dot | dot -Tsvg > paths.svg",
		Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return r.runPaths(c.Context(), &flags) },
	}
	bindFormat(c, &flags.format, output.PathFormats())
	fs := c.Flags()
	fs.StringVar(&flags.from, "from", "", "Only paths that begin there")
	fs.StringVar(&flags.to, "to", "", "Only paths that end there; cluster-admin without it")
	fs.IntVar(&flags.routes, "routes", 0, "With --from and --to, this many routes of each pair, the cheapest first, instead of one")
	fs.IntVar(&flags.limit, "limit", usualLimit, "How many paths to print; 0 is all. How many there are besides is always said")
	fs.BoolVar(&flags.lateral, "lateral", false, "Hops by the network too, which suppose that what listens there can be exploited")
	fs.StringArrayVar(&flags.jewels, "jewel", nil, aboutJewel)
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that counts here was read")
	bindPathEnds(c)
	return c
}

// pathQuery is a question about paths as it was typed.
type pathQuery struct {
	from, to      *pathEnd
	routes, limit int
	lateral       bool
	strict        bool
	// shown limits the sources to namespaces; nil is no limit.
	shown  []string
	format output.Format
}

// query checks what can be wrong by itself.
func (f *pathsFlags) query(shown []string) (*pathQuery, error) {
	q := &pathQuery{routes: f.routes, limit: f.limit, lateral: f.lateral, strict: f.strict, shown: shown}
	var err error
	if q.format, err = output.Parse(f.format, output.PathFormats()); err != nil {
		return nil, err
	}
	if q.from, err = parsePathEnd("--from", f.from); err != nil {
		return nil, err
	}
	if q.to, err = parsePathEnd("--to", f.to); err != nil {
		return nil, err
	}
	switch {
	case f.routes < 0:
		return nil, fmt.Errorf("--routes %d: want how many, from 1", f.routes)
	case f.routes > 0 && !q.named():
		return nil, errors.New("--routes: several routes are of a pair: name both ends, --from and --to")
	case f.limit < 0:
		return nil, fmt.Errorf("--limit %d: want how many, or 0 for all", f.limit)
	case q.from != nil && q.from.object == attack.Internet && shown != nil:
		return nil, errors.New("--from internet is in no namespace: leave out -n, or --from for all workloads of it")
	}
	return q, nil
}

// named tells that both ends were named.
func (q *pathQuery) named() bool { return q.from != nil && q.to != nil }

func (r *run) runPaths(ctx context.Context, flags *pathsFlags) error {
	q, err := flags.query(r.connect.Shown())
	if err != nil {
		return err
	}
	if r.judge.jewels, err = parseJewels(flags.jewels); err != nil {
		return err
	}
	s, report, err := r.toTheEnd(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	t := &tracing{prober: s, where: s.source.Locator(), unseen: output.UnseenFlows(report, attackKinds())}
	if report.Attack != nil {
		t.sources = &report.Attack.Sources
	}
	return r.printPaths(ctx, t, q)
}

// printPaths asks and prints.
func (r *run) printPaths(ctx context.Context, t *tracing, q *pathQuery) error {
	document, err := t.paths(ctx, q)
	if document == nil {
		return err
	}
	r.warnAll(t.warnings)
	r.warnAll(document.Unseen)
	if failure := r.write("", func(w io.Writer) error { return document.Write(w, q.format, r.style(q.format)) }); failure != nil {
		return failure
	}
	switch none := len(document.Paths) == 0; {
	case err != nil:
		return err
	case q.named() && none && document.Unknown != "":
		return errUnknown
	case q.named() && none:
		return errNo
	case q.strict && (document.Unknown != "" || len(document.Unseen) > 0):
		return errUncertain
	}
	return nil
}
