package resources_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/resources"
	"canopy/ui/view/viewtest"
)

// exact checks that the view has exactly the size of the screen.
func exact(t *testing.T, s *stage, width, height int) {
	t.Helper()
	s.Resize(width, height)
	viewtest.Exact(t, s.View(), width, height)
}

func TestSizes(t *testing.T) {
	s := open(t, 80, 24)
	s.run(s.Reveal(ref("Pod", "data", "backup-helper-k2x7p")))
	for width := 1; width <= 220; width++ {
		for height := 1; height <= 60; height += 1 + height/8 {
			exact(t, s, width, height)
		}
	}
	s.run(s.Reveal(ref("Namespace", "", "data")))
	s.press(keys.Wide)
	for width := 1; width <= 220; width += 3 {
		for height := 1; height <= 60; height += 7 {
			exact(t, s, width, height)
			s.run(s.Do(keys.Right))
			s.Position()
		}
	}
}

func TestSizesOfNothing(t *testing.T) {
	for _, session := range []*viewtest.Session{viewtest.New(t), partly(t)} {
		s := on(session, t, 80, 24)
		for width := 1; width <= 160; width += 3 {
			for height := 1; height <= 40; height += 3 {
				exact(t, s, width, height)
			}
		}
	}
}

// TestHostile: no text of the cluster acts on the terminal, or moves what stands beside it.
func TestHostile(t *testing.T) {
	const evil = "a\x1b[31m\u202eb\x07\u200b日本語\tc\n" + "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301"
	s := open(t, 160, 40)
	for _, kind := range []string{"Namespace", "Node", "Pod"} {
		o := viewtest.Objects(t, []byte("apiVersion: v1\nkind: "+kind+"\nmetadata: {name: x}\nspec: {}\n"))[0]
		o.SetName(evil)
		o.SetUID("u")
		o.SetLabels(map[string]string{evil: evil, "pod-security.kubernetes.io/enforce": evil})
		if kind == "Pod" {
			o.SetNamespace(evil)
			o.Object["spec"] = map[string]any{"nodeName": evil, "serviceAccountName": evil, "containers": []any{map[string]any{"name": evil, "image": evil}}}
			o.Object["status"] = map[string]any{"phase": evil, "reason": evil, "podIPs": []any{map[string]any{"ip": evil}}}
		}
		s.session.Apply(o)
	}
	s.refresh()
	for _, r := range []model.Ref{ref("Namespace", "", evil), ref("Node", "", evil), ref("Pod", evil, evil)} {
		s.run(s.Reveal(r))
		if s.Subject().Object != r {
			t.Fatalf("%s is not selected", r.Kind)
		}
		for _, wide := range []bool{true, false} {
			if wide {
				s.press(keys.Wide)
			}
			for width := 1; width <= 200; width += 7 {
				exact(t, s, width, 40)
				for _, l := range strings.Split(ansi.Strip(s.View()), "\n") {
					if strings.ContainsAny(l, "\x1b\u202e\x07\u200b\t") {
						t.Fatalf("%q", l)
					}
				}
			}
			if wide {
				s.press(keys.Wide)
			}
		}
	}
	s.run(s.SetFilter(evil))
	exact(t, s, 100, 20)
}

// partly is a cluster of which pods may not be read and nodes are still loading.
func partly(t testing.TB) *viewtest.Session {
	s := viewtest.New(t)
	for _, k := range model.Kinds() {
		c := model.Coverage{Kind: k.GroupKind(), State: model.Complete}
		switch k.Kind {
		case "Pod":
			c.State, c.Reason = model.Denied, "may not list pods"
		case "Node":
			c.State = model.Loading
		}
		s.Cover(c)
	}
	s.Apply()
	return s
}

func TestNothingLooksClean(t *testing.T) {
	s := on(viewtest.New(t), t, 80, 24)
	if got := strings.Join(s.lines(), " "); !strings.Contains(got, "connecting to prod-eu") {
		t.Error(got)
	}
	s = on(partly(t), t, 80, 24)
	got := strings.Join(s.lines(), " ")
	for _, want := range []string{"loading", "nodes", "denied", "pods: may not list pods"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing: %s", want, got)
		}
	}
	s.session.Apply(viewtest.Objects(t, []byte("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, namespace: shop}\nspec: {selector: {}, template: {spec: {containers: [{name: c, image: c}]}}}\nstatus: {numberReady: 2}\n"))...)
	s.refresh()
	lines := s.lines()
	if last := lines[len(lines)-1]; !strings.Contains(last, "denied: pods") || !strings.Contains(last, "loading: nodes") {
		t.Errorf("below the list: %q", last)
	}
	if l := s.line("d"); !strings.Contains(l, "2/?") {
		t.Errorf("the DaemonSet: %q", l)
	}
	// What was judged while something was missing is not called clean.
	if strings.Contains(strings.Join(lines, ""), "no finding") {
		t.Error("something looks clean")
	}
}

