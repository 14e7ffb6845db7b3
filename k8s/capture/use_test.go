package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// usedServer serves a budget and a Certificate that are written by other versions, beside what fakeServer serves.
func usedServer(t *testing.T) *httptest.Server {
	entry := func(manager, apiVersion, day string) map[string]any {
		return map[string]any{"manager": manager, "operation": "Update", "apiVersion": apiVersion, "time": "2026-11-" + day + "T00:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": map[string]any{"f:spec": map[string]any{"f:CANARY": map[string]any{}}}}
	}
	object := func(name, applied string, fields ...any) map[string]any {
		return map[string]any{"metadata": map[string]any{"name": name, "namespace": "shop", "annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": applied}, "managedFields": fields}}
	}
	below := &fakeServer{t: t, pods: 1}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list := map[string]any{"kind": "List", "apiVersion": "v1"}
		switch r.URL.Path {
		case "/apis/policy/v1/poddisruptionbudgets":
			list["items"] = []any{
				object("old", `{"apiVersion":"policy/v1beta1","x":"CANARY"}`, entry("kubectl", "policy/v1", "03"), entry("argo\u001b", "policy/v1beta1", "02")),
				object("new", `{"apiVersion":"policy/v1","x":"CANARY"}`, entry("CANARY", "policy/v1", "03")),
				object("odd", "CANARY", "x", map[string]any{"manager": 7, "apiVersion": []any{}}, map[string]any{"manager": "m", "apiVersion": "CANARY"}),
			}
		case "/apis/cert-manager.io/v1/certificates":
			list["items"] = []any{object("c", `{"apiVersion":"cert-manager.io/v1alpha2"}`)}
		default:
			below.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		must(json.NewEncoder(w).Encode(list))
	}))
	t.Cleanup(s.Close)
	return s
}

// TestUsesOutlastACapture holds that a capture tells by which versions objects are written, and of that nothing else.
func TestUsesOutlastACapture(t *testing.T) {
	var out bytes.Buffer
	kinds := []*model.Kind{model.KindByName("PodDisruptionBudget"), model.KindByName("Certificate"), model.KindByName("Secret")}
	if _, err := Write(context.Background(), &out, Export{Config: &rest.Config{Host: usedServer(t).URL}, Kinds: kinds}); err != nil {
		t.Fatal(err)
	}
	if text := unpackAll(t, out.Bytes()); strings.Contains(text, "CANARY") || strings.Contains(text, "last-applied-configuration") || strings.Contains(text, "fieldsV1") {
		t.Errorf("more than versions was written:\n%s", text)
	}
	s := openText(t, "c.tar.gz", out.String())
	for _, p := range s.Problems() {
		t.Error(p)
	}
	second := time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC).Unix()
	for name, want := range map[string][]record.Use{
		"PodDisruptionBudget/old": {{APIVersion: "policy/v1beta1", Manager: record.ByLastApplied}, {APIVersion: "policy/v1beta1", Manager: "argo\x1b", At: second}},
		"PodDisruptionBudget/new": nil, "PodDisruptionBudget/odd": nil,
		"Certificate/c": {{APIVersion: "cert-manager.io/v1alpha2", Manager: record.ByLastApplied}},
		"Secret/s":      nil,
	} {
		kind, object, _ := strings.Cut(name, "/")
		r := s.objects[keyOf(model.KindByName(kind).Ref("shop", object))].record.(interface {
			Uses() []record.Use
			LastWritten() (string, int64)
		})
		if got := r.Uses(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if writer, at := r.LastWritten(); writer != "" || at != 0 {
			t.Errorf("%s: written by %q at %d", name, writer, at)
		}
	}
}

// TestUsesOfFiles holds what files tell: the version they are written in, and in what kubectl gives out its annotation and the managers.
func TestUsesOfFiles(t *testing.T) {
	s := openText(t, "a.yaml", `
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: b, namespace: shop}
spec: {maxUnavailable: 1}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: i
  namespace: shop
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"extensions/v1beta1","kind":"Ingress"}
  managedFields:
  - {manager: nginx, operation: Update, apiVersion: networking.k8s.io/v1beta1, time: "2026-11-02T00:00:00Z"}
`)
	uses := func(kind, name string) []record.Use {
		return s.objects[keyOf(model.KindByName(kind).Ref("shop", name))].record.(interface{ Uses() []record.Use }).Uses()
	}
	if got := uses("PodDisruptionBudget", "b"); !reflect.DeepEqual(got, []record.Use{{APIVersion: "policy/v1beta1", Manager: record.ByFile}}) {
		t.Errorf("%v", got)
	}
	at := time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC).Unix()
	if got := uses("Ingress", "i"); !reflect.DeepEqual(got, []record.Use{{APIVersion: "extensions/v1beta1", Manager: record.ByLastApplied}, {APIVersion: "networking.k8s.io/v1beta1", Manager: "nginx", At: at}}) {
		t.Errorf("%v", got)
	}
}
