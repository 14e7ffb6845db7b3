package network

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// stage drives a screen on plain data: it runs the commands that it gives, until none is left.
type stage struct {
	view.Screen
	t      testing.TB
	shared *view.Shared
	// asked is what the screen asked the program for, ticks what waits for the clock.
	asked []tea.Msg
	ticks []tea.Cmd
	turn  uint64
}

func look() *view.Shared {
	return &view.Shared{
		Theme: theme.New(theme.Options{Dark: true}), Glyphs: theme.NewGlyphs(false), Keys: keys.Default(), Zone: time.UTC, Running: context.Background(),
	}
}

func (s *stage) run(cmd tea.Cmd) {
	s.t.Helper()
	if cmd == nil {
		return
	}
	if strings.Contains(runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()).Name(), "Tick") {
		s.ticks = append(s.ticks, cmd)
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			s.run(c)
		}
	case view.For:
		s.run(s.Update(msg.Msg))
	case nil:
	default:
		s.asked = append(s.asked, msg)
	}
}

// report gives a snapshot in which all that is needed was seen.
func (s *stage) report(state model.CoverState, shown view.Namespaces) *view.Snapshot {
	s.turn++
	r := &model.Report{Sequence: s.turn}
	for _, k := range needed() {
		r.Coverage = append(r.Coverage, model.Coverage{Kind: k, State: state})
	}
	return view.NewSnapshot().Next(r, shown)
}

func (s *stage) news() { s.run(s.Show(s.report(model.Complete, nil))) }

func (s *stage) press(actions ...keys.Action) {
	s.t.Helper()
	for _, a := range actions {
		if o := s.Can(a); !o.OK() {
			s.t.Fatalf("%s: %+v", a, o)
		}
		s.run(s.Do(a))
	}
}

func (s *stage) filter(text string) { s.run(s.Screen.(view.Filtered).SetFilter(text)) }

func (s *stage) text() string {
	lines := strings.Split(ansi.Strip(s.View()), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *stage) has(want ...string) {
	s.t.Helper()
	for _, w := range want {
		if !strings.Contains(s.text(), w) && !strings.Contains(strings.Join(strings.Fields(s.text()), " "), w) {
			s.t.Errorf("the screen lacks %q:\n%s", w, s.text())
		}
	}
}

func (s *stage) lacks(not ...string) {
	s.t.Helper()
	for _, n := range not {
		if strings.Contains(s.text(), n) {
			s.t.Errorf("the screen has %q:\n%s", n, s.text())
		}
	}
}

// matrixOn shows the matrix of a cluster in plain data.
func matrixOn(t testing.TB, p *plain, shared *view.Shared, width, height int) *stage {
	t.Helper()
	s := &stage{Screen: newScreen(shared, p.asker()), t: t, shared: shared}
	s.Resize(width, height)
	s.news()
	return s
}

func TestMatrixGolden(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 19}, {120, 35}, {200, 55}} {
		for name, change := range map[string]func(s *stage){
			"matrix": func(*stage) {},
			"turned": func(s *stage) { s.press(keys.Turn) },
			"wide":   func(s *stage) {},
		} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), func(t *testing.T) {
				p := small()
				if name == "wide" {
					p = large(300)
				}
				s := matrixOn(t, p, look(), size[0], size[1])
				s.press(keys.Down, keys.Down, keys.Right)
				change(s)
				viewtest.Exact(t, s.View(), size[0], size[1])
				viewtest.Golden(t, fmt.Sprintf("%s-%dx%d", name, size[0], size[1]), fmt.Sprintf("%s | %s | %s\n%s", strings.Join(s.Crumbs(), " > "), s.Aside(), s.Position(), s.text()))
			})
		}
	}
}

