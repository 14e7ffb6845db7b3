package record

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func untyped(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(manifest))
	if err != nil {
		t.Fatalf("%v in\n%s", err, manifest)
	}
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(data, u); err != nil {
		t.Fatal(err)
	}
	return u
}

func scan(t *testing.T, manifest string) *Scan {
	t.Helper()
	r, err := Make(untyped(t, manifest))
	if err != nil {
		t.Fatal(err)
	}
	s, ok := r.(*Scan)
	if !ok {
		t.Fatalf("a %T of\n%s", r, manifest)
	}
	if c := s.DeepCopyObject().(*Scan); !s.Same(c) || c.Ref() != s.Ref() {
		t.Errorf("a copy differs: %+v", c)
	}
	return s
}

var (
	sumA = "sha256:" + strings.Repeat("a", 64)
	sumB = "sha256:" + strings.Repeat("b", 64)
	sumC = "sha256:" + strings.Repeat("c", 64)
)

const trivyHead = `
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata:
  name: replicaset-web-5d-web
  namespace: shop
  creationTimestamp: "2026-11-01T00:00:00Z"
`

func TestTrivyReport(t *testing.T) {
	s := scan(t, trivyHead+`
  labels: {trivy-operator.resource.kind: ReplicaSet, trivy-operator.resource.name: web-5d, trivy-operator.resource.namespace: shop, trivy-operator.container.name: web}
  annotations: {trivy-operator.aquasecurity.github.io/report-ttl: 24h0m0s}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d, uid: u, controller: true}]
report:
  updateTimestamp: "2026-11-02T00:00:00Z"
  scanner: {name: Trivy, vendor: Aqua Security, version: 0.70.0}
  registry: {server: index.docker.io}
  artifact: {repository: library/nginx, tag: "1.29", digest: "`+strings.ToUpper(sumA[7:])+`"}
  os: {family: debian, name: "12.1", eosl: true}
  summary: {criticalCount: 1, highCount: 2, mediumCount: 3, lowCount: 4, unknownCount: 5, noneCount: 6}
  vulnerabilities: []
`)
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC).Unix()
	want := &Scan{Meta: s.Meta, Source: SourceTrivyOperator, Scanner: "Trivy", Version: "0.70.0", Image: "docker.io/library/nginx:1.29", Scanned: at, Expires: at + 86400,
		Counts: &Counts{1, 2, 3, 4, 6, 5}, Workload: model.KindByName("ReplicaSet").Ref("shop", "web-5d"), Container: "web", OS: "debian 12.1", Outlived: true, Listed: true}
	if !s.Same(want) {
		t.Errorf("%+v\nwant %+v", s, want)
	}
	s = scan(t, trivyHead+`
  labels: {starboard.resource.kind: ReplicaSet, starboard.resource.name: web-5d, starboard.resource.namespace: shop, starboard.container.name: web}
report:
  registry: {server: registry.example}
  artifact: {repository: registry.example/team/web, digest: "`+sumA+`", mimeType: application/vnd.oci.image.index.v1+json}
`)
	if s.Source != SourceStarboard || s.Image != "registry.example/team/web@"+sumA || s.Container != "web" || s.Workload.Name != "web-5d" || s.Counts != nil || s.Listed || s.Expires != 0 ||
		!reflect.DeepEqual(s.Digests, []ScanDigest{{sumA, OfIndex}}) {
		t.Errorf("%+v", s)
	}
	for name, labels := range map[string]string{
		"by an annotation": "  labels: {trivy-operator.resource.kind: StatefulSet, trivy-operator.resource.name-hash: 5f}\n  annotations: {trivy-operator.resource.name: web-5d}\n",
		"by the owner":     "  labels: {trivy-operator.resource.kind: StatefulSet, trivy-operator.resource.name-hash: 5f}\n  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web-5d, uid: u, controller: true}]\n",
		"without labels":   "  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: web-5d, uid: u, controller: true}]\n",
	} {
		if s := scan(t, trivyHead+labels); s.Workload != model.KindByName("StatefulSet").Ref("shop", "web-5d") {
			t.Errorf("%s: %+v", name, s.Workload)
		}
	}
	if r, _ := Make(untyped(t, "apiVersion: aquasecurity.github.io/v1alpha1\nkind: ConfigAuditReport\nmetadata: {name: x}\n")); reflect.TypeOf(r) != reflect.TypeFor[*Custom]() {
		t.Errorf("another report is a %T", r)
	}
}

