package live

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"canopy/k8s/live/sieve"
	"canopy/model"
	"canopy/model/record"
)

// wholeReports are reports with all that tools write into them.
func wholeReports() map[string]string {
	digest := "sha256:" + strings.Repeat("a", 64)
	return map[string]string{
		"VulnerabilityReport.aquasecurity.github.io": `
metadata:
  name: r
  namespace: shop
  uid: u
  resourceVersion: "7"
  creationTimestamp: "2026-11-01T00:00:00Z"
  labels: {trivy-operator.resource.kind: ReplicaSet, trivy-operator.resource.name: web, trivy-operator.container.name: web}
  annotations: {trivy-operator.aquasecurity.github.io/report-ttl: 24h}
  managedFields: [{manager: trivy-operator, operation: Update, time: "2026-11-01T00:00:00Z", fieldsV1: {"f:report": {}}}]
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: o, controller: true}]
report:
  updateTimestamp: "2026-11-02T00:00:00Z"
  artifact: {digest: "` + digest + `", repository: library/nginx, tag: "1"}
  registry: {server: index.docker.io}
  scanner: {name: Trivy, version: 0.70.0}
  os: {family: alpine, name: "3.20"}
  summary: {criticalCount: 1, highCount: 0, mediumCount: 0, lowCount: 0, unknownCount: 0}
  vulnerabilities: [{vulnerabilityID: CVE-1, title: "a \"}] title"}]
`,
		"ClusterInfraAssessmentReport.aquasecurity.github.io": `
metadata: {name: r, uid: u, resourceVersion: "7", labels: {trivy-operator.resource.kind: Node, trivy-operator.resource.name: n1}}
report:
  scanner: {name: Trivy}
  summary: {criticalCount: 1}
  checks:
  - {checkID: KCV0079, title: anonymous, severity: CRITICAL, success: false, messages: [words, words], remediation: words, description: words}
  - {checkID: KCV0080, title: fine, severity: HIGH, success: true}
`,
		"InfraAssessmentReport.aquasecurity.github.io": `
metadata: {name: r, namespace: kube-system, uid: u, resourceVersion: "7", ownerReferences: [{apiVersion: v1, kind: Pod, name: kube-apiserver-n1, uid: o, controller: true}]}
report: {updateTimestamp: "2026-11-02T00:00:00Z", checks: [{checkID: KCV0001, title: anonymous, severity: LOW, success: false}]}
`,
		"VulnerabilityManifest.spdx.softwarecomposition.kubescape.io": `
metadata: {name: r, namespace: shop, uid: u, resourceVersion: "7", annotations: {kubescape.io/image-id: "docker.io/library/nginx@` + digest + `"}}
spec:
  metadata: {tool: {name: grype, version: "1"}, report: {createdAt: "2026-11-02T00:00:00Z"}}
  payload: {distro: {name: debian, version: "12", idLike: []}, source: {type: image, target: {imageID: "` + digest + `", layers: [{digest: x}]}},
    matches: [{vulnerability: {severity: High, id: CVE-1, cvss: [{}]}, artifact: {name: x}}, {vulnerability: {severity: Low}}]}
`,
		"VulnerabilityManifestSummary.spdx.softwarecomposition.kubescape.io": `
metadata: {name: r, namespace: shop, uid: u, resourceVersion: "7"}
spec: {severities: {critical: {all: 3, relevant: 1}}, vulnerabilitiesRef: {all: {name: r}}}
status: {}
`,
		"PolicyReport.wgpolicyk8s.io": `
metadata: {name: r, namespace: shop, uid: u, resourceVersion: "7"}
scope: {apiVersion: apps/v1, kind: ReplicaSet, name: web, namespace: shop}
summary: {fail: 1}
results:
- {policy: CVE-1, message: words, severity: high, result: fail, source: Trivy Vulnerability, category: Vulnerability Scan, timestamp: {seconds: 1790000000, nanos: 5}, properties: {artifact.repository: web, artifact.tag: "1", primaryLink: x}}
`,
		"Report.openreports.io": `
metadata: {name: r, namespace: shop, uid: u, resourceVersion: "7"}
source: kyverno
summary: {fail: 1}
results: [{policy: p, message: words, result: fail, properties: {x: y}}]
`,
	}
}

