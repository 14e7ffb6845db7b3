package record

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobIs tells whether a condition holds of a Job.
func jobIs(job *batchv1.Job, condition batchv1.JobConditionType) bool {
	for i := range job.Status.Conditions {
		if c := &job.Status.Conditions[i]; c.Type == condition {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// jobStatus gives the status of a Job as far as it is kept.
func (w *Workload) jobStatus() batchv1.JobStatus {
	s := batchv1.JobStatus{Active: w.Ready}
	for _, c := range [...]struct {
		holds bool
		kind  batchv1.JobConditionType
	}{{w.Failed, batchv1.JobFailed}, {w.Completed, batchv1.JobComplete}} {
		if c.holds {
			s.Conditions = append(s.Conditions, batchv1.JobCondition{Type: c.kind, Status: corev1.ConditionTrue})
		}
	}
	return s
}
