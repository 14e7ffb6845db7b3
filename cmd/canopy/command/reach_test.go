package command

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/manifest"
	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const shopAndDB = "testdata/reach.yaml"

// wired is a run on a capture with a survey that gives made-up entries, and notes what was asked.
type wired struct {
	*run
	out, err bytes.Buffer
	session  *session
	asked    []network.Question
	entries  func(network.Question) []network.Entry
	ways     []network.Entry
	state    network.Surroundings
}

func wire(t *testing.T, path string) *wired {
	t.Helper()
	w := &wired{entries: func(network.Question) []network.Entry { return nil }, state: network.Surroundings{Enforcement: network.Verified}}
	w.run = &run{streams: Streams{Out: &w.out, Err: &w.err, Logs: NewLogs()}}
	w.connect.Files = []string{path}
	w.connect.SyncTimeout = 60e9
	s, err := w.open(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	if err := w.gatherFlows(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	w.session = s
	return w
}

func (w *wired) survey(ctx context.Context, f func(*flows)) error {
	return w.session.read(ctx, func(c *cluster.Cluster) {
		f(&flows{
			cluster: c, state: func() network.Surroundings { return w.state },
			entries: func(q network.Question) iter.Seq[network.Entry] {
				w.asked = append(w.asked, q)
				return slices.Values(w.entries(q))
			},
			ways: func(network.Question) iter.Seq[network.Entry] { return slices.Values(w.ways) },
			explain: func(src, dst network.End) (*network.Explanation, error) {
				return &network.Explanation{Src: src, Dst: dst, Notes: []string{"explained"}}, nil
			},
			pods: c.Pods, landmarks: func() []network.Landmark { return nil },
			names: func() (names []string) {
				for p := range everyPod(c) {
					names = append(names, p.Namespace)
				}
				slices.Sort(names)
				return slices.Compact(names)
			},
			in: func(namespace string) iter.Seq[*record.Pod] {
				return func(yield func(*record.Pod) bool) {
					for p := range everyPod(c) {
						if p.Namespace == namespace && !p.Finished() && !yield(p) {
							return
						}
					}
				}
			},
		})
	})
}

// ask asks with the flags of a command line.
func (w *wired) ask(flags reachFlags) error {
	w.out.Reset()
	w.err.Reset()
	w.asked = nil
	flags.format, flags.level = cmp.Or(flags.format, "table"), cmp.Or(flags.level, "workload")
	q, err := flags.query()
	if err != nil {
		return err
	}
	report := w.session.engine.Report()
	return w.answerReach(context.Background(), w.survey, q, output.UnseenFlows(report, flowKinds()))
}

// TestReachPlaces holds what an end of a question may be, and what is said of what it may not.
func TestReachPlaces(t *testing.T) {
	w := wire(t, shopAndDB)
	for _, c := range []struct{ from, want, says string }{
		{"shop/Deployment/web", "shop/Deployment/web", ""},
		{"shop/deploy/web", "shop/Deployment/web", ""},
		{"shop/deployments/web", "shop/Deployment/web", ""},
		{"db/sts/postgres", "db/StatefulSet/postgres", ""},
		{"shop/Pod/debug", "shop/Pod/debug", ""},
		{"ns/shop", "Namespace/shop", ""},
		{"Namespace/void", "Namespace/void", "Namespace/void has no pod that runs"},
		{"shop/Pod/done", "shop/Pod/done", "shop/Pod/done has no pod that runs"},
		{"cidr:10.0.0.0/8", "10.0.0.0/8", "cidr:10.0.0.0/8 holds addresses of 4 pods, db/Pod/postgres-0 among them"},
		{"cidr:10.0.0.1", "10.0.0.1/32", "cidr:10.0.0.1 holds the address of shop/Pod/web-1-a"},
		{"cidr:fd00::/8", "fd00::/8", ""},
		{"internet", "0.0.0.0/0 ::/0", ""},
		{"external:ingress-controller", "", ""},
		{"web", "!", "want a workload, shop/Deployment/web"},
		{"a/b/c/d", "!", "want a workload"},
		{"shop/web", "!", `there is no kind "shop"`},
		{"Deployment/web", "!", "in which namespace? Write NAMESPACE/Deployment/web"},
		{"shop/Namespace/shop", "!", "a namespace is written Namespace/shop"},
		{"shop//web", "!", "want a workload"},
		{"shop/Deployment/", "!", "want a workload"},
		{"/Deployment/web", "!", "want a workload"},
		{"Node/n1", "!", "a Node is none"},
		{"shop/Service/web", "!", "a Service is none"},
		{"10.0.0.0/8", "!", "addresses outside are written cidr:10.0.0.0/8"},
		{"10.0.0.1", "!", "addresses outside are written cidr:10.0.0.1"},
		{"cidr:10.0.0.1/8", "!", "cidr:10.0.0.0/8 is the one with that address"},
		{"cidr:10.0.0.0/33", "!", "want a range of addresses"},
		{"cidr:", "!", "want a range of addresses"},
		{"cidr:::ffff:10.0.0.0/104", "!", "write a range of IPv4 addresses as such"},
		{"cidr:fe80::1%eth0", "!", "a zone"},
		{"external:", "!", "only the assumed source"},
		{"shop/Deployment/wab", "!", "there is no such object; did you mean shop/Deployment/web?"},
		{"shop/StatefulSet/web", "!", "there is no such object; did you mean shop/Deployment/web?"},
		{"db/Deployment/web", "!", "there is no such object; did you mean shop/Deployment/web?"},
		{"shoop/Deployment/web", "!", `there is no namespace "shoop"; did you mean shop?`},
		{"Namespace/nowhere", "!", `there is no namespace "nowhere"`},
		{"shop/ReplicaSet/web-1", "!", "it is part of shop/Deployment/web: name that, or one of its pods"},
		{"shop/Rollout/web", "!", "no pod there belongs to such an object; did you mean shop/Deployment/web?"},
		{"shop/Pod/web-1-c", "!", "did you mean shop/Pod/web-1-a or shop/Pod/web-1-b?"},
	} {
		err := w.ask(reachFlags{from: c.from})
		if c.want == "!" {
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "--from") || w.out.Len() > 0 {
				t.Errorf("--from %s: %v, want %q", c.from, err, c.says)
			}
			continue
		}
		var got []string
		for _, q := range w.asked {
			if q.From.Block.IsValid() {
				got = append(got, q.From.Block.String())
			} else {
				got = append(got, q.From.Ref.String())
			}
			if !q.To.IsZero() || q.Denied || q.Ports != nil || !q.Outside {
				t.Errorf("--from %s: asked %+v", c.from, q)
			}
		}
		// A table with rows goes through them twice.
		if got = slices.Compact(got); err != nil || strings.Join(got, " ") != c.want || !strings.Contains(w.err.String(), c.says) || c.says == "" && w.err.Len() > 0 {
			t.Errorf("--from %s: %v, asked %v, want %s; told %q", c.from, err, got, c.want, w.err.String())
		}
	}
	for _, c := range []reachFlags{{from: "internet", to: "cidr:10.0.0.0/8"}, {to: "external:ingress-controller"}} {
		if err := w.ask(c); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}

func TestReachPorts(t *testing.T) {
	w := wire(t, shopAndDB)
	for _, c := range []struct{ to, port, want, says string }{
		{"", "443/TCP", "TCP 443", ""},
		{"", "443", "TCP 443", ""},
		{"", "53/udp", "UDP 53", ""},
		{"", "8000-8100/TCP 53/UDP", "TCP 8000-8100 UDP 53", ""},
		{"", "*/SCTP", "SCTP *", ""},
		{"", "sql", "TCP 5432", ""},
		{"db/StatefulSet/postgres", "sql", "TCP 5432", ""},
		{"shop/Deployment/web", "http", "TCP 8080", ""},
		{"shop/Pod/debug", "http 443", "TCP 80,443", ""},
		{"", "http", "", `--port "http": that is 80/TCP on shop/Pod/debug, 8080/TCP on shop/Pod/web-1-`},
		{"Namespace/shop", "http", "", "give the number"},
		{"Namespace/db", "http", "", "no container there has a port of this name"},
		{"internet", "http", "", "a port has a name on pods alone"},
		{"", "0/TCP", "", "want a number from 1 to 65535"},
		{"", "65536", "", "want a number"},
		{"", "90-80", "", "want a number"},
		{"", "+80", "", "want a number"},
		{"", "80/ICMP", "", "a protocol is TCP, UDP or SCTP"},
		{"", "80/", "", "a protocol is TCP, UDP or SCTP"},
		{"", "/TCP", "", "want a number"},
		{"", "TCP", "", "want a number"},
	} {
		err := w.ask(reachFlags{to: c.to, ports: strings.Fields(c.port)})
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("--to %s --port %s: %v, want %q", c.to, c.port, err, c.says)
			}
			continue
		}
		if err != nil || w.asked[0].Ports == nil || w.asked[0].Ports.String() != c.want {
			t.Errorf("--to %s --port %s: %v, asked %+v", c.to, c.port, err, w.asked)
		}
	}
	if err := w.ask(reachFlags{ports: []string{""}}); err == nil {
		t.Error("--port '': no error")
	}
}

