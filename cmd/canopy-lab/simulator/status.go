package simulator

import (
	"crypto/sha256"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// running is the status of a pod whose containers are all up.
func running(pod *corev1.Pod, podIP, hostIP string, now metav1.Time) corev1.PodStatus {
	status := corev1.PodStatus{
		Phase:      corev1.PodRunning,
		Conditions: podConditions(corev1.ConditionTrue, "", now),
		StartTime:  &now,
		HostIP:     hostIP,
		PodIP:      podIP,
	}
	if hostIP != "" {
		status.HostIPs = []corev1.HostIP{{IP: hostIP}}
	}
	if podIP != "" {
		status.PodIPs = []corev1.PodIP{{IP: podIP}}
	}
	up := corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	for _, c := range pod.Spec.InitContainers {
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			status.InitContainerStatuses = append(status.InitContainerStatuses, containerStatus(pod, c.Name, c.Image, up))
		} else {
			status.InitContainerStatuses = append(status.InitContainerStatuses, containerStatus(pod, c.Name, c.Image, completed(now)))
		}
	}
	for _, c := range pod.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(pod, c.Name, c.Image, up))
	}
	status.EphemeralContainerStatuses = ephemeralStatuses(pod, now)
	return status
}

// succeeded is the status of a Job's pod that has done its work.
func succeeded(pod *corev1.Pod, now metav1.Time) corev1.PodStatus {
	status := corev1.PodStatus{Phase: corev1.PodSucceeded, Conditions: podConditions(corev1.ConditionFalse, "PodCompleted", now)}
	for _, c := range pod.Spec.Containers {
		ended := containerStatus(pod, c.Name, c.Image, completed(now))
		ended.Ready, ended.Started = false, ptr.To(false)
		status.ContainerStatuses = append(status.ContainerStatuses, ended)
	}
	return status
}

func ephemeralStatuses(pod *corev1.Pod, now metav1.Time) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for _, c := range pod.Spec.EphemeralContainers {
		status := containerStatus(pod, c.Name, c.Image, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}})
		status.Ready, status.Started = false, nil // a kubelet reports neither for ephemeral containers
		statuses = append(statuses, status)
	}
	return statuses
}

func podConditions(ready corev1.ConditionStatus, reason string, now metav1.Time) []corev1.PodCondition {
	condition := func(kind corev1.PodConditionType, status corev1.ConditionStatus, reason string) corev1.PodCondition {
		return corev1.PodCondition{Type: kind, Status: status, Reason: reason, LastTransitionTime: now}
	}
	return []corev1.PodCondition{
		condition(corev1.PodReadyToStartContainers, ready, ""),
		condition(corev1.PodInitialized, corev1.ConditionTrue, ""),
		condition(corev1.PodReady, ready, reason),
		condition(corev1.ContainersReady, ready, reason),
		condition(corev1.PodScheduled, corev1.ConditionTrue, ""),
	}
}

func containerStatus(pod *corev1.Pod, name, image string, state corev1.ContainerState) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Name:        name,
		Image:       image,
		ImageID:     ImageID(image),
		ContainerID: fmt.Sprintf("containerd://%x", sha256.Sum256([]byte(string(pod.UID)+"/"+name))),
		State:       state,
		Ready:       true,
		Started:     ptr.To(true),
	}
}

func completed(now metav1.Time) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: now, FinishedAt: now}}
}

// ImageID gives the imageID of an image as containerd reports it: repository and digest. The digest is the image's own if it names one, else the SHA-256 of
// the image's name, so that the same image has the same digest in every lab.
func ImageID(image string) string {
	repository, digest, pinned := strings.Cut(image, "@")
	if colon := strings.LastIndex(repository, ":"); colon > strings.LastIndex(repository, "/") {
		repository = repository[:colon]
	}
	if !pinned {
		digest = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(image)))
	}
	return qualified(repository) + "@" + digest
}

// qualified adds the registry and the library folder that a short image name leaves out.
func qualified(repository string) string {
	first, _, nested := strings.Cut(repository, "/")
	switch {
	case !nested:
		return "docker.io/library/" + repository
	case strings.ContainsAny(first, ".:") || first == "localhost":
		return repository
	}
	return "docker.io/" + repository
}
