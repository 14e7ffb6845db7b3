package engine

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// machine gives a node of a few versions and systems, sound or left behind, a budget, or a container that is a part of the control plane.
func (w *world) machine(meta metav1.ObjectMeta) runtime.Object {
	switch w.IntN(5) {
	case 0:
		b := &policyv1.PodDisruptionBudget{ObjectMeta: meta, Spec: policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": w.pick("a", "b", "c")}}}}
		limit := intstr.Parse(w.pick("0", "1", "2", "50%", "100%"))
		if w.IntN(2) == 0 {
			b.Spec.MaxUnavailable = &limit
		} else {
			b.Spec.MinAvailable = &limit
		}
		b.Status = policyv1.PodDisruptionBudgetStatus{ObservedGeneration: int64(w.IntN(2)), DisruptionsAllowed: int32(w.IntN(2)), CurrentHealthy: int32(w.IntN(3)), DesiredHealthy: int32(w.IntN(3)), ExpectedPods: int32(w.IntN(3))}
		return b
	case 1:
		meta.Namespace, meta.Name = "kube-system", w.pick("kube-apiserver-n1", "kube-scheduler-n1", "kube-proxy-x")
		meta.Labels = map[string]string{"k8s-app": w.pick("kube-proxy", "x"), "component": w.pick("kube-apiserver", "kube-scheduler", "etcd"), "tier": "control-plane"}
		meta.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
		name := w.pick("kube-apiserver", "kube-scheduler", "kube-proxy")
		return &corev1.Pod{ObjectMeta: meta, Spec: corev1.PodSpec{NodeName: w.pick("n1", "n2"), Containers: []corev1.Container{{Name: name, Image: "registry.k8s.io/" + name + ":" + w.pick("v1.37.2", "v1.36.0", "v1.33.1", "odd")}}}}
	}
	meta.Namespace, meta.Name = "", w.pick("n1", "n2", "n3")
	meta.Labels = map[string]string{"jungle.example/pool": w.pick("a", "b")}
	if w.IntN(4) == 0 {
		meta.Annotations = map[string]string{"weave.works/kured-reboot-in-progress": testNow.Add(-time.Duration(w.IntN(400)) * time.Hour).Format(time.RFC3339)}
	}
	n := nodeOf(meta.Name, w.pick("v1.37.2", "v1.37.0", "v1.36.3-gke.1640000", "v1.33.1-eks-ae9a62a", "v1.24.1", "odd"), w.IntN(3) > 0, -w.IntN(200000))
	n.ObjectMeta = meta
	n.Status.NodeInfo.ContainerRuntimeVersion = w.pick("containerd://2.3.4", "containerd://1.6.8", "cri-o://1.30.1", "docker://20.10.7")
	n.Status.NodeInfo.OSImage = w.pick("Ubuntu 24.04.4 LTS", "Ubuntu 20.04.6 LTS", "Bottlerocket OS 1.19", "")
	n.Status.NodeInfo.KernelVersion = w.pick("6.8.0-94-generic", "6.8.0-60-generic", "5.4.0-1-generic")
	n.Status.NodeInfo.BootID = w.pick("b1", "b2")
	n.Spec.Unschedulable = w.IntN(5) == 0
	return n
}
