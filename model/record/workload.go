package record

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Workload is the record of an owner of pods: Deployment, ReplicaSet, DaemonSet, StatefulSet, ReplicationController, Job or
// CronJob.
type Workload struct {
	Meta
	// Replicas is the number wanted; -1 where the kind has none.
	Replicas int32
	// Ready is the number that the status calls ready.
	Ready int32
	// Template is zero for a ReplicaSet that neither wants nor has pods and names a Deployment as its controller: old
	// revisions keep none, since there are many. That holds whether the Deployment is there or not; where it is not, the
	// garbage collector of a live cluster takes the ReplicaSet away.
	Template Template
	// PodLabels are the labels that its pods get.
	PodLabels Labels
	// Selector picks its pods; nil for a CronJob.
	Selector *metav1.LabelSelector
	// Suspended is true for a paused Deployment and for a suspended Job or CronJob.
	Suspended bool
	// Strategy, Surge and Partition say how its pods are replaced when the template changes; see Replaces. They stand together to
	// take little room beside Suspended.
	Strategy Strategy
	// Surge tells that a new pod is there before the old one goes.
	Surge bool
	// Failed and Completed tell how a Job has ended; both are false while it runs, and for other kinds.
	Failed, Completed bool
	// Partition is the first ordinal of a StatefulSet that is updated; those below keep the template they have.
	Partition int32
}

// TemplatePath is where the pod spec stands in an object of the kind: "spec.template.spec", or "spec" for a pod. It is ""
// for a kind that is not known to own pods.
func TemplatePath(kind string) string {
	switch kind {
	case "Pod":
		return "spec"
	case "CronJob":
		return "spec.jobTemplate.spec.template.spec"
	case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job":
		return "spec.template.spec"
	}
	return ""
}

func makeWorkload(kind *model.Kind, obj metav1.Object, t *corev1.PodTemplateSpec, w Workload) (*Workload, error) {
	w.Meta = makeMeta(kind, obj, `"f:template"`)
	if t != nil {
		var err error
		if w.Template, err = MakeTemplate(t.Annotations, &t.Spec); err != nil {
			return nil, err
		}
		w.PodLabels = MakeLabels(t.Labels)
	}
	if w.Selector != nil {
		w.Selector = w.Selector.DeepCopy()
	}
	return &w, nil
}

