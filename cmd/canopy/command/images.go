package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/cmd/canopy/output"
	"canopy/cmd/canopy/scanner"
	"canopy/model"
	"canopy/model/cluster"
)

// imagesFlags holds the flags of canopy images.
type imagesFlags struct {
	format       string
	scan, strict bool
	scanner      string
	// timeout is how long one scan may take, workers how many run at once; zero is what the scanner package holds for right.
	timeout time.Duration
	workers int
}

func (r *run) images() *cobra.Command {
	var flags imagesFlags
	c := &cobra.Command{
		Use: "images", Short: "Print which images run, and whether they were scanned and signed", Args: noArgs,
		Long: "Print the images that run, by digest, with a verdict for each: scanned, stale, other-digest, failed or no-evidence. It rests on\n" +
			"reports in the cluster (trivy-operator, Starboard, kubescape, PolicyReports), on files given with --reports, and with --scan on\n" +
			"trivy or grype. What --scan finds is kept for later runs where a live cluster is looked at, and forgotten with a capture (-f).\n" +
			"Statements of VEX count for files of --reports and for --scan, not for reports in the cluster.\n" +
			"With -f what has no pods has no images here; that is said. Exit status: 2 wrong usage or nothing could be read, 3 with --strict if not all that counts was seen, 0 otherwise.",
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
	fs.DurationVar(&flags.timeout, "scan-timeout", 0, "How long one scan of --scan may take; 5m without it. The first also downloads the database")
	fs.IntVar(&flags.workers, "scan-workers", 0, "How many scans of --scan run at once; 2 without it")
	fs.BoolVar(&flags.strict, "strict", false, "Exit with 3 if not all that counts here was seen, or a scan of --scan has failed")
	return c
}

func (r *run) runImages(ctx context.Context, flags *imagesFlags) error {
	if flags.timeout < 0 || flags.workers < 0 {
		return errors.New("--scan-timeout and --scan-workers: want a number over zero")
	}
	s, report, err := r.whole(ctx, flags.format)
	if err != nil {
		return err
	}
	defer s.close()
	unseen := append(output.UnseenReports(report, imageKinds()), s.scans.problems...)
	if flags.scan {
		failed, err := r.scanUnscanned(ctx, s, flags)
		if err != nil {
			return err
		}
		if failed != "" {
			unseen = append(unseen, failed)
		}
	}
	list, tallies, err := s.images(ctx, r.connect.Shown())
	if err != nil {
		return err
	}
	signing, absent, err := s.demanded(ctx, r.connect.Shown())
	if err != nil {
		return err
	}
	if absent > 0 {
		unseen = append(unseen, withoutPods(absent))
	}
	document := output.NewImages(list, tallies, unseen)
	document.Signing = output.NewSigning(signing)
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

// withoutPods says that so many workloads have no pods.
func withoutPods(n int) string {
	if n == 1 {
		return "1 workload has no pods here: its images are not in this list"
	}
	return strconv.Itoa(n) + " workloads have no pods here: their images are not in this list"
}

// demanded says what policies demand in namespaces, nil for all, and counts the workloads there that have no pods.
func (s *session) demanded(ctx context.Context, shown []string) (signing []image.Signing, absent int, err error) {
	within := func(namespace string) bool { return shown == nil || slices.Contains(shown, namespace) }
	err = s.AskImages(ctx, func(_ *cluster.Cluster, images *image.Analyser, _ *exposure.Analyser) {
		signing = slices.DeleteFunc(images.Signing(), func(one image.Signing) bool { return !within(one.Namespace) })
		absent = 0
		for _, ref := range images.Absent() {
			if within(ref.Namespace) {
				absent++
			}
		}
	})
	return signing, absent, err
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

// scanUnscanned scans what was not scanned, and tells how it goes. It says in words what came to nothing; "" where all was scanned.
func (r *run) scanUnscanned(ctx context.Context, s *session, flags *imagesFlags) (failed string, err error) {
	list, _, err := s.images(ctx, r.connect.Shown())
	if err != nil {
		return "", err
	}
	targets := scanTargets(list)
	if len(targets) == 0 {
		return "", nil
	}
	s.scans.limit(flags.timeout, flags.workers)
	name, err := s.scans.find(ctx, flags.scanner)
	if err != nil {
		return "", fmt.Errorf("--scan: %w", err)
	}
	r.warn(fmt.Sprintf("canopy: %s scans %d images", name, len(targets)))
	t := scanTally{all: len(targets), warn: r.warn}
	if err := s.scans.scan(ctx, targets, s.engine, t.take); err != nil {
		return "", fmt.Errorf("--scan: %w", err)
	}
	if failed = t.sum(); failed != "" {
		r.warn("canopy: " + failed)
	}
	// What was found is in the queue of the engine.
	_, err = s.resettled(ctx)
	return failed, err
}

// scanTally counts what comes of scans, and tells of each that is done.
type scanTally struct {
	warn                     func(string)
	all, done, failed, other int
}

func (t *scanTally) take(p model.ScanProgress) {
	if p.Done <= t.done {
		return
	}
	t.done = p.Done
	what := p.Target.Reference
	if p.Target.Platform != "" {
		what += " for " + p.Target.Platform
	}
	how := "scanned"
	switch {
	case errors.Is(p.Err, scanner.ErrOther):
		t.other++
		how = p.Err.Error()
	case p.Err != nil:
		t.failed++
		how = p.Err.Error()
	case p.Cached:
		how = "scanned before"
	}
	t.warn(fmt.Sprintf("canopy: %d of %d: %s: %s", p.Done, t.all, what, how))
}

// sum says what came to nothing.
func (t *scanTally) sum() string {
	var parts []string
	if t.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d scans gave no result", t.failed, t.all))
	}
	if t.other > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d scans were of an image of other digests than the one that runs", t.other, t.all))
	}
	return strings.Join(parts, "; ")
}

// scanTargets lists what a scanner has to be asked for.
func scanTargets(list []image.Image) []model.ScanTarget {
	var targets []model.ScanTarget
	for i := range list {
		targets = append(targets, list[i].Missing()...)
	}
	slices.SortFunc(targets, func(a, b model.ScanTarget) int {
		return cmp.Or(strings.Compare(a.Reference, b.Reference), strings.Compare(a.Platform, b.Platform))
	})
	return targets
}
