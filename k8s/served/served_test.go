package served

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/scheme"
)

// client asks a server that answers by path; the paths that were asked for are appended to asked.
func client(t *testing.T, answers map[string]string, asked *[]string) rest.Interface {
	t.Helper()
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		*asked = append(*asked, r.URL.Path)
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		text, ok := answers[r.URL.Path]
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		case text == "":
			w.WriteHeader(http.StatusForbidden)
		default:
			_, _ = w.Write([]byte(text))
		}
	}))
	t.Cleanup(server.Close)
	c, err := rest.UnversionedRESTClientFor(&rest.Config{Host: server.URL, ContentConfig: rest.ContentConfig{NegotiatedSerializer: serializer.NewCodecFactory(scheme.Types()).WithoutConversion()}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names(kinds []*model.Kind) string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.Group+"/"+k.Version+"/"+k.Resource)
	}
	return strings.Join(list, " ")
}

func entry(resource, kind, scope string) string {
	return `{"resource":"` + resource + `","responseKind":{"kind":"` + kind + `"},"scope":"` + scope + `","verbs":["get","list","watch"]}`
}

func TestAggregated(t *testing.T) {
	var asked []string
	c := client(t, map[string]string{"/apis": `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[
		{"metadata":{"name":"apps"},"versions":[{"version":"v1","resources":[` + entry("deployments", "Deployment", "Namespaced") + `]}]},
		{"metadata":{"name":"gateway.networking.k8s.io"},"versions":[
			{"version":"v1beta1","resources":[` + entry("gateways", "Gateway", "Namespaced") + `,` + entry("httproutes", "HTTPRoute", "Namespaced") + `]},
			{"version":"v1","resources":[` + entry("gateways", "Gateway", "Namespaced") + `]},
			{"version":"v1alpha2","resources":[` + entry("tcproutes", "TCPRoute", "Namespaced") + `,{"resource":"udproutes","responseKind":{"kind":"UDPRoute"},"scope":"Namespaced","verbs":["create"]}]}]},
		{"metadata":{"name":"projectcalico.org"},"versions":[{"version":"v3","freshness":"Current","resources":[` + entry("networkpolicies", "NetworkPolicy", "Namespaced") + `]}]},
		{"metadata":{"name":"crd.projectcalico.org"},"versions":[{"version":"v1","resources":[` + entry("networkpolicies", "NetworkPolicy", "Namespaced") + `,` + entry("globalnetworkpolicies", "GlobalNetworkPolicy", "Cluster") + `]}]},
		{"metadata":{"name":"cilium.io"},"versions":[{"version":"v3","resources":[` + entry("ciliumnetpols", "CiliumNetworkPolicy", "Cluster") + `]}]},
		{"metadata":{"name":"route.openshift.io"},"versions":[{"version":"v1","freshness":"Stale"}]},
		{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}`}, &asked)
	a, err := Ask(t.Context(), c, model.OptionalKinds())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(a.Kinds), "gateway.networking.k8s.io/v1/gateways gateway.networking.k8s.io/v1beta1/httproutes gateway.networking.k8s.io/v1alpha2/tcproutes "+
		"cilium.io/v3/ciliumnetpols projectcalico.org/v3/networkpolicies crd.projectcalico.org/v1/globalnetworkpolicies"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := names(a.Twins); got != "crd.projectcalico.org/v1/networkpolicies" {
		t.Errorf("twins %s", got)
	}
	if len(a.Silent) != 1 || !strings.Contains(a.Silent["route.openshift.io"], "does not answer") {
		t.Errorf("silent %v", a.Silent)
	}
	if k := a.Has(model.KindByName("CiliumNetworkPolicy").GroupKind()); k.Namespaced {
		t.Error("the scope is the server's")
	}
	if a.Has(model.KindByName("Gateway").GroupKind()) != model.KindByName("Gateway") {
		t.Error("a kind that is served as expected is the table's own")
	}
	if len(asked) != 1 {
		t.Errorf("asked for %v", asked)
	}
}

// TestSingle asks a server that knows no aggregated discovery.
func TestSingle(t *testing.T) {
	var asked []string
	c := client(t, map[string]string{
		"/apis": `{"kind":"APIGroupList","apiVersion":"v1","groups":[
			{"name":"apps","versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}},
			{"name":"policy.networking.k8s.io","versions":[{"version":"v1alpha1"},{"version":"v1alpha2"}],"preferredVersion":{"version":"v1alpha2"}},
			{"name":"cilium.io","versions":[{"version":"v2alpha1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}},
			{"name":"k8s.ovn.org","versions":[{"version":"v1"}],"preferredVersion":{"version":"v1"}}]}`,
		"/apis/policy.networking.k8s.io/v1alpha1": `{"kind":"APIResourceList","resources":[{"name":"adminnetworkpolicies","kind":"AdminNetworkPolicy","verbs":["list"]},{"name":"adminnetworkpolicies/status","kind":"AdminNetworkPolicy","verbs":["get"]}]}`,
		"/apis/policy.networking.k8s.io/v1alpha2": `{"kind":"APIResourceList","resources":[{"name":"clusternetworkpolicies","kind":"ClusterNetworkPolicy","verbs":["list"]}]}`,
		"/apis/cilium.io/v2":                      "",
	}, &asked)
	a, err := Ask(t.Context(), c, model.OptionalKinds())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(a.Kinds), "policy.networking.k8s.io/v1alpha1/adminnetworkpolicies policy.networking.k8s.io/v1alpha2/clusternetworkpolicies"; got != want {
		t.Errorf("got %s", got)
	}
	// What is denied is not known; what went meanwhile is not there.
	if len(a.Silent) != 1 || a.Silent["cilium.io"] == "" {
		t.Errorf("silent %v", a.Silent)
	}
	if len(asked) != 6 {
		t.Errorf("asked for %v", asked)
	}
}

func TestNoAnswer(t *testing.T) {
	var asked []string
	if _, err := Ask(t.Context(), client(t, map[string]string{"/apis": ""}, &asked), model.OptionalKinds()); !apierrors.IsForbidden(err) {
		t.Errorf("denied: %v", err)
	}
	for what, text := range map[string]string{"a page of a proxy": "<html>", "another object": `{"kind":"Status"}`} {
		if _, err := Ask(t.Context(), client(t, map[string]string{"/apis": text}, &asked), model.OptionalKinds()); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
