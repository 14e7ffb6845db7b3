package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// fakeServer serves lists page by page; it refuses some kinds, lets one token expire, and fails the test where a value of
// a Secret is asked for.
type fakeServer struct {
	t       testing.TB
	pods    int
	expired bool
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	reply := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		must(json.NewEncoder(w).Encode(v))
	}
	refuse := func(code int, reason string, more ...string) {
		meta := map[string]any{}
		if len(more) > 0 {
			meta["continue"] = more[0]
		}
		reply(code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": reason + " it is", "code": code, "metadata": meta})
	}
	switch path := r.URL.Path; {
	case path == "/version":
		reply(200, map[string]string{"gitVersion": "v1.37.2"})
	case path == "/api/v1/pods":
		if from == 20 && !f.expired {
			f.expired = true
			refuse(http.StatusGone, "Expired", "020")
			return
		}
		var items []any
		for i := from; i < min(from+limit, f.pods); i++ {
			p := samplePod(i)
			p.APIVersion, p.Kind = "", ""
			items = append(items, p)
		}
		next := ""
		if from+limit < f.pods {
			next = strconv.Itoa(from + limit)
		}
		reply(200, map[string]any{"kind": "PodList", "apiVersion": "v1", "metadata": map[string]any{"continue": next}, "items": items})
	case path == "/api/v1/secrets":
		if !strings.Contains(r.Header.Get("Accept"), "as=Table") || r.URL.Query().Get("includeObject") != "Metadata" {
			f.t.Errorf("secrets asked for as %s %s", r.Header.Get("Accept"), r.URL.RawQuery)
		}
		reply(200, map[string]any{"kind": "Table", "apiVersion": "meta.k8s.io/v1", "columnDefinitions": []any{map[string]any{"name": "Name"}, map[string]any{"name": "Type"}, map[string]any{"name": "Data"}, map[string]any{"name": "Age"}},
			"rows": []any{map[string]any{"cells": []any{"s", "kubernetes.io/tls", 2, "5d"}, "object": map[string]any{"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
				"metadata": map[string]any{"name": "s", "namespace": "shop", "annotations": map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "CANARY"}}}}}})
	case path == "/api/v1/configmaps":
		reply(200, map[string]any{"kind": "ConfigMapList", "apiVersion": "v1", "items": []any{map[string]any{"metadata": map[string]string{"name": "c", "namespace": "shop"}, "data": map[string]string{"a": "CANARY"}}}})
	case path == "/apis/rbac.authorization.k8s.io/v1/roles":
		refuse(http.StatusForbidden, "Forbidden")
	case path == "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles":
		reply(200, map[string]any{"kind": "RoleList", "apiVersion": "rbac.authorization.k8s.io/v1", "items": []any{map[string]any{"metadata": map[string]string{"name": "r", "namespace": "shop"}}}})
	case strings.HasPrefix(path, "/apis/rbac.authorization.k8s.io/v1/clusterrole"):
		refuse(http.StatusForbidden, "Forbidden")
	case strings.HasPrefix(path, "/apis/admissionregistration.k8s.io/"):
		refuse(http.StatusNotFound, "NotFound")
	default:
		reply(200, map[string]any{"kind": "List", "apiVersion": "v1", "items": nil})
	}
}

// TestRoundTrip captures a server and reads the capture again.
func TestRoundTrip(t *testing.T) {
	server := httptest.NewServer(&fakeServer{t: t, pods: 45})
	defer server.Close()
	var out bytes.Buffer
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	export := Export{Config: &rest.Config{Host: server.URL}, Clock: model.FixedClock(now), Page: 10, Namespaces: []string{"shop"}, Name: "test", Program: "v0",
		Extra: func() (map[string][]byte, error) { return map[string][]byte{"findings.json": []byte("[]")}, nil }}
	manifest, err := Write(context.Background(), &out, export)
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Files) != 6 {
		t.Errorf("files %+v", manifest.Files)
	}
	s := openText(t, "c.tar.gz", out.String())
	for _, p := range s.Problems() {
		t.Error(p)
	}
	if plain := openText(t, "f.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"); !manifest.Masked || !strings.Contains(s.Withheld(), "masked") || plain.Withheld() != "" {
		t.Errorf("masked %v: %q, and of a file %q", manifest.Masked, s.Withheld(), plain.Withheld())
	}
	if len(s.objects) != 45+3 {
		t.Errorf("%d objects", len(s.objects))
	}
	for kind, want := range map[string]model.CoverState{"Pod": model.Complete, "Secret": model.Complete, "Role": model.Denied, "ClusterRole": model.Denied, "ValidatingWebhookConfiguration": model.Absent, "Service": model.Complete} {
		if c := cover(s, kind); c.State != want || want != model.Complete && c.Reason == "" {
			t.Errorf("%s: %s %s", kind, c.State, c.Reason)
		}
	}
	inShop := false
	for _, c := range s.coverage {
		inShop = inShop || c.Namespace == "shop" && c.Kind.Kind == "Role" && c.State == model.Complete
	}
	if !inShop {
		t.Error("no coverage of roles in shop")
	}
	secret := s.objects[keyOf(model.KindByName("Secret").Ref("shop", "s"))].record.(*record.Secret)
	if secret.Keys != 2 || secret.Type != "kubernetes.io/tls" {
		t.Errorf("%+v", secret)
	}
	// Every pod is as it would be, had its masked form been read from the server.
	for i := range 45 {
		want := samplePod(i)
		got := s.objects[keyOf(model.KindByName("Pod").Ref(want.Namespace, want.Name))].record.(*record.Pod)
		if got.Node() != want.Spec.NodeName || got.Owner.Name != want.OwnerReferences[0].Name || got.Spec().Containers[0].Image != want.Spec.Containers[0].Image {
			t.Errorf("%+v", got)
		}
	}
	unpacked := unpackAll(t, out.Bytes())
	if strings.Contains(unpacked, "CANARY") || strings.Contains(unpacked, "https://service-") {
		t.Error("a value was written")
	}
	var again bytes.Buffer
	if _, err := Write(context.Background(), &again, export); err != nil || !bytes.Equal(again.Bytes(), out.Bytes()) {
		t.Errorf("the same cluster gives another capture: %v", err)
	}
}

