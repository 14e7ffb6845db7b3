package served

import (
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// aggregated and single are the same server, as a newer and as an older release tell of it.
func aggregated() map[string]string {
	return map[string]string{
		"/version": `{"gitVersion":"v1.37.2"}`,
		"/api": `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":""},"versions":[{"version":"v1","resources":[` +
			entry("pods", "Pod", "Namespaced") + `,` + entry("endpoints", "Endpoints", "Namespaced") + `,{"resource":"bindings","responseKind":{"kind":"Binding"},"scope":"Namespaced","verbs":["create"]}]}]}]}`,
		"/apis": `{"kind":"APIGroupDiscoveryList","items":[
			{"metadata":{"name":"batch"},"versions":[{"version":"v2","resources":[` + entry("cronjobs", "CronJob", "Namespaced") + `]},{"version":"v1","resources":[` + entry("cronjobs", "CronJob", "Namespaced") + `]}]},
			{"metadata":{"name":"cilium.io"},"versions":[{"version":"v2alpha1","resources":[` + entry("ciliumnetworkpolicies", "CiliumNetworkPolicy", "Namespaced") + `]}]},
			{"metadata":{"name":"example.com"},"versions":[
				{"version":"v2","resources":[` + entry("widgets", "Widget", "Cluster") + `]},
				{"version":"v1","resources":[` + entry("widgets", "Widget", "Namespaced") + `,` + entry("gadgets", "Gadget", "Namespaced") + `]}]},
			{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale","resources":[` + entry("pods", "PodMetrics", "Namespaced") + `]}]}]}`,
	}
}

func single() map[string]string {
	return map[string]string{
		"/version": `{"gitVersion":"v1.37.2"}`,
		"/api":     `{"kind":"APIVersions","versions":["v1"]}`,
		"/api/v1": `{"kind":"APIResourceList","resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["list"]},{"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]},
			{"name":"endpoints","kind":"Endpoints","namespaced":true,"verbs":["list"]},{"name":"bindings","kind":"Binding","namespaced":true,"verbs":["create"]}]}`,
		"/apis": `{"kind":"APIGroupList","groups":[
			{"name":"batch","versions":[{"version":"v1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}},
			{"name":"cilium.io","versions":[{"version":"v2alpha1"}],"preferredVersion":{"version":"v2alpha1"}},
			{"name":"example.com","versions":[{"version":"v1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}},
			{"name":"metrics.k8s.io","versions":[{"version":"v1beta1"}],"preferredVersion":{"version":"v1beta1"}}]}`,
		"/apis/batch/v1":               `{"kind":"APIResourceList","resources":[{"name":"cronjobs","kind":"CronJob","namespaced":true,"verbs":["list"]}]}`,
		"/apis/batch/v2":               `{"kind":"APIResourceList","resources":[{"name":"cronjobs","kind":"CronJob","namespaced":true,"verbs":["list"]}]}`,
		"/apis/cilium.io/v2alpha1":     `{"kind":"APIResourceList","resources":[{"name":"ciliumnetworkpolicies","kind":"CiliumNetworkPolicy","namespaced":true,"verbs":["list"]}]}`,
		"/apis/example.com/v2":         `{"kind":"APIResourceList","resources":[{"name":"widgets","kind":"Widget","verbs":["list"]},{"name":"widgets/status","kind":"Widget","verbs":["list"]}]}`,
		"/apis/example.com/v1":         `{"kind":"APIResourceList","resources":[{"name":"widgets","kind":"Widget","namespaced":true,"verbs":["list"]},{"name":"gadgets","kind":"Gadget","namespaced":true,"verbs":["list"]}]}`,
		"/apis/metrics.k8s.io/v1beta1": "",
	}
}

// TestAll holds that both ways of telling come to the same.
func TestAll(t *testing.T) {
	for what, answers := range map[string]map[string]string{"aggregated": aggregated(), "single": single()} {
		var asked []string
		c := client(t, answers, &asked)
		kinds, err := All(t.Context(), c)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		want := "/v1/pods /v1/endpoints batch/v1/cronjobs cilium.io/v2alpha1/ciliumnetworkpolicies example.com/v2/widgets example.com/v1/gadgets"
		if got := names(kinds); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
		}
		if kinds[0] != model.KindByName("Pod") || kinds[4].Namespaced || !kinds[5].Namespaced {
			t.Errorf("%s: %+v %+v %+v", what, kinds[0], kinds[4], kinds[5])
		}
		if version, err := Version(t.Context(), c); err != nil || version != "v1.37.2" {
			t.Errorf("%s: version %q %v", what, version, err)
		}
		pod := *model.KindByName("Pod")
		pod.Version = "v2"
		if got := Versions(t.Context(), c, &pod); !slices.Equal(got, []string{"v1"}) {
			t.Errorf("%s: pods at %v", what, got)
		}
		if got := Versions(t.Context(), c, model.KindByName("CronJob")); !slices.Equal(got, []string{"v2", "v1"}) {
			t.Errorf("%s: cronjobs at %v", what, got)
		}
		if got := Versions(t.Context(), c, model.KindByName("Ingress")); got != nil {
			t.Errorf("%s: ingresses at %v", what, got)
		}
	}
}

// TestAllFails tells a server that serves nothing from one that does not say.
func TestAllFails(t *testing.T) {
	var asked []string
	denied := aggregated()
	denied["/apis"] = ""
	if _, err := All(t.Context(), client(t, denied, &asked)); !apierrors.IsForbidden(err) {
		t.Errorf("denied: %v", err)
	}
	denied = aggregated()
	denied["/api"] = ""
	if _, err := All(t.Context(), client(t, denied, &asked)); !apierrors.IsForbidden(err) {
		t.Errorf("the core denied: %v", err)
	}
	// An aggregated API server by itself has no core.
	alone := aggregated()
	delete(alone, "/api")
	if kinds, err := All(t.Context(), client(t, alone, &asked)); err != nil || len(kinds) != 4 {
		t.Errorf("without a core: %s %v", names(kinds), err)
	}
	stale := map[string]string{"/apis": `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}`}
	if kinds, err := All(t.Context(), client(t, stale, &asked)); err == nil || !strings.Contains(err.Error(), "metrics.k8s.io") {
		t.Errorf("nothing answers: %s %v", names(kinds), err)
	}
}

func TestFind(t *testing.T) {
	var asked []string
	c := client(t, single(), &asked)
	for gvk, want := range map[schema.GroupVersionKind]string{
		{Version: "v1", Kind: "Binding"}:                       "/v1/bindings",
		{Group: "example.com", Version: "v2", Kind: "Widget"}:  "example.com/v2/widgets",
		{Group: "example.com", Version: "v3", Kind: "Widget"}:  "",
		{Group: "example.com", Version: "v2", Kind: "Gadget"}:  "",
		{Group: "no.example.com", Version: "v2", Kind: "Gate"}: "",
	} {
		k, err := Find(t.Context(), c, gvk)
		got := ""
		if k != nil {
			got = names([]*model.Kind{k})
		}
		if err != nil || got != want {
			t.Errorf("%s: got %q, want %q, %v", gvk, got, want, err)
		}
	}
	if _, err := Find(t.Context(), c, schema.GroupVersionKind{Group: "metrics.k8s.io", Version: "v1beta1", Kind: "PodMetrics"}); !apierrors.IsForbidden(err) {
		t.Errorf("denied: %v", err)
	}
}
