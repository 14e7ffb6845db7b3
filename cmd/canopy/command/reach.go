package command

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"canopy/analysis/network"
	"canopy/cmd/canopy/output"
)

// reachFlags holds the flags of canopy reach.
type reachFlags struct {
	from, to, level, format string
	ports                   []string
	all, strict             bool
}

func (r *run) reach() *cobra.Command {
	var flags reachFlags
	c := &cobra.Command{
		Use: "reach", Short: "Print who can talk to whom, on which ports, and which policy says so",
		Long: "Print which connections the network policies of a cluster allow, and which policy, rule and tier says so.\n\n" +
			"REF is a workload, shop/Deployment/web, a pod, shop/Pod/web-1, a namespace, Namespace/shop, a range of addresses\n" +
			"outside of the cluster, cidr:10.0.0.0/8, or internet for all of them. With both --from and --to what is denied is\n" +
			"told too, and people get an explanation: what each side decides, and which rule would nearly have let through.\n\n" +
			"From outside there are two kinds of answer: which addresses the policies let in, and, with the Service, Ingress or\n" +
			"Gateway that it goes by, what leads in.\n\n" +
			"Verdicts are what the policies declare: allow, deny, depends, with what it depends on, or not-evaluated, where a\n" +
			"kind of policy that is not evaluated has a say or may not be read.\n\n" +
			"Exit status where both ends are named: 1 if all that was asked about is denied, 3 if some of it depends or was not\n" +
			"evaluated, else 0.",
		Example: "  canopy reach                                        all that is allowed, by workload\n" +
			"  canopy reach --from shop/Deployment/web --to db/StatefulSet/postgres --port 5432\n" +
			"  canopy reach --from internet                        what can be reached from outside\n" +
			"  canopy reach --to Namespace/db --all -f manifests/  who can reach db, and who cannot\n" +
			"  canopy reach --level namespace -o dot | dot -Tsvg > reach.svg",
		Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return r.runReach(c.Context(), flags) },
	}
	bindFormat(c, &flags.format, output.ReachFormats())
	fs := c.Flags()
	fs.StringVar(&flags.from, "from", "", "Only connections that begin at this REF")
	fs.StringVar(&flags.to, "to", "", "Only connections that end at this REF")
	fs.StringArrayVar(&flags.ports, "port", nil, "Only this port, or range, such as 443/TCP, 8000-8100/TCP, */UDP or the name that containers give it; TCP without a protocol; can be repeated")
	fs.StringVar(&flags.level, "level", network.Workloads.String(), "What the ends are told by: workload, namespace or pod; a pod that was named is told by itself")
	fs.BoolVar(&flags.all, "all", false, "What is denied too")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that decides was seen")
	completeReach(c)
	return c
}

// query is a question as it was typed. What can be wrong with it by itself is told before a cluster is read.
type query struct {
	from, to *place
	level    network.Level
	ports    ports
	denied   bool
	strict   bool
	format   output.Format
}

func (f *reachFlags) query() (*query, error) {
	q := &query{denied: f.all, strict: f.strict}
	var err error
	if q.format, err = output.Parse(f.format, output.ReachFormats()); err != nil {
		return nil, err
	}
	if q.from, err = parsePlace("--from", f.from); err != nil {
		return nil, err
	}
	if q.to, err = parsePlace("--to", f.to); err != nil {
		return nil, err
	}
	if q.from.outside() && q.to.outside() {
		return nil, fmt.Errorf("--from %s --to %s: both ends are outside of the cluster, and no policy of it speaks of that", q.from.text, q.to.text)
	}
	if q.level, err = parseLevel(f.level); err != nil {
		return nil, err
	}
	if q.ports, err = parsePorts(f.ports); err != nil {
		return nil, err
	}
	q.denied = q.denied || q.named()
	return q, nil
}

// named tells that a pair was named.
func (q *query) named() bool { return q.from != nil && q.to != nil }

func parseLevel(s string) (network.Level, error) {
	for _, l := range [...]network.Level{network.Workloads, network.Namespaces, network.Pods} {
		if l.String() == s {
			return l, nil
		}
	}
	return 0, fmt.Errorf("--level %q: want workload, namespace or pod", s)
}

func (r *run) runReach(ctx context.Context, flags reachFlags) error {
	q, err := flags.query()
	if err != nil {
		return err
	}
	s, err := r.open(ctx, false)
	if err != nil {
		return err
	}
	defer s.close()
	if err := r.gatherFlows(ctx, s); err != nil {
		return err
	}
	report := s.engine.Report()
	if err := r.void(ctx, s, report); err != nil {
		return err
	}
	unseen := output.UnseenFlows(report, flowKinds())
	return r.answerReach(ctx, s.survey, q, unseen)
}

// answerReach asks and prints. It is written while the writer waits, since there may be more entries than memory should
// hold; nobody else asks it for anything.
func (r *run) answerReach(ctx context.Context, ask survey, q *query, unseen []string) error {
	var failure error
	err := ask(ctx, func(f *flows) {
		failure = r.printReach(ctx, f, q, unseen)
	})
	switch {
	case err != nil:
		return err
	case ctx.Err() != nil:
		return errInterrupted
	}
	return failure
}

func (r *run) printReach(ctx context.Context, f *flows, q *query, unseen []string) error {
	asked, err := q.resolve(f, r.connect.Shown())
	if err != nil {
		return err
	}
	r.warnAll(unseen)
	r.warnAll(surroundings(f.state()))
	r.warnAll(asked.warnings)
	document := &output.Reach{
		Level: q.level, Enforcement: f.state().Enforcement, Entries: until(ctx, f.all(asked)), Denied: q.denied, Ports: asked.ports, Outside: asked.internet,
	}
	var sum *tally
	if q.named() {
		sum = add(document.Entries)
		if q.format == output.Table || q.format == output.Wide {
			document.Explanations, document.Unexplained = f.explanations(asked, sum)
		}
	}
	if err := r.write("", func(w io.Writer) error { return document.Write(w, q.format, r.style(q.format)) }); err != nil {
		return err
	}
	if q.named() {
		if err := sum.status(asked); err != nil {
			return err
		}
	}
	switch {
	case asked.unseen:
		return errUnknown
	case q.strict && len(unseen) > 0:
		return errIncomplete
	case q.strict && asked.partial:
		return errUncertain
	}
	return nil
}
