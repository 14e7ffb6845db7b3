package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// imagesFlags holds the flags of canopy images.
type imagesFlags struct {
	format       string
	scan, strict bool
	scanner      string
}

func (r *run) images() *cobra.Command {
	var flags imagesFlags
	c := &cobra.Command{
		Use: "images", Short: "Print which images run, and whether they were scanned and signed", Args: noArgs,
		Long: "Print the images that run, by digest, with a verdict for each: scanned, stale, other-digest, failed or no-evidence. It rests on\n" +
			"reports in the cluster (trivy-operator, Starboard, kubescape, PolicyReports), on files given with --reports, and with --scan on\n" +
			"trivy or grype. Exit status: 2 wrong usage or nothing could be read, 3 with --strict if not all that counts was seen, 0 otherwise.",
		Example: "  canopy images\n" +
			"  canopy images --reports scans/ --max-age 168h -o json\n" +
			"  canopy images --scan                 scan what nobody has scanned, with trivy or grype from PATH",
		RunE: func(c *cobra.Command, _ []string) error { return r.runImages(c.Context(), &flags) },
	}
	bindFormat(c, &flags.format, output.Common())
	bindJudging(c, &r.judge)
	fs := c.Flags()
	fs.BoolVar(&flags.scan, "scan", false, "Scan the images that were not scanned first: the scanner downloads them and its database")
	fs.StringVar(&flags.scanner, "scanner", "", "The scanner to use, trivy or grype, or the path of one; without it the first in PATH")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that counts here was seen")
	return c
}

func (r *run) runImages(ctx context.Context, flags *imagesFlags) error {
	s, report, err := r.whole(ctx, flags.format)
	if err != nil {
		return err
	}
	defer s.close()
	if flags.scan {
		if err := r.scanUnscanned(ctx, s, flags.scanner); err != nil {
			return err
		}
	}
	list, tallies, err := s.images(ctx, r.connect.Shown())
	if err != nil {
		return err
	}
	document := output.NewImages(list, tallies, append(output.UnseenReports(report, imageKinds()), s.scans.problems...))
	if err := r.printAs(flags.format, document, document.Write); err != nil {
		return err
	}
	if flags.strict && len(document.Unseen) > 0 {
		return errUncertain
	}
	return nil
}

// images lists the images that run in namespaces, nil for all, and counts them.
func (s *session) images(ctx context.Context, shown []string) (list []image.Image, tallies []image.Tally, err error) {
	var owners map[model.Ref]bool
	exposed := func(owner model.Ref) bool { return owners[owner] }
	err = s.AskImages(ctx, func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser) {
		owners = ways.Owners(c)
		list, tallies = images.Images(exposed), images.Tallies(exposed)
	})
	if err != nil || shown == nil {
		return list, tallies, err
	}
	kept := list[:0]
	for i := range list {
		if list[i].Narrow(shown, exposed) {
			kept = append(kept, list[i])
		}
	}
	list = kept
	tallies = slices.DeleteFunc(tallies, func(t image.Tally) bool { return !slices.Contains(shown, t.Namespace) })
	return list, tallies, nil
}

// imageKinds lists the built-in kinds on which the verdicts of images rest.
func imageKinds() []schema.GroupKind {
	return kindsNamed("Pod", "Node", "Namespace", "Job", "ReplicaSet", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
}

func kindsNamed(names ...string) []schema.GroupKind {
	kinds := make([]schema.GroupKind, len(names))
	for i, name := range names {
		kinds[i] = model.KindByName(name).GroupKind()
	}
	return kinds
}

// scanUnscanned scans what was not scanned, and tells how it goes.
func (r *run) scanUnscanned(ctx context.Context, s *session, program string) error {
	list, _, err := s.images(ctx, r.connect.Shown())
	if err != nil {
		return err
	}
	targets := scanTargets(list)
	if len(targets) == 0 {
		return nil
	}
	name, err := s.scans.find(ctx, program)
	if err != nil {
		return fmt.Errorf("--scan: %w", err)
	}
	r.warn(fmt.Sprintf("canopy: %s scans %d images", name, len(targets)))
	failed := 0
	err = s.scans.scan(ctx, targets, s.engine, func(p model.ScanProgress) {
		if p.Err != nil {
			failed++
			r.warn(fmt.Sprintf("canopy: %s: %v", p.Target.Reference, p.Err))
		}
	})
	if err != nil {
		return fmt.Errorf("--scan: %w", err)
	}
	if failed > 0 {
		r.warn(fmt.Sprintf("canopy: %d of %d scans gave no result", failed, len(targets)))
	}
	// What was found is in the queue of the engine.
	_, err = s.engine.Settle(ctx)
	return err
}

// scanTargets lists what a scanner has to be asked for.
func scanTargets(list []image.Image) []model.ScanTarget {
	var targets []model.ScanTarget
	for i := range list {
		if list[i].Verdict == image.Scanned {
			continue
		}
		targets = append(targets, list[i].Targets()...)
	}
	slices.SortFunc(targets, func(a, b model.ScanTarget) int { return strings.Compare(a.Reference, b.Reference) })
	return targets
}