const manifestHead = `
apiVersion: spdx.softwarecomposition.kubescape.io/v1beta1
kind: VulnerabilityManifest
metadata:
  name: x
  namespace: kubescape
  labels: {kubescape.io/workload-kind: deployment, kubescape.io/workload-name: web, kubescape.io/workload-namespace: shop, kubescape.io/workload-container-name: web}
`

// TestListOfZeroes holds the trap of kubescape's storage: what a list shows of a spec are zeroes that mean nothing.
func TestListOfZeroes(t *testing.T) {
	id := "  annotations: {kubescape.io/image-id: \"docker.io/library/nginx@" + sumA + "\", kubescape.io/image-tag: \"nginx:1.29\", kubescape.io/status: ready}\n"
	listed := scan(t, manifestHead+id+`
spec:
  metadata: {report: {createdAt: null}, tool: {databaseVersion: "", name: "", version: ""}, withRelevancy: false}
  payload: {descriptor: {name: "", version: ""}, distro: {idLike: null, name: "", version: ""}, matches: null, source: null}
status: {}
`)
	if listed.Counts != nil || listed.Failed != "" || listed.Scanned != 0 || !listed.Listed || listed.Image != "nginx:1.29" || listed.Container != "web" ||
		listed.Workload != model.KindByName("Deployment").Ref("shop", "web") || !reflect.DeepEqual(listed.Digests, []ScanDigest{{sumA, OfUnknown}}) {
		t.Errorf("%+v", listed)
	}
	if zero := scan(t, manifestHead+id+"spec: {metadata: {report: {createdAt: \"0001-01-01T00:00:00Z\"}}}\n"); zero.Counts != nil || zero.Scanned != 0 {
		t.Errorf("the zero time is none: %+v", zero)
	}
	summary := strings.Replace(manifestHead+id, "kind: VulnerabilityManifest", "kind: VulnerabilityManifestSummary", 1)
	severities := "spec:\n  severities: {critical: {all: %, relevant: 0}, high: {all: 0, relevant: 0}, medium: {}, low: {}, negligible: {}, unknown: {}}\n"
	if s := scan(t, summary+strings.Replace(severities, "%", "0", 1)+"  vulnerabilitiesRef: {all: {kind: \"\", name: \"\", namespace: \"\"}, relevant: {}}\n"); s.Counts != nil || s.Listed {
		t.Errorf("a listed summary: %+v", s)
	}
	if s := scan(t, summary+strings.Replace(severities, "%", "466", 1)); s.Counts == nil || *s.Counts != (Counts{Critical: 466}) {
		t.Errorf("a filled summary: %+v", s)
	}
	if s := scan(t, summary+strings.Replace(severities, "%", "0", 1)+"  vulnerabilitiesRef: {all: {kind: vulnerabilitymanifests, name: x, namespace: kubescape}}\n"); s.Counts == nil || s.Counts.Sum() != 0 {
		t.Errorf("a filled summary without vulnerabilities: %+v", s)
	}
	manifest := manifestHead + id + `
spec:
  metadata: {report: {createdAt: "2026-11-02T00:00:00Z"}, tool: {databaseVersion: "2026-11-01T00:00:00Z", name: grype, version: 0.121.2}, withRelevancy: true}
  payload:
    distro: {name: debian, version: "12"}
    source: {type: image, target: {imageID: "` + sumC + `", manifestDigest: "` + sumA + `", repoDigests: ["docker.io/library/nginx@` + sumB + `", "docker.io/library/nginx@` + sumA + `"]}}
    matches: [{vulnerability: {id: CVE-1, severity: Critical}}, {vulnerability: {severity: Negligible}}, {vulnerability: {severity: Low}}, {vulnerability: {}}]
`
	whole := scan(t, manifest)
	if whole.Counts != nil || !whole.Filtered || whole.Partial == "" {
		t.Errorf("what is in use is not all: %+v", whole)
	}
	whole = scan(t, strings.ReplaceAll(manifest, "withRelevancy: true", "withRelevancy: false"))
	if *whole.Counts != (Counts{Critical: 1, Negligible: 1, Low: 1, Unknown: 1}) || whole.Scanner != "grype" || whole.Version != "0.121.2" || whole.Scanned-whole.Database != 86400 || whole.OS != "debian 12" || whole.Partial != "" || whole.Filtered ||
		!reflect.DeepEqual(whole.Digests, []ScanDigest{{sumA, OfManifest}, {sumC, OfConfig}, {sumB, OfUnknown}}) {
		t.Errorf("%+v", whole)
	}
}