func replicas(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

func isTrue(b *bool) bool { return b != nil && *b }

// oldRevision tells that the controller is a Deployment.
func oldRevision(refs []metav1.OwnerReference) bool {
	o := controller(refs)
	return o != nil && o.Kind == "Deployment" && (strings.HasPrefix(o.APIVersion, "apps/") || strings.HasPrefix(o.APIVersion, "extensions/"))
}

// workloadOf makes the record of an owner of pods; nil where the object is none.
func workloadOf(kind *model.Kind, obj runtime.Object) (*Workload, error) {
	switch o := obj.(type) {
	case *appsv1.Deployment:
		how, surge := deploymentStrategy(&o.Spec.Strategy)
		return makeWorkload(kind, o, &o.Spec.Template, Workload{Replicas: replicas(o.Spec.Replicas), Ready: o.Status.ReadyReplicas, Selector: o.Spec.Selector, Suspended: o.Spec.Paused, Strategy: how, Surge: surge})
	case *appsv1.ReplicaSet:
		t := &o.Spec.Template
		if replicas(o.Spec.Replicas) == 0 && o.Status.Replicas == 0 && oldRevision(o.OwnerReferences) {
			t = nil
		}
		return makeWorkload(kind, o, t, Workload{Replicas: replicas(o.Spec.Replicas), Ready: o.Status.ReadyReplicas, Selector: o.Spec.Selector})
	case *appsv1.DaemonSet:
		how, surge := daemonSetStrategy(&o.Spec.UpdateStrategy)
		return makeWorkload(kind, o, &o.Spec.Template, Workload{Replicas: -1, Ready: o.Status.NumberReady, Selector: o.Spec.Selector, Strategy: how, Surge: surge})
	case *appsv1.StatefulSet:
		how, partition := statefulSetStrategy(&o.Spec)
		return makeWorkload(kind, o, &o.Spec.Template, Workload{Replicas: replicas(o.Spec.Replicas), Ready: o.Status.ReadyReplicas, Selector: o.Spec.Selector, Strategy: how, Partition: partition})
	case *corev1.ReplicationController:
		t := o.Spec.Template
		if t == nil {
			t = &corev1.PodTemplateSpec{}
		}
		return makeWorkload(kind, o, t, Workload{Replicas: replicas(o.Spec.Replicas), Ready: o.Status.ReadyReplicas, Selector: &metav1.LabelSelector{MatchLabels: o.Spec.Selector}})
	case *batchv1.Job:
		return makeWorkload(kind, o, &o.Spec.Template, Workload{Replicas: -1, Ready: o.Status.Active, Selector: o.Spec.Selector, Suspended: isTrue(o.Spec.Suspend),
			Failed: jobIs(o, batchv1.JobFailed), Completed: jobIs(o, batchv1.JobComplete)})
	case *batchv1.CronJob:
		return makeWorkload(kind, o, &o.Spec.JobTemplate.Spec.Template, Workload{Replicas: -1, Suspended: isTrue(o.Spec.Suspend)})
	}
	return nil, nil
}

// Object builds an API object from what is kept: identity, labels, kept annotations, replicas, selector, strategy and template. It
// serves patches and previews; whatever else the real object holds is not in it.
func (w *Workload) Object() runtime.Object {
	t := w.Template.Decode()
	t.Labels = w.PodLabels.Map()
	meta := metav1.ObjectMeta{Name: w.Name, Namespace: w.Namespace, UID: w.UID, Labels: w.Labels.Map(), Annotations: w.Annotations.Map(),
		CreationTimestamp: w.GetCreationTimestamp(), OwnerReferences: w.GetOwnerReferences()}
	n := &w.Replicas
	switch w.Kind.Kind {
	case "Deployment":
		return &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: n, Selector: w.Selector, Template: *t, Paused: w.Suspended, Strategy: w.deploymentStrategy()}, Status: appsv1.DeploymentStatus{ReadyReplicas: w.Ready}}
	case "ReplicaSet":
		o := &appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Replicas: n, Selector: w.Selector, Template: *t}, Status: appsv1.ReplicaSetStatus{ReadyReplicas: w.Ready}}
		if !w.Template.IsZero() {
			// A record with a template had pods; without this count the template would not be kept.
			o.Status.Replicas = max(1, w.Ready)
		}
		return o
	case "DaemonSet":
		return &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Selector: w.Selector, Template: *t, UpdateStrategy: w.daemonSetStrategy()}, Status: appsv1.DaemonSetStatus{NumberReady: w.Ready}}
	case "StatefulSet":
		return &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Replicas: n, Selector: w.Selector, Template: *t, UpdateStrategy: w.statefulSetStrategy()}, Status: appsv1.StatefulSetStatus{ReadyReplicas: w.Ready}}
	case "ReplicationController":
		return &corev1.ReplicationController{ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Replicas: n, Selector: w.Selector.MatchLabels, Template: t}, Status: corev1.ReplicationControllerStatus{ReadyReplicas: w.Ready}}
	case "Job":
		return &batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Selector: w.Selector, Template: *t, Suspend: &w.Suspended}, Status: w.jobStatus()}
	case "CronJob":
		return &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{Suspend: &w.Suspended, JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: *t}}}}
	}
	panic(fmt.Sprintf("record: no object for workload kind %s", w.Kind.Kind))
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (w *Workload) DeepCopyObject() runtime.Object {
	c := *w
	c.Meta = w.copyMeta()
	c.Selector = w.Selector.DeepCopy()
	return &c
}

// Same compares all but the resourceVersion.
func (w *Workload) Same(other model.Record) bool {
	o, ok := other.(*Workload)
	return ok && w.same(&o.Meta) && w.Replicas == o.Replicas && w.Ready == o.Ready && w.Template == o.Template &&
		w.PodLabels == o.PodLabels && w.Suspended == o.Suspended && w.Strategy == o.Strategy && w.Surge == o.Surge && w.Partition == o.Partition &&
		w.Failed == o.Failed && w.Completed == o.Completed &&
		equality.Semantic.DeepEqual(w.Selector, o.Selector)
}
