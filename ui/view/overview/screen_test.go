package overview_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/overview"
	"canopy/ui/view/viewtest"
)

// press does actions, each of which must be offered, and gives what the last one asks for.
func press(t *testing.T, s *overview.Screen, actions ...keys.Action) (asked []tea.Msg) {
	t.Helper()
	for _, a := range actions {
		if offer := s.Can(a); !offer.OK() {
			t.Fatalf("%s is not offered: %+v", a, offer)
		}
		asked = run(t, s, s.Do(a))
	}
	return asked
}

// leads checks where an action leads.
func leads(t *testing.T, asked []tea.Msg, want view.Place) {
	t.Helper()
	if len(asked) != 1 || asked[0] != tea.Msg(view.Go{Place: want}) {
		t.Errorf("it asks for %v, want to go to %v", asked, want)
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), session.Snapshot(), 120, 30)
	got := s.Subject()
	if got.Object.String() != "data/DaemonSet/backup-helper" || len(got.Findings) < 5 || got.Finding().ID != "PS01/apps/DaemonSet/data/backup-helper" {
		t.Fatalf("first comes %v with %d findings", got.Object, len(got.Findings))
	}
	for i, f := range got.Findings {
		if f.Object != got.Object {
			t.Errorf("finding %s is not its own", f.ID)
		}
		if i > 0 && f.Severity > got.Findings[i-1].Severity {
			t.Errorf("%s is worse than the one before it", f.ID)
		}
	}
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Detail, Object: got.Object})
	objects := map[model.Ref]bool{}
	for _, r := range session.Snapshot().Rows {
		objects[r.Finding.Object] = true
	}
	if pos := s.Position(); pos != fmt.Sprintf("1-%d of %d", len(objects), len(objects)) {
		t.Errorf("position %q", pos)
	}
}

func TestPartsOfTheClusterComeAfterOnesOwn(t *testing.T) {
	session := viewtest.Cluster(t)
	privileged := func(namespace, name string) string {
		return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: " + namespace + ", uid: " + namespace + name + "}, spec: {hostPID: true, hostNetwork: true, hostIPC: true, " +
			"containers: [{name: a, image: a, securityContext: {privileged: true, runAsUser: 0}}], volumes: [{name: h, hostPath: {path: /}}]}}\n---\n"
	}
	session.Apply(viewtest.Objects(t, []byte(privileged("kube-system", "proxy")+privileged("zoo", "ape")))...)
	s := open(t, session.Shared(), bySeverity(session), 120, 30)
	var order []string
	for range 5 {
		order = append(order, s.Subject().Object.String())
		press(t, s, keys.Down)
	}
	want := []string{"zoo/Pod/ape", "data/DaemonSet/backup-helper", "ClusterRoleBinding/operator", "data/RoleBinding/exec", "kube-system/Pod/proxy"}
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

func TestTheSelectionStaysOnItsObject(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), bySeverity(session), 120, 30)
	press(t, s, keys.Down, keys.Down)
	held := s.Subject().Object
	session.Delete(model.Ref{Group: "apps", Version: "v1", Kind: "DaemonSet", Namespace: "data", Name: "backup-helper"},
		model.Ref{Version: "v1", Kind: "Pod", Namespace: "data", Name: "backup-helper-k2x7p"}, model.Ref{Version: "v1", Kind: "Pod", Namespace: "data", Name: "backup-helper-q8w4z"})
	run(t, s, s.Show(bySeverity(session)))
	if got := s.Subject().Object; got != held {
		t.Errorf("%v is selected, was %v", got, held)
	}
	press(t, s, keys.First)
	if got := s.Subject().Object; got == held {
		t.Errorf("%v is still selected", got)
	}
	// Who is at the top stays there while rows come in.
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: ape, namespace: zoo, uid: ape}, spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}}"))...)
	run(t, s, s.Show(bySeverity(session)))
	if got := s.Subject().Object.String(); got != "zoo/Pod/ape" {
		t.Errorf("%v is selected", got)
	}
}

