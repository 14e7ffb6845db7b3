package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

const policies = `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: p, namespace: misplaced}
spec: {tier: Admin}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: r}
spec: {hostnames: [a.example]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: s, namespace: shop}
spec: {hostnames: [b.example]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: same, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: crd.antrea.io/v1beta1
kind: NetworkPolicy
metadata: {name: same, namespace: shop}
spec: {priority: 5}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: same, namespace: shop}
spec: {order: 5}
`

// optionals gives the states of the optional kinds of which the source speaks.
func optionals(s *Source) map[string]model.CoverState {
	list := map[string]model.CoverState{}
	for _, c := range s.coverage {
		if model.OptionalKind(c.Kind) != nil && c.Namespace == "" {
			list[c.Kind.String()] = c.State
		}
	}
	return list
}

// TestOptionalKindsOfManifests takes manifests for the whole cluster: a kind that they do not hold is not there.
func TestOptionalKindsOfManifests(t *testing.T) {
	s := openText(t, "policies.yaml", policies)
	for _, p := range s.Problems() {
		t.Error(p)
	}
	want := []string{"ClusterNetworkPolicy/p", "default/HTTPRoute/r", "shop/HTTPRoute/s", "shop/NetworkPolicy/same", "shop/NetworkPolicy/same", "shop/NetworkPolicy/same"}
	if got := refs(s); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := optionals(s); len(got) != 4 || got["ClusterNetworkPolicy.policy.networking.k8s.io"] != model.Complete || got["NetworkPolicy.crd.antrea.io"] != model.Complete {
		t.Errorf("coverage %v", got)
	}
	for _, name := range []string{"r", "s"} {
		namespace, version := "shop", "v1"
		if name == "r" {
			namespace, version = "default", "v1beta1"
		}
		ref := model.KindByName("HTTPRoute").At(version).Ref(namespace, name)
		o := s.objects[keyOf(ref)]
		if o == nil || o.ref != ref || o.record.Ref() != ref || o.record.(*record.Custom).Kind.Version != version || o.record.(*record.Custom).Kind.Resource != "httproutes" {
			t.Errorf("%s: %+v", ref, o)
		}
	}
	if *model.KindByName("HTTPRoute") != (model.Kind{Group: model.GroupGateway, Version: "v1", Kind: "HTTPRoute", Resource: "httproutes", Namespaced: true}) {
		t.Error("the table was changed")
	}
}

