package load

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (g *generator) makeNamespaces(count int) {
	areas := []string{"shop", "payments", "search", "catalog", "orders", "billing", "identity", "media", "logistics", "data", "ml", "ops", "monitoring", "ci", "crm", "mail"}
	tiers := []string{"prod", "staging", "dev"}
	levels := []string{"privileged", "baseline", "baseline", "restricted"}
	for i := range count {
		tier := tiers[i/len(areas)%len(tiers)]
		name := fmt.Sprintf("%s-%s", areas[i%len(areas)], tier)
		if round := i / (len(areas) * len(tiers)); round > 0 {
			name = fmt.Sprintf("%s-%d", name, round+1)
		}
		g.namespaces = append(g.namespaces, name)
		labels := map[string]string{"tier": tier, "area": areas[i%len(areas)]}
		if g.chance(60) {
			// Only warned about, since some of the pods are meant to break the rules.
			labels["pod-security.kubernetes.io/warn"] = pick(g, levels)
		}
		g.add(stageBase, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}, nil, "terraform", "")
		g.add(stageAccounts, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: name}}, nil, "kube-controller-manager", "")
		if g.chance(50) {
			g.add(stageEndpoints, &corev1.ResourceQuota{
				ObjectMeta: metav1.ObjectMeta{Name: "compute", Namespace: name},
				Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{corev1.ResourceLimitsMemory: resource.MustParse("4Ti")}},
			}, nil, "terraform", "")
			g.add(stageEndpoints, &corev1.LimitRange{
				ObjectMeta: metav1.ObjectMeta{Name: "defaults", Namespace: name},
				Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{
					Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")},
				}}},
			}, nil, "terraform", "")
		}
	}
}

// nodeVersion is a combination of versions as it is found in one pool of a cluster.
type nodeVersion struct{ kubelet, runtime, os, kernel string }

func (g *generator) makeNodes(count int) {
	versions := []nodeVersion{
		{"v1.37.2", "containerd://2.2.1", "Ubuntu 24.04.3 LTS", "6.8.0-88-generic"},
		{"v1.37.2", "containerd://2.2.1", "Ubuntu 24.04.3 LTS", "6.8.0-88-generic"},
		{"v1.37.1", "containerd://2.2.0", "Bottlerocket OS 1.52.0", "6.12.55"},
		{"v1.36.4", "containerd://2.1.5", "Ubuntu 24.04.2 LTS", "6.8.0-60-generic"},
		{"v1.35.9", "containerd://1.7.29", "Ubuntu 22.04.5 LTS", "5.15.0-161-generic"},
		{"v1.33.6", "containerd://1.6.39", "Ubuntu 20.04.6 LTS", "5.4.0-216-generic"},
	}
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("64"),
		corev1.ResourceMemory:           resource.MustParse("256Gi"),
		corev1.ResourcePods:             resource.MustParse("250"),
		corev1.ResourceEphemeralStorage: resource.MustParse("500Gi"),
	}
	for i := range count {
		name := fmt.Sprintf("worker-%03d", i)
		g.nodes = append(g.nodes, name)
		v := pick(g, versions)
		node := &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
				corev1.LabelHostname: name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
				corev1.LabelTopologyZone: fmt.Sprintf("zone-%c", 'a'+i%3), "pool": v.kubelet,
			}},
			Spec: corev1.NodeSpec{ProviderID: "example:///" + name, PodCIDR: fmt.Sprintf("10.%d.%d.0/24", 128+i/256, i%256)},
		}
		if i%25 == 24 {
			node.Spec.Taints = []corev1.Taint{{Key: "dedicated", Value: "batch", Effect: corev1.TaintEffectNoSchedule}}
		}
		id := g.hexadecimal(32)
		node.Status = corev1.NodeStatus{
			Capacity: capacity, Allocatable: capacity,
			Addresses:  []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: nodeAddress(i)}, {Type: corev1.NodeHostName, Address: name}},
			Conditions: nodeConditions(),
			NodeInfo: corev1.NodeSystemInfo{
				KubeletVersion: v.kubelet, ContainerRuntimeVersion: v.runtime, OSImage: v.os, KernelVersion: v.kernel,
				OperatingSystem: "linux", Architecture: "amd64", MachineID: id, SystemUUID: id, BootID: id,
			},
		}
		for range 40 {
			image := "registry.example/" + pick(g, appNouns()) + "@sha256:" + g.hexadecimal(64)
			node.Status.Images = append(node.Status.Images, corev1.ContainerImage{Names: []string{image}, SizeBytes: int64(g.IntN(900_000_000))})
		}
		g.add(stageBase, node, nil, "kubelet", "kubelet")
	}
}

func nodeAddress(number int) string { return fmt.Sprintf("10.0.%d.%d", number/250, 1+number%250) }

func nodeConditions() []corev1.NodeCondition {
	now := metav1.Now()
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason string) corev1.NodeCondition {
		return corev1.NodeCondition{Type: kind, Status: status, Reason: reason, LastHeartbeatTime: now, LastTransitionTime: now}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID"),
		condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady"),
	}
}
