package command

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// now makes runs repeatable.
const now = "--now=2026-11-23T14:00:00Z"

type result struct {
	code     int
	out, err string
}

// canopy runs a command line in this process.
func canopy(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	code := Run(t.Context(), args, Streams{In: strings.NewReader(stdin), Out: &out, Err: &err})
	return result{code, out.String(), err.String()}
}

// must runs a command line that has to end with 0.
func must(t *testing.T, args ...string) string {
	t.Helper()
	r := canopy(t, "", args...)
	if r.code != 0 {
		t.Fatalf("canopy %v: exit status %d: %s", args, r.code, r.err)
	}
	return r.out
}

func TestExitStatus(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HOME", t.TempDir())
	shop, sound, spoilt := "testdata/shop", "testdata/sound.yaml", "testdata/spoilt.yaml"
	baseline := filepath.Join(t.TempDir(), "baseline.json")
	must(t, "scan", "-f", shop, "-o", "json", "--out", baseline)
	for _, c := range []struct {
		args string
		want int
		told string
	}{
		{"scan -f " + shop, 0, ""},
		{"scan -f " + shop + " --fail-on critical -n void", 2, "there is no namespace \"void\""},
		{"scan -f " + shop + " -n void -n shop", 0, "nothing was read in namespace \"void\""},
		{"scan -f " + shop + " -n shop", 0, ""},
		{"fix --all -n void -f " + shop, 2, "there is no namespace \"void\""},
		{"scan -f " + shop + " --fail-on low", 1, ""},
		{"scan -f " + shop + " --fail-on LOW --strict", 1, ""},
		{"scan -f " + shop + " --fail-on low --baseline " + baseline, 0, ""},
		{"scan -f " + shop + " --fail-on low -n shop", 1, ""},
		{"scan -f " + shop + " --fail-on low -n void -A", 1, ""},
		{"scan -f " + sound + " --strict", 0, ""},
		{"scan -f " + spoilt, 0, "spoilt.yaml:8"},
		{"scan -f " + spoilt + " --strict", 3, "--strict"},
		{"scan -f " + spoilt + " -f " + shop + " --strict --fail-on low", 1, "spoilt.yaml:8"},
		{"scan -f testdata/nowhere.yaml", 2, "nowhere.yaml"},
		{"scan -f testdata/nowhere.yaml --strict --fail-on low", 2, "nowhere.yaml"},
		{"scan -f " + shop + " --fail-on worst", 2, "--fail-on"},
		{"scan -f " + shop + " --fail-on info", 2, "--fail-on"},
		{"scan -f " + shop + " -o xml", 2, "want table, wide, json"},
		{"scan -f " + shop + " -o markdown", 2, "not in this version"},
		{"scan -f " + shop + " -o html", 2, "not in this version"},
		{"scan -f " + shop + " -o policyreport", 2, "not in this version"},
		{"scan -f " + shop + " --rule XX99", 2, "no such rule"},
		{"scan -f " + shop + " --baseline testdata/shop/shop.yaml", 2, "--baseline"},
		{"scan -f " + shop + " --out testdata/void/report.json", 2, "--out"},
		{"scan -f " + shop + " --now yesterday", 2, "--now"},
		{"scan -f " + shop + " --sync-timeout 0s", 2, "--sync-timeout"},
		{"scan -f " + shop + " --log-file x --log-level loud", 2, "--log-level"},
		{"scan -f " + shop + " --as-user-extra x", 2, "key=value"},
		{"scan -f " + shop + " --context x", 2, "--context has no effect with -f"},
		{"scan -f " + shop + " --token x --cluster y", 2, "--cluster, --token have no effect with -f"},
		{"scan -f " + shop + " --kubeconfig x", 2, "--kubeconfig has no effect with -f"},
		{"scan -f " + shop + " --log-level loud", 2, "--log-level"},
		{"scan --request-timeout soon", 2, "--request-timeout"},
		{"scan --rule XX99", 2, "no such rule"},
		{"scan manifest.yaml", 2, "did you mean -f manifest.yaml?"},
		{"manifest.yaml", 2, "did you mean -f manifest.yaml?"},
		{"scan ./testdata", 2, "did you mean -f ./testdata?"},
		{"scan -f " + shop + " --username admin", 2, "unknown flag"},
		{"scan extra", 2, "unknown command"},
		{"scan", 2, "no cluster"},
		{"scan --context nowhere", 2, "nowhere"},
		{"scan --server https://127.0.0.1:1", 2, "connection refused"},
		{"", 2, "needs a terminal"},
		{"demo", 2, "needs a terminal"},
		{"bogus", 2, "unknown command"},
		{"fix", 2, "--all"},
		{"fix X --all", 2, "not both"},
		{"fix --all -f " + shop + " --apply", 2, "a capture cannot be written to: canopy fix -f … --write edits the files"},
		{"fix --all -f " + shop + " --apply --yes", 2, "a capture cannot be written to"},
		{"fix --all -f " + shop + " --dry-run=server", 2, "it asks a cluster, and -f reads none"},
		{"fix --all -f " + shop + " --dry-run", 2, "it asks a cluster, and -f reads none"},
		{"fix --all --dry-run=client", 2, "want server"},
		{"fix --all --write", 2, "it edits the files that -f names"},
		{"fix --all -f - --write", 2, "standard input cannot be edited"},
		{"fix --all -f " + shop + " --write --out x", 2, "--out or --write, not both"},
		{"fix --all --apply --dry-run", 2, "--dry-run or --apply, not both"},
		{"fix --all --apply --preview", 2, "--apply shows what it would change"},
		{"fix --all --yes", 2, "--yes goes with --apply"},
		{"fix --all --undo x", 2, "--undo goes with --apply"},
		{"fix --all --accept-outage", 2, "--accept-outage goes with --apply"},
		{"fix --all --preview --strict", 2, "--strict goes with --dry-run"},
		{"fix --all --apply -o diff", 2, "want table, wide, json, yaml"},
		{"fix --all -f " + shop + " --write --preview -o table", 2, "want diff, json"},
		{"fix --all -f " + shop + " --write --preview --rule PS01", 0, ""},
		{"fix --all --apply --server https://127.0.0.1:1", 2, "there is no terminal to ask on: give --yes"},
		{"fix --all --apply --yes --wait 0s --server https://127.0.0.1:1", 2, "--wait"},
		{"fix --all --apply --yes --undo " + sound + " --server https://127.0.0.1:1", 2, "is there already, and stays as it is"},
		{"fix --all --apply --yes --server https://127.0.0.1:1", 2, "connection refused"},
		{"undo", 2, "want one file"},
		{"undo a b", 2, "want one file"},
		{"undo " + sound, 2, "no file that canopy wrote"},
		{"undo testdata/nowhere.yaml", 2, "no such file"},
		{"undo x -f " + shop, 2, "a capture cannot be written to"},
		{"what-if", 2, "name the files"},
		{"what-if - -f -", 2, "can be read once"},
		{"what-if x --dry-run -f " + shop, 2, "-f reads none"},
		{"what-if testdata/nowhere.yaml -f " + shop, 2, "no such file"},
		{"what-if " + sound + " --fail-on bad -f " + shop, 2, "--fail-on"},
		{"guard", 2, "or give --all"},
		{"guard --all x", 2, "not both"},
		{"guard --all --rule PS01 -f " + shop, 0, ""},
		{"guard --all -o table", 2, "want yaml, json"},
		{"pod-security", 2, "name a namespace"},
		{"pod-security shop --level strict", 2, "want privileged, baseline, restricted"},
		{"pod-security void -f " + shop, 2, "there is no namespace \"void\""},
		{"pod-security shop -f " + shop, 1, ""},
		{"pod-security shop --level privileged -f " + shop, 0, ""},
		{"fix PS01/apps/Deployment/shop/nobody -f " + shop, 2, "no such finding"},
		{"fix --rule PS01", 2, "give --all --rule PS01"},
		{"fix --all --rule XX99", 2, "no such rule"},
		{"fix PS01/apps/Deployment/shop/web --rule PS01", 2, "give --all --rule PS01, not both"},
		{"fix PS01/shop/Deployment/web -f " + shop, 0, ""},
		{"fix ps01/shop/deployment/web -f " + shop, 0, ""},
		{"fix PS26/Namespace/shop -f " + shop, 0, ""},
		{"fix PS01/apps/Deployment/shop/wab -f " + shop, 2, "did you mean PS01/apps/Deployment/shop/web"},
		{"fix PS01/shop/web -f " + shop, 2, "did you mean PS01/apps/Deployment/shop/web"},
		{"fix --all -o json -f " + shop, 0, ""},
		{"fix --all -o json --out x -f " + shop, 2, "--out writes YAML"},
		{"fix --all -f " + shop, 0, ""},
		{"fix --all --preview -o json -f " + shop, 0, "by hand"},
		{"rules", 0, ""},
		{"rules PS01", 0, ""},
		{"rules ps01 -o yaml", 0, ""},
		{"rules XX99", 2, "no such rule"},
		{"rules PS01 PS02", 2, "at most 1"},
		{"info", 0, ""},
		{"version -o json", 0, ""},
		{"completion bash", 0, ""},
		{"--help", 0, ""},
		{"help", 0, ""},
		{"help scan", 0, ""},
		{"help bogus", 2, "unknown command"},
		{"completion zsh", 0, ""},
		{"completion fish", 0, ""},
		{"completion powershell", 0, ""},
		{"completion", 2, "name a shell: bash, fish, powershell or zsh"},
		{"completion bogus", 2, "want bash"},
		{"scan --help", 0, ""},
		{"capture", 2, "--out"},
		{"access", 2, "no cluster"},
		{"access --print clusterrole", 0, ""},
		{"access --print other", 2, "--print"},
	} {
		r := canopy(t, "", strings.Fields(c.args)...)
		if r.code != c.want || !strings.Contains(r.err, c.told) || c.told == "" && r.err != "" {
			t.Errorf("canopy %s: exit status %d, want %d; standard error %q, want %q", c.args, r.code, c.want, r.err, c.told)
		}
		if c.want == 2 && (r.out != "" || strings.Count(r.err, "\n") != 1) {
			t.Errorf("canopy %s: a failure is one line on standard error, not %q and %q", c.args, r.out, r.err)
		}
	}
}