func TestChanged(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), busy(session), 120, 30)
	press(t, s, keys.NextPane)
	if offer := s.Can(keys.Fix); !offer.Known || offer.Why != "no finding here" {
		t.Errorf("a fix of what opened nothing: %+v", offer)
	}
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Detail, Object: model.Ref{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding", Namespace: "shop", Name: "ci"}})
	press(t, s, keys.Down, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Detail, Finding: "PS01/apps/DaemonSet/data/backup-helper"})
	press(t, s, keys.Fix)
	press(t, s, keys.Down)
	if offer := s.Can(keys.Open); offer.Why != "the object is gone" {
		t.Errorf("the way to a deleted pod: %+v", offer)
	}
	press(t, s, keys.Last)
	if got := s.Subject().Object.Name; got != "operator" {
		t.Errorf("last is %q", got)
	}
}

func TestRealEditsAreTold(t *testing.T) {
	session := viewtest.Cluster(t)
	shared := session.Shared()
	before := session.Snapshot()
	s := open(t, shared, before, 120, 30)
	if !strings.Contains(plain(s), "nothing has changed since 14:00") {
		t.Errorf("it does not say that nothing has changed:\n%s", plain(s))
	}
	session.Apply(viewtest.Objects(t, []byte("{apiVersion: v1, kind: Pod, metadata: {name: ape, namespace: zoo, uid: ape}, spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}}"))...)
	cmd := s.Show(before.Next(session.Report(), nil))
	glowing := shared.Theme.Glow.Render("zoo/Pod/ape")
	if !strings.Contains(s.View(), glowing[:len(glowing)-3]) {
		t.Errorf("the new edit does not glow:\n%q", s.View())
	}
	start := time.Now()
	if asked := run(t, s, cmd); len(asked) > 0 {
		t.Errorf("it asks for %v", asked)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("it glowed for %v", took)
	}
	if strings.Contains(s.View(), glowing[:len(glowing)-3]) {
		t.Error("the edit glows on")
	}
	press(t, s, keys.NextPane)
	if got := s.Subject(); got.Finding() == nil || got.Finding().ID != "PS01//Pod/zoo/ape" {
		t.Errorf("the edit is about %+v", got)
	}
}

// TestPairsAreTold lets a policy come and go: what it closes, and what opens with it, is told with the edit.
func TestPairsAreTold(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Delete(model.KindByName("Pod").Ref("data", "backup-helper-q8w4z"))
	shared := session.Shared()
	shared.Glow = false
	s := open(t, shared, session.Snapshot(), 280, 50)
	press(t, s, keys.NextPane)
	has := func(texts ...string) {
		t.Helper()
		got := strings.Join(strings.Fields(plain(s)), " ")
		for _, text := range texts {
			if !strings.Contains(got, text) {
				t.Errorf("%q is not in\n%s", text, plain(s))
			}
		}
	}
	policies := viewtest.Objects(t, []byte("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: data, uid: deny}, spec: {podSelector: {}, policyTypes: [Ingress]}}"))
	session.Apply(policies...)
	run(t, s, s.Show(session.Snapshot()))
	// Two pods are left there, and four others could connect to each.
	has("+ data/NetworkPolicy/deny 8 pairs closed; isolates every pod: nothing in", "8 pairs of pods closed; isolates every pod: nothing in;")
	session.Delete(model.KindByName("NetworkPolicy").Ref("data", "deny"))
	run(t, s, s.Show(session.Snapshot()))
	has("data/NetworkPolicy/deny 8 pairs opened", "8 pairs of pods opened")
	if strings.Contains(plain(s), "its effect is not evaluated") {
		t.Errorf("what is told passes for unknown:\n%s", plain(s))
	}
}

func TestWithoutGlowNothingTicks(t *testing.T) {
	session := viewtest.Cluster(t)
	shared := session.Shared()
	shared.Glow = false
	s := open(t, shared, session.Snapshot(), 120, 30)
	start := time.Now()
	run(t, s, s.Show(busy(session)))
	if took := time.Since(start); took > time.Second {
		t.Errorf("something waited for %v", took)
	}
	if strings.Contains(s.View(), shared.Theme.Glow.Render("x")[:4]+"shop/RoleBinding") {
		t.Error("an edit glows")
	}
}

