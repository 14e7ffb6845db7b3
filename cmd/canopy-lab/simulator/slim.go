package simulator

import corev1 "k8s.io/api/core/v1"

// authored marks, in the cached form of a pod, a status that was set with the manifest and is not the simulator's to change.
const authored = "canopy-lab/authored-status"

// AuthorManager is the field manager of objects that come from manifests.
const AuthorManager = "canopy-lab"

// slim keeps of a pod what the simulator reads, so that 10,000 pods take a few megabytes. Its own output passes through unchanged in meaning, as a
// transform must allow.
func slim(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	small := &corev1.Pod{}
	small.Namespace, small.Name, small.UID, small.ResourceVersion = pod.Namespace, pod.Name, pod.UID, pod.ResourceVersion
	small.CreationTimestamp, small.DeletionTimestamp = pod.CreationTimestamp, pod.DeletionTimestamp
	for _, owner := range pod.OwnerReferences {
		if owner.Controller != nil && *owner.Controller {
			small.OwnerReferences = append(small.OwnerReferences, owner)
		}
	}
	if pod.Annotations[authored] != "" || hasAuthoredStatus(pod) {
		small.Annotations = map[string]string{authored: "true"}
	}
	small.Spec.NodeName, small.Spec.HostNetwork = pod.Spec.NodeName, pod.Spec.HostNetwork
	small.Spec.InitContainers = slimContainers(pod.Spec.InitContainers)
	small.Spec.Containers = slimContainers(pod.Spec.Containers)
	for _, c := range pod.Spec.EphemeralContainers {
		kept := corev1.EphemeralContainer{}
		kept.Name, kept.Image = c.Name, c.Image
		small.Spec.EphemeralContainers = append(small.Spec.EphemeralContainers, kept)
	}
	small.Status.Phase, small.Status.PodIP, small.Status.StartTime = pod.Status.Phase, pod.Status.PodIP, pod.Status.StartTime
	small.Status.EphemeralContainerStatuses = make([]corev1.ContainerStatus, len(pod.Status.EphemeralContainerStatuses))
	return small, nil
}

func hasAuthoredStatus(pod *corev1.Pod) bool {
	for _, entry := range pod.ManagedFields {
		if entry.Manager == AuthorManager && entry.Subresource == "status" {
			return true
		}
	}
	return false
}

func slimContainers(containers []corev1.Container) []corev1.Container {
	small := make([]corev1.Container, 0, len(containers))
	for _, c := range containers {
		small = append(small, corev1.Container{Name: c.Name, Image: c.Image, RestartPolicy: c.RestartPolicy})
	}
	return small
}