// TestNoFindingIsNoPraise shows something on which nothing was found: that says of how much it speaks.
func TestNoFindingIsNoPraise(t *testing.T) {
	const calm = `{apiVersion: v1, kind: Namespace, metadata: {name: calm, labels: {pod-security.kubernetes.io/enforce: restricted}}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: sheep, namespace: calm}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: sheep, namespace: calm, uid: sheep}
spec:
  selector: {}
  template:
    spec:
      serviceAccountName: sheep
      automountServiceAccountToken: false
      hostUsers: false
      securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: a
        image: "registry.example/a@sha256:0404040404040404040404040404040404040404040404040404040404040404"
        resources: {limits: {cpu: 1, memory: 1Gi, ephemeral-storage: 1Gi}}
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`
	s := open(t, 120, 35)
	s.session.Apply(viewtest.Objects(t, []byte(calm))...)
	s.refresh()
	s.run(s.Reveal(ref("DaemonSet", "calm", "sheep")))
	if l := s.line("ds/sheep"); !strings.Contains(l, " ─  ") {
		t.Errorf("the DaemonSet: %q", l)
	}
	got := strings.Join(strings.Fields(strings.Join(s.lines(), " ")), " ")
	if !strings.Contains(got, "─ no finding of pods, permissions, network, images, secrets") || !strings.Contains(got, "found nothing; this version judges") {
		t.Errorf("it does not say what was judged:\n%s", strings.Join(s.lines(), "\n"))
	}
	s.run(s.SetFilter("shop"))
	if got := strings.Join(s.lines(), ""); strings.Contains(got, "no finding") {
		t.Error("a sign is explained that is not there")
	}
}

// TestNumbersAreNeverCut shows more pods than the usual width of columns holds.
func TestNumbersAreNeverCut(t *testing.T) {
	var many strings.Builder
	for i := range 1101 {
		fmt.Fprintf(&many, "---\n{apiVersion: v1, kind: Pod, metadata: {name: p%d, namespace: herd, uid: p%d}, spec: {hostPID: true, containers: [{name: a, image: a, securityContext: {privileged: true}}]}, "+
			"status: {conditions: [{type: Ready, status: 'True'}]}}\n", i, i)
	}
	s := open(t, 200, 40)
	s.session.Apply(viewtest.Objects(t, []byte(many.String()))...)
	s.refresh()
	seen := 0
	for width := 40; width <= 240; width += 4 {
		s.Resize(width, 40)
		lines := s.lines()
		i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "herd") })
		if i < 0 {
			t.Fatalf("width %d:\n%s", width, strings.Join(lines, "\n"))
		}
		if strings.Contains(lines[0], "READY") {
			seen++
			if !strings.Contains(lines[i], "1101/1101") {
				t.Errorf("width %d: %q", width, lines[i])
			}
		}
		if strings.Contains(lines[0], "FINDINGS") && !strings.Contains(lines[i], "1101C 4404H 9910M") {
			t.Errorf("width %d: %q", width, lines[i])
		}
	}
	if seen == 0 {
		t.Error("the column was never shown")
	}
}

// TestStaleIsSaid breaks a watch: what is shown is as it was, and says so.
func TestStaleIsSaid(t *testing.T) {
	s := open(t, 80, 24)
	s.session.Cover(model.Coverage{Kind: model.KindByName("pods").GroupKind(), State: model.Complete, Stale: true, Since: viewtest.Now.Add(-time.Minute).Unix(), Reason: "connection refused"})
	s.session.Apply()
	s.refresh()
	if got := strings.Join(s.lines(), ""); !strings.Contains(got, "stale since 2026-11-23 13:59") {
		t.Errorf("it looks like now:\n%s", strings.Join(s.lines(), "\n"))
	}
}

func TestNamespaces(t *testing.T) {
	s := open(t, 80, 24)
	s.run(s.Show(view.NewSnapshot().Next(s.session.Report(), view.NewNamespaces([]string{"shop"}))))
	if got := strings.Join(s.names(), ", "); got != "shop, deploy/web" {
		t.Error(got)
	}
	s.run(s.Reveal(ref("Pod", "data", "debug-x9")))
	if len(s.asked) != 1 || !strings.Contains(s.asked[0].(view.Note).Text, "not shown") {
		t.Errorf("asked for %v", s.asked)
	}
	s.run(s.Show(view.NewSnapshot().Next(s.session.Report(), view.NewNamespaces([]string{"nowhere"}))))
	if got := s.lines()[0]; !strings.Contains(got, "nothing in nowhere") {
		t.Error(got)
	}
}

func TestClick(t *testing.T) {
	s := open(t, 160, 30)
	row := func(name string) int {
		for y, l := range s.lines() {
			if strings.Contains(l, name) {
				return y
			}
		}
		t.Fatalf("%s is not shown", name)
		return 0
	}
	s.run(s.Click(10, row("ds/backup-helper")))
	if got := s.selected(); got != "data/DaemonSet/backup-helper" || len(s.asked) > 0 {
		t.Fatalf("selected %s, asked for %v", got, s.asked)
	}
	// The sign stands behind one line of the tree.
	s.run(s.Click(4, row("ds/backup-helper")))
	row("backup-helper-k2x7p")
	s.run(s.Click(4, row("ds/backup-helper")))
	if strings.Contains(s.View(), "k2x7p") {
		t.Error("a click does not fold")
	}
	s.run(s.Click(12, row("ds/backup-helper")))
	if len(s.asked) != 1 {
		t.Errorf("asked for %v", s.asked)
	}
	before, _, _ := strings.Cut(s.lines()[0], "WORST")
	s.run(s.Click(view.Width(before), 0))
	if l := s.lines()[0]; !strings.Contains(l, "WORST▼") {
		t.Errorf("the head: %q", l)
	}
	s.run(s.Click(150, 5))
	s.Resize(160, 6)
	s.Wheel(10, 3, 3)
	if strings.Contains(s.lines()[1], "nodes") {
		t.Error("the wheel does not move")
	}
}

func TestASCII(t *testing.T) {
	s := open(t, 160, 40)
	shared := s.session.Shared()
	shared.Glyphs, shared.Theme = theme.NewGlyphs(true), theme.New(theme.Options{NoColor: true})
	s.Screen = resources.New(shared)
	s.Resize(160, 40)
	s.refresh()
	for _, r := range s.View() {
		if r > '~' {
			t.Fatalf("%q is drawn", r)
		}
	}
}
