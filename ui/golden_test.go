package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
)

func TestGolden(t *testing.T) {
	partial := []func(*model.Report){
		covered("Secret", model.Denied, "may not list secrets; ask for the ClusterRole that canopy access prints"),
		covered("ConfigMap", model.Denied, "may not list configmaps"),
		covered("NetworkPolicy", model.Partial, "read in 2 of 8 namespaces"),
	}
	loading := []func(*model.Report){
		covered("Pod", model.Loading, ""), covered("ReplicaSet", model.Loading, ""),
		loadingRule("PS06", "loading pods"), loadingRule("PS17", "loading pods"),
	}
	screens := map[string]struct {
		options Options
		report  *model.Report
		keys    []string
	}{
		"live":      {report: clusterReport(60)},
		"partial":   {report: clusterReport(60, partial...)},
		"loading":   {report: clusterReport(0, loading...)},
		"first":     {},
		"empty":     {report: clusterReport(0, noFindings)},
		"stale":     {report: clusterReport(3, stale("Pod", "connection refused"))},
		"filter":    {report: clusterReport(60), keys: []string{"/", "ns:shop"}},
		"help":      {report: clusterReport(3), keys: []string{"?"}},
		"plain":     {options: Options{NoColor: true}, report: clusterReport(60)},
		"ascii":     {options: Options{NoColor: true, ASCII: true}, report: clusterReport(60, partial...)},
		"namespace": {options: Options{Namespaces: []string{"shop", "data"}}, report: clusterReport(60)},
	}
	for name, c := range screens {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {40, 8}, {30, 5}} {
			c.options.Width, c.options.Height = size[0], size[1]
			file := fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				s := newScreen(t, c.options, c.report)
				s.press(c.keys...)
				exact(t, s.content(), size[0], size[1])
				if name == "live" || name == "plain" {
					golden(t, file+"-styled", s.content())
				}
				golden(t, file, s.plain())
			})
		}
	}
}

// exact checks that no line is wider than the terminal and that there are not more lines than it has.
func exact(t *testing.T, content string, width, height int) {
	t.Helper()
	lines := strings.Split(content, "\n")
	if len(lines) > height {
		t.Errorf("%d lines of %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d is %d cells wide, of %d: %q", i, w, width, l)
		}
	}
}

func TestNoColour(t *testing.T) {
	s := newScreen(t, Options{Width: 120, Height: 40, NoColor: true}, clusterReport(20, stale("Pod", "gone")))
	for _, seq := range strings.Split(s.content(), "\x1b[")[1:] {
		for _, p := range strings.Split(seq[:strings.IndexByte(seq, 'm')], ";") {
			if p != "" && p != "0" && p != "1" && p != "2" && p != "7" {
				t.Fatalf("style %q is a colour", p)
			}
		}
	}
}

func TestASCII(t *testing.T) {
	for _, keys := range [][]string{nil, {"?"}, {"/", "x"}, {"/", "nothing"}} {
		s := newScreen(t, Options{Width: 120, Height: 40, ASCII: true}, clusterReport(20, stale("Pod", "größe")))
		s.press(keys...)
		for _, c := range s.plain() {
			if c > '~' {
				t.Fatalf("%q on the screen:\n%s", c, s.plain())
			}
		}
	}
}