func reportReaderOf(t *testing.T, kind string) *reportReader {
	t.Helper()
	k := model.KindByName(kind)
	if k == nil || record.ReportFields(k) == nil {
		t.Fatalf("%s is no report", kind)
	}
	return &reportReader{objectReader: objectReader{kind: k}, fields: record.ReportFields(k)}
}

// TestReportsAsStreams gives of the few fields that are read the records that the whole objects give.
func TestReportsAsStreams(t *testing.T) {
	for name, manifest := range wholeReports() {
		r := reportReaderOf(t, name)
		data, err := yaml.YAMLToJSON([]byte(manifest))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		u := &unstructured.Unstructured{}
		if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &u.Object); err != nil {
			t.Fatal(err)
		}
		u.SetGroupVersionKind(r.kind.GVK())
		want, err := record.Make(u)
		if err != nil {
			t.Fatal(err)
		}
		kept := reflect.TypeFor[*record.Scan]()
		switch {
		case strings.HasPrefix(name, "Report."):
			kept = reflect.TypeFor[*record.Custom]()
		case strings.Contains(name, "Assessment"):
			kept = reflect.TypeFor[*record.Assessment]()
		}
		if reflect.TypeOf(want) != kept {
			t.Errorf("%s is a %T", name, want)
		}
		frames := strings.Join([]string{frame("ADDED", string(data)), frame("MODIFIED", string(data)), frame("DELETED", string(data)),
			frame("BOOKMARK", `{"kind":"X","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}`),
			frame("ERROR", `{"kind":"Status","code":410,"reason":"Expired","message":"too old"}`)}, "\n")
		events, err := r.decode(frames)
		if !errors.Is(err, io.EOF) || len(events) != 5 {
			t.Fatalf("%s: %v after %d events", name, err, len(events))
		}
		for i, kind := range []watch.EventType{watch.Added, watch.Modified, watch.Deleted} {
			got, ok := events[i].Object.(model.Record)
			if !ok || events[i].Type != kind || !want.Same(got) || got.GetResourceVersion() != "7" || got.Ref() != want.Ref() {
				t.Errorf("%s: %v %+v\nwant %+v", name, events[i].Type, events[i].Object, want)
			}
		}
		if endOfList(events[3]) != "9" {
			t.Errorf("%s: the end of the list is %+v", name, events[3])
		}
		if status, ok := events[4].Object.(*metav1.Status); !ok || status.Code != 410 || status.Reason != metav1.StatusReasonExpired || status.Message != "too old" {
			t.Errorf("%s: an error is %+v", name, events[4])
		}
	}
}

// decode reads the frames of a watch to their end.
func (r *reportReader) decode(frames string) (events []watch.Event, err error) {
	object := record.Fields{"code": nil, "reason": nil, "message": nil}
	for k, below := range r.fields {
		object[k] = below
	}
	d := &reportDecoder{reader: r, body: io.NopCloser(strings.NewReader("")), sieve: sieve.New(strings.NewReader(frames)), fields: record.Fields{"type": nil, "object": object}}
	defer d.Close()
	for {
		event, object, err := d.Decode()
		if err != nil {
			return events, err
		}
		events = append(events, watch.Event{Type: event, Object: object})
	}
}

func TestReportsOfSurprises(t *testing.T) {
	r := reportReaderOf(t, "VulnerabilityReport")
	for _, frames := range []string{frame("ADDED", `[]`), frame("ADDED", `null`), frame("ODD", `{}`), `{"type":"ADDED"}`, `{"type":"ADDED","object":{"metadata"`, `[]`, `"x"`, frame("ERROR", `{"code":"x"}`)} {
		if events, err := r.decode(frames); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v %v", frames, events, err)
		}
	}
	events, err := r.decode(frame("ADDED", `{"metadata":7,"report":{"summary":[]}}`))
	if !errors.Is(err, io.EOF) || len(events) != 1 {
		t.Errorf("%v %v", events, err)
	}
}

// BenchmarkReportDecode measures how fast reports of 300 KB are read.
func BenchmarkReportDecode(b *testing.B) {
	item := reportJSON("r", "7")
	r := &reportReader{objectReader: objectReader{kind: model.KindByName("VulnerabilityReport")}, fields: record.ReportFields(model.KindByName("VulnerabilityReport"))}
	b.SetBytes(int64(len(item)))
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := sieve.New(bytes.NewReader(item)).Next(r.fields, &out); err != nil {
			b.Fatal(err)
		}
		if _, err := r.make(out.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
