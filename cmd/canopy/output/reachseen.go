package output

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// UnseenFlows says for people which kinds that decide about connections were not seen whole: of the built-in ones those that
// are given, and all optional ones. What a server does not serve is not missing.
func UnseenFlows(r *model.Report, kinds []schema.GroupKind) []string {
	return unseen(r, func(gk schema.GroupKind) bool { return slices.Contains(kinds, gk) || model.FlowKind(gk) != nil })
}

// UnseenReports says for people which kinds that tell of images and Secrets were not seen whole: of the built-in ones those that are
// given, and all optional ones.
func UnseenReports(r *model.Report, kinds []schema.GroupKind) []string {
	return unseen(r, func(gk schema.GroupKind) bool {
		return slices.Contains(kinds, gk) || model.OptionalKind(gk) != nil && model.FlowKind(gk) == nil
	})
}

// Unseen says the same of built-in kinds alone.
func Unseen(r *model.Report, kinds []schema.GroupKind) []string {
	return unseen(r, func(gk schema.GroupKind) bool { return slices.Contains(kinds, gk) })
}

func unseen(r *model.Report, counts func(schema.GroupKind) bool) []string {
	var list []Coverage
	for i, c := range coverages(r.Coverage) {
		if !counts(r.Coverage[i].Kind) || c.State == model.Complete && c.Namespace == "" || r.Coverage[i].Unserved() {
			continue
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil
	}
	var lines []string
	for _, line := range coverageLines(list)[1:] {
		if why, more := strings.CutPrefix(line, "    "); more && len(lines) > 0 {
			lines[len(lines)-1] += ": " + why
			continue
		}
		lines = append(lines, "not seen whole: "+strings.TrimSpace(line))
	}
	return lines
}