// TestReachStatus holds the exit status of a pair that was named, and that others have none.
func TestReachStatus(t *testing.T) {
	w := wire(t, shopAndDB)
	entry := func(v network.Verdict) network.Entry {
		return network.Entry{Src: network.End{Ref: model.KindByName("Deployment").Ref("shop", "web")}, Dst: network.End{Ref: model.KindByName("StatefulSet").Ref("db", "postgres")}, Verdict: v, Connections: port.All()}
	}
	pair := reachFlags{from: "shop/Deployment/web", to: "db/StatefulSet/postgres"}
	for _, c := range []struct {
		flags    reachFlags
		verdicts []network.Verdict
		want     error
	}{
		{pair, []network.Verdict{network.Allow}, nil},
		{pair, []network.Verdict{network.Deny}, errNo},
		{pair, []network.Verdict{network.Deny, network.Allow}, nil},
		{pair, []network.Verdict{network.Depends}, errUnknown},
		{pair, []network.Verdict{network.Allow, network.Depends}, errUnknown},
		{pair, []network.Verdict{network.Deny, network.NotEvaluated}, errUnknown},
		{pair, nil, errUnknown},
		{reachFlags{from: "shop/Pod/debug", to: "shop/Pod/debug"}, nil, nil},
		{reachFlags{from: "db/StatefulSet/postgres", to: "Namespace/db"}, nil, nil},
		{reachFlags{from: "Namespace/void", to: "Namespace/db"}, nil, errUnknown},
		{reachFlags{from: "shop/Deployment/web"}, []network.Verdict{network.Deny}, nil},
		{reachFlags{to: "shop/Deployment/web"}, []network.Verdict{network.Depends, network.NotEvaluated}, nil},
		{reachFlags{all: true}, []network.Verdict{network.Deny}, nil},
		{reachFlags{strict: true}, []network.Verdict{network.Deny}, nil},
		{reachFlags{}, nil, nil},
	} {
		w.entries = func(network.Question) (list []network.Entry) {
			for _, v := range c.verdicts {
				list = append(list, entry(v))
			}
			return list
		}
		if err := w.ask(c.flags); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%+v with %v: %v, want %v", c.flags, c.verdicts, err, c.want)
		}
		named := c.flags.from != "" && c.flags.to != ""
		if w.asked[0].Denied != (named || c.flags.all) {
			t.Errorf("%+v: asked %+v", c.flags, w.asked[0])
		}
		if strings.Contains(w.out.String(), "explained") != (named && len(c.verdicts) > 0) {
			t.Errorf("%+v with %v: %s", c.flags, c.verdicts, w.out.String())
		}
	}
}

