package live

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// put makes an object of a manifest, as soon as the server serves its kind.
func (i *installer) put(k *model.Kind, namespace, manifest string) {
	i.t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(manifest), &o.Object); err != nil {
		i.t.Fatal(err)
	}
	o.SetGroupVersionKind(k.GVK())
	o.SetUID("")
	o.SetResourceVersion("")
	o.SetManagedFields(nil)
	o.SetNamespace(namespace)
	var err error
	for range 300 {
		if k.Namespaced {
			_, err = i.client.Resource(k.GVR()).Namespace(namespace).Create(context.Background(), o, metav1.CreateOptions{})
		} else {
			_, err = i.client.Resource(k.GVR()).Create(context.Background(), o, metav1.CreateOptions{})
		}
		if err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	i.t.Fatal(err)
}

// TestReportsOfACluster reads reports of scanners from a real API server: they appear, change and vanish, and a page opened
// shows the vulnerabilities that no record holds.
func TestReportsOfACluster(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	namespace := lab.Namespace(t)
	manifests := wholeReports()
	for name := range manifests {
		k := model.KindByName(name)
		i.install(k, k.Version)
		i.put(k, namespace, manifests[name])
	}
	for _, mode := range []string{"streamed", "paged"} {
		t.Run(mode, func(t *testing.T) {
			config, g := haunt(t, lab.Config(labtest.Canopy))
			if mode == "paged" {
				g.harm(func(r *http.Request) *http.Response {
					if streams(r) {
						return answer(http.StatusUnprocessableEntity, "Invalid", "")
					}
					return nil
				})
			}
			source, sink := start(t, config, nil)
			eventually(t, "settled", sink, sink.settled)
			if told := sink.summary(); told != "" {
				t.Errorf("not complete:\n%s", told)
			}
			for name := range manifests {
				k := model.KindByName(name)
				place := namespace
				if !k.Namespaced {
					place = ""
				}
				r := sink.record(k.Ref(place, "r"))
				if a, ok := r.(*record.Assessment); ok {
					if len(a.Failed) != 1 || a.OfName == "" {
						t.Errorf("%s: %+v", name, a)
					}
					continue
				}
				s, scan := r.(*record.Scan)
				if r == nil || scan == (k.Group == model.GroupOpenReports) || scan && (s.Counts == nil || s.Counts.Sum() == 0) {
					t.Errorf("%s: %+v", name, r)
				}
				for _, request := range g.seen(k.Resource) {
					if limit := request.URL.Query().Get("limit"); limit != "" && limit != "50" {
						t.Errorf("%s: a page of %s", name, limit)
					}
				}
			}
			k := model.KindByName("VulnerabilityReport")
			u, err := source.Get(context.Background(), k.Ref(namespace, "r"))
			if err != nil {
				t.Fatal(err)
			}
			if whole, _ := json.Marshal(u); !strings.Contains(string(whole), `a \"}] title`) || !strings.Contains(string(whole), "report-ttl") {
				t.Errorf("opened: %s", whole)
			}
			reports := i.client.Resource(k.GVR()).Namespace(namespace)
			name := "second-" + mode
			i.put(k, namespace, strings.Replace(manifests["VulnerabilityReport.aquasecurity.github.io"], "name: r\n", "name: "+name+"\n", 1))
			ref := k.Ref(namespace, name)
			eventually(t, "a new report", sink, func() bool { return sink.record(ref) != nil })
			patch := `{"report":{"summary":{"criticalCount":7},"vulnerabilities":[]}}`
			if _, err := reports.Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the change", sink, func() bool { return sink.record(ref).(*record.Scan).Counts.Critical == 7 })
			if err := reports.Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the end", sink, func() bool { return sink.record(ref) == nil })
		})
	}
}
