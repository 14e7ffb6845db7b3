package remedy

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// systemPart tells an owner that the cluster itself runs on: all in kube-system, and the agents of networks and volumes
// wherever their installers put them.
func systemPart(w *record.Workload) bool {
	if w.Namespace == "kube-system" {
		return true
	}
	if w.Kind.Kind != "DaemonSet" {
		return false
	}
	known := []string{"kube-proxy", "calico-node", "canal", "cilium", "cilium-envoy", "aws-node", "azure-cns", "azure-npm", "kube-flannel-ds", "weave-net",
		"kube-router", "antrea-agent", "kindnet", "ovnkube-node", "multus", "kube-multus-ds", "node-local-dns", "nodelocaldns", "speaker", "ztunnel"}
	return slices.Contains(known, w.Name) || strings.HasSuffix(w.Name, "-csi-node") || strings.HasPrefix(w.Name, "csi-") && strings.HasSuffix(w.Name, "-node")
}

// systemPlace tells a namespace that Kubernetes, a distribution or a network plug-in makes for its own parts.
func systemPlace(namespace string) bool {
	known := []string{"kube-", "openshift", "calico-", "tigera-", "cilium", "antrea-", "ovn-", "gke-managed-", "gmp-", "gatekeeper-", "aks-istio-", "cattle-", "local-path-storage"}
	return slices.ContainsFunc(known, func(begin string) bool { return strings.HasPrefix(namespace, begin) })
}

// spare takes out of the findings on a part of the cluster those whose fix may stop it, and notes them. What is left is
// harmless, or likely to be.
func (p *planner) spare(w *record.Workload, t *corev1.PodTemplateSpec, findings []*model.Finding) []*model.Finding {
	if !systemPart(w) {
		return findings
	}
	var left []*model.Finding
	for _, f := range findings {
		if !p.risky(w, t, f) {
			left = append(left, f)
			continue
		}
		p.note(f, "a part of the cluster itself: its vendor decides; a network plug-in, proxy or volume driver that loses what it needs takes nodes down",
			"ask its vendor whether a newer version, or an option of its installer, does without",
			"where it is needed: accept the finding, and keep who may change "+w.Ref().String()+" to a few")
	}
	return left
}

// risky tells whether a finding is about access to the host, or whether its fix by itself may stop the workload.
func (p *planner) risky(w *record.Workload, t *corev1.PodTemplateSpec, f *model.Finding) bool {
	host := []string{"PS01", "PS02", "PS03", "PS04", "PS05", "PS06", "PS07", "PS08", "PS10", "PS11", "PS13", "PS14", "PS21", "PS22", "PS23", "PS24"}
	if slices.Contains(host, f.Rule.ID) {
		return true
	}
	// What works on its node needs rights as well that others do without.
	if slices.Contains([]string{"PS09", "PS15", "PS16"}, f.Rule.ID) && slices.ContainsFunc(workload.Judge(t), func(h workload.Hit) bool { return slices.Contains(host[:8], h.Rule) }) {
		return true
	}
	e := p.editorFor(w.Namespace, t, []*model.Finding{f})
	e.run()
	return f.Rule.Breakage == outage.String() || e.class >= needsEvidence
}
