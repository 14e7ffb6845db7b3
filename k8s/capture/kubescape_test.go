package capture

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// TestExportFillsManifests captures the manifests of kubescape whose image runs with what a scan has said: its lists hold metadata alone.
func TestExportFillsManifests(t *testing.T) {
	digest := func(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }
	manifest := func(name, spec string) string {
		return fmt.Sprintf(`{"apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","kind":"VulnerabilityManifest","metadata":{"name":%q,"namespace":"kubescape","uid":%q,"resourceVersion":"1","creationTimestamp":"2026-11-01T00:00:00Z",`+
			`"annotations":{"kubescape.io/image-id":"registry.example/x@%s"}},"spec":%s}`, name, name, digest(name[:1]), spec)
	}
	bare := `{"metadata":{"report":{"createdAt":null}},"payload":{"matches":null}}`
	for _, denied := range []bool{false, true} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			at, name, _ := strings.Cut(r.URL.Path, "/vulnerabilitymanifests/")
			switch {
			case name != "" && denied:
				http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":403,"reason":"Forbidden","message":"no"}`, http.StatusForbidden)
			case name != "":
				asked = append(asked, at[strings.LastIndex(at, "/")+1:]+"/"+name)
				_, _ = w.Write([]byte(manifest(name, `{"metadata":{"tool":{"name":"grype"},"report":{"createdAt":"2026-11-20T00:00:00Z"}},"payload":{"matches":[{"vulnerability":{"severity":"High","description":"long"}}]}}`)))
			case strings.HasSuffix(r.URL.Path, "/pods"):
				_, _ = w.Write([]byte(`{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"p","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"x"}]},` +
					`"status":{"initContainerStatuses":[{"name":"c","imageID":"registry.example/x@` + digest("a") + `"}]}}]}`))
			default:
				_, _ = w.Write([]byte(`{"kind":"List","apiVersion":"v1","metadata":{},"items":[` + manifest("a", bare) + "," + manifest("b", bare) + "]}"))
			}
		}))
		var out bytes.Buffer
		kinds := []*model.Kind{model.KindByName("Pod"), model.KindByName("VulnerabilityManifest")}
		if _, err := Write(t.Context(), &out, Export{Config: &rest.Config{Host: server.URL}, Kinds: kinds, Clock: model.FixedClock(time.Unix(1790000000, 0))}); err != nil {
			t.Fatal(err)
		}
		server.Close()
		s := openText(t, "c.tar.gz", out.String())
		scan := func(name string) *record.Scan {
			return s.objects[keyOf(kinds[1].Ref("kubescape", name))].record.(*record.Scan)
		}
		a, b, state := scan("a"), scan("b"), cover(s, "VulnerabilityManifest")
		if denied {
			if a.Counts != nil || state.State != model.Partial || !strings.Contains(state.Reason, "1 of them") {
				t.Errorf("denied: %+v, %+v", a, state)
			}
			continue
		}
		if a.Counts == nil || a.Counts.High != 1 || a.Scanned == 0 || b.Counts != nil || fmt.Sprint(asked) != "[kubescape/a]" || state.State != model.Complete {
			t.Errorf("%+v, %+v, asked for %v, %+v", a, b, asked, state)
		}
		if strings.Contains(unpackAll(t, out.Bytes()), "long") {
			t.Error("more is written than the record is made from")
		}
	}
}
