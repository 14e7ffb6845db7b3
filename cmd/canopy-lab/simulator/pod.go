package simulator

import (
	"context"
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// jobLife is how long the pod of a Job runs until it has succeeded.
const jobLife = 2 * time.Second

// syncPod takes the next step in a scheduled pod's life.
func (s *Simulator) syncPod(ctx context.Context, item key) error {
	object, found, err := s.pods.GetStore().GetByKey(item.namespace + "/" + item.name)
	if err != nil || !found {
		return err
	}
	err = s.step(ctx, item, object.(*corev1.Pod))
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // the pod is another by now, and in the queue if it is there still
	}
	return err
}

func (s *Simulator) step(ctx context.Context, item key, pod *corev1.Pod) error {
	switch {
	case pod.DeletionTimestamp != nil:
		return s.remove(ctx, pod)
	case pod.Annotations[authored] != "":
		return nil
	case pod.Status.Phase == corev1.PodPending || pod.Status.Phase == "":
		return s.run(ctx, pod)
	case pod.Status.Phase == corev1.PodRunning && len(pod.Status.EphemeralContainerStatuses) < len(pod.Spec.EphemeralContainers):
		return s.patch(ctx, pod, corev1.PodStatus{EphemeralContainerStatuses: ephemeralStatuses(pod, metav1.Now())})
	case pod.Status.Phase == corev1.PodRunning && ownedByJob(pod):
		if left := time.Until(startOf(pod).Add(jobLife)); left > 0 {
			s.queue.AddAfter(item, left)
			return nil
		}
		return s.patch(ctx, pod, succeeded(pod, metav1.Now()))
	}
	return nil
}

// remove completes a deletion, as a kubelet does when the containers have ended.
func (s *Simulator) remove(ctx context.Context, pod *corev1.Pod) error {
	return s.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To[int64](0),
		Preconditions:      metav1.NewUIDPreconditions(string(pod.UID)),
	})
}

func (s *Simulator) run(ctx context.Context, pod *corev1.Pod) error {
	hostIP := s.hostAddress(pod.Spec.NodeName)
	podIP := pod.Status.PodIP
	if podIP == "" {
		podIP = hostIP
		if !pod.Spec.HostNetwork {
			podIP = s.addresses.take()
		}
	}
	err := s.patch(ctx, pod, running(pod, podIP, hostIP, metav1.Now()))
	if err != nil && !pod.Spec.HostNetwork && pod.Status.PodIP == "" {
		s.addresses.release(podIP)
	}
	return err
}

// patch merges into a pod's status. The uid keeps it from reaching another pod of the same name, as with a kubelet's patches; the version, from overwriting a
// status that was authored after this one was worked out.
func (s *Simulator) patch(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) error {
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": pod.UID, "resourceVersion": pod.ResourceVersion}, "status": status})
	if err != nil {
		return err
	}
	_, err = s.client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, data,
		metav1.PatchOptions{FieldManager: manager}, "status")
	return err
}

func (s *Simulator) hostAddress(node string) string {
	item, found, err := s.nodes.GetStore().GetByKey(node)
	if err != nil || !found {
		return ""
	}
	for _, address := range item.(*corev1.Node).Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

func ownedByJob(pod *corev1.Pod) bool {
	return len(pod.OwnerReferences) == 1 && pod.OwnerReferences[0].Kind == "Job"
}

func startOf(pod *corev1.Pod) time.Time {
	if pod.Status.StartTime != nil {
		return pod.Status.StartTime.Time
	}
	return pod.CreationTimestamp.Time
}