func unpackAll(t testing.TB, data []byte) string {
	t.Helper()
	var all strings.Builder
	s := openText(t, "c.tar.gz", string(data))
	for _, o := range s.objects {
		text, err := o.text.packed.unpack()
		must(err)
		fmt.Fprintln(&all, string(text))
	}
	return all.String()
}

func TestWriteNothing(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := Write(context.Background(), &bytes.Buffer{}, Export{Config: &rest.Config{Host: server.URL}}); err == nil || !strings.Contains(err.Error(), "nothing could be read") {
		t.Error(err)
	}
}

// TestNamespaceByNamespace captures what a user may read who may list nothing everywhere: in the namespaces named first,
// then in those that may be listed, with the namespaces themselves.
func TestNamespaceByNamespace(t *testing.T) {
	listable := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		item := func(name string) map[string]any { return map[string]any{"metadata": map[string]any{"name": name}} }
		var v any
		switch r.URL.Path {
		case "/version":
			v = map[string]string{"gitVersion": "v1"}
		case "/api/v1/namespaces":
			if listable && strings.Contains(r.Header.Get("Accept"), "PartialObjectMetadataList") {
				v = map[string]any{"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "items": []any{item("b"), item("a"), item("shop")}}
			}
		case "/api/v1/namespaces/shop", "/api/v1/namespaces/a":
			v = item(r.URL.Path[len("/api/v1/namespaces/"):])
		case "/api/v1/namespaces/shop/pods", "/api/v1/namespaces/a/pods", "/api/v1/namespaces/b/pods":
			v = map[string]any{"kind": "PodList", "apiVersion": "v1", "items": []any{item("p")}}
		}
		if v == nil {
			w.WriteHeader(http.StatusForbidden)
			v = map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "message": strings.Repeat("no ", 500), "code": 403}
		}
		must(json.NewEncoder(w).Encode(v))
	}))
	defer server.Close()
	for _, c := range []struct {
		listable bool
		want     string
	}{{false, "Namespace=denied Namespace/shop=partial Pod=denied Pod/shop=complete"},
		{true, "Namespace=denied Namespace/shop=partial Namespace/a=partial Namespace/b=denied Pod=denied Pod/shop=complete Pod/a=complete Pod/b=complete"}} {
		listable = c.listable
		var out bytes.Buffer
		manifest, err := Write(t.Context(), &out, Export{Config: &rest.Config{Host: server.URL}, Namespaces: []string{"shop"},
			Kinds: []*model.Kind{model.KindByName("Namespace"), model.KindByName("Pod")}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range manifest.Kinds {
			name := k.Kind
			if k.Namespace != "" {
				name += "/" + k.Namespace
			}
			got = append(got, name+"="+string(k.State))
			if len(k.Reason) > 400 {
				t.Errorf("%s: a reason of %d bytes", name, len(k.Reason))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, " "), c.want)
		}
	}
}

// TestEndlessList gives up a list that goes round in circles.
func TestEndlessList(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"again"},"items":[{"metadata":{"name":"p","namespace":"d"}}]}`))
	}))
	defer server.Close()
	var out bytes.Buffer
	manifest, err := Write(t.Context(), &out, Export{Config: &rest.Config{Host: server.URL}, Kinds: []*model.Kind{model.KindByName("Pod")}})
	if err != nil || manifest.Kinds[0].State != model.Partial || !strings.Contains(manifest.Kinds[0].Reason, "does not end") {
		t.Errorf("%v %+v", err, manifest)
	}
}