func TestThemes(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), session.Snapshot(), 120, 30)
	press(t, s, keys.NextPane, keys.NextPane)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:least-privilege"})
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:network"})
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:pod-security"})
	if offer := s.Can(keys.Fix); offer.OK() {
		t.Error("a fix is offered for a theme")
	}
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:images"})
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:secrets"})
	press(t, s, keys.Down)
	leads(t, press(t, s, keys.Open), view.Place{Screen: view.Findings, Filter: "theme:patching"})
	press(t, s, keys.Down)
	if offer := s.Can(keys.Open); offer.Why != "not in this version" {
		t.Errorf("the way to a theme without rules: %+v", offer)
	}
}

func TestWhatWasNotSeenIsNeverClean(t *testing.T) {
	session := viewtest.Cluster(t)
	for name, c := range map[string]struct {
		snapshot *view.Snapshot
		says     []string
		not      []string
	}{
		"nothing known": {view.NewSnapshot(), []string{"RISK  ?", "connecting to prod-eu", "C ?", "loading"}, []string{"100%", "Nothing to fix", "C 0"}},
		"loading":       {halfway(t), []string{"so far", "loading 26 of 40 kinds", "C ?"}, []string{"100%", "Nothing to fix", "nothing has changed", "C 0"}},
		"partial":       {covered(session), []string{"of what could be seen", "denied", "rolebindings", "of 34 judged"}, []string{"Nothing to fix"}},
		"never reached": {
			func() *view.Snapshot {
				r := *view.NewSnapshot().Report
				for _, k := range model.Kinds() {
					r.Coverage = append(r.Coverage, model.Coverage{Kind: k.GroupKind(), State: model.Denied, Stale: true, Reason: "connection refused"})
				}
				return view.NewSnapshot().Next(&r, nil)
			}(), []string{"RISK  ?", "C ?", "cannot reach the server"}, []string{"C 0", "Nothing to fix", "covered,"},
		},
		"partial and bare": {
			func() *view.Snapshot {
				s := viewtest.New(t)
				s.Complete()
				return covered(s)
			}(), []string{"No rule holds on what could be seen", "of what could be seen"}, []string{"Nothing to fix"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, session.Shared(), c.snapshot, 120, 40)
			got := plain(s)
			for _, want := range c.says {
				if !strings.Contains(got, want) {
					t.Errorf("it lacks %q:\n%s", want, got)
				}
			}
			for _, not := range c.not {
				if strings.Contains(got, not) {
					t.Errorf("it has %q:\n%s", not, got)
				}
			}
		})
	}
}

func TestStale(t *testing.T) {
	session := viewtest.Cluster(t)
	session.Cover(model.Coverage{Kind: model.KindByName("pods").GroupKind(), State: model.Complete, Stale: true, Since: at("13:59:00").Unix(), Reason: "connection refused"})
	session.Apply()
	s := open(t, session.Shared(), session.Snapshot(), 200, 40)
	if got := plain(s); !strings.Contains(got, "since 2026-11-23 13:59: connection refused") {
		t.Errorf("it does not say since when, and why:\n%s", got)
	} else if !strings.Contains(got, "as of 13:59") {
		t.Errorf("the risk looks like that of now:\n%s", got)
	}
	session.Cover(model.Coverage{Kind: model.KindByName("secrets").GroupKind(), State: model.Denied, Reason: "may not list secrets"})
	session.Apply()
	s = open(t, session.Shared(), session.Snapshot(), 80, 20)
	if got := plain(s); !strings.Contains(got, "of what could be seen, as of 13:59") {
		t.Errorf("what is missing hides what is old:\n%s", got)
	}
}