// TestReachWaysIn: from the internet leads what comes from outside and nothing else; for other sources it is asked.
func TestReachWaysIn(t *testing.T) {
	w := wire(t, shopAndDB)
	web := network.End{Ref: model.KindByName("Deployment").Ref("shop", "web")}
	for _, src := range []network.End{{Block: netip.MustParsePrefix("203.0.113.0/24")}, {Name: "ingress-controller"}, {Name: "else"}, web} {
		w.ways = append(w.ways, network.Entry{Src: src, Dst: web, Verdict: network.Allow, Connections: port.All(), Via: model.KindByName("Service").Ref("shop", "way")})
	}
	for from, want := range map[string]int{"": 4, "internet": 3, "cidr:203.0.113.7": 4, "external:ingress-controller": 4} {
		if err := w.ask(reachFlags{from: from, format: "csv"}); err != nil || strings.Count(w.out.String(), "shop/Service/way") != want {
			t.Errorf("--from %s: %v: %s", from, err, w.out.String())
		}
	}
}

func TestReachTellsSurroundings(t *testing.T) {
	w := wire(t, shopAndDB)
	for _, c := range []struct {
		state network.Surroundings
		says  string
	}{
		{network.Surroundings{Enforcement: network.Verified, Plugin: "calico"}, ""},
		{network.Surroundings{Enforcement: network.None, Plugin: "flannel", Why: "DaemonSet x"}, "canopy: flannel does not enforce network policies: DaemonSet x\n"},
		{network.Surroundings{Enforcement: network.Unverified, Why: "no agent was found"}, "canopy: verdicts are as declared, and whether the network plug-in enforces them is not known: no agent was found\n"},
		{network.Surroundings{Enforcement: network.Verified, Foreign: []network.Foreign{{Ref: model.Ref{Group: "cilium.io", Kind: "CiliumNetworkPolicy", Namespace: "shop", Name: "x\x1b[2J"}}}},
			"canopy: not evaluated: 1 object of a kind that only its plug-in understands: \"shop/CiliumNetworkPolicy/x\\x1b[2J\"\n"},
	} {
		w.state = c.state
		if err := w.ask(reachFlags{format: "json"}); err != nil || w.err.String() != c.says {
			t.Errorf("%v, told %q, want %q", err, w.err.String(), c.says)
		}
		if !strings.Contains(w.out.String(), `"enforcement": "`+string(c.state.Enforcement)+`"`) {
			t.Errorf("%s", w.out.String())
		}
	}
}

