package remedy

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// machine is what of a node decides how it is patched.
type machine struct {
	name, pool, system string
	// by is who exchanges nodes: EKS, GKE, AKS, or a distribution; "" where nothing tells.
	by string
}

// machineOf reads a node; its name alone where it was not seen.
func (p *planner) machineOf(name string) machine {
	m := machine{name: name}
	n, ok := p.c.Get(model.KindByName("Node").Ref("", name)).(*record.Typed[*corev1.Node])
	if !ok {
		return m
	}
	info := &n.Object.Status.NodeInfo
	m.system = info.OSImage
	for _, pool := range [...]struct{ label, by string }{
		{"eks.amazonaws.com/nodegroup", "EKS"}, {"karpenter.sh/nodepool", "Karpenter"}, {"cloud.google.com/gke-nodepool", "GKE"}, {"kubernetes.azure.com/agentpool", "AKS"},
	} {
		if v := n.Labels.Get(pool.label); v != "" {
			m.by, m.pool = pool.by, v
			return m
		}
	}
	version := info.KubeletVersion
	for _, mark := range [...]struct{ part, by string }{{"-eks-", "EKS"}, {"-gke.", "GKE"}, {"+k3s", "K3s"}, {"+rke2", "RKE2"}} {
		if strings.Contains(version, mark.part) {
			m.by = mark.by
			return m
		}
	}
	switch {
	case strings.HasPrefix(info.OSImage, "Talos"):
		m.by = "Talos"
	case strings.Contains(info.OSImage, "CoreOS") && n.Labels.Has("node.openshift.io/os_id"):
		m.by = "OpenShift"
	case n.Annotations.Has("kubeadm.alpha.kubernetes.io/cri-socket"):
		m.by = "kubeadm"
	}
	return m
}

// drain empties the node, and says what to look at before.
func (m machine) drain() string {
	return "empty it: kubectl drain " + quote(m.name) + " --ignore-daemonsets --delete-emptydir-data; canopy nodes lists what that stumbles over (VP10, single replicas, bare pods, data that is on the node alone)"
}

func (m machine) back() string {
	return "give it back: kubectl uncordon " + quote(m.name) + ", and look that its pods come up before the next node goes"
}

// plan says where the commands for this node are. They are told there alone: what has to change before a kubelet starts, whether its node can
// be upgraded in place at all, and what its drain stumbles over, is worked out there.
func (m machine) plan() string {
	return "see the plan: canopy nodes " + quote(m.name) + ", or the plan on the screen of nodes; it has the commands, in the order that its system, its runtime and its kubelet need, and what its drain stumbles over"
}

// pools tells that whoever looks after the node exchanges it with a command of its own.
func (m machine) pools() bool {
	return slices.Contains([]string{"EKS", "Karpenter", "GKE", "AKS", "OpenShift", "Talos"}, m.by)
}

// upgrade brings the kubelet and kube-proxy of the node to another version.
func (m machine) upgrade() []string {
	if !m.pools() {
		return []string{m.plan()}
	}
	return append(m.exchange(), m.plan())
}

// exchange is how a provider brings a node to another version.
func (m machine) exchange() []string {
	pool := quote(cmp.Or(m.pool, "POOL"))
	switch m.by {
	case "EKS":
		return []string{"aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name " + pool + " --kubernetes-version VERSION replaces its nodes one by one, and drains each; kube-proxy is the add-on: aws eks update-addon --cluster-name CLUSTER --addon-name kube-proxy --addon-version VERSION"}
	case "Karpenter":
		return []string{"Karpenter replaces nodes that have drifted: raise the image in the EC2NodeClass of node pool " + pool + " (spec.amiSelectorTerms), kubectl get nodeclaims shows how far it is"}
	case "GKE":
		return []string{"gcloud container clusters upgrade CLUSTER --node-pool " + pool + " --cluster-version VERSION replaces its nodes one by one, and drains each"}
	case "AKS":
		return []string{"az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name " + pool + " --kubernetes-version VERSION replaces its nodes one by one, and drains each"}
	case "OpenShift":
		return []string{"oc adm upgrade brings the cluster, and then its machine config pools, to another version: oc get machineconfigpools shows how far it is"}
	}
	return []string{"talosctl upgrade-k8s --to VERSION brings control plane and kubelets to it, one after the other"}
}

