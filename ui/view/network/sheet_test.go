package network_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	reached "canopy/analysis/network"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/network"
	"canopy/ui/view/viewtest"
)

// play is a screen on a cluster that the real engine judges.
type play struct {
	view.Screen
	t       testing.TB
	session *viewtest.Session
	shared  *view.Shared
	asked   []tea.Msg
}

// cluster is a shop with a database behind a policy, a namespace that nothing protects, and one that a rule without effect is
// written for.
const cluster = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: db, labels: {team: data}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: dev}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, uid: w1, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, image: i, ports: [{containerPort: 8080, name: http}]}]}, status: {phase: Running, podIPs: [{ip: 10.0.0.1}], podIP: 10.0.0.1}}
---
{apiVersion: v1, kind: Pod, metadata: {name: job-1, namespace: shop, uid: j1, labels: {app: web-v2}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {phase: Running, podIPs: [{ip: 10.0.0.2}], podIP: 10.0.0.2}}
---
{apiVersion: v1, kind: Pod, metadata: {name: postgres-0, namespace: db, uid: p0, labels: {app: postgres}}, spec: {nodeName: n2, containers: [{name: c, image: i, ports: [{containerPort: 5432}]}]}, status: {phase: Running, podIPs: [{ip: 10.0.0.3}], podIP: 10.0.0.3}}
---
{apiVersion: v1, kind: Pod, metadata: {name: shell, namespace: dev, uid: s1, labels: {app: shell}}, spec: {nodeName: n2, containers: [{name: c, image: i}]}, status: {phase: Running, podIPs: [{ip: 10.0.0.4}], podIP: 10.0.0.4}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-web, namespace: db, uid: np1}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: web}}}]
    ports: [{protocol: TCP, port: 5432}]
  - from: [{podSelector: {matchLabels: {app: nobody}}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, uid: svc1}
spec: {type: LoadBalancer, selector: {app: web}, clusterIP: 10.96.0.1, ports: [{port: 80, targetPort: 8080, protocol: TCP, nodePort: 30080}]}
status: {loadBalancer: {ingress: [{ip: 203.0.113.9}]}}
`

func session(t testing.TB) *viewtest.Session {
	t.Helper()
	s := viewtest.New(t)
	s.Apply(viewtest.Objects(t, []byte(cluster))...)
	s.Complete()
	return s
}

func shared(s *viewtest.Session) *view.Shared {
	out := s.Shared()
	// What glows waits for the clock.
	out.Glow = false
	return out
}

// at shows the screen of a place.
func at(t testing.TB, s *viewtest.Session, place view.Place, width, height int) *play {
	t.Helper()
	look := shared(s)
	p := &play{t: t, session: s, shared: look}
	if place.Screen == view.Network {
		p.Screen = network.New(look)
	} else {
		p.Screen = network.Open(look, place)
	}
	if p.Screen == nil {
		t.Fatalf("no screen for %+v", place)
	}
	p.Resize(width, height)
	p.news()
	return p
}

func (p *play) news() { p.run(p.Show(p.session.Snapshot())) }

func (p *play) run(cmd tea.Cmd) {
	p.t.Helper()
	if cmd == nil || strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "Tick") {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case view.For:
		p.run(p.Update(msg.Msg))
	case nil:
	default:
		p.asked = append(p.asked, msg)
	}
}

func (p *play) press(actions ...keys.Action) {
	p.t.Helper()
	for _, a := range actions {
		if o := p.Can(a); !o.OK() {
			p.t.Fatalf("%s: %+v", a, o)
		}
		p.run(p.Do(a))
	}
}

// follow opens the screen that was asked for.
func (p *play) follow() *play {
	p.t.Helper()
	if len(p.asked) == 0 {
		p.t.Fatalf("nothing was asked for:\n%s", p.text())
	}
	to, ok := p.asked[len(p.asked)-1].(view.Go)
	if !ok {
		p.t.Fatalf("asked for %+v", p.asked)
	}
	return at(p.t, p.session, to.Place, 150, 40)
}

func (p *play) text() string { return viewtest.Text(p) }

func (p *play) has(want ...string) { p.t.Helper(); viewtest.Has(p.t, p, want...) }

// rows gives the rows as they would be copied, cells apart by bars.
func (p *play) rows() []string { return viewtest.Rows(p.Screen) }

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }

// endOf and outside are ends of connections.
func endOf(r model.Ref) reached.End { return reached.End{Ref: r} }
func outside() reached.End          { return reached.End{Name: "internet"} }

func places() map[string]view.Place {
	ns := func(name string) view.Place { return view.Place{Object: ref("Namespace", "", name)} }
	from, to := ns("shop").Object, ns("db").Object
	return map[string]view.Place{
		"real":      {Screen: view.Network},
		"pairs":     {Screen: view.Pairs, From: endOf(from), To: endOf(to)},
		"egress":    {Screen: view.Pairs, From: endOf(from), To: outside()},
		"why":       {Screen: view.Why, From: endOf(ref("Pod", "shop", "job-1")), To: endOf(ref("Pod", "db", "postgres-0"))},
		"reach":     {Screen: view.Reach, Object: ref("Pod", "db", "postgres-0")},
		"internet":  {Screen: view.Internet},
		"isolation": {Screen: view.Isolation},
		"policies":  {Screen: view.Policies},
		"history":   {Screen: view.History},
	}
}

func TestGolden(t *testing.T) {
	s := session(t)
	for name, place := range places() {
		for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				p := at(t, s, place, size[0], size[1])
				viewtest.Exact(t, p.View(), size[0], size[1])
				viewtest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), fmt.Sprintf("%s | %s | %s\n%s", strings.Join(p.Crumbs(), " > "), p.Aside(), p.Position(), p.text()))
			})
		}
	}
}

// TestDrillDown goes from a cell to its pairs, from a pair to why, and from there to the policy.
func TestDrillDown(t *testing.T) {
	s := session(t)
	matrix := at(t, s, view.Place{Screen: view.Network}, 150, 40)
	matrix.run(matrix.Screen.(*network.Screen).Reveal(ref("Namespace", "", "shop")))
	for !strings.Contains(matrix.Position(), "shop > db") {
		matrix.press(keys.Left)
	}
	matrix.has("shop → db", "some: 1 of 2 pairs of pods", "web-1 → Pod/postgres-0", "TCP 5432", "near miss: db/allow-web ingress[0]", "app=web-v2")
	matrix.press(keys.Open)
	pairs := matrix.follow()
	if rows := pairs.rows(); len(rows) < 2 || !strings.Contains(rows[0], "allow") {
		t.Fatalf("rows %q", rows)
	}
	pairs.has("INTO db/Pod/postgres-0", "db/allow-web ingress[0], tier networkpolicy")
	pairs.press(keys.Open)
	why := pairs.follow()
	why.has("Allow: TCP 5432", "no policy selects it in this direction: everything passes")
	// To the rule in the way in.
	for !strings.Contains(why.Subject().Object.Name, "allow-web") {
		why.press(keys.Down)
	}
	if got := why.Subject().Object; got.Kind != "NetworkPolicy" {
		t.Errorf("y would show %v", got)
	}
	why.press(keys.Open)
	if got := why.asked[len(why.asked)-1].(view.Go).Place; got.Screen != view.Detail || got.Object.Name != "allow-web" {
		t.Errorf("enter goes to %+v", got)
	}
}

func TestReach(t *testing.T) {
	s := session(t)
	p := at(t, s, view.Place{Screen: view.Reach, Object: ref("Pod", "db", "postgres-0")}, 150, 40)
	rows := strings.Join(p.rows(), "\n")
	for _, want := range []string{"in | shop/Pod/web-1 | allow | TCP 5432", "out | dev/Pod/shell | allow | everything", "out | 0.0.0.0/0 | allow | everything"} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows lack %q:\n%s", want, rows)
		}
	}
	if strings.Contains(rows, "in | shop/Pod/job-1") {
		t.Errorf("job-1 reaches the database:\n%s", rows)
	}
	ports := at(t, s, view.Place{Screen: view.Reach, Object: ref("Pod", "db", "postgres-0"), Ports: "80/TCP"}, 150, 40)
	if rows := strings.Join(ports.rows(), "\n"); strings.Contains(rows, "in |") || !strings.Contains(rows, "out | dev/Pod/shell | allow | TCP 80") {
		t.Errorf("on port 80:\n%s", rows)
	}
	// From the whole of a namespace whole namespaces are told.
	whole := at(t, s, view.Place{Screen: view.Reach, Object: ref("Namespace", "", "dev")}, 150, 40)
	if rows := strings.Join(whole.rows(), "\n"); !strings.Contains(rows, "in | shop | allow") || strings.Contains(rows, "out | db") {
		t.Errorf("dev:\n%s", rows)
	}
}

func TestInternet(t *testing.T) {
	s := session(t)
	p := at(t, s, view.Place{Screen: view.Internet}, 200, 40)
	p.has("open", "shop/web-1", "8080/TCP", "203.0.113.9:80", "shop/web")
	if got := p.Subject().Object; got != ref("Pod", "shop", "web-1") {
		t.Errorf("about %v", got)
	}
}

// TestPortsOfTheCluster holds that a cell, and a way in, counts only where it is about the ports that were asked for.
func TestPortsOfTheCluster(t *testing.T) {
	s := session(t)
	matrix := at(t, s, view.Place{Screen: view.Network}, 150, 40)
	matrix.run(matrix.Screen.(*network.Screen).Reveal(ref("Namespace", "", "shop")))
	for !strings.Contains(matrix.Position(), "shop > db") {
		matrix.press(keys.Left)
	}
	for ports, want := range map[string]string{"5432/TCP": "some: 1 of 2 pairs of pods", "80": "none: 0 of 2 pairs of pods", "5432/udp": "none: 0 of 2 pairs of pods"} {
		matrix.run(matrix.Screen.(*network.Screen).SetFilter("port:" + ports))
		matrix.has(want)
	}
	for ports, want := range map[string]int{"8080": 2, "80": 0} {
		if rows := at(t, s, view.Place{Screen: view.Internet, Ports: ports}, 150, 40).rows(); len(rows) != want {
			t.Errorf("on %s: %q", ports, rows)
		}
	}
}

func TestIsolation(t *testing.T) {
	s := session(t)
	rows := strings.Join(at(t, s, view.Place{Screen: view.Isolation}, 200, 40).rows(), "\n")
	for _, want := range []string{"db/Pod/postgres-0 | isolated | open | 1 | allow-web", "dev/Pod/shell | open | open | 1"} {
		if !strings.Contains(rows, want) {
			t.Errorf("rows lack %q:\n%s", want, rows)
		}
	}
}

func TestPolicies(t *testing.T) {
	s := session(t)
	p := at(t, s, view.Place{Screen: view.Policies}, 200, 40)
	p.has("db/allow-web", "in 2", "1 rule without effect", "spec.ingress[1].from[0] selects no pod")
}

// TestHistory holds that a change of a policy is told with the pairs that it opened and closed.
func TestHistory(t *testing.T) {
	s := session(t)
	p := at(t, s, view.Place{Screen: view.History}, 200, 40)
	p.has("no pair has opened or closed")
	s.Apply(viewtest.Objects(t, []byte(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: dev, uid: np9}
spec: {podSelector: {}, policyTypes: [Ingress]}
`))...)
	p.news()
	p.has("dev/NetworkPolicy/deny", "created", "CLOSED")
	if rows := p.rows(); len(rows) != 1 {
		t.Errorf("rows %q", rows)
	}
}

