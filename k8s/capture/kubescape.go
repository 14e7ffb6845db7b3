package capture

import (
	"bytes"
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kjson "sigs.k8s.io/json"

	"canopy/k8s/live/sieve"
	"canopy/model"
	"canopy/model/record"
)

// filler makes whole what lists of kubescape hold the metadata of alone: of the manifests whose image runs, the fields that their records are
// made from.
type filler struct {
	// running are the digests that the pods of the capture run or mount.
	running map[string]bool
	// failed counts the manifests that could not be read; why is the first reason.
	failed int
	why    string
}

// pod notes what a pod runs.
func (f *filler) pod(u *unstructured.Unstructured) {
	status, _ := u.Object["status"].(map[string]any)
	for _, field := range []string{"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"} {
		list, _ := status[field].([]any)
		for _, c := range list {
			container, _ := c.(map[string]any)
			image, _ := container["imageID"].(string)
			if digest := record.Digest(image); digest != "" {
				f.running[digest] = true
			}
		}
	}
}

// manifest fills one that was listed bare. What cannot be read stays as it was listed, and is counted.
func (f *filler) manifest(ctx context.Context, l *lister, kind *model.Kind, u *unstructured.Unstructured) {
	object, err := record.Maker{}.Make(u.DeepCopy())
	scan, ok := object.(*record.Scan)
	if err != nil || !ok || !scan.Fillable() {
		return
	}
	runs := false
	for _, d := range scan.Digests {
		runs = runs || f.running[d.Digest]
	}
	if !runs {
		return
	}
	if err := l.fill(ctx, kind, u); err != nil {
		if f.failed++; f.failed == 1 {
			f.why = oneLine(err)
		}
	}
}

// fill reads one object through the sieve, and takes over its spec.
func (l *lister) fill(ctx context.Context, kind *model.Kind, u *unstructured.Unstructured) error {
	body, err := l.client.Get().AbsPath(resourcePath(kind, u.GetNamespace())+"/"+u.GetName()).SetHeader("Accept", "application/json").Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	var kept bytes.Buffer
	if err := sieve.New(body).Next(record.ReportFields(kind), &kept); err != nil {
		return err
	}
	var whole map[string]any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(kept.Bytes(), &whole); err != nil {
		return err
	}
	if spec, ok := whole["spec"].(map[string]any); ok {
		u.Object["spec"] = spec
	}
	return nil
}