func TestMatrixGoldenASCII(t *testing.T) {
	shared := look()
	shared.Glyphs, shared.Theme = theme.NewGlyphs(true), theme.New(theme.Options{NoColor: true})
	for _, size := range [][2]int{{80, 19}, {120, 35}} {
		s := matrixOn(t, small(), shared, size[0], size[1])
		s.press(keys.Last, keys.Up)
		viewtest.Golden(t, fmt.Sprintf("matrix-ascii-%dx%d", size[0], size[1]), s.text())
		for _, r := range s.text() {
			if r > '~' {
				t.Fatalf("%q is drawn in ASCII", r)
			}
		}
	}
}

// TestEverySize holds that the matrix is drawn in exactly the room that it has.
func TestEverySize(t *testing.T) {
	for _, p := range []*plain{small(), large(40), {}} {
		s := matrixOn(t, p, look(), 80, 20)
		for w := 0; w <= 210; w += 7 {
			for h := 0; h <= 60; h += 3 {
				s.Resize(w, h)
				s.run(s.Screen.(*Screen).next())
				if w > 0 && h > 0 {
					viewtest.Exact(t, s.View(), w, h)
				}
			}
		}
	}
}

// cellAt is the mark of a pair as it is known.
func (s *stage) mark(src, dst string) mark {
	return s.Screen.(*Screen).window.cells[pair{src, dst}].mark
}

func TestMarks(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	for p, want := range map[pair]mark{
		{"ops", "db"}: all, {"shop", "db"}: some, {"db", "shop"}: none, {"dev", "mon"}: depends, {"dev", "db"}: unknown, {"test", "test"}: empty,
		{"", "shop"}: open, {"", "ops"}: depends, {"", "db"}: none, {"shop", ""}: all, {"ops", ""}: some, {"db", ""}: none, {"", ""}: empty,
	} {
		if got := s.mark(p.src, p.dst); got != want {
			t.Errorf("%v is %q, want %q", p, got.word(), want.word())
		}
	}
}

// TestSide holds what is said of the selected cell: pairs, their ports, what decides, and the near miss.
func TestSide(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	s.goTo("shop", "db")
	s.has("shop → db", "some: 2 of 8 pairs of pods, 1 that depend", "api → postgres", "TCP 5432", "db/allow-web ingress[0]", "1 pair of workloads denied",
		"job → postgres", "near miss: db/allow-web ingress[0]", "label tier=job does not match tier in (api,web)")
	s.press(keys.Open)
	if got := s.asked[len(s.asked)-1].(view.Go).Place; got.Screen != view.Pairs || got.From != endOf("shop") || got.To != endOf("db") {
		t.Errorf("enter goes to %+v", got)
	}
	s.goTo("", "shop")
	s.has("3 ways in from outside: 2 open, 1 closed")
	s.press(keys.Open)
	if got := s.asked[len(s.asked)-1].(view.Go).Place; got.Screen != view.Internet || got.To != endOf("shop") {
		t.Errorf("enter goes to %+v", got)
	}
	s.goTo("", "")
	if o := s.Can(keys.Open); o.OK() {
		t.Error("there is nothing between what is outside and itself")
	}
}

// goTo moves to a cell with the keys.
func (s *stage) goTo(row, column string) {
	s.t.Helper()
	m := s.Screen.(*Screen)
	s.press(keys.First)
	for m.at.rowName != row {
		s.press(keys.Down)
	}
	for m.at.column > 0 {
		s.press(keys.Left)
	}
	for m.at.columnName != column {
		s.press(keys.Right)
	}
}