// TestLiveMatrix holds that a policy turns a cell, and that the lists follow as well.
func TestLiveMatrix(t *testing.T) {
	s := session(t)
	matrix := at(t, s, view.Place{Screen: view.Network}, 150, 40)
	pairs := at(t, s, view.Place{Screen: view.Pairs, From: endOf(ref("Namespace", "", "shop")), To: endOf(ref("Namespace", "", "dev"))}, 150, 40)
	matrix.run(matrix.Screen.(*network.Screen).Reveal(ref("Namespace", "", "shop")))
	for !strings.Contains(matrix.Position(), "shop > dev") {
		matrix.press(keys.Right)
	}
	matrix.has("all: 2 of 2 pairs of pods")
	s.Apply(viewtest.Objects(t, []byte(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: dev, uid: np9}
spec: {podSelector: {}, policyTypes: [Ingress]}
`))...)
	matrix.news()
	pairs.news()
	matrix.has("none: 0 of 2 pairs of pods")
	for _, r := range pairs.rows() {
		if !strings.Contains(r, "deny") {
			t.Errorf("%s after everything was denied", r)
		}
	}
}

// TestHostile holds that nothing of the cluster reaches the terminal as it is.
func TestHostile(t *testing.T) {
	s := session(t)
	s.Apply(viewtest.Objects(t, []byte(`{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: "x\u001b[31m\u202e", namespace: db, uid: h}, spec: {podSelector: {matchLabels: {"a\u001b]0;t\u0007": "b\u0085"}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {"k\u001b[2J": "v\u202e"}}}]}]}}`))...)
	for name, place := range places() {
		for _, size := range [][2]int{{60, 15}, {150, 40}} {
			p := at(t, s, place, size[0], size[1])
			for range 2 {
				viewtest.Exact(t, p.View(), size[0], size[1])
				if drawn := ansi.Strip(p.View()); strings.ContainsAny(drawn, "\x1b\x07\u202e\u0085") {
					t.Errorf("%s: %q", name, drawn)
				}
				if p.Can(keys.NextPane).OK() {
					p.press(keys.NextPane)
				}
			}
		}
	}
}

// TestEnd holds that a screen keeps what it shows where the program ends.
func TestEnd(t *testing.T) {
	s := session(t)
	ctx, cancel := context.WithCancel(context.Background())
	look := shared(s)
	look.Running = ctx
	p := &play{Screen: network.New(look), t: t, session: s, shared: look}
	p.Resize(120, 30)
	p.news()
	before := p.text()
	cancel()
	p.news()
	if p.text() != before {
		t.Errorf("after the end:\n%s", p.text())
	}
}
