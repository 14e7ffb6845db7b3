package image

import (
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// job is one of trivy-operator's that has ended: the only trace of a scan that left no report.
type job struct {
	ref       model.Ref
	workload  model.Ref
	container string
	created   int64
	failed    bool
}

const jobLabels = "trivy-operator."

// readJob reads a Job; nil where it is none of trivy-operator's, or has not ended. A job that names no container scans all of its
// workload.
func readJob(w *record.Workload) *job {
	kind, name := w.Labels.Get(jobLabels+"resource.kind"), w.Labels.Get(jobLabels+"resource.name")
	if kind == "" || name == "" || !w.Failed && !w.Completed {
		return nil
	}
	k := model.KindByName(kind)
	if k == nil {
		return nil
	}
	return &job{
		ref: w.Ref(), workload: k.Ref(w.Labels.Get(jobLabels+"resource.namespace"), name), container: w.Labels.Get(jobLabels + "container.name"),
		created: w.Created, failed: w.Failed,
	}
}

// updateJob takes a Job.
func (a *Analyser) updateJob(c *cluster.Cluster, d cluster.Delta) {
	if old := a.jobs[d.Ref]; old != nil {
		delete(a.jobs, d.Ref)
		if delete(a.jobsOf[old.workload], old); len(a.jobsOf[old.workload]) == 0 {
			delete(a.jobsOf, old.workload)
		}
		a.touchFiled(c, old.workload, old.container, 0)
	}
	_, after := cluster.Cast[*record.Workload](d)
	if after == nil {
		return
	}
	now := readJob(after)
	if now == nil {
		return
	}
	a.jobs[d.Ref] = now
	if a.jobsOf[now.workload] == nil {
		a.jobsOf[now.workload] = map[*job]struct{}{}
	}
	a.jobsOf[now.workload][now] = struct{}{}
	a.touchFiled(c, now.workload, now.container, 0)
}

// reported tells that trivy-operator stored a report of the container after the job began.
func (sh *shelf) reported(j *job, under model.Ref, container string) bool {
	for _, s := range sh.filed[filing{under, container}] {
		if (s.Source == record.SourceTrivyOperator || s.Source == record.SourceStarboard) && s.at() >= j.created {
			return true
		}
	}
	return false
}

func named(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}
