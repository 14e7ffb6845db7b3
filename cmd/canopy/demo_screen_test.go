package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"canopy/cmd/canopy/output"
)

// firstChange is within how long somebody who opens the demo has to see that it lives.
const firstChange = 10 * time.Second

// below gives the line of a screen that comes after the first with a word; "" where there is none.
func below(screen, word string) string {
	lines := strings.Split(screen, "\n")
	for i := range len(lines) - 1 {
		if strings.Contains(lines[i], word) {
			return lines[i+1]
		}
	}
	return ""
}

// TestDemoFromEndToEnd walks through the demo as a visitor does: from what to do first to the proof, the change that ends
// it and the files that are taken home, and out again.
func TestDemoFromEndToEnd(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {160, 45}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			begun := time.Now()
			screen := start(t, opening{width: size[0], height: size[1], folder: folder}, "demo")
			screen.until("what to do first", func(s string) bool {
				first := below(s, "FIX FIRST")
				return strings.Contains(first, " 1 C ") && strings.Contains(first, "internet → shop/web → ops/operator → cluster-admin")
			})
			screen.shows("jungle", "coverage 100%", "demo ●")
			t.Logf("there after %s", time.Since(begun))
			screen.shows("~ shop/Deployment/web", "1.4 → 1.5")
			if took := time.Since(begun); took > firstChange {
				t.Errorf("the first change comes after %s, not within %s", took, firstChange)
			}

			screen.press("2", "/", "ns:ci rule:PS01")
			screen.shows("1-1 of 1 (")
			screen.press("\r")
			screen.shows("filter: ns:ci rule:PS01")
			screen.shows("PS01", "ci/Deployment/runner")
			if s := screen.emulator.String(); strings.Contains(s, "data/") {
				t.Errorf("the filter lets others through:\n%s", s)
			}

			screen.press("\r")
			screen.shows("findings ›", "PS01")
			screen.shows("WHERE", "containers[0].securityContext.privileged = true")
			if size[0] < 100 {
				screen.press("\t")
			}
			screen.shows("▌", "privileged: true")
			screen.press("e")
			screen.shows("explain › PS01 Privileged container")
			screen.shows("How it is attacked")
			// As most terminals send it.
			screen.press("\x1b")
			screen.shows("findings ›", "PS01")

			screen.press("f")
			screen.shows("patch ci/Deployment/runner")
			removed := regexp.MustCompile(`(?m)(^|│)- +privileged: true`)
			screen.until("the line that goes", removed.MatchString)
			exportFix(t, screen, folder)
			screen.press(escape, escape)
			screen.shows("filter: ns:ci rule:PS01")
			exportFindings(t, screen, folder)

			screen.press("0")
			screen.shows("payments", "restricted")
			screen.press(":", "explain PS06")
			screen.shows("▸ explain PS06")
			screen.press("\r")
			screen.shows("explain › PS06")
			screen.press(escape)
			screen.shows("payments", "restricted")
			screen.press("1")
			screen.shows("cut ops/RoleBinding/ops-exec: delete the binding")
			screen.press("8")
			screen.shows("reach cluster-admin, 2 from the internet")
			screen.press("i")
			screen.shows("2 paths from")
			screen.press("\r")
			for _, line := range []string{"paths › internet → cluster-admin", "◆ internet", "K-05", "■ shop/Deployment/web", "● sa:shop/web", "W-07", "← cut here: 10 of"} {
				screen.shows(line)
			}
			screen.quit()
		})
	}
}

// exportFix writes the fix that is shown into a folder, once.
func exportFix(t *testing.T, screen *terminal, folder string) {
	t.Helper()
	screen.press("x")
	// The name that is offered is one of its own each time.
	screen.until("the folder", regexp.MustCompile(`write the documents into folder: canopy-fix-\d{8}-\d{6}`).MatchString)
	screen.press("\x15ours\r")
	screen.says("wrote 1 document into ours, with README.md")
	var patch struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []map[string]any
				}
			}
		}
	}
	documents, err := filepath.Glob(filepath.Join(folder, "ours", "01-*.yaml"))
	if err != nil || len(documents) != 1 {
		t.Fatalf("documents %v, %v", documents, err)
	}
	text, err := os.ReadFile(documents[0])
	if err == nil {
		err = yaml.Unmarshal(text, &patch)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(patch.Spec.Template.Spec.Containers) != 1 || !bytes.Contains(text, []byte("privileged:")) {
		t.Errorf("the patch is\n%s", text)
	}
	for _, name := range []string{"fix.yaml", "README.md"} {
		if all, err := os.ReadFile(filepath.Join(folder, "ours", name)); err != nil || !bytes.Contains(all, []byte("runner")) {
			t.Errorf("%s: %v\n%s", name, err, all)
		}
	}
	screen.answer("x", "into folder: ", "ours")
	screen.says("export: ours is there already, and stays as it is")
}

// exportFindings writes the findings that are shown into a file, once, and reads it back.
func exportFindings(t *testing.T, screen *terminal, folder string) {
	t.Helper()
	screen.press("x")
	screen.until("the file", regexp.MustCompile(`export 1 finding to: canopy-findings-\d{8}-\d{6}\.json`).MatchString)
	screen.press("\x15ours.json\r")
	screen.says("wrote 1 finding to ours.json")
	path := filepath.Join(folder, "ours.json")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var d output.Document
	if err := json.Unmarshal(before, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Report.Findings) != 1 || d.Report.Findings[0].ID != "PS01/apps/Deployment/ci/runner" {
		t.Errorf("the file holds %+v", d.Report.Findings)
	}

	screen.answer("x", "export 1 finding to: ", "ours.json")
	screen.says("export: ours.json is there already, and stays as it is")
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was written over: %v", err)
	}
	screen.answer("x", "export 1 finding to: ", "findings.doc")
	screen.says("the name must end in .json, .yaml, .csv, .sarif, .junit.xml or .txt")

	screen.press(escape)
	screen.lacks(" in all)")
	screen.answer("x", " findings to: ", "all.csv")
	screen.until("the export of all", regexp.MustCompile(`wrote \d{2,} findings to all\.csv`).MatchString)
	table, err := os.ReadFile(filepath.Join(folder, "all.csv"))
	if err != nil || bytes.Count(table, []byte("\n")) < 50 {
		t.Errorf("the table of all findings: %v\n%s", err, table)
	}
}
