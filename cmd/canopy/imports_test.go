package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports holds the one rule of the house: model ← analysis ← ui ← cmd and model ← k8s ← cmd.
func TestImports(t *testing.T) {
	forbidden := map[string][]string{
		"canopy/model":    {"canopy/analysis", "canopy/ui", "canopy/k8s", "canopy/cmd"},
		"canopy/analysis": {"canopy/ui", "canopy/k8s", "canopy/cmd", "k8s.io/client-go"},
		"canopy/ui":       {"canopy/k8s", "canopy/cmd", "k8s.io/client-go"},
		"canopy/k8s":      {"canopy/analysis", "canopy/ui", "canopy/cmd"},
	}
	seen := map[string]bool{}
	for _, line := range goList(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "canopy/...") {
		fields := strings.Fields(line)
		for part, bad := range forbidden {
			if !within(fields[0], part) {
				continue
			}
			seen[part] = true
			for _, path := range fields[1:] {
				for _, b := range bad {
					if within(path, b) {
						t.Errorf("%s imports %s", fields[0], path)
					}
				}
				if part == "canopy/model" && !plainData(path) {
					t.Errorf("%s imports %s: the model is plain data", fields[0], path)
				}
			}
		}
	}
	if len(seen) != len(forbidden) {
		t.Errorf("looked at %v only", seen)
	}
}

// plainData tells whether the model may import a package: the standard library and the API types.
func plainData(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return within(path, "canopy/model") || within(path, "k8s.io/api") || within(path, "k8s.io/apimachinery") ||
		first != "canopy" && !strings.Contains(first, ".")
}

// TestHeavyPackages keeps out what doubles the binary: see the test of its size.
func TestHeavyPackages(t *testing.T) {
	for _, path := range goList(t, "-deps", "canopy/cmd/canopy") {
		for _, b := range []string{
			"k8s.io/cli-runtime", "k8s.io/kubectl", "html/template", "github.com/xeipuuv/gojsonschema", "k8s.io/kubernetes", "testing",
			"k8s.io/client-go/kubernetes", "k8s.io/client-go/discovery",
		} {
			if within(path, b) {
				t.Errorf("the binary links %s", path)
			}
		}
	}
}

func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-buildvcs=false"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, stderr(err))
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
