package remedy

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// inOrder is what holds for every change of a version.
func inOrder() string {
	return "the order is: API servers, then controller manager, scheduler and cloud controller manager, then kubelets with kube-proxy, node by node, then add-ons; one minor version at a time for the control plane. canopy nodes has the plan for this cluster, canopy nodes -o json with the commands"
}

// component says how what a finding is on comes to another version: a node, a part of the control plane, or that as a whole.
func (p *planner) component(f *model.Finding) []string {
	switch {
	case f.Object.Group == "" && f.Object.Kind == "Node":
		return p.machineOf(f.Object.Name).upgrade()
	case f.Object == model.ClusterRef():
		return p.plane("")
	}
	node := ""
	if pod, ok := p.c.Get(f.Object).(*record.Pod); ok {
		node = pod.Node()
	}
	return p.plane(node)
}

// plane says how the control plane comes to another version, by who runs it.
func (p *planner) plane(node string) []string {
	by := p.provider(node)
	switch by {
	case "EKS", "Karpenter":
		return []string{"aws eks update-cluster-version --name CLUSTER --kubernetes-version VERSION; the patch version is the provider's affair"}
	case "GKE":
		return []string{"gcloud container clusters upgrade CLUSTER --master --cluster-version VERSION"}
	case "AKS":
		return []string{"az aks upgrade --resource-group GROUP --name CLUSTER --control-plane-only --kubernetes-version VERSION"}
	case "OpenShift":
		return []string{"oc adm upgrade --to VERSION; oc adm upgrade alone lists where it may go"}
	case "Talos":
		return []string{"talosctl upgrade-k8s --to VERSION, with --dry-run first"}
	case "K3s", "RKE2":
		return []string{"install the version on the servers, one after the other, with INSTALL_" + strings.ToUpper(by) + "_VERSION=VERSION, or by a Plan of the system-upgrade-controller"}
	}
	on := "on the first node of the control plane"
	if node != "" {
		on = "on " + node
	}
	return []string{"back etcd up first: etcdctl snapshot save FILE on a node of the control plane",
		on + " install kubeadm of the version, then: kubeadm upgrade plan, and kubeadm upgrade apply VERSION; on the others kubeadm upgrade node. It writes the static pods in /etc/kubernetes/manifests anew, and keeps the old ones in /etc/kubernetes/tmp"}
}

// provider tells who runs the control plane, by a node of it or by all.
func (p *planner) provider(node string) string {
	if node != "" {
		return p.machineOf(node).by
	}
	for _, r := range p.c.Sorted(schema.GroupKind{Kind: "Node"}) {
		if n, ok := r.(*record.Typed[*corev1.Node]); ok {
			if by := p.machineOf(n.Name).by; by != "" {
				return by
			}
		}
	}
	return ""
}

// mendComponent is VP03.
func (p *planner) mendComponent(f *model.Finding) []string {
	var steps, fixed, pages []string
	for _, id := range vulnerabilitiesOf(f) {
		if version := fixedIn(f, id); version != "" {
			fixed = append(fixed, id+" in "+version)
		}
		pages = append(pages, "https://github.com/kubernetes/kubernetes/issues?q="+id)
	}
	if len(pages) > 0 {
		steps = append(steps, "read whether it can be reached here, how its use is seen, and what helps until then: "+list(pages, mostSteps))
	}
	to := "the newest patch version of the same minor has all fixes that the minor gets, changes no API and needs no step between"
	if len(fixed) > 0 {
		to = "fixed is " + list(fixed, mostSteps) + "; where that is of a newer minor, this one gets no fix any more. Within a minor " + to
	}
	steps = append(append(steps, to), p.component(f)...)
	return append(steps, inOrder(), "until then: keep who may create pods few (LP09, LP10), since most of these begin with a pod or a volume of one's own")
}

// fixedIn finds the version that the evidence says a vulnerability is fixed in; "" where it says none.
func fixedIn(f *model.Finding, id string) string {
	for _, e := range evidenceOf(f) {
		if !strings.Contains(e.Value, id) {
			continue
		}
		if found := regexp.MustCompile(`fixed in ([0-9]+(?:\.[0-9]+)+)`).FindStringSubmatch(e.Value); found != nil {
			return found[1]
		}
	}
	return ""
}

// toSupport is VP04.
func (p *planner) toSupport(f *model.Finding) []string {
	steps := []string{inOrder(),
		"look what the next minor takes away before: canopy scan --rule VP06 lists API versions in use that end, canopy scan --rule VP10 the budgets that keep nodes from being emptied"}
	if f.Object == model.ClusterRef() {
		steps = append(steps, p.component(f)...)
		return append(steps, "where a provider sells support for longer (EKS extended, AKS LTS), that buys time and costs by the hour: canopy data says until when")
	}
	return append(steps, p.component(f)...)
}

// intoBounds is VP05.
func (p *planner) intoBounds(f *model.Finding) []string {
	steps := []string{inOrder()}
	says := func(words string) bool {
		return slices.ContainsFunc(evidenceOf(f), func(e model.Evidence) bool { return strings.Contains(e.Value, words) })
	}
	newer, older, apart := says("newer than API server"), says("older than"), says(" apart")
	told := newer || older || apart
	node := f.Object.Group == "" && f.Object.Kind == "Node"
	if apart || !told && !node {
		steps = append(steps, "API servers that are apart: bring the older ones up first, before anything else")
	}
	switch {
	case newer && !node:
		steps = append(steps, "a component that is newer than an API server waits: bring all API servers up to it")
	case newer:
		steps = append(steps, "bring the API servers up to it, or put a node of an older version in its place: kubelets are not taken back in place")
	}
	switch {
	case (older || !told) && node:
		steps = append(steps, "bring what is older on the node up, no further than the oldest API server; a node that is further behind than its tools may upgrade is replaced, or joined anew, and its system may have to change first")
	case older && !node:
		steps = append(steps, "bring the older one up, by one minor version at a time")
	}
	steps = append(steps, "until then keep pods that rely on newer fields (hostUsers, AppArmor and seccomp as fields, resources of pods) off the older nodes, by a nodeSelector: the kubelet there drops what it does not know")
	return append(steps, p.component(f)...)
}
