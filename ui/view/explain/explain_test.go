package explain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/viewtest"
)

var _ interface {
	view.Screen
	view.Filtered
} = (*explain.Screen)(nil)

// run does what a command asks for, and gives what it sends to the program.
func run(t *testing.T, s *explain.Screen, cmd tea.Cmd) (sent []tea.Msg) {
	t.Helper()
	if cmd == nil {
		return nil
	}
	switch m := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range m {
			sent = append(sent, run(t, s, c)...)
		}
	case view.For:
		return run(t, s, s.Update(m.Msg))
	default:
		return []tea.Msg{m}
	}
	return sent
}

// copied is what copying takes.
func copied(t *testing.T, s *explain.Screen) string {
	t.Helper()
	if o := s.Can(keys.Copy); !o.OK() {
		t.Fatalf("copy: %+v", o)
	}
	c, ok := run(t, s, s.Do(keys.Copy))[0].(view.Copy)
	if !ok || c.What != "the explanation of "+s.Place().Rule || len(s.Subject().Names) > 0 {
		t.Errorf("copies %+v", c)
	}
	return c.Text
}

func TestGolden(t *testing.T) {
	session := viewtest.Cluster(t)
	for _, rule := range []string{"PS06", "LP21", "PS27"} {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			name := fmt.Sprintf("%s-%dx%d", rule, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				s := explain.New(session.Shared(), rule)
				s.Resize(size[0], size[1])
				run(t, s, s.Show(session.Snapshot()))
				viewtest.Exact(t, s.View(), size[0], size[1])
				viewtest.Golden(t, name, fmt.Sprintf("%s | %s | %s\n%s\n", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), ansi.Strip(s.View())))
			})
		}
	}
}

// TestEveryRule explains all rules at a comfortable and at a narrow width: nothing is missing, and no term is explained
// that the text does not have.
func TestEveryRule(t *testing.T) {
	session := viewtest.Cluster(t)
	snap := session.Snapshot()
	for _, r := range session.Rules() {
		for _, width := range []int{38, 100} {
			s := explain.New(session.Shared(), r.ID)
			s.Resize(width, 200)
			run(t, s, s.Show(snap))
			flat := strings.Join(strings.Fields(copied(t, s)), " ")
			for _, want := range []string{r.ID, r.Severity.String(), r.Why, r.Attack, r.Defence, r.Remedy} {
				// Words may be broken at hyphens, so blanks do not count.
				if !strings.Contains(strings.ReplaceAll(flat, " ", ""), strings.ReplaceAll(want, " ", "")) {
					t.Errorf("%s at %d: %q is not in the text", r.ID, width, want)
				}
			}
		}
		text := strings.ToLower(strings.Join([]string{r.Title, r.Condition, r.Why, r.Attack, r.Defence, r.Remedy, r.NoFix}, "\n"))
		for _, term := range explain.Terms(text) {
			if !slices.ContainsFunc(term.Forms, func(f string) bool { return strings.Contains(strings.Join(strings.Fields(text), " "), f) }) {
				t.Errorf("%s: %s does not occur", r.ID, term.Name)
			}
		}
	}
}

