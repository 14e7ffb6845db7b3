package apply

import (
	"context"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/undo"
)

// wait lets some time pass; false where the context ended first.
func (w *Writer) wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-w.clock.After(d):
		return true
	}
}

// ask reads an object after the answer to a write was lost, until the server answers; answered is false where it does not
// for ten seconds. It goes on though the caller has given up: what was begun has to be known.
func (w *Writer) ask(ctx context.Context, t target) (now *unstructured.Unstructured, answered bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.asking)
	defer cancel()
	for {
		now, err := w.reading.get(ctx, t)
		if err == nil {
			return now, true
		}
		if !lost(err) && !busy(err) {
			return nil, false
		}
		if !w.wait(ctx, pause) {
			return nil, false
		}
	}
}

// ours tells whether it was this writer that made an object out of another, or out of nothing: the server has noted its name
// since, or the step would change nothing more.
func ours(before, now *unstructured.Unstructured, step model.Step) bool {
	if before != nil && undo.Fingerprint(before) == undo.Fingerprint(now) {
		return false
	}
	if noted := entries(now); len(noted) > 0 && !reflect.DeepEqual(noted, entries(before)) {
		return true
	}
	if step.Verb != model.Patch {
		return false
	}
	again, err := alone(now, step)
	return err == nil && undo.Fingerprint(again) == undo.Fingerprint(now)
}

// entries gives what managedFields says of this writer.
func entries(u *unstructured.Unstructured) map[string]string {
	if u == nil {
		return nil
	}
	all := map[string]string{}
	for _, e := range u.GetManagedFields() {
		if e.Manager == FieldManager && e.Subresource == "" && e.FieldsV1 != nil {
			when := ""
			if e.Time != nil {
				when = e.Time.UTC().Format(time.RFC3339)
			}
			all[e.APIVersion+string(e.Operation)] = when + e.FieldsV1.GetRawString()
		}
	}
	return all
}
