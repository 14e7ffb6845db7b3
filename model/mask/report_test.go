package mask_test

import (
	"strings"
	"testing"

	"canopy/model/mask"
)

// TestReports looks that nothing is cut from a report of a scanner that its record or a screen shows.
func TestReports(t *testing.T) {
	for _, manifest := range []string{`
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata:
  name: replicaset-web-5-web
  labels: {trivy-operator.container.name: keep-web}
  annotations: {trivy-operator.aquasecurity.github.io/report-ttl: keep-24h, trivy-operator.resource.name: keep-name}
report:
  artifact: {digest: "sha256:keep", repository: keep/nginx, tag: keep-1.29}
  registry: {server: keep.docker.io}
  scanner: {name: keep-Trivy, vendor: Aqua, version: keep-0.70}
  summary: {criticalCount: 1}
  vulnerabilities:
  - {vulnerabilityID: keep-CVE-1, title: "keep: token leak in env, password: reset", severity: keep-HIGH, primaryLink: "https://keep.example/?token=1", installedVersion: keep-1,
     fixedVersion: keep-2, resource: keep-lib, target: keep-target, links: ["https://keep.example/2"], score: 9.8}
`, `
apiVersion: spdx.softwarecomposition.kubescape.io/v1beta1
kind: VulnerabilityManifest
metadata:
  name: x
  annotations: {kubescape.io/image-id: "keep@sha256:1", kubescape.io/image-tag: "keep:1", kubescape.io/wlid: "wlid://keep", kubescape.io/status: keep-ready}
spec:
  metadata: {tool: {name: keep-grype, version: keep-1}, report: {createdAt: keep-date}}
  payload:
    matches:
    - vulnerability: {id: keep-CVE-2, severity: keep-High, dataSource: "https://keep.example", description: keep words, fix: {versions: [keep-3], state: keep-fixed}}
      artifact: {name: keep-pkg, version: keep-4, type: deb}
    source: {type: image, target: {imageID: "sha256:keep", userInput: "keep/web", repoDigests: ["keep@sha256:2"]}}
`, `
apiVersion: wgpolicyk8s.io/v1alpha2
kind: PolicyReport
metadata: {name: p}
results:
- {policy: keep-CVE-3, message: "keep: words", severity: keep-high, result: keep-fail, source: keep-Trivy, category: keep-Scan, properties: {artifact.repository: keep/web, installedVersion: keep-5, primaryLink: "https://keep.example"}}
`} {
		u := parse(t, manifest)
		before := strings.Count(both(t, u), "keep")
		mask.Object(u, nil)
		if after := strings.Count(both(t, u), "keep"); after != before {
			t.Errorf("%d of %d fields are left: %v", after, before, u.Object)
		}
	}
}