func TestEverythingIsReachable(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), covered(session), 60, 14)
	var all strings.Builder
	for range 4 {
		for range 40 {
			all.WriteString(plain(s))
			if s.Can(keys.Down).OK() {
				press(t, s, keys.Down)
			}
		}
		press(t, s, keys.NextPane)
	}
	for _, want := range []string{
		"Namespace/shop", "debug-x9", "least privilege", "audits", "not in this version", "may not list rolebindings", "attack paths", "from references only",
		"source  prod-eu", "risk    four fifths", "nothing has changed", "absent",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q cannot be reached", want)
		}
	}
}

func TestMouse(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), busy(session), 120, 35)
	lines := strings.Split(plain(s), "\n")
	find := func(text string) (x, y int) {
		for y, l := range lines {
			if i := strings.Index(l, text); i >= 0 {
				return len([]rune(l[:i])), y
			}
		}
		t.Fatalf("%q is not on the screen", text)
		return 0, 0
	}
	x, y := find("H  shop/Deployment/web")
	if asked := run(t, s, s.Click(x, y)); len(asked) > 0 {
		t.Errorf("the first click asks for %v", asked)
	}
	if got := s.Subject().Object.String(); got != "shop/Deployment/web" {
		t.Fatalf("%s is selected", got)
	}
	// What is said of the row that was selected first has moved.
	lines = strings.Split(plain(s), "\n")
	x, y = find("H  shop/Deployment/web")
	if asked := run(t, s, s.Click(x, y)); len(asked) != 1 {
		t.Errorf("the second click asks for %v", asked)
	}
	x, y = find("pod security")
	run(t, s, s.Click(x, y))
	leads(t, run(t, s, s.Click(x, y)), view.Place{Screen: view.Findings, Filter: "theme:pod-security"})
	x, y = find("CHANGED")
	run(t, s, s.Click(x, y))
	if got := s.Subject().Object.String(); got != "shop/RoleBinding/ci" {
		t.Errorf("%s is selected", got)
	}
	s.Resize(60, 14)
	x, y = 5, 5
	was := plain(s)
	s.Wheel(x, y, 3)
	exact(t, s, 60, 14)
	if plain(s) == was {
		t.Errorf("the wheel does nothing:\n%s", was)
	}
	for y := -1; y < 20; y++ {
		run(t, s, s.Click(59, y))
		s.Wheel(0, y, -5)
		exact(t, s, 60, 14)
	}
}

func TestNamespacesLimitWhatIsShown(t *testing.T) {
	session := viewtest.Cluster(t)
	whole := busy(session)
	s := open(t, session.Shared(), view.NewSnapshot().Next(whole.Report, view.NewNamespaces([]string{"shop"})), 120, 35)
	if got := plain(s); strings.Contains(got, "backup-helper") || !strings.Contains(got, "shop/Deployment/web") {
		t.Errorf("it shows other namespaces:\n%s", got)
	}
}

// TestImagesAndSecretsSayHowMuchIsKnown holds that their themes tell how many images were scanned, and how Secrets are seen.
func TestImagesAndSecretsSayHowMuchIsKnown(t *testing.T) {
	session := viewtest.Cluster(t)
	s := open(t, session.Shared(), session.Snapshot(), 200, 40)
	for _, want := range []string{"25% scanned", "metadata; 8 of 9", "metadata only: their values are never read unless you ask for it"} {
		if got := strings.Join(strings.Fields(plain(s)), " "); !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, plain(s))
		}
	}
	// Of one namespace only its images count.
	run(t, s, s.Show(view.NewSnapshot().Next(session.Report(), view.NewNamespaces([]string{"shop"}))))
	if got := plain(s); !strings.Contains(got, "100% scanned") {
		t.Errorf("in shop:\n%s", got)
	}
	r := *session.Report()
	r.Objects = map[string]int{"SecretFacts": 2}
	if s = open(t, session.Shared(), view.NewSnapshot().Next(&r, nil), 200, 40); !strings.Contains(plain(s), "values inspected") {
		t.Errorf("after they were inspected:\n%s", plain(s))
	}
	s = open(t, session.Shared(), covered(session), 200, 40)
	if got := plain(s); !strings.Contains(got, "from references only") {
		t.Errorf("where Secrets are denied:\n%s", got)
	}
}