func TestKubescapeStatus(t *testing.T) {
	for status, failed := range map[string]string{"ready": "", "completed": "", "too-large": "too large", "incomplete": "end", "initializing": "yet", "unauthorize": "registry", "odd": "odd"} {
		s := scan(t, manifestHead+"  annotations: {kubescape.io/status: "+status+", kubescape.io/image-id: \""+sumC+"\"}\nspec: {metadata: {tool: {name: grype}}}\n")
		if (s.Failed == "") != (failed == "") || !strings.Contains(s.Failed, failed) || (s.Counts == nil) != (failed != "") || !reflect.DeepEqual(s.Digests, []ScanDigest{{sumC, OfConfig}}) {
			t.Errorf("%s: %+v", status, s)
		}
	}
	s := scan(t, "apiVersion: spdx.softwarecomposition.kubescape.io/v1beta1\nkind: VulnerabilityManifest\nmetadata: {name: x, annotations: {kubescape.io/wlid: wlid://cluster-a/namespace-shop/replicaset-web-5d-x}}\n")
	if s.Workload != model.KindByName("ReplicaSet").Ref("shop", "web-5d-x") {
		t.Errorf("%+v", s.Workload)
	}
}

func TestPolicyReports(t *testing.T) {
	results := `
results:
- {policy: CVE-1, severity: critical, result: fail, source: Trivy Vulnerability, category: Vulnerability Scan, timestamp: {seconds: 1790000000, nanos: 0},
   resources: [{apiVersion: apps/v1, kind: ReplicaSet, namespace: shop, name: web-5d}], properties: {artifact.repository: team/web, artifact.tag: "1", registry.server: registry.example}}
- {policy: CVE-2, severity: low, result: warn, source: Trivy Vulnerability, category: Vulnerability Scan}
- {policy: CVE-3, result: skip, source: Trivy Vulnerability, category: Vulnerability Scan}
- {policy: CVE-4, severity: high, result: pass, source: Trivy Vulnerability, category: Vulnerability Scan}
- {policy: no-latest, severity: high, result: fail, source: kyverno}
`
	for _, kind := range []string{"wgpolicyk8s.io/v1alpha2\nkind: PolicyReport", "openreports.io/v1alpha1\nkind: Report"} {
		s := scan(t, "apiVersion: "+kind+"\nmetadata: {name: r, namespace: shop}\n"+results)
		if s.Source != SourcePolicyReport || s.Scanner != "Trivy Vulnerability" || *s.Counts != (Counts{Critical: 1, Low: 1}) || s.Image != "registry.example/team/web:1" || s.Scanned != 1790000000 ||
			s.Workload != model.KindByName("ReplicaSet").Ref("shop", "web-5d") || !s.Listed {
			t.Errorf("%+v", s)
		}
	}
	// What tells of no vulnerability tells of no scan either.
	for result, want := range map[string]struct {
		failed, partial string
		listed          bool
	}{
		"error":       {"errors", "", false},
		"error, skip": {"errors", "", false},
		"skip":        {"", "passed or skipped", false},
		"pass":        {"", "passed or skipped", false},
		"fail, error": {"", "some of its results are errors", true},
	} {
		var list []string
		for one := range strings.SplitSeq(result, ", ") {
			list = append(list, "{policy: p, severity: high, result: "+one+", source: Trivy Vulnerability, category: Vulnerability Scan, properties: {artifact.digest: \""+sumA+"\"}}")
		}
		s := scan(t, "apiVersion: wgpolicyk8s.io/v1alpha2\nkind: PolicyReport\nmetadata: {name: r, namespace: shop}\nresults: ["+strings.Join(list, ", ")+"]\n")
		if s.Counts != nil || !strings.Contains(s.Failed, want.failed) || !strings.Contains(s.Partial, want.partial) || (s.Failed == "") != (want.failed == "") || s.Filtered != (want.partial != "") || s.Listed != want.listed {
			t.Errorf("%s: %+v", result, s)
		}
	}
	labelled := scan(t, "apiVersion: wgpolicyk8s.io/v1alpha2\nkind: ClusterPolicyReport\nmetadata: {name: r, labels: {trivy-operator.source: ClusterVulnerabilityReport, trivy-operator.container.name: c}}\nresults: []\n")
	if labelled.Counts != nil || labelled.Container != "c" {
		t.Errorf("without results nothing was counted: %+v", labelled)
	}
	r, _ := Make(untyped(t, "apiVersion: wgpolicyk8s.io/v1alpha2\nkind: PolicyReport\nmetadata: {name: r}\nsummary: {fail: 1}\nresults: [{policy: no-latest, result: fail, source: kyverno, category: Vulnerability}]\n"))
	if c, ok := r.(*Custom); !ok || c.Body["results"] != nil || c.Body["summary"] == nil {
		t.Errorf("a report of Kyverno: %+v", r)
	}
}

