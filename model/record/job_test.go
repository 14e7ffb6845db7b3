package record

import (
	"testing"
	"unsafe"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestJobEnd(t *testing.T) {
	for _, c := range []struct {
		name              string
		conditions        []batchv1.JobCondition
		failed, completed bool
	}{
		{"runs", nil, false, false},
		{"failed", []batchv1.JobCondition{{Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue}, {Type: batchv1.JobFailed, Status: corev1.ConditionTrue}}, true, false},
		{"completed", []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}, false, true},
		{"not yet", []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionFalse}, {Type: batchv1.JobFailed, Status: corev1.ConditionUnknown}}, false, false},
	} {
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "migrate"}, Status: batchv1.JobStatus{Conditions: c.conditions}}
		r, err := Make(job)
		if err != nil {
			t.Fatal(err)
		}
		w := r.(*Workload)
		if w.Failed != c.failed || w.Completed != c.completed {
			t.Errorf("%s: failed %v, completed %v", c.name, w.Failed, w.Completed)
		}
		again, err := Make(w.Object())
		if err != nil || !w.Same(again) {
			t.Errorf("%s: a Job does not survive its own object: %v, %+v", c.name, err, again)
		}
		other := *w
		other.Failed = !other.Failed
		if w.Same(&other) {
			t.Errorf("%s: an end is no change", c.name)
		}
	}
	// The two flags stand where there was room.
	if got := unsafe.Sizeof(Workload{}) - unsafe.Sizeof(Meta{}); got > 72 {
		t.Errorf("a workload takes %d bytes beside its metadata", got)
	}
}
