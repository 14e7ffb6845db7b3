package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	revision        = "deployment.kubernetes.io/revision"
	podTemplateHash = appsv1.DefaultDeploymentUniqueLabelKey
	revisionHash    = appsv1.ControllerRevisionHashLabelKey
)

// settle plays the workload controllers: every owner gets its pods, and what
// stands between them.
func (c *cluster) settle() {
	each(c, func(n *corev1.Node) { c.nodes = append(c.nodes, newMachine(n)) })
	each(c, func(p *corev1.Pod) {
		if p.Annotations[corev1.MirrorPodAnnotationKey] != "" {
			p.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(c.machine(p.Spec.NodeName).node, corev1.SchemeGroupVersion.WithKind("Node"))}
		}
		c.admit(p)
		c.pods = append(c.pods, p)
	})
	each(c, c.settleDaemonSet)
	each(c, c.settleStatefulSet)
	each(c, c.settleDeployment)
	each(c, c.settleCronJob)
	each(c, c.settleJob)
}

func (c *cluster) settleDeployment(d *appsv1.Deployment) {
	rs := replicaSet(d)
	metav1.SetMetaDataAnnotation(&d.ObjectMeta, revision, rs.Annotations[revision])
	c.add(rs, changed(d))
	for i := range int(*d.Spec.Replicas) {
		c.grow(rs, rs.Spec.Template, podName(rs, i), i)
	}
	n := *d.Spec.Replicas
	rs.Status = appsv1.ReplicaSetStatus{Replicas: n, FullyLabeledReplicas: n, ReadyReplicas: n, AvailableReplicas: n, ObservedGeneration: 1}
	d.Status = appsv1.DeploymentStatus{Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n, ObservedGeneration: d.Generation,
		Conditions: []appsv1.DeploymentCondition{
			{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue, Reason: "MinimumReplicasAvailable", Message: "Deployment has minimum availability.", LastUpdateTime: rs.CreationTimestamp, LastTransitionTime: rs.CreationTimestamp},
			{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable", Message: fmt.Sprintf("ReplicaSet %q has successfully progressed.", rs.Name), LastUpdateTime: rs.CreationTimestamp, LastTransitionTime: rs.CreationTimestamp},
		}}
}

// podName is the name of one pod of a ReplicaSet.
func podName(rs *appsv1.ReplicaSet, index int) string {
	return rs.Name + "-" + suffix(rs.UID, index)
}

// replicaSet is the one that a Deployment makes for its template as it stands.
func replicaSet(d *appsv1.Deployment) *appsv1.ReplicaSet {
	hash := templateHash(d.Spec.Template)
	rs := &appsv1.ReplicaSet{TypeMeta: typeMeta(appsv1.SchemeGroupVersion, "ReplicaSet")}
	rs.Namespace, rs.Name = d.Namespace, d.Name+"-"+hash
	rs.Labels = with(d.Spec.Template.Labels, podTemplateHash, hash)
	rs.Annotations = map[string]string{revision: fmt.Sprint(d.Generation),
		"deployment.kubernetes.io/desired-replicas": fmt.Sprint(*d.Spec.Replicas), "deployment.kubernetes.io/max-replicas": fmt.Sprint(*d.Spec.Replicas + 1)}
	rs.OwnerReferences = controlledBy(d)
	rs.Generation = 1
	rs.Spec = appsv1.ReplicaSetSpec{Replicas: d.Spec.Replicas, Template: *d.Spec.Template.DeepCopy(),
		Selector: &metav1.LabelSelector{MatchLabels: with(d.Spec.Selector.MatchLabels, podTemplateHash, hash)}}
	rs.Spec.Template.Labels = with(d.Spec.Template.Labels, podTemplateHash, hash)
	return rs
}

func (c *cluster) settleStatefulSet(s *appsv1.StatefulSet) {
	hash := c.revise(s, s.Spec.Template)
	for i := range int(*s.Spec.Replicas) {
		template, name, claims := seat(s, hash, i)
		for _, claim := range claims {
			c.add(claim, s.CreationTimestamp.Add(time.Duration(i)*time.Minute))
		}
		c.grow(s, template, name, i)
	}
	n := *s.Spec.Replicas
	s.Status = appsv1.StatefulSetStatus{Replicas: n, ReadyReplicas: n, AvailableReplicas: n, CurrentReplicas: n, UpdatedReplicas: n,
		CurrentRevision: s.Name + "-" + hash, UpdateRevision: s.Name + "-" + hash, ObservedGeneration: s.Generation}
}

// seat gives the template of one pod of a StatefulSet, its name, and the claims that it wants.
func seat(s *appsv1.StatefulSet, hash string, i int) (template corev1.PodTemplateSpec, name string, claims []*corev1.PersistentVolumeClaim) {
	name = fmt.Sprintf("%s-%d", s.Name, i)
	template = *s.Spec.Template.DeepCopy()
	template.Labels = with(with(with(template.Labels, revisionHash, hash), appsv1.StatefulSetPodNameLabel, name), appsv1.PodIndexLabel, fmt.Sprint(i))
	template.Spec.Hostname, template.Spec.Subdomain = name, s.Spec.ServiceName
	for _, claim := range s.Spec.VolumeClaimTemplates {
		pvc := claim.DeepCopy()
		pvc.TypeMeta = typeMeta(corev1.SchemeGroupVersion, "PersistentVolumeClaim")
		pvc.Namespace, pvc.Name, pvc.Labels = s.Namespace, claim.Name+"-"+name, s.Spec.Selector.MatchLabels
		claims = append(claims, pvc)
		template.Spec.Volumes = append(template.Spec.Volumes, corev1.Volume{Name: claim.Name, VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: pvc.Name}}})
	}
	return template, name, claims
}