func TestDigest(t *testing.T) {
	for in, want := range map[string]string{
		"docker.io/library/nginx@" + sumA: sumA, "docker-pullable://nginx@" + sumA: sumA, "docker://" + sumB: sumB, sumB: sumB, "nginx:1@" + strings.ToUpper(sumA): sumA,
		"nginx:1.29": "", "": "", "nginx": "", "localhost:5000/x": "", "nginx@sha256:xyz": "", "a@b": "", strings.Repeat("a", 64): "", "registry.example:" + strings.Repeat("a", 64) + "/x": "",
	} {
		if got := Digest(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// FuzzUntyped looks that no report makes reading fail.
func FuzzUntyped(f *testing.F) {
	f.Add(`{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"VulnerabilityReport","metadata":{"name":"x"},"report":{"summary":{"criticalCount":1e99},"os":7}}`)
	f.Add(`{"apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","kind":"VulnerabilityManifest","metadata":{"annotations":{"kubescape.io/wlid":"wlid:///"}},"spec":{"payload":{"matches":[1,{}]}}}`)
	f.Add(`{"apiVersion":"wgpolicyk8s.io/v1alpha2","kind":"PolicyReport","results":[{"source":"trivy","category":"vulnerability","properties":[]}]}`)
	f.Add(`{"apiVersion":"isindir.github.com/v1alpha3","kind":"SopsSecret","spec":{"secretTemplates":{"a":1}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		u := &unstructured.Unstructured{}
		if json.Unmarshal([]byte(text), &u.Object) != nil || u.Object == nil {
			return
		}
		r, err := Make(u)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Same(r.DeepCopyObject().(model.Record)) {
			t.Error("a copy differs")
		}
	})
}
