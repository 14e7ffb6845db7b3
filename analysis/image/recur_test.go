package image

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// TestWhatRunsEveryNight holds that the pods of a CronJob count after they have ended, and those of a Job alone do not, in
// whichever order the owners come.
func TestWhatRunsEveryNight(t *testing.T) {
	for _, first := range []bool{true, false} {
		b := newCourt(t, Options{})
		owners := func() {
			b.put(&batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "data", Name: "backup"}},
				&batchv1.Job{ObjectMeta: owned("data", "backup-1", "batch/v1", "CronJob", "backup")}, &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "data", Name: "once"}})
		}
		if first {
			owners()
		}
		for _, job := range []string{"backup-1", "once"} {
			p := pod("data", "x", job+"-a", "n1", "nginx:1.29", nginxA)
			p.ObjectMeta = owned("data", job+"-a", "batch/v1", "Job", job)
			p.Status.Phase = corev1.PodSucceeded
			b.put(p)
		}
		b.flush()
		if !first {
			owners()
			b.flush()
		}
		if ids := b.ids("IM08"); len(ids) != 1 || ids[0] != "data/CronJob/backup" {
			t.Errorf("owners first %v: not scanned: %v", first, ids)
		}
		b.take(model.Drop(ref("CronJob", "data", "backup")))
		b.flush()
		if ids := b.ids("IM08"); len(ids) != 0 {
			t.Errorf("without the CronJob: %v", ids)
		}
	}
}
