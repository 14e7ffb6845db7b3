package plugin

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const metaNamespace = "kube-system"

// agent is how a network plug-in is recognised.
type agent struct {
	// plugin is its name as people say it.
	plugin string
	// names are those of its DaemonSets; containers names one that each must have.
	names, containers []string
	// namespaces are those in which its own manifests put it.
	namespaces []string
	// asks says what else decides whether it obeys policies.
	asks question
}

// question is what decides whether an agent obeys policies.
type question uint8

const (
	// always: it does, whatever its configuration.
	always question = iota
	// never: it only connects pods.
	never
	// untold: it can, and nothing that is read here says whether it does.
	untold
	askCilium
	askAWS
	askWeave
	askRouter
	askKindnet
	askKubeOVN
)

// agents is data, in the order in which the first one that obeys policies gives its name.
var agents = [...]agent{
	{"Cilium", []string{"cilium"}, []string{"cilium-agent"}, []string{metaNamespace, "cilium", "cilium-system"}, askCilium},
	{"GKE Dataplane V2", []string{"anetd"}, []string{"cilium-agent"}, []string{metaNamespace}, askCilium},
	{"Canal", []string{"canal", "rke2-canal"}, []string{"calico-node"}, []string{metaNamespace}, always},
	{"Calico", []string{"calico-node"}, []string{"calico-node"}, []string{metaNamespace, "calico-system"}, always},
	{"Antrea", []string{"antrea-agent"}, []string{"antrea-agent"}, []string{metaNamespace, "antrea-system"}, always},
	{"OVN-Kubernetes", []string{"ovnkube-node", "ovnkube-single-node-zone"}, []string{"ovnkube-node", "ovnkube-controller", "ovn-controller"}, []string{"openshift-ovn-kubernetes", "ovn-kubernetes"}, always},
	{"Kube-OVN", []string{"kube-ovn-cni"}, []string{"cni-server"}, []string{metaNamespace, "kube-ovn"}, askKubeOVN},
	{"Azure NPM", []string{"azure-npm"}, []string{"azure-npm"}, []string{metaNamespace}, always},
	{"kube-network-policies", []string{"kube-network-policies"}, []string{"kube-network-policies"}, []string{metaNamespace}, always},
	{"kube-router", []string{"kube-router"}, []string{"kube-router"}, []string{metaNamespace}, askRouter},
	{"Weave Net", []string{"weave-net"}, []string{"weave"}, []string{metaNamespace, "weave"}, askWeave},
	{"Romana", []string{"romana-agent"}, []string{"romana-agent"}, []string{metaNamespace}, always},
	{"AWS VPC CNI", []string{"aws-node"}, []string{"aws-node"}, []string{metaNamespace}, askAWS},
	{"kindnet", []string{"kindnet"}, []string{"kindnet-cni", "kindnet"}, []string{metaNamespace}, askKindnet},
	{"OpenShift SDN", []string{"sdn"}, []string{"sdn"}, []string{"openshift-sdn"}, untold},
	{"Terway", []string{"terway", "terway-eni", "terway-eniip"}, []string{"terway"}, []string{metaNamespace}, untold},
	{"flannel", []string{"kube-flannel", "kube-flannel-ds", "kube-flannel-ds-amd64", "kube-flannel-ds-arm64"}, []string{"kube-flannel"}, []string{metaNamespace, "kube-flannel"}, never},
}

// agentOf finds the entry for a DaemonSet by its name; -1 where there is none.
func agentOf(name string) int {
	return slices.IndexFunc(agents[:], func(a agent) bool { return slices.Contains(a.names, name) })
}

