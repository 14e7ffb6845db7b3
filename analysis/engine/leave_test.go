package engine

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/record"
)

// TestWriterLeavesABatch holds that the writer ends with its context in the middle of a batch too, and publishes nothing of it.
func TestWriterLeavesABatch(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := New(Options{Clock: model.FixedClock(time.Unix(1_800_000_000, 0)), Rules: rules})
	for i := range 200 {
		r, err := record.Make(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: fmt.Sprint("p", i)}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "x"}}}})
		if err != nil {
			t.Fatal(err)
		}
		e.Change(model.Put(r))
	}
	ctx, cancel := context.WithCancel(t.Context())
	e.over = ctx.Done()
	cancel()
	before := e.Report().Sequence
	e.drain()
	if n := e.cluster.Len(pods); n != 0 {
		t.Errorf("%d of the changes were applied", n)
	}
	if e.idle() {
		t.Error("what was left is taken for done")
	}
	if came := e.flush(); came.opened != nil || e.findings.set.Len() != 0 {
		t.Error("the analysers went on")
	}
	if err := e.Run(ctx); err != nil || e.Report().Sequence != before {
		t.Errorf("%v, report %d after %d", err, e.Report().Sequence, before)
	}
}