// TestReachIdle: workloads without pods are told, and are not taken for such that nothing reaches.
func TestReachIdle(t *testing.T) {
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %, namespace: shop}\nspec: {replicas: #, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n---\n"
	text := func(name, replicas string) string {
		return strings.NewReplacer("%", name, "#", replicas).Replace(deployment)
	}
	for _, c := range []struct{ text, says string }{
		{text("web", "1"), "canopy: shop/Deployment/web has no pods, so that nothing is said about it\n"},
		{text("web", "1") + text("api", "3") + text("rest", "0"), "canopy: 2 workloads have no pods, so that nothing is said about them: shop/Deployment/api, shop/Deployment/web\n"},
		{text("rest", "0"), "canopy: there are no pods, so that nothing is evaluated\n"},
	} {
		w := wire(t, writeFile(t, "w.yaml", c.text))
		if err := w.ask(reachFlags{}); err != nil || w.err.String() != c.says {
			t.Errorf("%v, told %q, want %q", err, w.err.String(), c.says)
		}
		if err := w.ask(reachFlags{strict: true}); errors.Is(err, errUncertain) != (c.says != "") {
			t.Errorf("--strict: %v", err)
		}
	}
}

// TestReachUnseen: what was not read is told, is no wrong name, and counts for --strict.
func TestReachUnseen(t *testing.T) {
	w := wire(t, writeFile(t, "all.json", `{"apiVersion":"v1","kind":"List","items":[
		{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ops","uid":"1","resourceVersion":"1"},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running","podIP":"10.0.0.1"}},
		{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"ops","uid":"2","resourceVersion":"1"}}]}`))
	if err := w.ask(reachFlags{}); err != nil || !strings.Contains(w.err.String(), "not seen whole: ") || !strings.Contains(w.err.String(), "NetworkPolicy") {
		t.Errorf("%v, told %q", err, w.err.String())
	}
	if err := w.ask(reachFlags{strict: true}); !errors.Is(err, errIncomplete) {
		t.Errorf("--strict: %v", err)
	}
	w = wire(t, writeFile(t, "pods.json", `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":""},"items":[
		{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ops","uid":"1","resourceVersion":"1"},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running","podIP":"10.0.0.1"}}]}`))
	if err := w.ask(reachFlags{from: "ops/Deployment/web"}); !errors.Is(err, errUnknown) || !strings.Contains(w.err.String(), "ops/Deployment/web was not seen: Deployment absent") {
		t.Errorf("%v, told %q", err, w.err.String())
	}
}

// TestReachStops: an interrupt ends the writing of a long answer.
func TestReachStops(t *testing.T) {
	w := wire(t, shopAndDB)
	w.entries = func(network.Question) []network.Entry { return make([]network.Entry, 100_000) }
	q, err := (&reachFlags{format: "csv", level: "workload"}).query()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = w.answerReach(ctx, func(_ context.Context, f func(*flows)) error {
		return w.survey(t.Context(), func(fl *flows) { cancel(); f(fl) })
	}, q, nil)
	if !errors.Is(err, errInterrupted) || strings.Count(w.out.String(), "\n") > 2000 {
		t.Errorf("%v after %d lines", err, strings.Count(w.out.String(), "\n"))
	}
}

// TestReachRandomWords puts words together by chance: an answer or an error of one line, and never a panic.
func TestReachRandomWords(t *testing.T) {
	w := wire(t, shopAndDB)
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{
		"", "internet", "cidr:", "cidr:0.0.0.0/0", "cidr:::/0", "cidr:10.0.0.1", "external:x", "shop/Deployment/web", "shop/Pod/debug", "Namespace/shop", "Namespace/", "/", "//", "///",
		"shop//", "a/b", "a/b/c", "shop/Widget/web", "\x00", "shop/Pod/\x1b[2J", "\u202e/Pod/x", "é/Deployment/é", "%s/Pod/%n", "shop/pods/debug", "ns/db", " ", "shop/Pod/debug ",
	}
	numbers := []string{"80", "443/TCP", "http", "sql", "*/UDP", "0", "-1", "1-", "-", "x/y/z", "\x00", "99999999999/TCP", "*", "1-65535/SCTP", ""}
	for range 2000 {
		flags := reachFlags{from: words[r.IntN(len(words))], to: words[r.IntN(len(words))], format: "json", all: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			flags.ports = []string{numbers[r.IntN(len(numbers))]}
		}
		if r.IntN(3) == 0 {
			flags.level = []string{"pod", "namespace", "workload", "x"}[r.IntN(4)]
		}
		if err := w.ask(flags); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v", flags, err)
		}
		for _, c := range w.out.String() + w.err.String() {
			if c != '\n' && !manifest.Safe(c) {
				t.Fatalf("%+v: %q %q", flags, w.out.String(), w.err.String())
			}
		}
	}
}