// obeys says whether an agent of this kind, so configured, obeys policies, and why not.
func (a *agent) obeys(c *cluster.Cluster, w *record.Workload, spec *corev1.PodSpec, k *corev1.Container) (network.Enforcement, string) {
	switch a.asks {
	case never:
		return network.None, a.plugin + " does not enforce policies"
	case untold:
		return network.Unverified, "whether it enforces policies is a setting that is not read here"
	case askCilium:
		return cilium(c, w.Namespace, k)
	case askAWS:
		i := slices.IndexFunc(spec.Containers, func(k corev1.Container) bool {
			return k.Name == "aws-eks-nodeagent" || strings.Contains(k.Image, "aws-network-policy-agent")
		})
		if i < 0 {
			return network.None, "it has no network policy agent"
		}
		if v, _ := flag(&spec.Containers[i], "enable-network-policy"); !yes(v) {
			return network.None, "its network policy agent runs without --enable-network-policy=true"
		}
	case askWeave:
		if !slices.ContainsFunc(spec.Containers, func(k corev1.Container) bool { return k.Name == "weave-npc" }) || environment(k, "EXPECT_NPC") == "0" {
			return network.None, "it runs without weave-npc"
		}
	case askRouter:
		if v, ok := flag(k, "run-firewall"); ok && !yes(v) {
			return network.None, "it runs with --run-firewall=false"
		}
	case askKindnet:
		return kindnet(k)
	case askKubeOVN:
		controller, _ := cluster.Find[*record.Workload](c, "Deployment", w.Namespace, "kube-ovn-controller")
		if controller == nil {
			return network.Unverified, "its controller was not seen"
		}
		list := controller.Template.Decode().Spec.Containers
		for i := range list {
			if v, ok := flag(&list[i], "enable-np"); ok && !yes(v) {
				return network.None, "its controller runs with --enable-np=false"
			}
		}
	}
	return network.Verified, ""
}

// cilium reads the modes of enforcement, which a flag, the environment or the ConfigMap sets.
func cilium(c *cluster.Cluster, namespace string, k *corev1.Container) (network.Enforcement, string) {
	config, _ := cluster.Find[*record.ConfigMap](c, "ConfigMap", namespace, "cilium-config")
	var facts map[string]string
	if config != nil {
		facts = config.Facts
	}
	get := func(key string) string {
		if v, ok := flag(k, key); ok {
			return v
		}
		if v := environment(k, "CILIUM_"+strings.ToUpper(strings.ReplaceAll(key, "-", "_"))); v != "" {
			return v
		}
		return facts[key]
	}
	mode := strings.ToLower(get("enable-policy"))
	switch {
	case mode == "never":
		return network.None, "its policy enforcement mode is never"
	case no(get("enable-k8s-networkpolicy")):
		return network.None, "it runs with enable-k8s-networkpolicy=false"
	case yes(get("policy-audit-mode")):
		return network.None, "it runs in policy audit mode, which lets everything through"
	case mode == "always":
		return network.Unverified, "its policy enforcement mode is always: pods that no policy selects are closed as well"
	case facts == nil:
		if config != nil || c.Seen(configMaps, namespace).State != model.Complete {
			return network.Unverified, "its configuration, ConfigMap " + namespace + "/cilium-config, was not read"
		}
	}
	return network.Verified, ""
}

// kindnet goes by the image: kindnetd enforces policies since the image of kind 0.24 of August 2024
// (kubernetes-sigs/kind#842), kindnet by itself since 1.3.
func kindnet(k *corev1.Container) (network.Enforcement, string) {
	if v, ok := flag(k, "network-policy"); ok && no(v) {
		return network.None, "it runs with --network-policy=false"
	}
	image, _, _ := strings.Cut(k.Image, "@")
	tag := ""
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		tag = image[i+1:]
	}
	day, _, _ := strings.Cut(strings.TrimPrefix(tag, "v"), "-")
	if len(day) == 8 && strings.Trim(day, "0123456789") == "" {
		switch {
		case day >= "20240813":
			return network.Verified, ""
		case day < "20240514":
			return network.None, "its image " + tag + " is from before it enforced policies"
		}
	}
	return network.Unverified, "whether it enforces policies depends on its version, which its image does not tell"
}
