package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// TestRollout holds that what pods used stays known of their namespace when they are replaced.
func TestRollout(t *testing.T) {
	s := &script{}
	at := at0
	m := served(t, s)
	for i := range 8 {
		at += 30
		name := "web-old"
		if i >= 4 {
			name = "web-new"
		}
		s.set(func(s *script) { s.pods.Items = []v1beta1.PodMetrics{pod("shop", name, at, "300m")} })
		m.next()
	}
	u, _ := m.next()
	for name := range u.Pods {
		if name.Name != "web-new" {
			t.Errorf("%s is still there", name)
		}
	}
	if u.Namespaces.Quiet("shop", 3, 10) {
		t.Error("nothing is known of the pods that are gone")
	}
	if !u.Namespaces.Quiet("data", 3, 10) {
		t.Error("in a namespace without pods something was used")
	}
}

// TestQuietApart holds that nothing is known of namespaces that could not be asked for.
func TestQuietApart(t *testing.T) {
	s := &script{}
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/namespaces/team-a/pods") || strings.HasSuffix(r.URL.Path, "/nodes") {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	m := measure(t, &Meter{Config: &rest.Config{Host: server.URL}, Namespaces: []string{"team-a", "team-b"}})
	for range 4 {
		m.next()
	}
	if u, _ := m.next(); !u.Namespaces.Quiet("team-a", 3, 10) || u.Namespaces.Quiet("team-b", 3, 10) {
		t.Errorf("team-a is quiet: %v, team-b: %v", u.Namespaces.Quiet("team-a", 3, 10), u.Namespaces.Quiet("team-b", 3, 10))
	}
}