func TestLaterCommands(t *testing.T) {
	top := must(t, "--help")
	for _, name := range strings.Fields("contain activity diff report lab") {
		if r := canopy(t, "", name, "x", "--any", "-o", "json"); r.code != 2 || !strings.Contains(r.err, name+": not in this version") {
			t.Errorf("%s: exit status %d, %q", name, r.code, r.err)
		}
		if !strings.Contains(top, " "+name) {
			t.Errorf("the help does not name %s", name)
		}
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, told bytes.Buffer
	if code := Run(ctx, []string{"scan", "-f", "testdata/shop"}, Streams{Out: &out, Err: &told}); code != 2 || out.Len() > 0 {
		t.Errorf("exit status %d, standard output %q, standard error %q", code, out.String(), told.String())
	}
}

func TestStandardInput(t *testing.T) {
	manifest, err := os.ReadFile("testdata/shop/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r := canopy(t, string(manifest), "scan", "-f", "-", "--fail-on", "high")
	if r.code != 1 || !strings.Contains(r.out, "shop/Deployment/web") {
		t.Errorf("exit status %d: %s%s", r.code, r.out, r.err)
	}
}

func TestLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	must(t, "scan", "-f", "testdata/shop", "--log-file", path, "--log-level", "debug")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("log file: %v, %v", info, err)
	}
}

func TestOutFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	if out := must(t, "scan", "-f", "testdata/shop", "-o", "json", "--out", path, now); out != "" {
		t.Errorf("standard output %q", out)
	}
	data, err := os.ReadFile(path)
	if err != nil || !json.Valid(data) {
		t.Errorf("%v: %s", err, data)
	}
}

// TestTerminal draws for a terminal of 60 cells: lines fit, progress is drawn over, and standard output has none of it.
func TestTerminal(t *testing.T) {
	var out, told bytes.Buffer
	streams := Streams{Out: &out, Err: &told, Width: 60, Progress: true}
	if code := Run(t.Context(), []string{"scan", "-f", "testdata/shop", "-o", "wide", "--ascii"}, streams); code != 0 {
		t.Fatalf("exit status %d: %s", code, told.String())
	}
	for line := range strings.Lines(out.String()) {
		// Eleven columns of twelve cells are the least that -o wide can be cut to; the id is never cut.
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "not judged: ") || strings.HasPrefix(line, "judged in part: ") {
			// It is a sentence, which the terminal breaks.
			continue
		}
		if i := strings.LastIndex(line, " "); strings.Contains(line, "/") && i > 0 && i < 160 {
			line = line[:i]
		}
		if width := len(line); width > 160 {
			t.Errorf("%d cells: %s", width, line)
		}
	}
	if strings.Contains(out.String(), "\x1b") || !strings.HasSuffix(told.String(), eraseLine) {
		t.Errorf("progress is left behind: %q", told.String())
	}
}

func TestHelpNamesEveryFlagOfKubectl(t *testing.T) {
	help := must(t, "scan", "--help")
	for _, flag := range strings.Fields("--context --cluster --user --as --as-group --as-uid --as-user-extra --token --kubeconfig --server --namespace --all-namespaces --request-timeout --certificate-authority --client-certificate --client-key --insecure-skip-tls-verify --tls-server-name --proxy-url --filename --sync-timeout --now --strict --fail-on --rule --baseline --output --out --no-color --ascii --log-file --log-level") {
		if !strings.Contains(help, flag+" ") {
			t.Errorf("the help does not name %s", flag)
		}
	}
	for _, flag := range []string{"--username", "--password"} {
		if strings.Contains(help, flag) {
			t.Errorf("the help names %s", flag)
		}
	}
}
