package connect

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestContexts(t *testing.T) {
	file := kubeconfig(t)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"prod", "test"}},
		{[]string{"--context", "test"}, []string{"test", "prod"}},
		// What is not there cannot stand first.
		{[]string{"--context", "gone"}, []string{"prod", "test"}},
	} {
		f, err := parse(t, append(c.args, "--kubeconfig", file)...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Contexts()
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%v: %v %s", c.args, err, diff)
		}
	}
	bad := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(bad, []byte("contexts: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := parse(t, "--kubeconfig", bad)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := f.Contexts(); err == nil {
		t.Errorf("a file that is no kubeconfig has the contexts %v", names)
	}
}

// TestForAnotherContext holds what a switch takes along: the file and how long to wait, and nothing that was said of the
// cluster, the user or the namespaces of the one before.
func TestForAnotherContext(t *testing.T) {
	before, err := parse(t, "--kubeconfig", kubeconfig(t), "--context", "prod", "-s", "https://other.example", "--token", "other",
		"--as", "bob", "--as-group", "dev", "--as-user-extra", "scope=a", "-n", "shop", "-A",
		"--request-timeout", "7s", "--sync-timeout", "9s", "--now", "2026-11-23T14:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	f := before.For("test")
	target, err := f.Target()
	if err != nil {
		t.Fatal(err)
	}
	config := target.Config
	if config.Host != "https://test.example" || target.Context != "test" || target.Namespace != "default" || config.BearerToken != "secret" {
		t.Errorf("leads to %s, context %s, namespace %s, token %q", config.Host, target.Context, target.Namespace, config.BearerToken)
	}
	if who := config.Impersonate; who.UserName != "" || len(who.Groups) > 0 || len(who.Extra) > 0 {
		t.Errorf("impersonates %+v", who)
	}
	if config.Timeout != 7*time.Second || f.SyncTimeout != 9*time.Second || f.Shown() != nil || len(f.Namespaces) > 0 || len(f.Files) > 0 {
		t.Errorf("timeout %s, sync timeout %s, shown %v, namespaces %v", config.Timeout, f.SyncTimeout, f.Shown(), f.Namespaces)
	}
	if want, err := before.Clock(); err != nil {
		t.Fatal(err)
	} else if clock, err := f.Clock(); err != nil || clock != want {
		t.Errorf("the clock is %v, %v; want %v", clock, err, want)
	}
	// The one that was left is as it was.
	if target, err := before.Target(); err != nil || target.Config.Host != "https://other.example" || target.Config.Impersonate.UserName != "bob" {
		t.Errorf("the flags themselves were changed: %+v, %v", target, err)
	}
}
