package image

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/cluster"
)

// Kinds that are looked at; they are data.
var (
	secrets     = schema.GroupKind{Kind: "Secret"}
	constraints = schema.GroupKind{Group: model.GroupGatekeeper, Kind: "K8sAllowedRepos"}
	// scanKinds are those whose objects tell of scans.
	scanKinds = [...]schema.GroupKind{
		{Group: model.GroupTrivy, Kind: "VulnerabilityReport"}, {Group: model.GroupTrivy, Kind: "ClusterVulnerabilityReport"},
		{Group: model.GroupKubescape, Kind: "VulnerabilityManifest"}, {Group: model.GroupKubescape, Kind: "VulnerabilityManifestSummary"},
		{Group: model.GroupPolicyReport, Kind: "PolicyReport"}, {Group: model.GroupPolicyReport, Kind: "ClusterPolicyReport"},
		{Group: model.GroupOpenReports, Kind: "Report"}, {Group: model.GroupOpenReports, Kind: "ClusterReport"},
		{Group: model.GroupOwn, Kind: "ImageScan"},
	}
)

// doubts says of kinds, by namespace, "" for the whole cluster, what of them was not seen.
type doubts map[schema.GroupKind]map[string]string

// of gives what was not seen of a kind in a namespace; "" where all was.
func (d doubts) of(gk schema.GroupKind, namespace string) string {
	of := d[gk]
	if text, ok := of[namespace]; ok {
		return text
	}
	return of[""]
}

// anywhere gives what was not seen of a kind in any namespace.
func (d doubts) anywhere(gk schema.GroupKind) string {
	for _, namespace := range slices.Sorted(maps.Keys(d[gk])) {
		if text := d[gk][namespace]; text != "" {
			return text
		}
	}
	return ""
}

// Covered notes the new coverage of a kind.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {
	if a.signatures.Covered(c, gk) {
		a.dirty.allAnswers = true
	}
	a.reach.all = a.reach.all || decides(gk)
	if gk != secrets && !signature.Concerns(gk) && !isScan(gk) {
		return
	}
	now, loading := map[string]string{}, false
	for _, cov := range c.Coverage() {
		if cov.Kind != gk {
			continue
		}
		loading = loading || cov.State == model.Loading
		now[cov.Namespace] = ""
		if cov.State == model.Partial || cov.State == model.Denied || cov.State == model.Absent && !cov.Unserved() {
			text := gk.Kind + " " + string(cov.State)
			if cov.Reason != "" && cov.Reason != string(cov.State) {
				text += ": " + cov.Reason
			}
			now[cov.Namespace] = brief(text)
		}
	}
	delete(a.loading, gk)
	if loading {
		a.loading[gk] = struct{}{}
	}
	if maps.Equal(now, a.doubts[gk]) {
		return
	}
	a.doubts[gk] = now
	a.dirty.all = true
}

// doubtIn says which reports that may be of images in a namespace cannot be read; "" where all can. Where scanners file their reports
// in namespaces of their own, what is not seen anywhere counts.
func (a *Analyser) doubtIn(namespace string) string {
	var list []string
	for _, gk := range scanKinds {
		text := a.doubts.of(gk, namespace)
		if gk.Group == model.GroupKubescape {
			text = a.doubts.anywhere(gk)
		}
		if text != "" {
			list = append(list, text)
		}
	}
	return strings.Join(list, "; ")
}

// itemDoubt says that of all namespaces in which an image runs.
func (r *round) itemDoubt(it *item) string {
	if len(r.doubts) == 0 {
		return ""
	}
	found := map[string]struct{}{}
	for u := range it.uses.all() {
		namespace := u.owner.ref.Namespace
		text, ok := r.told[namespace]
		if !ok {
			text = r.doubtIn(namespace)
			r.told[namespace] = text
		}
		if text != "" {
			found[text] = struct{}{}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), "; ")
}

// policyDoubt says which policies of signatures cannot be read; "" where all can.
func (a *Analyser) policyDoubt() string {
	var list []string
	for gk := range a.doubts {
		if gk.Group == "" || !signature.Concerns(gk) {
			continue
		}
		if text := a.doubts.anywhere(gk); text != "" {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}