func (c *cluster) settleDaemonSet(d *appsv1.DaemonSet) {
	hash := c.revise(d, d.Spec.Template)
	var n int32
	for i, m := range c.nodes {
		template, ok := daemon(d, hash, m)
		if !ok {
			continue
		}
		c.grow(d, template, d.Name+"-"+suffix(d.UID, m.node.Name), i)
		n++
	}
	d.Status = appsv1.DaemonSetStatus{DesiredNumberScheduled: n, CurrentNumberScheduled: n, NumberReady: n, NumberAvailable: n, UpdatedNumberScheduled: n, ObservedGeneration: d.Generation}
}

// daemon gives the template of the pod of a DaemonSet on a node, and whether the node takes it.
func daemon(d *appsv1.DaemonSet, hash string, m *machine) (corev1.PodTemplateSpec, bool) {
	template := *d.Spec.Template.DeepCopy()
	template.Labels = with(with(template.Labels, revisionHash, hash), "pod-template-generation", fmt.Sprint(d.Generation))
	tolerateAsDaemon(&template.Spec)
	if !m.takes(&template.Spec) {
		return template, false
	}
	pinTo(&template.Spec, m.node.Name)
	return template, true
}

// settleCronJob leaves the jobs of the last nights that its history keeps.
func (c *cluster) settleCronJob(j *batchv1.CronJob) {
	last := time.Date(c.now.Year(), c.now.Month(), c.now.Day(), 2, 0, 0, 0, time.UTC)
	if last.After(c.now) {
		last = last.AddDate(0, 0, -1)
	}
	for i := range int(*j.Spec.SuccessfulJobsHistoryLimit) {
		at := last.AddDate(0, 0, -i)
		job := &batchv1.Job{TypeMeta: typeMeta(batchv1.SchemeGroupVersion, "Job"), Spec: *j.Spec.JobTemplate.Spec.DeepCopy()}
		job.Namespace, job.Name = j.Namespace, fmt.Sprintf("%s-%d", j.Name, at.Unix()/60)
		job.Labels, job.OwnerReferences = maps.Clone(j.Spec.JobTemplate.Labels), controlledBy(j)
		job.Annotations = map[string]string{batchv1.CronJobScheduledTimestampAnnotation: at.Format(time.RFC3339)}
		start, end := metav1.NewTime(at.Add(time.Second)), metav1.NewTime(at.Add(11*time.Minute))
		job.Status = batchv1.JobStatus{StartTime: &start, CompletionTime: &end, Succeeded: 1}
		for _, t := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
			job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: t, Status: corev1.ConditionTrue, LastProbeTime: end, LastTransitionTime: end,
				Reason: batchv1.JobReasonCompletionsReached, Message: "Reached expected number of succeeded pods"})
		}
		c.add(job, at)
	}
	scheduled, done := metav1.NewTime(last), metav1.NewTime(last.Add(11*time.Minute))
	j.Status = batchv1.CronJobStatus{LastScheduleTime: &scheduled, LastSuccessfulTime: &done}
}

func (c *cluster) settleJob(j *batchv1.Job) {
	specifyJob(j)
	c.grow(j, j.Spec.Template, j.Name+"-"+suffix(j.UID), 0)
}

// specifyJob fills in what the API server does for a Job.
func specifyJob(j *batchv1.Job) {
	set(&j.Spec.Completions, 1)
	set(&j.Spec.Parallelism, 1)
	set(&j.Spec.CompletionMode, batchv1.NonIndexedCompletion)
	own := map[string]string{batchv1.ControllerUidLabel: string(j.UID), batchv1.JobNameLabel: j.Name}
	j.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{batchv1.ControllerUidLabel: string(j.UID)}}
	if j.Spec.Template.Labels == nil {
		j.Spec.Template.Labels = map[string]string{}
	}
	maps.Copy(j.Spec.Template.Labels, own)
}

// revise adds the ControllerRevision of a StatefulSet or DaemonSet.
func (c *cluster) revise(o object, template corev1.PodTemplateSpec) string {
	r, hash := controllerRevision(o, template)
	c.add(r, changed(o))
	return hash
}

func controllerRevision(o object, template corev1.PodTemplateSpec) (*appsv1.ControllerRevision, string) {
	hash := templateHash(template)
	data, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	if err != nil {
		panic(err) // API types always marshal
	}
	r := &appsv1.ControllerRevision{TypeMeta: typeMeta(appsv1.SchemeGroupVersion, "ControllerRevision"), Data: runtime.RawExtension{Raw: data}, Revision: 1}
	r.Namespace, r.Name, r.OwnerReferences = o.GetNamespace(), o.GetName()+"-"+hash, controlledBy(o)
	r.Labels = with(template.Labels, revisionHash, hash)
	return r, hash
}

// changed is when the spec of o was last written.
func changed(o object) time.Time { return o.GetManagedFields()[0].Time.Time }

func with(labels map[string]string, key, value string) map[string]string {
	out := map[string]string{key: value}
	for k, v := range labels {
		if k != key {
			out[k] = v
		}
	}
	return out
}
