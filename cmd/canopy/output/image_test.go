package output

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// TestImagesSay holds that what is known to be wrong with an image, what contradicts, what policies demand and what was left out is told to
// people and in JSON.
func TestImagesSay(t *testing.T) {
	policy := model.Ref{Group: "kyverno.io", Kind: "ClusterPolicy", Name: "signed"}
	d := NewImages([]image.Image{{
		Name: "docker.io/aquasec/trivy:0.69.4", Digest: "sha256:" + strings.Repeat("a", 64), Verdict: image.Scanned, Reason: "the digest is equal",
		Warnings: []string{"this release is malware"}, Disagreement: "a counts 1; b counts 2", Platforms: []string{"linux/amd64", "linux/arm64"}, Unproven: []string{"linux/arm64"}, Size: 5,
		Evidence: []image.Evidence{{Source: "trivy", Platform: "linux/amd64", Verdict: image.Scanned, Counts: &record.Counts{}, Excluded: &record.Counts{High: 2}, ExcludedBy: "vex.json (me)"}},
		Uses:     []image.Use{{Container: "app", Nodes: []string{"n1"}, Signature: signature.Answer{Verdict: signature.Unproven, Policies: []model.Ref{policy}}}},
	}}, []image.Tally{{Images: 1, Verdicts: map[image.Verdict]int{image.Scanned: 1}}}, []string{"2 workloads have no pods here: their images are not in this list"})
	d.Signing = NewSigning([]image.Signing{
		{Namespace: "shop", Pods: 3, Demand: signature.Demand{Policies: []model.Ref{policy}, Escapes: []string{"images other than registry.example/*"}}},
		{Namespace: "data", Pods: 1, Demand: signature.Demand{Doubt: "Policy denied"}},
	})
	var text bytes.Buffer
	if err := d.Write(&text, Style{Wide: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"this release is malware", "sources disagree: a counts 1; b counts 2", "2 workloads have no pods here",
		"signatures in shop: demanded by ClusterPolicy/signed, which only tells; gets past: images other than registry.example/*",
		"signatures in data: no policy demands any; not known: Policy denied",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"warnings":["this release is malware"]`, `"platforms":["linux/amd64","linux/arm64"]`, `"unprovenPlatforms":["linux/arm64"]`, `"size":5`, `"nodes":["n1"]`,
		`"excludedByVEX":{"critical":0,"high":2`, `"vex":"vex.json (me)"`, `"signing":[{"namespace":"shop","pods":3`, `"escapes":["images other than registry.example/*"]`, `"platform":"linux/amd64"`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%q is not in\n%s", want, data)
		}
	}
}
