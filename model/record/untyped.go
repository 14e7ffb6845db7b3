package record

import (
	"math"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// makeUntyped makes the record of an object without a Go type of its own.
func makeUntyped(u *unstructured.Unstructured) model.Record {
	gvk := u.GroupVersionKind()
	switch gvk.Group {
	case model.GroupTrivy:
		if gvk.Kind == "VulnerabilityReport" || gvk.Kind == "ClusterVulnerabilityReport" {
			return trivyScan(u)
		}
		if isAssessment(gvk.Kind) {
			return makeAssessment(u)
		}
	case model.GroupKubescape:
		switch gvk.Kind {
		case "VulnerabilityManifest":
			return manifestScan(u)
		case "VulnerabilityManifestSummary":
			return summaryScan(u)
		}
	case model.GroupPolicyReport, model.GroupOpenReports:
		if r := policyScan(u); r != nil {
			return r
		}
	}
	return makeCustom(u)
}

// untypedKind gives the kind that an object names, at the version that it is written in.
func untypedKind(u *unstructured.Unstructured) *model.Kind {
	gvk := u.GroupVersionKind()
	kind := model.KindOf(gvk.GroupKind())
	switch {
	case kind == nil:
		return &model.Kind{Group: intern(gvk.Group), Version: intern(gvk.Version), Kind: intern(gvk.Kind), Namespaced: u.GetNamespace() != ""}
	case kind.Version != gvk.Version:
		return kind.At(intern(gvk.Version))
	}
	return kind
}

// newScan begins the record of a report. When its fields were last written is told by the report itself.
func newScan(u *unstructured.Unstructured, source string) *Scan {
	s := &Scan{Meta: makeMeta(untypedKind(u), u, ""), Source: source}
	s.Changed, s.Writer = 0, ""
	return s
}

// The functions below read a tree whose shape nobody has checked: what is missing, or of another type, is empty.

func branch(tree map[string]any, path ...string) map[string]any {
	for _, step := range path {
		tree, _ = tree[step].(map[string]any)
	}
	return tree
}

// maxText bounds the texts that a scan keeps of a report. None of them is longer where nobody means harm.
const maxText = 1 << 10

// text gives a field. Those of reports repeat much, so equal ones share their memory.
func text(tree map[string]any, field string) string {
	s, _ := tree[field].(string)
	return intern(s[:min(len(s), maxText)])
}

func flag(tree map[string]any, field string) bool {
	b, _ := tree[field].(bool)
	return b
}

// number gives a field that counts: zero where it is none, or less.
func number(tree map[string]any, field string) int32 {
	n, _ := counted(tree, field)
	return n
}

// counted gives a field that counts; false where it is no whole number from zero on.
func counted(tree map[string]any, field string) (n int32, ok bool) {
	const most = 1<<31 - 1
	switch n := tree[field].(type) {
	case int64:
		return int32(max(0, min(n, most))), n >= 0
	case float64:
		// The decoder of some files knows no other numbers.
		if n < 0 || n != math.Trunc(n) {
			return 0, false
		}
		return int32(min(n, most)), true
	}
	return 0, false
}

// each goes through a list of objects.
func each(list any, do func(map[string]any)) {
	all, _ := list.([]any)
	for _, e := range all {
		if m, ok := e.(map[string]any); ok {
			do(m)
		}
	}
}