func TestFilter(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	m := s.Screen.(*Screen)
	for typed, want := range map[string][2]string{
		"":                     {"INTERNET data db dev kube-system mon ops shop test", "INTERNET data db dev kube-system mon ops shop test"},
		"from:shop":            {"INTERNET shop", "INTERNET data db dev kube-system mon ops shop test"},
		"to:db,dev !from:kube": {"INTERNET data db dev mon ops shop test", "INTERNET db dev"},
		"d":                    {"INTERNET data db dev", "INTERNET data db dev"},
		"ns:=d":                {"INTERNET", "INTERNET"},
		"!ns:d":                {"INTERNET kube-system mon ops shop test", "INTERNET kube-system mon ops shop test"},
	} {
		s.filter(typed)
		if got := [2]string{strings.Join(named(m.order.rows), " "), strings.Join(named(m.order.columns), " ")}; got != want {
			t.Errorf("%s: %v, want %v", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"rule:x": "there is no rule: here", "port:http": "http is no", "port:70000": "70000 is no port", "port:5/ICMP": "icmp is no protocol", "from:a port:80-90,53/udp": ""} {
		s.filter(typed)
		if got := m.FilterProblem(); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}

func named(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = nameOf(n)
	}
	return out
}

// TestPorts holds that only connections on the ports that were asked for count, by the prompt and by the filter.
func TestPorts(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	s.press(keys.Ports)
	ask := s.asked[len(s.asked)-1].(view.Ask)
	s.run(ask.Done("5432/TCP"))
	if got := s.Screen.(*Screen).Filter(); got != "port:5432/TCP" {
		t.Errorf("the filter is %q", got)
	}
	if s.mark("shop", "db") != all || s.mark("ops", "db") != none {
		t.Errorf("on 5432: %s, %s", s.mark("shop", "db").word(), s.mark("ops", "db").word())
	}
	s.has("port 5432/tcp")
	s.run(ask.Done("x"))
	if got, ok := s.asked[len(s.asked)-1].(view.Ask); !ok || got.Title != "x is no port: 5432, 5432/TCP, 8000-8080/TCP; ports: " || got.Value != "x" {
		t.Errorf("what is no port is taken: %v", s.asked[len(s.asked)-1])
	}
	s.filter("")
	if s.mark("shop", "db") != some {
		t.Error("without the filter all ports count again")
	}
}

// TestSort holds that namespaces are counted for the sort, and that the cursor stays in its cell.
func TestSort(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	m := s.Screen.(*Screen)
	s.goTo("shop", "db")
	s.press(keys.Sort)
	s.has("by how many reach it")
	if got := m.order.rows[len(m.order.rows)-1]; got != "ops" {
		t.Errorf("the last is %s, which nothing reaches: %v", got, m.order.rows)
	}
	s.press(keys.Sort)
	if got := m.order.rows[1]; got != "ops" {
		t.Errorf("the first is %s, want ops, which reaches most: %v", got, m.order.rows)
	}
	if m.at.rowName != "shop" || m.at.columnName != "db" || m.order.rows[m.at.row] != "shop" {
		t.Errorf("the cursor is at %+v", m.at)
	}
	s.press(keys.Reverse)
	if got := m.order.rows[len(m.order.rows)-1]; got != "ops" {
		t.Errorf("turned round the last is %s", got)
	}
	s.press(keys.Sort)
	if m.order.by != byName || m.order.rows[1] != "data" {
		t.Errorf("sorted %s: %v", m.order.by, m.order.rows)
	}
}

// TestChanges holds that the matrix follows the cluster, and keeps its place.
func TestChanges(t *testing.T) {
	p := small()
	s := matrixOn(t, p, look(), 160, 40)
	m := s.Screen.(*Screen)
	s.goTo("shop", "mon")
	if s.mark("shop", "mon") != none {
		t.Fatal("shop reaches mon")
	}
	p.digest, p.cells[pair{"shop", "mon"}] = 2, network.Pairs{Allowed: 9, Total: 9}
	p.names = append([]string{"aaa"}, p.names...)
	s.news()
	if s.mark("shop", "mon") != all {
		t.Error("what has opened is not seen")
	}
	if m.at.rowName != "shop" || m.order.rows[m.at.row] != "shop" || m.order.columns[m.at.column] != "mon" {
		t.Errorf("the cursor is at %+v", m.at)
	}
	s.has("all: 9 of 9 pairs of pods")
	// A namespace that goes leaves its place to the next.
	row := m.at.row
	p.digest, p.names = 3, []string{"aaa", "data", "db", "dev", "kube-system", "mon", "ops", "test"}
	s.news()
	if m.at.row != row || m.at.rowName != "test" {
		t.Errorf("the cursor is at %+v, want row %d, test", m.at, row)
	}
	// Where nothing has changed nothing is asked but that.
	calls := p.calls
	s.news()
	if p.calls > calls+2 {
		t.Errorf("%d calls", p.calls-calls)
	}
}

// TestLoading holds that nothing is said while a policy could still come.
func TestLoading(t *testing.T) {
	p := small()
	s := &stage{Screen: newScreen(look(), p.asker()), t: t}
	s.Resize(100, 30)
	s.run(s.Show(s.report(model.Loading, nil)))
	s.has("loading namespaces, pods, nodes, networkpolicies")
	if p.calls > 0 {
		t.Error("asked while it is loading")
	}
	s.news()
	s.has("kube-system")
}

func TestNamespaces(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	s.run(s.Show(s.report(model.Complete, view.NewNamespaces([]string{"shop"}))))
	if got := strings.Join(named(s.Screen.(*Screen).order.rows), " "); got != "INTERNET shop" {
		t.Errorf("rows %s", got)
	}
}

// TestScope holds that what speaks against believing the matrix stands above it.
func TestScope(t *testing.T) {
	p := small()
	p.state = network.Surroundings{Enforcement: network.Unverified, Why: "no network plug-in was recognised"}
	s := matrixOn(t, p, look(), 160, 40)
	s.has("declared; enforcement unverified: no network plug-in was recognised")
	p.digest, p.state = 2, network.Surroundings{Enforcement: network.None, Plugin: "flannel", Foreign: []network.Foreign{{Ref: model.Ref{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy", Namespace: "shop", Name: "l7"}}, {}}}
	s.news()
	s.has("not enforced: flannel does not obey policies", "not evaluated: CiliumNetworkPolicy shop/l7 and 1 more")
	p.digest, p.state = 3, network.Surroundings{Enforcement: network.Verified, Plugin: "calico"}
	s.news()
	s.lacks("enforced:", "unverified")
	if got := s.Aside(); got != "42 policies, CNI calico enforces" {
		t.Errorf("aside %q", got)
	}
}

func TestHostileNames(t *testing.T) {
	p := small()
	bad := "evil\x1b[31m\u202e\nname名前"
	p.names = append(p.names, bad)
	p.state = network.Surroundings{Enforcement: network.Unverified, Why: "\x1b]0;title\x07"}
	for _, size := range [][2]int{{60, 15}, {120, 35}} {
		s := matrixOn(t, p, look(), size[0], size[1])
		s.press(keys.Last)
		viewtest.Exact(t, s.View(), size[0], size[1])
		for _, drawn := range []string{ansi.Strip(s.View()), s.Position()} {
			if strings.ContainsAny(drawn, "\x1b\x07\u202e") {
				t.Errorf("%q is drawn", drawn)
			}
		}
	}
}

func TestClick(t *testing.T) {
	s := matrixOn(t, small(), look(), 160, 40)
	m := s.Screen.(*Screen)
	lines := strings.Split(s.text(), "\n")
	for y, l := range lines {
		x := strings.Index(l, "shop ")
		if x == 2 {
			s.run(s.Click(m.lay.before()+2*m.lay.pitch+1, y))
		}
	}
	if m.at.rowName != "shop" || m.at.columnName != "db" {
		t.Fatalf("at %+v", m.at)
	}
	s.run(s.Click(m.lay.before()+2*m.lay.pitch+1, m.lay.said+m.lay.head+m.at.row))
	if len(s.asked) != 1 {
		t.Errorf("the second click asks for %v", s.asked)
	}
	s.Wheel(3, 10, 100)
	if m.at.row != len(m.order.rows)-1 {
		t.Errorf("the wheel goes to row %d", m.at.row)
	}
}
