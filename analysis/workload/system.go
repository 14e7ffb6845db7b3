package workload

import (
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// misplaced tells whether a group stands in a namespace that is not meant for it, and how bad that is: default, which no
// policy or quota is written for, or kube-system where the owner is no part of the system.
func misplaced(g *group) (model.Severity, bool) {
	switch g.owner.Namespace {
	case "default":
		return model.Low, true
	case "kube-system":
		if g.mirror || systemName(g.owner.Name) || (g.meta != nil && systemLabels(g.meta.Labels)) {
			return 0, false
		}
		return model.Medium, true
	}
	return 0, false
}

// systemName knows the parts of a cluster that distributions and providers put into kube-system, by the start of their
// names. A name proves nothing: who may write to kube-system may choose it.
func systemName(name string) bool {
	for _, stock := range [...]string{
		"antrea-", "aws-node", "azure-", "calico-", "canal", "cilium", "cloud-controller-manager", "cloud-node-manager",
		"cluster-autoscaler", "coredns", "csi-", "dns-autoscaler", "ebs-csi-", "efs-csi-", "eks-pod-identity-agent",
		"etcd", "event-exporter-gke", "fluentbit-gke", "gce-pd-csi", "gke-", "helm-install-", "ip-masq-agent", "kindnet", "konnectivity-",
		"kube-apiserver", "kube-controller-manager", "kube-dns", "kube-flannel", "kube-ovn", "kube-proxy", "kube-router",
		"kube-scheduler", "kube-vip", "kubelet-csr-approver", "l7-default-backend", "local-path-provisioner", "metrics-server",
		"netd", "node-local-dns", "node-problem-detector", "nodelocaldns", "nvidia-device-plugin", "ovs-", "ovnkube",
		"pdcsi-node", "rke2-", "snapshot-controller", "storage-provisioner", "svclb-", "traefik", "vpc-cni", "weave-net",
	} {
		if name == stock || (strings.HasPrefix(name, stock) && (strings.HasSuffix(stock, "-") || name[len(stock)] == '-')) {
			return true
		}
	}
	return false
}

// systemLabels knows the labels by which the add-on manager, kubeadm and the providers mark their own.
func systemLabels(l record.Labels) bool {
	return l.Get("kubernetes.io/cluster-service") == "true" || l.Has("addonmanager.kubernetes.io/mode") ||
		l.Has("kubernetes.azure.com/managedby") || l.Get("tier") == "control-plane" || systemName(l.Get("k8s-app"))
}
