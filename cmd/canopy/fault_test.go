package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"canopy/cmd/canopy/output"
	"canopy/k8s/labtest"
	"canopy/model"
)

// TestScreenOutlivesItsServer stops the API server under the screen: what was known stays and is called stale, and what
// happened comes once the server is back, neither lost nor doubled.
func TestScreenOutlivesItsServer(t *testing.T) {
	t.Parallel()
	lab := labtest.Private(t)
	namespace, deployments := lab.Namespace(t), lab.Client(labtest.Admin).AppsV1()
	create := func(name string) {
		t.Helper()
		if _, err := deployments.Deployments(namespace).Create(t.Context(), privileged(name), metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	shows := func(name string) func(string) bool {
		return func(s string) bool { return onLine(s, "PS01", namespace+"/Deployment/"+name) }
	}
	isLive := func(s string) bool { return strings.Contains(s, "live ●") && !strings.Contains(s, "stale") }
	create("kept")
	create("removed")
	screen := startList(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", namespace)
	screen.until("live with both findings", func(s string) bool { return isLive(s) && shows("kept")(s) && shows("removed")(s) })

	lab.StopAPIServer()
	t.Logf("stale after %s", screen.until("stale, why, and the findings", func(s string) bool {
		return strings.Contains(s, "stale since") && onLine(s, "stale: ") && shows("kept")(s) && shows("removed")(s)
	}))
	for line := range strings.Lines(screen.emulator.String()) {
		if strings.Contains(line, "stale: ") {
			t.Log(strings.TrimSpace(line))
			if !strings.Contains(line, "the server cannot be reached: connection refused") && !strings.Contains(line, "the connection was lost") {
				t.Errorf("no reason: %s", line)
			}
		}
	}
	lab.StartAPIServer()
	create("added")
	if err := deployments.Deployments(namespace).Delete(t.Context(), "removed", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("live again after %s", screen.until("live with what happened", func(s string) bool {
		return isLive(s) && shows("kept")(s) && shows("added")(s) && !shows("removed")(s)
	}))

	var d output.Document
	if err := json.Unmarshal([]byte(scanLab(t, lab, "scan", "-o", "json", "-n", namespace)), &d); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range d.Report.Findings {
		want = append(want, f.Rule+" "+f.Object.String())
	}
	slices.Sort(want)
	var got []string
	same := func(s string) bool {
		got = nil
		for line := range strings.Lines(s) {
			// What stands beside the list names the selected finding once more.
			line, _, _ = strings.Cut(line, "│")
			if m := regexp.MustCompile(`\b[A-Z]{2}\d\d\b`).FindString(line); m != "" {
				got = append(got, m+" "+regexp.MustCompile(`\S*`+namespace+`\S*`).FindString(line))
			}
		}
		slices.Sort(got)
		return slices.Equal(got, want)
	}
	if !same(screen.emulator.String()) || len(want) < 10 {
		time.Sleep(time.Second)
		if s := screen.emulator.String(); !same(s) || len(want) < 10 {
			t.Errorf("the screen shows\n%v\na fresh scan\n%v\n%s", got, want, s)
		}
	}
	screen.quit()
}

// TestScanFaults holds what a scan says of a cluster that it cannot read, or not whole: the exit status, one line, and soon.
func TestScanFaults(t *testing.T) {
	lab := labtest.Shared(t)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	expired := lab.ShortLivedConfig("visitor", []string{"canopy-lab:readers"}, time.Second)
	wrong := rest.AnonymousClientConfig(lab.Config(labtest.Canopy))
	wrong.BearerToken = "wrong"
	time.Sleep(1100 * time.Millisecond)
	for _, c := range []struct {
		name, args string
		want       int
		told       string
	}{
		{"an expired certificate", "scan --kubeconfig " + kubeconfigOf(t, expired), 2, "lab: not logged in: the server does not accept the credentials (401); they may have expired"},
		{"a wrong token", "scan --kubeconfig " + kubeconfigOf(t, wrong), 2, "lab: not logged in: the server does not accept the credentials (401)"},
		{"a wrong token, capture", "capture --out /dev/null --kubeconfig " + kubeconfigOf(t, wrong), 2, "lab: not logged in"},
		{"nobody listens", "scan --kubeconfig /dev/null --server https://127.0.0.1:1", 2, "connection refused"},
		{"nobody answers", "scan --kubeconfig /dev/null --request-timeout 1s --server https://" + mute.Addr().String(), 2, "127.0.0.1"},
		{"a certificate of nobody", "scan --kubeconfig /dev/null --server " + lab.Config(labtest.Canopy).Host, 2, "certificate"},
		{"no rights, fix", "fix --all --kubeconfig " + lab.Kubeconfig(labtest.Nobody), 2, "nothing could be read: "},
		{"no rights", "scan --kubeconfig " + lab.Kubeconfig(labtest.Nobody), 2, "nothing could be read: "},
		{"one namespace", "scan --kubeconfig " + lab.Kubeconfig(labtest.Namespaced) + " -n " + labtest.TestNamespace, 0, ""},
		{"one namespace, strict", "scan --strict --kubeconfig " + lab.Kubeconfig(labtest.Namespaced) + " -n " + labtest.TestNamespace, 3, "--strict"},
		{"the cluster, strict", "scan --strict --kubeconfig " + lab.Kubeconfig(labtest.Canopy), 0, ""},
		{"no time", "scan --sync-timeout 1ms --kubeconfig " + lab.Kubeconfig(labtest.Canopy), 2, "--sync-timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, binary.path(t), strings.Fields(c.args)...)
			var out, told strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &told
			start := time.Now()
			err := cmd.Run()
			took := time.Since(start)
			t.Logf("%d after %s: %s", cmd.ProcessState.ExitCode(), took.Round(time.Millisecond), told.String())
			if got := cmd.ProcessState.ExitCode(); got != c.want {
				t.Errorf("exit status %d, want %d (%v)", got, c.want, err)
			}
			if !strings.Contains(told.String(), c.told) || c.told == "" && told.Len() > 0 {
				t.Errorf("standard error %q, want %q", told.String(), c.told)
			}
			if c.want == 2 && (out.Len() > 0 || strings.Count(told.String(), "\n") != 1 || len(told.String()) > 300 || took > 5*time.Second) {
				t.Errorf("a failure is one short line, soon: not %q and %q after %s", out.String(), told.String(), took)
			}
		})
	}
}

// TestScanOfOneNamespace reads the coverage that a scan of a user with few rights prints.
func TestScanOfOneNamespace(t *testing.T) {
	lab := labtest.Shared(t)
	out, err := exec.Command(binary.path(t), "scan", "-o", "json", "-n", labtest.TestNamespace, "--kubeconfig", lab.Kubeconfig(labtest.Namespaced)).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr(err))
	}
	var d output.Document
	if err := json.Unmarshal(out, &d); err != nil {
		t.Fatal(err)
	}
	seen := map[string]output.Coverage{}
	for _, c := range d.Report.Coverage {
		seen[strings.TrimSuffix(c.Namespace+"/"+c.Kind, "/")] = c
	}
	for _, k := range model.Kinds() {
		whole, part := seen["/"+k.Kind], seen[labtest.TestNamespace+"/"+k.Kind]
		if whole.State != model.Denied || whole.Reason == "" {
			t.Errorf("%s: %+v", k.Kind, whole)
		}
		if k.Namespaced && (!strings.Contains(whole.Reason, "-n NAMESPACE") || part.State != model.Complete) {
			t.Errorf("%s: %+v, in the namespace %+v", k.Kind, whole, part)
		}
	}
}

// TestScanOutOfTime ends a scan before the cluster was read: what is missing is named, and nothing that rests on it counts.
func TestScanOutOfTime(t *testing.T) {
	lab := labtest.Shared(t)
	for _, limit := range []string{"1ms", "60ms", "130ms"} {
		cmd := exec.Command(binary.path(t), "scan", "-o", "json", "--sync-timeout", limit, "--strict", "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
		var told strings.Builder
		cmd.Stderr = &told
		out, _ := cmd.Output()
		code := cmd.ProcessState.ExitCode()
		if code == 0 && told.Len() == 0 {
			t.Logf("%s was enough", limit)
			continue
		}
		if !strings.Contains(told.String(), "raise --sync-timeout") || code != 2 && code != 3 {
			t.Errorf("%s: exit status %d, %s", limit, code, told.String())
		}
		if code == 2 {
			continue // nothing at all was read
		}
		var d output.Document
		if err := json.Unmarshal(out, &d); err != nil {
			t.Fatal(err)
		}
		missing := map[string]bool{}
		for _, c := range d.Report.Coverage {
			if c.State == model.Partial && strings.Contains(c.Reason, "raise --sync-timeout") {
				missing[c.Kind] = true
			} else if c.State != model.Complete {
				t.Errorf("%s: %+v", limit, c)
			}
		}
		for _, f := range d.Report.Findings {
			if f.State == output.Open && missing["Pod"] {
				t.Errorf("%s: %s counts though pods were loading", limit, f.ID)
			}
		}
		t.Logf("%s: %d kinds missing, %d findings", limit, len(missing), len(d.Report.Findings))
	}
}

// kubeconfigOf writes a kubeconfig with the context lab.
func kubeconfigOf(t *testing.T, c *rest.Config) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	config := clientcmdapi.NewConfig()
	config.Clusters["lab"] = &clientcmdapi.Cluster{Server: c.Host, CertificateAuthority: c.CAFile, CertificateAuthorityData: c.CAData}
	config.AuthInfos["lab"] = &clientcmdapi.AuthInfo{ClientCertificateData: c.CertData, ClientKeyData: c.KeyData, Token: c.BearerToken}
	config.Contexts["lab"] = &clientcmdapi.Context{Cluster: "lab", AuthInfo: "lab"}
	config.CurrentContext = "lab"
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
	return path
}
