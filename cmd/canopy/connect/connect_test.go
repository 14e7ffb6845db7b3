package connect

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"canopy/k8s/guard"
)

// parse reads flags as the command line does.
func parse(t *testing.T, args ...string) (*Flags, error) {
	t.Helper()
	var f Flags
	fs := pflag.NewFlagSet("canopy", pflag.ContinueOnError)
	f.Bind(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return &f, f.Check()
}

func kubeconfig(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(`apiVersion: v1
kind: Config
current-context: prod
contexts:
  - {name: prod, context: {cluster: prod, user: alice, namespace: shop}}
  - {name: test, context: {cluster: test, user: alice}}
clusters:
  - {name: prod, cluster: {server: "https://prod.example"}}
  - {name: test, cluster: {server: "https://test.example"}}
users:
  - {name: alice, user: {token: secret}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTarget(t *testing.T) {
	file := kubeconfig(t)
	for _, c := range []struct {
		args                     string
		host, context, namespace string
	}{
		{"", "https://prod.example", "prod", "shop"},
		{"--context test", "https://test.example", "test", "default"},
		{"-s https://other.example", "https://other.example", "prod", "shop"},
		{"--cluster test", "https://test.example", "prod", "shop"},
	} {
		f, err := parse(t, append(strings.Fields(c.args), "--kubeconfig", file)...)
		if err != nil {
			t.Fatal(err)
		}
		target, err := f.Target()
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		if target.Config.Host != c.host || target.Context != c.context || target.Namespace != c.namespace {
			t.Errorf("%q: %s, context %s, namespace %s", c.args, target.Config.Host, target.Context, target.Namespace)
		}
	}
}

func TestIdentityFlags(t *testing.T) {
	f, err := parse(t, "--kubeconfig", kubeconfig(t), "--as", "bob", "--as-group", "dev", "--as-group", "ops", "--as-uid", "7",
		"--as-user-extra", "scope=a", "--as-user-extra", "scope=b=c", "--token", "other", "--request-timeout", "7s")
	if err != nil {
		t.Fatal(err)
	}
	target, err := f.Target()
	if err != nil {
		t.Fatal(err)
	}
	who := target.Config.Impersonate
	if who.UserName != "bob" || who.UID != "7" || !slices.Equal(who.Groups, []string{"dev", "ops"}) || !slices.Equal(who.Extra["scope"], []string{"a", "b=c"}) {
		t.Errorf("impersonates %+v", who)
	}
	if target.Config.BearerToken != "other" || target.Config.Timeout != 7*time.Second {
		t.Errorf("token %q, timeout %s", target.Config.BearerToken, target.Config.Timeout)
	}
}

func TestShown(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string
	}{
		{"", nil},
		{"-n shop", []string{"shop"}},
		{"-n shop -n ns/data", []string{"shop", "data"}},
		{"-n shop -A", nil},
	} {
		f, err := parse(t, strings.Fields(c.args)...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, f.Shown()); diff != "" {
			t.Errorf("%q: %s", c.args, diff)
		}
	}
}

func TestRefusedFlags(t *testing.T) {
	for _, args := range []string{"--username a", "--password b", "--namespace=", "--now 2026", "--sync-timeout -1s", "--as-user-extra =x"} {
		if _, err := parse(t, strings.Fields(args)...); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestClock(t *testing.T) {
	f, err := parse(t, "--now", "2026-11-23T15:00:00+01:00")
	if err != nil {
		t.Fatal(err)
	}
	clock, err := f.Clock()
	if want := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC); err != nil || !clock.Now().Equal(want) || clock.Now().Location() != time.UTC {
		t.Errorf("%s, %v", clock.Now(), err)
	}
	start := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	if since := ClockFrom(start).Now().Sub(start); since < 0 || since > time.Minute {
		t.Errorf("a running clock is %s off at the start", since)
	}
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		status int
		want   error
	}{{200, nil}, {403, nil}, {404, nil}, {500, nil}, {401, errLogin}} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/version" {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			w.WriteHeader(c.status)
		}))
		f, err := parse(t, "--kubeconfig", os.DevNull, "-s", server.URL)
		if err != nil {
			t.Fatal(err)
		}
		target, err := f.Target()
		if err != nil {
			t.Fatal(err)
		}
		if err := target.Reach(t.Context()); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%d: %v", c.status, err)
		}
		server.Close()
		if c.status == 200 && target.Reach(t.Context()) == nil {
			t.Error("a server that is gone: no error")
		}
	}
}

// TestReachBounds refuses a server that leads elsewhere, and one whose version has no end.
func TestReachBounds(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	for want, handler := range map[error]http.HandlerFunc{
		guard.ErrRedirect: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) },
		guard.ErrTooLarge: func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(make([]byte, 65536)); err != nil {
					return
				}
			}
		},
	} {
		server := httptest.NewServer(handler)
		f, err := parse(t, "--kubeconfig", os.DevNull, "-s", server.URL)
		if err != nil {
			t.Fatal(err)
		}
		target, err := f.Target()
		if err != nil {
			t.Fatal(err)
		}
		if err := target.Reach(t.Context()); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		server.Close()
	}
}

func TestNoCluster(t *testing.T) {
	f, err := parse(t, "--kubeconfig", os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Target(); !errors.Is(err, errNoCluster) {
		t.Errorf("got %v", err)
	}
}

// TestContextThatCannotWork says what is wrong with an entry of the kubeconfig, and does not take it for no kubeconfig.
func TestContextThatCannotWork(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	text := "apiVersion: v1\nkind: Config\ncurrent-context: broken\nclusters:\n- {name: a, cluster: {server: \"https://a.example\"}}\n" +
		"contexts:\n- {name: broken, context: {cluster: gone}}\n- {name: prod, context: {cluster: a, user: nobody}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// Inside a pod, client-go would go to the pod's own cluster.
	t.Setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
	t.Setenv("KUBERNETES_SERVICE_PORT", "443")
	for args, want := range map[string]string{
		"":                                   `kubeconfig: context "broken": there is no cluster "gone"`,
		"--context nope":                     `kubeconfig: there is no context "nope"; want broken, prod`,
		"--context prod":                     "",
		"--cluster a":                        "",
		"-s https://b.example":               "",
		"--context prod --cluster elsewhere": `kubeconfig: context "prod": there is no cluster "elsewhere"`,
	} {
		f, err := parse(t, append(strings.Fields(args), "--kubeconfig", file)...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Target()
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v, want %q", args, err, want)
		}
		name, err := f.Name()
		if (err == nil) != (want == "") || err == nil && name == "" {
			t.Errorf("%q: the name is %q, %v", args, name, err)
		}
	}
	many := text
	for _, c := range "bcdefghij" {
		many += "- {name: x" + string(c) + ", context: {cluster: a}}\n"
	}
	if err := os.WriteFile(file, []byte(many), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := parse(t, "--kubeconfig", file, "--context", "nope")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Target(); err == nil || !strings.Contains(err.Error(), "kubectl config get-contexts lists the 11") {
		t.Errorf("many contexts: %v", err)
	}
}

// TestProblemsOfACapture: what could not be read is told at once, and kept for the screen.
func TestProblemsOfACapture(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(file, []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: v1\nkind: Pod\nmetadata: [no, map]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := parse(t, "-f", file)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	o, err := f.Open(t.Context(), Environment{Warn: func(line string) { told = append(told, line) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], file+":7: document 2: ") || !slices.Equal(told, o.Problems) {
		t.Errorf("told %q, kept %q", told, o.Problems)
	}
	if name, err := f.Name(); err != nil || name != o.Name || name != file {
		t.Errorf("the name is %q before, %q after: %v", name, o.Name, err)
	}
}
