package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFixKeepsFlows makes policies from a folder of manifests and a file of flows.
func TestFixKeepsFlows(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	workload := func(name string, port string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: shop}\nspec: {selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: " + port + "}]}]}}}\n---\n"
	}
	cluster := write("shop.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"+workload("web", "8080")+workload("api", "8081"))
	flows := write("flows.txt", "# who calls whom\nshop/web shop/Deployment/api http\ninternet shop/web 8080/TCP\n")
	out := must(t, "fix", "NW03/Namespace/shop", "-f", cluster, "--flows", flows, now)
	for _, want := range []string{"name: default-deny", "name: allow-dns", "name: allow-api", "port: 8081", "keeps the flows that were declared and nothing else: 2 of 2 flows"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	bad := write("bad.txt", "shop/web shop/api\nshop/web nowhere 80\n")
	missing := write("missing.txt", "shop/web shop/gone 80\nshop/web shop/api nothing\n")
	for _, x := range []struct{ file, want string }{{bad, "line 1: "}, {bad, "line 2: "}, {missing, "line 1: "}, {missing, "line 2: "}, {filepath.Join(dir, "none"), "no such file"}} {
		if r := canopy(t, "", "fix", "NW03/Namespace/shop", "-f", cluster, "--flows", x.file, now); r.code == 0 || !strings.Contains(r.err, x.want) {
			t.Errorf("%s: %d, no %q in %s", x.file, r.code, x.want, r.err)
		}
	}
}
