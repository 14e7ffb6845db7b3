package guard

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// TestFilters sends requests of every sort through both filters, and looks which of them reach the server.
func TestFilters(t *testing.T) {
	var last string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = r.Method + " " + r.URL.String() + " " + string(body)
	}))
	t.Cleanup(server.Close)
	clients := map[string]*http.Client{}
	for name, make := range map[string]func(*rest.Config) *rest.Config{"read": ReadOnly, "try": Rehearsal} {
		c, err := rest.HTTPClientFor(make(&rest.Config{Host: server.URL}))
		if err != nil {
			t.Fatal(err)
		}
		clients[name] = c
	}
	pods, web := "/api/v1/namespaces/shop/pods", "/apis/apps/v1/namespaces/shop/deployments/web"
	// want names the filters that let the request through: both, try, none.
	tests := []struct{ want, method, path, body string }{
		{"both", "GET", pods, ""},
		{"both", "GET", pods + "/a/log", ""},
		{"both", "GET", pods + "?watch=true", ""},
		{"both", "GET", "/version", ""},
		{"both", "HEAD", "/api", ""},
		{"both", "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}"},
		{"both", "POST", "/k8s/clusters/c/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "{}"},
		{"both", "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}"},
		{"none", "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", "{}"},
		{"none", "POST", "/apis/example.com/v1/selfsubjectaccessreviews", "{}"},
		{"none", "GET", pods + "/a/exec?command=sh", ""},
		{"none", "GET", pods + "/a/attach", ""},
		{"none", "GET", pods + "/a/portforward", ""},
		{"none", "GET", "/api/v1/namespaces/shop/services/s/proxy/x", ""},
		{"none", "GET", "/api/v1/nodes/n/proxy", ""},
		{"both", "GET", "/api/v1/namespaces/shop/services/proxy", ""},
		{"both", "GET", "/api/v1/namespaces/proxy", ""},
		{"none", "POST", pods, "{}"},
		{"none", "PATCH", web, "{}"},
		{"none", "PUT", web, "{}"},
		{"none", "DELETE", web, ""},
		{"none", "DELETE", pods + "?dryRun=All", ""},
		{"try", "POST", pods + "?dryRun=All", "{}"},
		{"try", "POST", "/api/v1/namespaces?dryRun=All", "{}"},
		{"try", "PATCH", web + "?dryRun=All", "{}"},
		{"try", "PATCH", "/api/v1/namespaces/shop?dryRun=All", "{}"},
		{"try", "PUT", web + "?dryRun=All", "{}"},
		{"try", "DELETE", web + "?dryRun=All", ""},
		{"try", "DELETE", web + "?dryRun=All", `{"dryRun":["All"],"preconditions":{"uid":"u"}}`},
		// The server would read the options of the body alone, and delete.
		{"none", "DELETE", web + "?dryRun=All", `{"preconditions":{"uid":"u"}}`},
		{"none", "DELETE", web + "?dryRun=All", "k8s\x00protobuf"},
		{"none", "PATCH", web + "?dryRun=all", "{}"},
		{"none", "PATCH", web + "?dryRun=", "{}"},
		{"none", "PATCH", web + "?dryRun=All&dryRun=None", "{}"},
		{"none", "PATCH", web + "/status?dryRun=All", "{}"},
		{"none", "POST", pods + "/a/exec?dryRun=All", ""},
		{"none", "POST", pods + "/a/eviction?dryRun=All", ""},
		{"none", "POST", "/api/v1/namespaces/shop/serviceaccounts/s/token?dryRun=All", "{}"},
		{"none", "POST", web + "?dryRun=All", "{}"},
		{"none", "OPTIONS", web + "?dryRun=All", ""},
	}
	for _, tt := range tests {
		for name, c := range clients {
			last = ""
			request, err := http.NewRequest(tt.method, server.URL+tt.path, bytes.NewReader([]byte(tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.Do(request)
			if err == nil {
				answer.Body.Close()
			}
			if through := tt.want == "both" || tt.want == name; through {
				if err != nil || last != tt.method+" "+tt.path+" "+tt.body {
					t.Errorf("%s: %s %s: %v, the server got %q", name, tt.method, tt.path, err, last)
				}
			} else if !errors.Is(err, ErrWrite) || Of(err) == nil || last != "" {
				t.Errorf("%s: %s %s: %v, the server got %q", name, tt.method, tt.path, err, last)
			}
		}
	}
	// What cannot be looked at is not sent.
	request, err := http.NewRequest(http.MethodDelete, server.URL+web+"?dryRun=All", io.NopCloser(strings.NewReader("{}")))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := clients["try"].Do(request); !errors.Is(err, ErrWrite) {
		answer.Body.Close()
		t.Error(err)
	}
	request, _ = http.NewRequest(http.MethodGet, server.URL+pods, nil)
	request.Header.Set("Upgrade", "websocket")
	if answer, err := clients["read"].Do(request); !errors.Is(err, ErrWrite) {
		answer.Body.Close()
		t.Error(err)
	}
}
