package images

import (
	"slices"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// same tells whether two images say the same.
func same(a, b *image.Image) bool {
	return a.Digest == b.Digest && a.Of == b.Of && a.Name == b.Name && a.Registry == b.Registry && a.Repository == b.Repository &&
		a.Containers == b.Containers && a.Pods == b.Pods && a.Exposed == b.Exposed && a.Size == b.Size && a.Built == b.Built &&
		a.Verdict == b.Verdict && a.Reason == b.Reason && a.Disagreement == b.Disagreement && sameCounts(a.Counts, b.Counts) &&
		slices.Equal(a.References, b.References) && slices.Equal(a.Aliases, b.Aliases) && slices.Equal(a.Namespaces, b.Namespaces) &&
		slices.Equal(a.Platforms, b.Platforms) && slices.Equal(a.Unproven, b.Unproven) && slices.Equal(a.Hygiene, b.Hygiene) && slices.Equal(a.Warnings, b.Warnings) && sameAnswer(&a.Signature, &b.Signature) &&
		slices.EqualFunc(a.Uses, b.Uses, sameUse) && slices.EqualFunc(a.Evidence, b.Evidence, sameEvidence)
}

func sameUse(a, b image.Use) bool {
	return a.Owner == b.Owner && a.Container == b.Container && a.Type == b.Type && a.Reference == b.Reference && a.Pods == b.Pods &&
		slices.Equal(a.Nodes, b.Nodes) && sameAnswer(&a.Signature, &b.Signature)
}

func sameEvidence(a, b image.Evidence) bool {
	counts := sameCounts(a.Counts, b.Counts) && sameCounts(a.Excluded, b.Excluded)
	a.Counts, b.Counts, a.Excluded, b.Excluded = nil, nil, nil, nil
	return counts && a == b
}

func sameCounts(a, b *record.Counts) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func sameAnswer(a, b *signature.Answer) bool {
	return a.Verdict == b.Verdict && a.Reason == b.Reason && a.Enforced == b.Enforced && a.Refuted == b.Refuted && a.By == b.By && a.At == b.At &&
		slices.EqualFunc(a.Policies, b.Policies, func(x, y model.Ref) bool { return x == y })
}
