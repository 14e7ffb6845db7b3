package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/engine"
	"canopy/analysis/lifecycle"
	"canopy/analysis/upgrade"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// nodesFlags holds the flags of canopy nodes.
type nodesFlags struct {
	format          string
	kubelet, strict bool
}

func (r *run) nodes() *cobra.Command {
	var flags nodesFlags
	c := &cobra.Command{
		Use: "nodes [NODE…]", Short: "Print how far nodes and the control plane are behind, and in which order to patch them",
		Long: "Print of every node how its versions stand: skew, support upstream and by the provider, missing patches, known vulnerabilities, runtime,\n" +
			"operating system, kernel, reboot, configuration. Each is ok, due, overdue or no-data, with its source and date. What runs on a node\n" +
			"is counted, and the plan says what to patch in which order and what a drain stumbles over.\n\n" +
			"Exit status: 2 wrong usage or nothing could be read, 3 with --strict if not all that counts was seen, 0 otherwise.",
		Example: "  canopy nodes\n" +
			"  canopy nodes n5                      of one node, with the commands of its plan\n" +
			"  canopy nodes -o wide                 with what is in order too\n" +
			"  canopy nodes -o json                 with the commands of the plan",
		RunE: func(c *cobra.Command, args []string) error { return r.runNodes(c.Context(), &flags, args) },
	}
	bindFormat(c, &flags.format, output.Common())
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.BoolVar(&flags.kubelet, "kubelet-config", false,
		"Ask every kubelet for its configuration through the API server. That takes the permission nodes/proxy, which also lets its holder run\n"+
			"commands in every pod, and the audit log shows it; it is done only if you hold it anyway")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that counts here was seen")
	return c
}

func (r *run) runNodes(ctx context.Context, flags *nodesFlags, names []string) error {
	s, report, err := r.whole(ctx, flags.format)
	if err != nil {
		return err
	}
	defer s.close()
	if flags.kubelet {
		if err := r.askKubelets(ctx, s); err != nil {
			return fmt.Errorf("--kubelet-config: %w", err)
		}
		if report, err = s.resettled(ctx); err != nil {
			return err
		}
	}
	document, err := s.nodes(ctx, report)
	if err != nil {
		return err
	}
	if err := document.Narrow(names); err != nil {
		return err
	}
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	if flags.strict && len(document.Unseen) > 0 {
		return errUncertain
	}
	return nil
}

// nodes gathers what is shown of the nodes as of a report.
func (s *session) nodes(ctx context.Context, report *model.Report) (*output.Nodes, error) {
	d := &output.Nodes{Nodes: []output.Node{}, Unseen: append([]string{}, output.Unseen(report, nodeKinds())...)}
	findings := map[model.Ref][]*model.Finding{}
	for f := range report.Findings.All() {
		// What may hold counts as what holds: an account that may be powerful is looked at first too.
		if verdict, _ := report.State(f); verdict == model.Yes || verdict == model.Depends {
			findings[f.Object] = append(findings[f.Object], f)
		}
	}
	err := s.AskNodes(ctx, func(p *engine.Patching) {
		exposed := p.Ways.Owners(p.Cluster)
		how := func(owner model.Ref) string {
			if exposed[owner] {
				return "can be reached from outside"
			}
			return ""
		}
		populated := p.Budgets.Populated(p.Cluster)
		residents := upgrade.AllResidents(p.Cluster, upgrade.Conditions(p.Nodes.Plane()), findings, how)
		for _, n := range p.Nodes.Nodes() {
			d.Nodes = append(d.Nodes, output.NewNode(n, residents[n.Ref.Name], populated, report.Time))
		}
		if !populated && len(d.Nodes) > 0 {
			d.Unseen = append(d.Unseen, "not seen: the pods of workloads; what runs on nodes, and what a drain stumbles over, is not known")
		}
		d.ControlPlane = output.NewControlPlane(p.Nodes.Plane())
		plan := upgrade.Make(&upgrade.Input{
			Cluster: p.Cluster, Nodes: p.Nodes, Budgets: p.Budgets, Deprecated: p.Deprecated, Tables: p.Tables, Now: report.Time,
		})
		d.Plan, d.Target, d.Next = append([]upgrade.Step{}, plan.Steps...), plan.Target, plan.Next
		d.Blockers, d.Unknown = append([]upgrade.Blocker{}, plan.Blockers...), append([]string{}, plan.Unknown...)
		if asOf := p.Tables.AsOf(); asOf != 0 {
			d.Data, d.Stale = asOf.String(), report.Time.Sub(asOf.Time()) > lifecycle.StaleAfter
		}
	})
	return d, err
}

// nodeKinds lists the built-in kinds on which verdicts of nodes and the plan rest.
func nodeKinds() []schema.GroupKind {
	return slices.Concat(kindsNamed("Node", "Pod", "PodDisruptionBudget", "ConfigMap", "PersistentVolume", "PersistentVolumeClaim", "CertificateSigningRequest", "Service", "Ingress"),
		kindsNamed("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"))
}

// askKubelets asks kubelets for their configuration, and tells how it goes.
func (r *run) askKubelets(ctx context.Context, s *session) error {
	if err := s.kubeletsReadable(ctx); err != nil {
		return err
	}
	err := s.readKubelets(ctx, nil, func(done, all int) {
		if r.streams.Progress {
			r.tell(fmt.Sprintf("%sasking kubelets: %d of %d", eraseLine, done, all))
		}
	})
	if r.streams.Progress {
		r.tell(eraseLine)
	}
	return err
}