// patch brings the system of the node up to date.
func (m machine) patch() []string {
	pool := quote(cmp.Or(m.pool, "POOL"))
	switch m.by {
	case "EKS":
		return []string{"aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name " + pool + " puts the newest image of the same Kubernetes version on its nodes, and drains each; an own image is named in the launch template"}
	case "Karpenter", "OpenShift", "GKE":
		return m.exchange()
	case "AKS":
		return []string{"az aks nodepool upgrade --resource-group GROUP --cluster-name CLUSTER --name " + pool + " --node-image-only puts the newest image on its nodes, and drains each"}
	case "Talos":
		return []string{"talosctl upgrade --nodes ADDRESS-OF-" + m.name + " --image INSTALLER-IMAGE drains it, exchanges the system and boots it"}
	}
	how := "on it bring the system up to date by its packages, and boot it"
	switch word := strings.ToLower(m.system); {
	case strings.Contains(word, "ubuntu"), strings.Contains(word, "debian"):
		how = "on it: apt-get update, apt-get upgrade (apt-mark hold keeps kubelet and containerd where they are), then reboot"
	case strings.Contains(word, "red hat"), strings.Contains(word, "amazon linux"), strings.Contains(word, "rocky"), strings.Contains(word, "alma"), strings.Contains(word, "centos"), strings.Contains(word, "fedora"):
		how = "on it: dnf upgrade (or yum; --exclude=kubelet keeps that where it is), then reboot"
	case strings.Contains(word, "suse"):
		how = "on it: zypper patch, then reboot"
	case strings.Contains(word, "flatcar"), strings.Contains(word, "bottlerocket"), strings.Contains(word, "container-optimized"):
		how = "its system is exchanged as a whole: let its update operator do it, or put a node of the newest image in its place"
	case strings.Contains(word, "windows"):
		how = "on it install the cumulative update, then reboot; better, put a node of the newest image in its place"
	}
	return []string{m.drain(), how, m.back()}
}

// freshSystem is VP07.
func (p *planner) freshSystem(f *model.Finding) []string {
	m := p.machineOf(f.Object.Name)
	var steps []string
	has := func(words ...string) bool {
		return slices.ContainsFunc(evidenceOf(f), func(e model.Evidence) bool {
			return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(e.Path+" "+e.Value), w) })
		})
	}
	if has("osimage") && m.system != "" {
		steps = append(steps, "the system is "+m.system+": where its support has ended, packages come no more, or cost extra, and a node of a newer release takes its place; an upgrade in place is worth it only where the machine itself counts")
	}
	if has("containerruntime") {
		steps = append(steps, "the container runtime is a package of its own (containerd.io, containerd, cri-o) where the provider does not exchange the whole image: after it, systemctl restart containerd, or crio, with the node drained")
	}
	// What puts another system or runtime in place of this one is in the plan, and packages of a system that has ended come no more.
	if m.pools() || !has("osimage", "containerruntime") {
		steps = append(steps, m.patch()...)
	}
	if has("reboot", "kured") {
		steps = append(steps, "a reboot alone is enough where the fix is installed: /var/run/reboot-required on the node says so; kured drains and boots such nodes by itself, one at a time, where kubectl get daemonsets --all-namespaces --selector name=kured shows that it runs")
	}
	return append(steps, "one node of a pool after the other; then let the pool make new ones from the new image, so that the next one does not come up behind", m.plan())
}

// bringBack is VP09.
func (p *planner) bringBack(f *model.Finding) []string {
	m := p.machineOf(f.Object.Name)
	name := quote(m.name)
	steps := []string{"find out who left it, and why: kubectl describe node " + name + " shows taints, conditions and annotations, kubectl get events --all-namespaces --field-selector involvedObject.name=" + name + " the last hour"}
	node, _ := p.c.Get(f.Object).(*record.Typed[*corev1.Node])
	ready, cordoned := true, false
	if node != nil {
		cordoned = node.Object.Spec.Unschedulable
		for _, c := range node.Object.Status.Conditions {
			if c.Type == corev1.NodeReady {
				ready = c.Status == corev1.ConditionTrue
			}
		}
	}
	if cordoned || node == nil {
		steps = append(steps, "where it was cordoned to be patched, do that now, then: kubectl uncordon "+name)
	}
	if !ready || node == nil {
		steps = append(steps, "on the machine: systemctl status kubelet containerd, journalctl --unit kubelet --since -1h; a certificate that has expired, a full disk and a gone container runtime are what it mostly is")
	}
	steps = append(steps, "or take it away: kubectl drain "+name+" --ignore-daemonsets --delete-emptydir-data, then kubectl delete node "+name+", and the machine where it was made, or its group makes it anew")
	if !ready {
		steps = append(steps, "pods on a machine that is off do not end by themselves: once it is off for certain, kubectl taint nodes "+name+" node.kubernetes.io/out-of-service=nodeshutdown:NoExecute lets go of them and of their volumes")
	}
	return append(steps, "its certificate stays valid until it expires, and its holder can register the node again: wipe /var/lib/kubelet/pki and the disk; where the machine is lost or may be in other hands, replace the cluster's CA, and the Secrets of the pods that ran there")
}
