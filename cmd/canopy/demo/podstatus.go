package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// observe plays the kubelets, and the controllers that report what they see.
func (c *cluster) observe() {
	jobs := map[string]*batchv1.Job{}
	each(c, func(j *batchv1.Job) { jobs[string(j.UID)] = j })
	for _, p := range c.pods {
		report := func(p *corev1.Pod) { started(p, becomesReady(p)) }
		if len(p.OwnerReferences) > 0 {
			if j := jobs[string(p.OwnerReferences[0].UID)]; j != nil {
				report = func(p *corev1.Pod) { ended(p, j) }
			}
		}
		begin(p)
		report(p)
		last := p.Status.Conditions[len(p.Status.Conditions)-2].LastTransitionTime
		own(p, "kubelet", metav1.ManagedFieldsOperationUpdate, "status", last.Time, "status")
		if len(p.Spec.EphemeralContainers) > 0 {
			own(p, "kubectl-debug", metav1.ManagedFieldsOperationUpdate, "ephemeralcontainers", debugged(p).Time)
			p.ManagedFields[len(p.ManagedFields)-1].FieldsV1.SetRawString(`{"f:spec":{"f:ephemeralContainers":{}}}`)
		}
	}
	c.observeStorage()
	c.observeBudgets()
	c.observeQuotas()
	c.observeNodes()
	c.publishEndpoints()
	c.fileReports()
}

// pending is the status of a pod whose images are being pulled.
func pending(p *corev1.Pod, at metav1.Time) {
	begin(p)
	p.Status.Phase, p.Status.StartTime = corev1.PodPending, &at
	for _, ctr := range p.Spec.Containers {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{Name: ctr.Name, Image: ctr.Image, Started: new(false),
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}})
	}
	conditions(p, at, corev1.ConditionFalse, "ContainersNotReady")
}

// run is the status of a pod whose containers run since ready, for the first
// time or anew.
func run(p *corev1.Pod, ready metav1.Time) {
	before := p.Status.ContainerStatuses
	p.Status.Conditions, p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses = nil, nil, nil, nil
	started(p, ready)
	for i := range p.Status.ContainerStatuses {
		s, was := &p.Status.ContainerStatuses[i], before[i]
		if was.State.Running == nil {
			continue
		}
		s.RestartCount = was.RestartCount + 1
		s.ContainerID = "containerd://" + containerID(p, s.Name, 1000*int(s.RestartCount)+i)
		s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 255, Reason: "Unknown",
			StartedAt: was.State.Running.StartedAt, FinishedAt: ready, ContainerID: was.ContainerID}
	}
}

// begin is the status of a pod that its node has just taken.
func begin(p *corev1.Pod) {
	p.Status.QOSClass = qos(&p.Spec)
	p.Status.ObservedGeneration, p.Generation = 1, 1
	start := metav1.NewTime(p.CreationTimestamp.Add(time.Second))
	p.Status.StartTime = &start
}

// becomesReady is when a pod of the demo's past was ready.
func becomesReady(p *corev1.Pod) metav1.Time {
	return metav1.NewTime(p.CreationTimestamp.Add(time.Duration(12+number("ready", p.UID)%20) * time.Second))
}

// started is the status of a pod that runs and is ready since.
func started(p *corev1.Pod, ready metav1.Time) {
	p.Status.Phase = corev1.PodRunning
	for i, ctr := range p.Spec.InitContainers {
		s := status(p, ctr.Name, ctr.Image, i)
		s.State.Terminated = &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: *p.Status.StartTime, FinishedAt: *p.Status.StartTime, ContainerID: s.ContainerID}
		s.Ready, s.Started = true, new(false)
		p.Status.InitContainerStatuses = append(p.Status.InitContainerStatuses, s)
	}
	running := func(s corev1.ContainerStatus, at metav1.Time) corev1.ContainerStatus {
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: at}
		return s
	}
	for i, ctr := range p.Spec.Containers {
		s := running(status(p, ctr.Name, ctr.Image, i+10), ready)
		s.Ready, s.Started = true, new(true)
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, s)
	}
	for i, ctr := range p.Spec.EphemeralContainers {
		p.Status.EphemeralContainerStatuses = append(p.Status.EphemeralContainerStatuses, running(status(p, ctr.Name, ctr.Image, i+20), debugged(p)))
	}
	conditions(p, ready, corev1.ConditionTrue, "")
}

// debugged is when somebody attached an ephemeral container to p.
func debugged(p *corev1.Pod) metav1.Time {
	return metav1.NewTime(p.CreationTimestamp.Add(17 * time.Minute))
}

// ended is the status of a pod whose job is over.
func ended(p *corev1.Pod, j *batchv1.Job) {
	over := j.Status.Conditions[0].LastTransitionTime
	code, reason, unready := int32(0), "Completed", "PodCompleted"
	p.Status.Phase = corev1.PodSucceeded
	if j.Status.Failed > 0 {
		code, reason, unready, p.Status.Phase = 1, "Error", "PodFailed", corev1.PodFailed
	}
	for i, ctr := range p.Spec.Containers {
		s := status(p, ctr.Name, ctr.Image, i)
		s.Started = new(false)
		s.State.Terminated = &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: *p.Status.StartTime, FinishedAt: over, ContainerID: s.ContainerID}
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, s)
	}
	conditions(p, over, corev1.ConditionFalse, unready)
}

func conditions(p *corev1.Pod, at metav1.Time, ready corev1.ConditionStatus, reason string) {
	add := func(t corev1.PodConditionType, s corev1.ConditionStatus, at metav1.Time, reason string) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: t, Status: s, LastTransitionTime: at, Reason: reason, ObservedGeneration: 1})
	}
	add(corev1.PodReadyToStartContainers, ready, at, "")
	add(corev1.PodInitialized, corev1.ConditionTrue, *p.Status.StartTime, "")
	add(corev1.PodReady, ready, at, reason)
	add(corev1.ContainersReady, ready, at, reason)
	add(corev1.PodScheduled, corev1.ConditionTrue, p.CreationTimestamp, "")
}

func status(p *corev1.Pod, name, ref string, index int) corev1.ContainerStatus {
	repository, tag, _ := image(ref)
	return corev1.ContainerStatus{Name: name, Image: repository + ":" + tag, ImageID: repository + "@" + digestOf(ref),
		ContainerID: "containerd://" + containerID(p, name, index)}
}

func containerID(p *corev1.Pod, name string, index int) string {
	sum := sha256.Sum256(fmt.Append(nil, "container", p.UID, name, index))
	return hex.EncodeToString(sum[:])
}

// qos follows pkg/apis/core/v1/helper/qos of Kubernetes.
func qos(s *corev1.PodSpec) corev1.PodQOSClass {
	guaranteed, none := true, true
	for _, ctr := range s.Containers {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			limit, limited := ctr.Resources.Limits[name]
			request, requested := ctr.Resources.Requests[name]
			none = none && !limited && !requested
			guaranteed = guaranteed && limited && equality.Semantic.DeepEqual(limit, request)
		}
	}
	switch {
	case none:
		return corev1.PodQOSBestEffort
	case guaranteed:
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}