// TestEveryTermOccurs holds that the glossary has no words that neither a rule nor a screen uses.
func TestEveryTermOccurs(t *testing.T) {
	session := viewtest.Cluster(t)
	var all strings.Builder
	for _, r := range session.Rules() {
		s := explain.New(session.Shared(), r.ID)
		s.Resize(200, 10)
		run(t, s, s.Show(session.Snapshot()))
		all.WriteString(copied(t, s))
	}
	// The screens of nodes and of paths use these; the help finds them.
	screens := []string{"working set", "attack path", "blast radius", "crown jewel", "lateral movement"}
	for _, term := range explain.Glossary() {
		if slices.Contains(screens, term.Name) {
			continue
		}
		if !strings.Contains(all.String(), "\n "+term.Name+"  ") {
			t.Errorf("no rule uses %s", term.Name)
		}
	}
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "",
		"Nothing of note.":                      "",
		"a podium of tokens":                    "token",
		"The pod's node, (service account).":    "node, pod, service account",
		"set seccompProfile":                    "seccomp",
		"/proc/PID/environ":                     "/proc",
		"rooted in rules":                       "",
		"a controller manager and a controller": "controller, controller manager",
		"the controller manager alone":          "controller manager",
		"Init container":                        "container, init container",
		"the label pod-security.kubernetes.io/enforce": "label, pod security level",
	} {
		var names []string
		for _, term := range explain.Terms(text) {
			names = append(names, term.Name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestPatchingIsExplained holds that the pages about patching explain the words that they are made of.
func TestPatchingIsExplained(t *testing.T) {
	session := viewtest.Cluster(t)
	for rule, want := range map[string][]string{
		"VP03": {"CVE", "score", "kube-proxy", "control plane", "patch version", "kubelet"},
		"VP04": {"minor version", "end of support", "extended support"},
		"VP05": {"version skew", "minor version", "API server", "scheduler", "controller manager", "kube-proxy", "control plane"},
		"VP09": {"cordon, uncordon", "drain"},
		"VP10": {"PodDisruptionBudget", "eviction", "drain", "replica", "minAvailable, maxUnavailable"},
	} {
		s := explain.New(session.Shared(), rule)
		s.Resize(80, 200)
		text := copied(t, s)
		for _, w := range want {
			if !strings.Contains(text, "\n "+w+"  ") {
				t.Errorf("%s does not explain %s", rule, w)
			}
		}
	}
}

func TestCountFollowsTheCluster(t *testing.T) {
	session := viewtest.Cluster(t)
	s := explain.New(session.Shared(), "PS01")
	s.Resize(100, 60)
	if !strings.Contains(s.View(), "counting") {
		t.Errorf("before it was counted:\n%s", ansi.Strip(s.View()))
	}
	run(t, s, s.Show(session.Snapshot()))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "1 finding: 1 critical (enter lists them)") || !strings.Contains(got, "C  data/DaemonSet/backup-helper (2 pods)") {
		t.Errorf("got\n%s", got)
	}
	if cmd := s.Show(session.Snapshot()); cmd != nil {
		t.Error("counts again though nothing has changed")
	}
	sent := run(t, s, s.Do(keys.Open))
	if want := (view.Go{Place: view.Place{Screen: view.Findings, Filter: "rule:PS01"}}); len(sent) != 1 || sent[0] != want {
		t.Errorf("enter sent %v", sent)
	}
	for _, f := range session.Snapshot().Rows {
		if f.Finding.Rule.ID == "PS01" {
			session.Delete(f.Finding.Object)
		}
	}
	for _, o := range []string{"backup-helper-k2x7p", "backup-helper-q8w4z"} {
		ref := session.Snapshot().Report.Inventory
		for r := range ref.All() {
			if r.GetName() == o {
				session.Delete(r.Ref())
			}
		}
	}
	run(t, s, s.Show(session.Snapshot()))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "Nothing was found.") {
		t.Errorf("got\n%s", got)
	}
	if o := s.Can(keys.Open); o.OK() || o.Why == "" {
		t.Errorf("enter is offered: %+v", o)
	}
}

// TestUndecidedIsNoFinding holds that what may hold is not counted among what does.
func TestUndecidedIsNoFinding(t *testing.T) {
	session := viewtest.Bare(t)
	session.Cover(model.Coverage{Kind: schema.GroupKind{Kind: "ServiceAccount"}, State: model.Denied, Reason: "may not list serviceaccounts"})
	session.Apply()
	s := explain.New(session.Shared(), "LP22")
	s.Resize(100, 80)
	run(t, s, s.Show(session.Snapshot()))
	got := ansi.Strip(s.View())
	if !strings.Contains(got, "It could not be judged: ServiceAccount denied: may not list serviceaccounts.") || !strings.Contains(got, "\n 3 not decided (enter lists them)") || strings.Contains(got, "findings") {
		t.Errorf("got\n%s", got)
	}
	if got := s.Aside(); got != "3 not decided" {
		t.Errorf("beside the crumbs stands %q", got)
	}
	early := viewtest.New(t)
	for _, k := range model.Kinds() {
		early.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Loading})
	}
	early.Apply()
	s = explain.New(early.Shared(), "LP22")
	s.Resize(100, 80)
	run(t, s, s.Show(early.Snapshot()))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "Not known yet: loading Pod,") || strings.Contains(got, "Nothing was found") {
		t.Errorf("got\n%s", got)
	}
}

func TestNamespacesAreTold(t *testing.T) {
	session := viewtest.Cluster(t)
	s := explain.New(session.Shared(), "PS09")
	s.Resize(100, 80)
	run(t, s, s.Show(view.NewSnapshot().Next(session.Report(), view.NewNamespaces([]string{"shop"}))))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "1 finding in the namespaces that are shown: 1 high") || strings.Contains(got, "data/") {
		t.Errorf("got\n%s", got)
	}
	run(t, s, s.Show(session.Snapshot()))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "3 findings: 3 high") {
		t.Errorf("got\n%s", got)
	}
}

func TestSizesAndLooks(t *testing.T) {
	session := viewtest.Cluster(t)
	shared := session.Shared()
	s := explain.New(shared, "PS06")
	run(t, s, s.Show(session.Snapshot()))
	for w := 1; w <= 220; w += 3 {
		for h := 1; h <= 60; h += 7 {
			s.Resize(w, h)
			viewtest.Exact(t, s.View(), w, h)
		}
	}
	shared.Glyphs = theme.NewGlyphs(true)
	s.Restyle()
	for _, r := range ansi.Strip(s.View()) {
		if r > '~' {
			t.Fatalf("%q in ASCII", r)
		}
	}
	s = explain.New(shared, "\x1b[31mXX99")
	s.Resize(80, 5)
	run(t, s, s.Show(session.Snapshot()))
	if got := ansi.Strip(s.View()); !strings.Contains(got, "There is no rule ?XX99 in this catalogue.") || strings.Contains(s.View(), "\x1b[31mXX") {
		t.Errorf("got\n%q", s.View())
	}
	if s.Can(keys.Copy).OK() {
		t.Error("the explanation of no rule is offered")
	}
	if s.Can(keys.Open).Known {
		t.Error("findings of no rule are offered")
	}
}
