package demo

import (
	"cmp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model/inorder"
)

func live(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodRunning }

// ready says whether p is taken for ready to serve.
func ready(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// on lists the pods of a node.
func (c *cluster) on(m *machine) []*corev1.Pod {
	var out []*corev1.Pod
	for _, p := range c.pods {
		if p.Spec.NodeName == m.node.Name {
			out = append(out, p)
		}
	}
	return out
}

// selected returns the running pods of a namespace that a selector takes.
func (c *cluster) selected(namespace string, selector labels.Selector) []*corev1.Pod {
	var out []*corev1.Pod
	for _, p := range c.pods {
		if p.Namespace == namespace && live(p) && selector.Matches(labels.Set(p.Labels)) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// observeStorage binds every claim to a volume of its own.
func (c *cluster) observeStorage() {
	each(c, func(claim *corev1.PersistentVolumeClaim) {
		c.add(bindClaim(claim), claim.CreationTimestamp.Add(4*time.Second))
	})
}

// bindClaim makes the volume of a claim, and binds it.
func bindClaim(claim *corev1.PersistentVolumeClaim) *corev1.PersistentVolume {
	v := &corev1.PersistentVolume{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "PersistentVolume")}
	v.Name = "pvc-" + string(claim.UID)
	v.Annotations = map[string]string{"pv.kubernetes.io/provisioned-by": "csi.jungle.example"}
	size := claim.Spec.Resources.Requests
	class := ""
	if claim.Spec.StorageClassName != nil {
		class = *claim.Spec.StorageClassName
	}
	v.Spec = corev1.PersistentVolumeSpec{Capacity: size, AccessModes: claim.Spec.AccessModes, StorageClassName: class,
		VolumeMode: new(corev1.PersistentVolumeFilesystem), PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
		ClaimRef:               &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
		PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "csi.jungle.example", VolumeHandle: v.Name}}}
	v.Status.Phase = corev1.VolumeBound
	claim.Spec.VolumeName = v.Name
	set(&claim.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
	claim.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, AccessModes: claim.Spec.AccessModes, Capacity: size}
	return v
}

func (c *cluster) observeBudgets() {
	each(c, c.observeBudget)
}

// observeBudget counts the pods of a budget, and those of them that are healthy.
func (c *cluster) observeBudget(b *policyv1.PodDisruptionBudget) {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	if err != nil {
		panic(err) // a test selects with every budget
	}
	n, healthy := 0, 0
	for _, p := range c.selected(b.Namespace, selector) {
		if n++; ready(p) && p.DeletionTimestamp == nil {
			healthy++
		}
	}
	want := n
	if m := b.Spec.MaxUnavailable; m != nil {
		k, _ := intstr.GetScaledValueFromIntOrPercent(m, n, true)
		want = n - k
	} else if m := b.Spec.MinAvailable; m != nil {
		want, _ = intstr.GetScaledValueFromIntOrPercent(m, n, true)
	}
	allowed := metav1.Condition{Type: policyv1.DisruptionAllowedCondition, Status: metav1.ConditionTrue, Reason: policyv1.SufficientPodsReason,
		LastTransitionTime: b.CreationTimestamp, ObservedGeneration: 1}
	if healthy <= want {
		allowed.Status, allowed.Reason = metav1.ConditionFalse, policyv1.InsufficientPodsReason
	}
	b.Status = policyv1.PodDisruptionBudgetStatus{ObservedGeneration: 1, ExpectedPods: int32(n), CurrentHealthy: int32(healthy),
		DesiredHealthy: int32(want), DisruptionsAllowed: int32(max(healthy-want, 0)), Conditions: []metav1.Condition{allowed}}
}

// observeQuotas counts what the manifests limit: pods, their requests and
// limits, and Services that open a way in.
func (c *cluster) observeQuotas() {
	var services []*corev1.Service
	each(c, func(s *corev1.Service) { services = append(services, s) })
	each(c, func(q *corev1.ResourceQuota) { c.observeQuota(q, services) })
}

func (c *cluster) observeQuota(q *corev1.ResourceQuota, services []*corev1.Service) {
	used := corev1.ResourceList{}
	count := func(name corev1.ResourceName, by resource.Quantity) {
		if _, ok := q.Spec.Hard[name]; ok {
			sum := used[name]
			sum.Add(by)
			used[name] = sum
		}
	}
	one := resource.MustParse("1")
	for name := range q.Spec.Hard {
		used[name] = resource.MustParse("0")
	}
	for _, p := range c.selected(q.Namespace, labels.Everything()) {
		count(corev1.ResourcePods, one)
		for _, ctr := range p.Spec.Containers {
			count(corev1.ResourceRequestsCPU, ctr.Resources.Requests[corev1.ResourceCPU])
			count(corev1.ResourceRequestsMemory, ctr.Resources.Requests[corev1.ResourceMemory])
			count(corev1.ResourceLimitsCPU, ctr.Resources.Limits[corev1.ResourceCPU])
			count(corev1.ResourceLimitsMemory, ctr.Resources.Limits[corev1.ResourceMemory])
		}
	}
	for _, s := range services {
		switch {
		case s.Namespace != q.Namespace:
		case s.Spec.Type == corev1.ServiceTypeLoadBalancer:
			count(corev1.ResourceServicesLoadBalancers, one)
		case s.Spec.Type == corev1.ServiceTypeNodePort:
			count(corev1.ResourceServicesNodePorts, one)
		}
	}
	q.Status = corev1.ResourceQuotaStatus{Hard: q.Spec.Hard, Used: used}
}

// observeNodes lists the images that each kubelet holds.
func (c *cluster) observeNodes() {
	for _, m := range c.nodes {
		seen := map[string]bool{}
		for _, p := range c.on(m) {
			for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses, p.Status.EphemeralContainerStatuses) {
				if !seen[s.ImageID] {
					seen[s.ImageID] = true
					m.node.Status.Images = append(m.node.Status.Images, corev1.ContainerImage{
						Names: []string{s.ImageID, s.Image}, SizeBytes: int64(9_000_000 + number("size", s.ImageID)%400_000_000)})
				}
			}
		}
		inorder.Sort(m.node.Status.Images, func(a, b corev1.ContainerImage) int { return cmp.Compare(b.SizeBytes, a.SizeBytes) })
		// nodeStatusMaxImages of the kubelet.
		m.node.Status.Images = m.node.Status.Images[:min(len(m.node.Status.Images), 50)]
		own(m.node, "kubelet", metav1.ManagedFieldsOperationUpdate, "status", c.now.Add(-time.Minute), "status")
	}
}