// TestOptionalKindsOfDumps are not in a dump that has no room for them; where it holds definitions, these tell.
func TestOptionalKindsOfDumps(t *testing.T) {
	list := func(items ...string) string {
		return `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},"items":[` + strings.Join(items, ",") + `]}`
	}
	pod := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop","uid":"1"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	definition := `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gateways.gateway.networking.k8s.io","uid":"2"},
		"spec":{"group":"gateway.networking.k8s.io","scope":"Namespaced","names":{"kind":"Gateway","plural":"gateways"},"versions":[{"name":"v1","served":true,"storage":true}]}}`
	calico := `{"apiVersion":"projectcalico.org/v3","kind":"NetworkPolicy","metadata":{"name":"p","namespace":"shop","uid":"3"}}`
	got := optionals(openText(t, "pods.json", list(pod)))
	if len(got) != len(model.OptionalKinds()) || got["Gateway.gateway.networking.k8s.io"] != model.Absent {
		t.Errorf("pods: %v", got)
	}
	got = optionals(openText(t, "more.json", list(pod, definition, calico)))
	want := map[string]model.CoverState{"Gateway.gateway.networking.k8s.io": model.Absent, "Route.route.openshift.io": model.Absent,
		"NetworkPolicy.projectcalico.org": model.Complete, "GlobalNetworkPolicy.projectcalico.org": model.Absent}
	if len(got) != len(want) {
		t.Errorf("with definitions: %v", got)
	}
	for kind, state := range want {
		if got[kind] != state {
			t.Errorf("%s: %q, want %q", kind, got[kind], state)
		}
	}
}

// TestOptionalKindsOfCaptures reads back what a capture says of them.
func TestOptionalKindsOfCaptures(t *testing.T) {
	resources := func(list ...string) string {
		for i, r := range list {
			name, kind, _ := strings.Cut(r, " ")
			list[i] = `{"resource":"` + name + `","responseKind":{"kind":"` + kind + `"},"scope":"Namespaced","verbs":["list"]}`
		}
		return strings.Join(list, ",")
	}
	discovery := `{"kind":"APIGroupDiscoveryList","items":[
		{"metadata":{"name":"gateway.networking.k8s.io"},"versions":[{"version":"v1beta1","resources":[` + resources("gateways Gateway", "httproutes HTTPRoute") + `]}]},
		{"metadata":{"name":"cilium.io"},"versions":[{"version":"v2","resources":[` + resources("ciliumnetworkpolicies CiliumNetworkPolicy") + `]}]},
		{"metadata":{"name":"projectcalico.org"},"versions":[{"version":"v3","resources":[` + resources("networkpolicies NetworkPolicy") + `]}]},
		{"metadata":{"name":"crd.projectcalico.org"},"versions":[{"version":"v1","resources":[` + resources("networkpolicies NetworkPolicy") + `]}]},
		{"metadata":{"name":"route.openshift.io"},"versions":[{"version":"v1","freshness":"Stale"}]}]}`
	var asked []string
	answer := discovery
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		switch path := r.URL.Path; {
		case path == "/apis" && answer == "":
			w.WriteHeader(http.StatusForbidden)
		case path == "/apis":
			_, _ = io.WriteString(w, answer)
		case path == "/apis/cilium.io/v2/ciliumnetworkpolicies":
			w.WriteHeader(http.StatusForbidden)
		case path == "/apis/gateway.networking.k8s.io/v1beta1/httproutes":
			_, _ = io.WriteString(w, `{"kind":"HTTPRouteList","items":[{"metadata":{"name":"r","namespace":"shop"},"spec":{"hostnames":["a.example"]}}]}`)
		case r.Header.Get("Accept") == acceptTable:
			_, _ = io.WriteString(w, `{"kind":"Table"}`)
		default:
			_, _ = io.WriteString(w, `{"kind":"List","items":null}`)
		}
	}))
	defer server.Close()
	capture := func() *Source {
		t.Helper()
		var out bytes.Buffer
		if _, err := Write(context.Background(), &out, Export{Config: &rest.Config{Host: server.URL}}); err != nil {
			t.Fatal(err)
		}
		s := openText(t, "c.tar.gz", out.String())
		for _, p := range s.Problems() {
			t.Error(p)
		}
		return s
	}
	s := capture()
	want := map[string]model.CoverState{"Gateway.gateway.networking.k8s.io": model.Complete, "HTTPRoute.gateway.networking.k8s.io": model.Complete,
		"CiliumNetworkPolicy.cilium.io": model.Denied, "NetworkPolicy.projectcalico.org": model.Complete, "Route.route.openshift.io": model.Absent}
	got := optionals(s)
	if len(got) != len(want) {
		t.Errorf("coverage %v", got)
	}
	for kind, state := range want {
		if got[kind] != state {
			t.Errorf("%s: %q, want %q", kind, got[kind], state)
		}
	}
	if s.objects[key{schema.GroupKind{Group: model.GroupGateway, Kind: "HTTPRoute"}, "shop", "r"}] == nil {
		t.Errorf("held %v", refs(s))
	}
	if slices.Contains(asked, "/apis/crd.projectcalico.org/v1/networkpolicies") {
		t.Error("the same objects were captured twice")
	}

	// Where the server does not say what it serves, nobody knows of any.
	answer = ""
	s = capture()
	if got := optionals(s); len(got) != len(model.OptionalKinds()) || got["HTTPRoute.gateway.networking.k8s.io"] != model.Absent {
		t.Errorf("coverage %v", got)
	}
	for _, c := range s.coverage {
		if model.OptionalKind(c.Kind) != nil && !strings.Contains(c.Reason, "not known") {
			t.Errorf("%+v", c)
		}
	}
}

// TestOlderCaptures did not look for optional kinds, and say so.
func TestOlderCaptures(t *testing.T) {
	m := Manifest{Format: formatName, Version: 1, Kinds: []ManifestKind{{Version: "v1", Kind: "Pod", State: model.Complete}}}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	must(writeAll(dir, map[string]string{manifestName: string(data), markerName: "x\n"}))
	s, err := Open(context.Background(), []string{dir}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := optionals(s); len(got) != len(model.OptionalKinds()) || got["Gateway.gateway.networking.k8s.io"] != model.Absent {
		t.Errorf("coverage %v", got)
	}
}

func writeAll(dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
