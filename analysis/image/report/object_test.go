package report

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"canopy/model"
)

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestVulnerabilities(t *testing.T) {
	for name, test := range map[string]struct {
		object, want string
	}{
		"operator": {`{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"VulnerabilityReport","report":{"vulnerabilities":[
			{"vulnerabilityID":"CVE-1","resource":"libssl","installedVersion":"1","fixedVersion":"2","severity":"CRITICAL","title":"T","primaryLink":"https://x","score":9.8,"links":[]},
			{"vulnerabilityID":"CVE-2","resource":"a","installedVersion":"1","fixedVersion":"","severity":"UNKNOWN","title":""}]}}`,
			`[{"id":"CVE-1","severity":"critical","package":"libssl","installed":"1","fixed":"2","title":"T","url":"https://x","score":9.8},{"id":"CVE-2","severity":"info","unrated":true,"package":"a","installed":"1"}]`},
		"operator, clean": {`{"kind":"ClusterVulnerabilityReport","report":{"summary":{"criticalCount":0},"vulnerabilities":[]}}`, `[]`},
		"kubescape": {`{"kind":"VulnerabilityManifest","spec":{"payload":{"descriptor":{"name":"grype"},"matches":[{"vulnerability":{"id":"CVE-3","severity":"High","fix":{"versions":["2"]}},"artifact":{"name":"p","version":"1"}}]}}}`,
			`[{"id":"CVE-3","severity":"high","package":"p","installed":"1","fixed":"2"}]`},
		"kubescape, clean": {`{"kind":"VulnerabilityManifest","spec":{"payload":{"descriptor":{"name":"grype"},"matches":null}}}`, `[]`},
		"policy report": {`{"kind":"PolicyReport","results":[{"source":"Trivy ConfigAudit","category":"x","policy":"KSV001"},{"source":"kyverno","category":"Vulnerability Scan","policy":"p"},
			{"source":"Trivy Vulnerability","category":"Vulnerability Scan","policy":"CVE-4","severity":"medium","message":"M","properties":{"resource":"r","installedVersion":"1","fixedVersion":"2","score":"5.5","primaryLink":"https://y"}}]}`,
			`[{"id":"CVE-4","severity":"medium","package":"r","installed":"1","fixed":"2","title":"M","url":"https://y","score":5.5}]`},
		"OpenReports": {`{"kind":"Report","results":[{"source":"Trivy Vulnerability","policy":"CVE-5","severity":"low","description":"D","properties":{"resource":"r","score":"NaN"}}]}`,
			`[{"id":"CVE-5","severity":"low","package":"r","title":"D"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Vulnerabilities(object(t, test.object))
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(list)
			if err != nil {
				t.Fatal(err)
			}
			if string(data) != test.want {
				t.Errorf("got  %s\nwant %s", data, test.want)
			}
		})
	}
	for name, text := range map[string]string{
		"counts alone":             `{"kind":"VulnerabilityReport","report":{"summary":{"highCount":1}}}`,
		"counts and an empty list": `{"kind":"VulnerabilityReport","report":{"summary":{"highCount":1},"vulnerabilities":[]}}`,
		"no report":                `{"kind":"VulnerabilityReport"}`,
		"summary":                  `{"kind":"VulnerabilityManifestSummary","spec":{"severities":{}}}`,
		"zeroed by a list":         `{"kind":"VulnerabilityManifest","spec":{"metadata":{"tool":{"name":""}},"payload":{"matches":null,"descriptor":{"name":""}}}}`,
		"of another tool":          `{"kind":"PolicyReport","results":[{"source":"kyverno","policy":"p"}]}`,
	} {
		if list, err := Vulnerabilities(object(t, text)); !errors.Is(err, model.ErrNoVulnerabilities) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
	for name, test := range map[string][2]string{
		"other kind": {`{"kind":"Pod"}`, "no report"},
		"mistyped":   {`{"kind":"VulnerabilityReport","report":{"vulnerabilities":[{"severity":7}]}}`, "report.vulnerabilities.severity: want string, found number"},
		"no name":    {`{"kind":"VulnerabilityManifest","spec":{"payload":{"matches":[{}]}}}`, "spec.payload.matches[0].vulnerability.id: is missing"},
	} {
		if _, err := Vulnerabilities(object(t, test[0])); err == nil || !strings.Contains(err.Error(), test[1]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
