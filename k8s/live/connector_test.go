package live

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

const kubeconfig = `apiVersion: v1
kind: Config
current-context: mid
clusters:
- {name: c, cluster: {server: "http://127.0.0.1:1"}}
- {name: d, cluster: {server: "http://127.0.0.1:2"}}
users:
- {name: u, user: {token: t}}
contexts:
- {name: zed, context: {cluster: d, user: u}}
- {name: mid, context: {cluster: c, user: u, namespace: shop}}
- {name: abc, context: {cluster: c, user: u}}
`

func TestConnector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewConnector(&clientcmd.ClientConfigLoadingRules{ExplicitPath: path}, clientcmd.ConfigOverrides{}, Options{Version: "9"})
	names, err := c.Contexts()
	if err != nil || !slices.Equal(names, []string{"mid", "abc", "zed"}) {
		t.Errorf("contexts %v: %v", names, err)
	}
	for name, want := range map[string]struct{ context, host, namespace string }{
		"":    {"mid", "http://127.0.0.1:1", "shop"},
		"mid": {"mid", "http://127.0.0.1:1", "shop"},
		"zed": {"zed", "http://127.0.0.1:2", "default"},
	} {
		s, err := c.open(name)
		if err != nil {
			t.Fatal(err)
		}
		if s.options.Context != want.context || s.clients.config.Host != want.host || s.options.ContextNamespace != want.namespace {
			t.Errorf("%q: %q %q %q", name, s.options.Context, s.clients.config.Host, s.options.ContextNamespace)
		}
		if s.clients.config.UserAgent != "canopy/9" || s.clients.config.QPS != -1 || s.clients.config.Timeout != 0 {
			t.Errorf("%q: %+v", name, s.clients.config)
		}
	}
	if _, err := c.Open("none"); err == nil {
		t.Error("an unknown context opens")
	}
	other := NewConnector(&clientcmd.ClientConfigLoadingRules{ExplicitPath: path},
		clientcmd.ConfigOverrides{CurrentContext: "abc", Timeout: "3s"}, Options{})
	if names, _ := other.Contexts(); names[0] != "abc" {
		t.Errorf("--context: %v", names)
	}
	if s, err := other.open("zed"); err != nil || s.clients.timeout.Seconds() != 3 {
		t.Errorf("--request-timeout: %v %v", s, err)
	}
}
