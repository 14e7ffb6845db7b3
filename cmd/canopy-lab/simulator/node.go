package simulator

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// createNode makes node-N with the labels that a kubelet sets. One that exists is kept.
func (s *Simulator) createNode(ctx context.Context, number int) error {
	name := fmt.Sprintf("node-%d", number)
	_, err := s.client.CoreV1().Nodes().Create(ctx, &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
			corev1.LabelHostname:       name,
			corev1.LabelOSStable:       "linux",
			corev1.LabelArchStable:     "amd64",
			corev1.LabelTopologyZone:   fmt.Sprintf("zone-%c", 'a'+(number-1)%3),
			corev1.LabelTopologyRegion: "lab",
		}},
	}, metav1.CreateOptions{FieldManager: manager})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// syncNode completes what a node's status lacks, and gives it a lease. What an author has set, a kubelet version for example, stays.
func (s *Simulator) syncNode(ctx context.Context, name string) error {
	item, found, err := s.nodes.GetStore().GetByKey(name)
	if err != nil || !found {
		return err
	}
	node := item.(*corev1.Node).DeepCopy()
	if !completeNode(node, time.Now()) {
		return nil
	}
	if _, err := s.client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{FieldManager: manager}); err != nil {
		return err
	}
	return s.renewLease(ctx, node)
}

// completeNode fills a node's status and says whether it changed. A node that the monitor has marked unknown is reported ready again.
func completeNode(node *corev1.Node, now time.Time) bool {
	ready := condition(node, corev1.NodeReady)
	if ready != nil && ready.Status != corev1.ConditionUnknown && node.Status.NodeInfo.KubeletVersion != "" && len(node.Status.Capacity) > 0 {
		return false
	}
	for _, wanted := range []corev1.NodeCondition{
		{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available"},
		{Type: corev1.NodeDiskPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasNoDiskPressure", Message: "kubelet has no disk pressure"},
		{Type: corev1.NodePIDPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientPID", Message: "kubelet has sufficient PID available"},
		{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", Message: "kubelet is posting ready status"},
	} {
		existing := condition(node, wanted.Type)
		if existing != nil && existing.Status != corev1.ConditionUnknown {
			continue
		}
		wanted.LastHeartbeatTime, wanted.LastTransitionTime = metav1.NewTime(now), metav1.NewTime(now)
		if existing != nil {
			*existing = wanted
		} else {
			node.Status.Conditions = append(node.Status.Conditions, wanted)
		}
	}
	completeResources(&node.Status)
	completeInfo(node)
	return true
}

func condition(node *corev1.Node, kind corev1.NodeConditionType) *corev1.NodeCondition {
	for i := range node.Status.Conditions {
		if node.Status.Conditions[i].Type == kind {
			return &node.Status.Conditions[i]
		}
	}
	return nil
}

func completeResources(status *corev1.NodeStatus) {
	if len(status.Capacity) == 0 {
		status.Capacity = corev1.ResourceList{
			corev1.ResourceCPU:              resource.MustParse("64"),
			corev1.ResourceMemory:           resource.MustParse("256Gi"),
			corev1.ResourceEphemeralStorage: resource.MustParse("500Gi"),
			corev1.ResourcePods:             resource.MustParse("500"),
		}
	}
	if len(status.Allocatable) == 0 {
		status.Allocatable = status.Capacity.DeepCopy()
	}
}

func completeInfo(node *corev1.Node) {
	info, sum := &node.Status.NodeInfo, sha256.Sum256([]byte(node.Name))
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&info.KubeletVersion, "v1.37.2")
	fill(&info.ContainerRuntimeVersion, "containerd://2.2.1")
	fill(&info.KernelVersion, "6.12.58")
	fill(&info.OSImage, "Debian GNU/Linux 13 (trixie)")
	fill(&info.OperatingSystem, "linux")
	fill(&info.Architecture, "amd64")
	fill(&info.MachineID, fmt.Sprintf("%x", sum[:16]))
	fill(&info.SystemUUID, fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]))
	fill(&info.BootID, fmt.Sprintf("%x-%x-%x-%x-%x", sum[16:20], sum[20:22], sum[22:24], sum[24:26], sum[26:32]))
	if len(node.Status.Addresses) == 0 {
		node.Status.Addresses = []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: fmt.Sprintf("10.%d.%d.%d", 64+int(sum[0])%32, sum[1], 1+int(sum[2])%254)},
			{Type: corev1.NodeHostName, Address: node.Name},
		}
	}
}

// keepLeases renews the lease of every node until ctx ends. The lease is the cheap heartbeat: the node objects themselves stay untouched.
func (s *Simulator) keepLeases(ctx context.Context) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			for _, item := range s.nodes.GetStore().List() {
				// A renewal that fails is made up for by the next one, long before the node counts as lost.
				_ = s.renewLease(ctx, item.(*corev1.Node))
			}
		}
	}
}

func (s *Simulator) renewLease(ctx context.Context, node *corev1.Node) error {
	leases, now := s.client.CoordinationV1().Leases(corev1.NamespaceNodeLease), metav1.NowMicro()
	lease, err := leases.Get(ctx, node.Name, metav1.GetOptions{})
	if err == nil {
		lease.Spec.RenewTime = &now
		_, err = leases.Update(ctx, lease, metav1.UpdateOptions{FieldManager: manager})
		return err
	}
	if !apierrors.IsNotFound(err) {
		return err
	}
	_, err = leases.Create(ctx, &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: node.Name, OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID},
		}},
		Spec: coordinationv1.LeaseSpec{HolderIdentity: &node.Name, LeaseDurationSeconds: ptr.To[int32](120), RenewTime: &now},
	}, metav1.CreateOptions{FieldManager: manager})
	return err
}
