package load

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/cmd/canopy-lab/simulator"
)

// podStatus is the status that a kubelet would have reported for a pod that runs, or has succeeded.
func podStatus(pod *corev1.Pod, phase corev1.PodPhase, address, containerID string) corev1.PodStatus {
	now, ready := metav1.Now(), corev1.ConditionTrue
	if phase == corev1.PodSucceeded {
		ready = corev1.ConditionFalse
	}
	condition := func(kind corev1.PodConditionType, status corev1.ConditionStatus) corev1.PodCondition {
		return corev1.PodCondition{Type: kind, Status: status, LastTransitionTime: now}
	}
	status := corev1.PodStatus{
		Phase: phase, PodIP: address, PodIPs: []corev1.PodIP{{IP: address}}, StartTime: &now, QOSClass: corev1.PodQOSBurstable,
		Conditions: []corev1.PodCondition{
			condition(corev1.PodReadyToStartContainers, ready), condition(corev1.PodInitialized, corev1.ConditionTrue),
			condition(corev1.PodReady, ready), condition(corev1.ContainersReady, ready), condition(corev1.PodScheduled, corev1.ConditionTrue),
		},
	}
	if len(pod.Spec.Containers[0].Resources.Requests) == 0 {
		status.QOSClass = corev1.PodQOSBestEffort
	}
	state := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	if phase == corev1.PodSucceeded {
		state = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: now, FinishedAt: now}}
	}
	up := phase == corev1.PodRunning
	for i, c := range pod.Spec.Containers {
		// One drawn number serves all containers of a pod, told apart by its first digit.
		status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, ImageID: simulator.ImageID(c.Image), ContainerID: "containerd://" + string(rune('0'+i)) + containerID[1:],
			State: state, Ready: up, Started: &up,
		})
	}
	return status
}
