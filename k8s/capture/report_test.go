package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// reports are of two tools, and an object that says that one of its namespace is meant.
var reportFile = `
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata:
  name: replicaset-web-web
  namespace: shop
  labels: {trivy-operator.resource.kind: ReplicaSet, trivy-operator.resource.name: web, trivy-operator.container.name: web}
  annotations: {trivy-operator.aquasecurity.github.io/report-ttl: 24h}
report:
  updateTimestamp: "2026-11-02T00:00:00Z"
  artifact: {repository: library/nginx, tag: "1", digest: "sha256:` + strings.Repeat("a", 64) + `"}
  summary: {criticalCount: 2, highCount: 0, mediumCount: 0, lowCount: 0, unknownCount: 0}
  vulnerabilities: [{vulnerabilityID: CVE-1, title: words of it}]
---
apiVersion: spdx.softwarecomposition.kubescape.io/v1beta1
kind: VulnerabilityManifest
metadata:
  name: m
  annotations: {kubescape.io/image-id: "docker.io/library/nginx@sha256:` + strings.Repeat("b", 64) + `", kubescape.io/image-tag: "nginx:1"}
spec: {metadata: {tool: {name: grype}, report: {createdAt: "2026-11-02T00:00:00Z"}}, payload: {matches: [{vulnerability: {severity: High}}]}}
`

func TestReportsInFiles(t *testing.T) {
	s := openText(t, "r.yaml", reportFile)
	if list := s.Problems(); len(list) > 0 {
		t.Error(list)
	}
	trivy := model.KindByName("VulnerabilityReport").Ref("shop", "replicaset-web-web")
	kubescape := model.KindByName("VulnerabilityManifest").Ref("default", "m")
	out := running(t, s)
	for ref, want := range map[model.Ref]record.Counts{trivy: {Critical: 2}, kubescape: {High: 1}} {
		r, ok := out.records[keyOf(ref)].(*record.Scan)
		if !ok || *r.Counts != want || len(r.Digests) != 1 || r.Ref() != ref {
			t.Errorf("%s: %+v", ref, out.records[keyOf(ref)])
		}
	}
	u, err := s.Get(context.Background(), trivy)
	if err != nil {
		t.Fatal(err)
	}
	if whole, _ := json.Marshal(u); !strings.Contains(string(whole), "words of it") {
		t.Errorf("opened: %s", whole)
	}
	kinds, _ := s.Kinds(context.Background())
	found := 0
	for _, k := range kinds {
		if k.Kind == "VulnerabilityReport" || k.Kind == "VulnerabilityManifest" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of the kinds are known", found)
	}
}

// TestReportsInCaptures writes reports whole, asks for few at a time, and reads them back as they were.
func TestReportsInCaptures(t *testing.T) {
	first := openText(t, "r.yaml", reportFile)
	var items [][]byte
	for _, o := range first.objects {
		if tree, err := first.tree(o); err != nil {
			t.Fatal(err)
		} else if o.ref.Kind == "VulnerabilityReport" {
			data, _ := json.Marshal(tree)
			items = append(items, data)
		}
	}
	limit := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/vulnerabilityreports") {
			limit = r.URL.Query().Get("limit")
		}
		_, _ = w.Write([]byte(`{"kind":"VulnerabilityReportList","apiVersion":"aquasecurity.github.io/v1alpha1","items":[` + string(bytes.Join(items, []byte(","))) + `]}`))
	}))
	defer server.Close()
	var file bytes.Buffer
	kind := model.KindByName("VulnerabilityReport")
	if _, err := Write(t.Context(), &file, Export{Config: &rest.Config{Host: server.URL}, Kinds: []*model.Kind{kind}}); err != nil {
		t.Fatal(err)
	}
	again := openText(t, "c.tar.gz", file.String())
	k := keyOf(kind.Ref("shop", "replicaset-web-web"))
	if again.objects[k] == nil || !again.objects[k].record.Same(first.objects[k].record) {
		t.Errorf("%+v\nwas %+v", again.objects[k], first.objects[k].record)
	}
	if !strings.Contains(unpackAll(t, file.Bytes()), "words of it") || limit != "50" {
		t.Errorf("a page of %s reports, or its vulnerabilities are gone", limit)
	}
}

// hound finds canaries.
type hound struct{}

func (hound) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, "CANARY") {
		return nil
	}
	return []model.Exposure{{Path: path, Name: name, Length: len(value)}}
}

func TestInspectionOfFiles(t *testing.T) {
	s := openText(t, "c.yaml", `
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop, annotations: {note: CANARY}}
data: {a: CANARY}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop, annotations: {note: CANARY}}
stringData: {a: CANARY}
---
apiVersion: example.com/v1
kind: App
metadata: {name: a, namespace: shop, annotations: {note: CANARY}}
spec: {token: CANARY}
---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: s, namespace: shop}
spec: {encryptedData: {token: CANARY}}
`, func(o *Options) { o.Inspector = hound{} })
	exposed := func(group, kind, name string) string {
		var list []string
		r := s.objects[keyOf(model.Ref{Group: group, Kind: kind, Namespace: "shop", Name: name})].record
		for _, e := range r.(interface{ Exposed() []model.Exposure }).Exposed() {
			list = append(list, e.Path)
		}
		return strings.Join(list, " ")
	}
	for _, c := range []struct{ group, kind, name, want string }{
		{"", "ConfigMap", "c", "data.a metadata.annotations.note"}, {"", "Secret", "s", "metadata.annotations.note"},
		{"example.com", "App", "a", "metadata.annotations.note"}, {"bitnami.com", "SealedSecret", "s", ""},
	} {
		if got := exposed(c.group, c.kind, c.name); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
	out := newSink()
	elsewhere := model.SweepOptions{CustomResources: true, Namespaces: []string{"back"}}
	if err := s.Sweep(context.Background(), elsewhere, out); err != nil || len(out.records) != 0 {
		t.Errorf("in another namespace: %v %v", err, out.records)
	}
	if err := s.Sweep(context.Background(), model.SweepOptions{CustomResources: true, Events: true}, out); !errors.Is(err, errNoEvents) {
		t.Error(err)
	}
	if len(out.records) != 1 {
		t.Errorf("%v", out.records)
	}
	for _, r := range out.records {
		if w := r.(*record.Sweep); w.Object.Kind != "App" || len(w.Exposures) != 1 || w.Exposures[0].Path != "spec.token" {
			t.Errorf("%+v", w)
		}
	}
	if err := s.Sweep(context.Background(), elsewhere, out); err != nil || len(out.records) != 1 {
		t.Errorf("after a look at another namespace: %v %v", err, out.records)
	}
	if err := s.Delete(model.Ref{Group: "example.com", Kind: "App", Namespace: "shop", Name: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(context.Background(), model.SweepOptions{CustomResources: true}, out); err != nil || len(out.records) != 0 {
		t.Errorf("%v %v", err, out.records)
	}
	if err := openText(t, "c.yaml", reportFile).Sweep(context.Background(), model.SweepOptions{CustomResources: true}, out); !errors.Is(err, errNobody) {
		t.Error(err)
	}
}
