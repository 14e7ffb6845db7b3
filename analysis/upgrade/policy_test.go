package upgrade

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/deprecation"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// This is the slow reference of the version skew policy, rule by rule from its text, which shares no code with the plan.

// running is one component with its version, at one moment.
type running struct {
	component, node string
	minor           int
}

// offences says what breaks the policy. With local, what runs beside an API server speaks with that one alone.
func offences(all []running, local bool) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	var servers []running
	for _, r := range all {
		if r.component == "kube-apiserver" {
			servers = append(servers, r)
		}
	}
	for _, a := range servers {
		for _, b := range servers {
			if a.minor-b.minor > 1 {
				say("API servers %d and %d", a.minor, b.minor)
			}
		}
	}
	for _, r := range all {
		asked := servers
		if local {
			if beside := slices.DeleteFunc(slices.Clone(servers), func(s running) bool { return s.node != r.node }); len(beside) > 0 {
				asked = beside
			}
		}
		for _, s := range asked {
			switch r.component {
			case "kubelet", "kube-proxy":
				if r.minor > s.minor {
					say("%s %d of %s is newer than %d", r.component, r.minor, r.node, s.minor)
				}
				allowed := 3
				if r.minor < 25 {
					allowed = 2
				}
				if s.minor-r.minor > allowed {
					say("%s %d of %s is too old for %d", r.component, r.minor, r.node, s.minor)
				}
			case "kube-apiserver":
			default:
				if r.minor > s.minor || s.minor-r.minor > 1 {
					say("%s %d of %s with %d", r.component, r.minor, r.node, s.minor)
				}
			}
		}
		if r.component != "kube-proxy" {
			continue
		}
		for _, k := range all {
			if k.component != "kubelet" || k.node != r.node {
				continue
			}
			apart, allowed := r.minor-k.minor, 3
			if apart < 0 {
				apart = -apart
			}
			if r.minor < 25 {
				allowed = 2
			}
			if apart > allowed {
				say("kube-proxy %d beside kubelet %d of %s", r.minor, k.minor, k.node)
			}
		}
	}
	return out
}

// snapshot lists what runs in a scene.
func snapshot(s *scene) []running {
	var all []running
	for _, list := range [][]*part{s.servers, s.controls, s.proxies} {
		for _, p := range list {
			all = append(all, running{p.component, p.node, p.version.Minor})
		}
	}
	for _, m := range s.machines {
		all = append(all, running{"kubelet", m.ref.Name, m.version.Minor})
		if m.beside != nil {
			all = append(all, running{"kube-proxy", m.ref.Name, m.beside.version.Minor})
		}
	}
	return all
}

func at(minor, patch int) lifecycle.Version {
	v, _ := lifecycle.ParseVersion(fmt.Sprintf("v1.%d.%d", minor, patch))
	return v
}

func nodeRef(name string) model.Ref { return model.KindByName("Node").Ref("", name) }

func today(t testing.TB) lifecycle.Day {
	t.Helper()
	d, err := lifecycle.ParseDay("2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// emptyScene is one without anything in it, under the tables of the program.
func emptyScene(t testing.TB, h host) *scene {
	s := &scene{almanac: almanac{tables: lifecycle.Default(), today: today(t)}, host: h, uses: func(string) []deprecation.Use { return nil }}
	s.product = map[hosting]string{onEKS: lifecycle.EKS, onGKE: lifecycle.GKE, onAKS: lifecycle.AKS, openShift: lifecycle.OpenShift}[h.kind]
	return s
}

// randomScene makes a cluster as it may stand under the policy.
func randomScene(t *testing.T, r *rand.Rand) *scene {
	hosts := []host{{}, {kind: kubeadm}, {kind: onEKS, sold: true}, {kind: onGKE, sold: true}, {kind: onAKS, sold: true}, {kind: openShift}, {kind: k3s, whole: true}, {kind: rke2, whole: true}, {kind: foreign, brand: "tanzu"}}
	s := emptyScene(t, hosts[r.IntN(len(hosts))])
	s.product = ""
	low := 23 + r.IntN(15)
	high := low + r.IntN(2)
	servers := 1 + r.IntN(3)
	if s.host.sold {
		servers, high = 1, low
	}
	for i := range servers {
		name := fmt.Sprint("cp", i)
		minor := low
		if i > 0 && r.IntN(2) == 0 {
			minor = high
		}
		if s.host.sold {
			s.servers = append(s.servers, &part{component: lifecycle.APIServer, object: model.ClusterRef(), version: at(minor, r.IntN(8))})
			continue
		}
		p := &part{component: lifecycle.APIServer, object: nodeRef(name), node: name, version: at(minor, r.IntN(8))}
		s.servers = append(s.servers, p)
		if s.host.whole {
			s.machines = append(s.machines, &machine{ref: nodeRef(name), told: true, control: true, version: p.version, ready: true})
			continue
		}
		for _, component := range []string{lifecycle.ControllerManager, lifecycle.Scheduler} {
			s.controls = append(s.controls, &part{component: component, object: nodeRef(name), node: name, version: at(minor-r.IntN(2), 0)})
		}
		s.machines = append(s.machines, &machine{ref: nodeRef(name), told: true, control: true, version: at(minor-r.IntN(3), r.IntN(3)), ready: true})
	}
	for _, m := range s.machines {
		if s.host.pooled() && r.IntN(5) > 0 {
			m.pool = fmt.Sprint("pool-", r.IntN(2))
		}
	}
	proxied := r.IntN(3)
	daemon := model.KindByName("DaemonSet").Ref("kube-system", "kube-proxy")
	for i := range r.IntN(6) {
		name := fmt.Sprint("n", i)
		s.machines = append(s.machines, &machine{ref: nodeRef(name), told: true, version: at(low-r.IntN(4), r.IntN(8)), ready: true})
	}
	common := low - r.IntN(4)
	for _, m := range s.machines {
		p := &part{component: lifecycle.Proxy, object: daemon, node: m.ref.Name, version: at(common, 1)}
		switch proxied {
		case 1:
			s.proxies = append(s.proxies, p)
		case 2:
			p.version = at(low-r.IntN(4), 1)
			m.beside = p
		}
	}
	return s
}

// TestNoMomentBreaksThePolicy holds that a plan which begins with a cluster that the policy allows leads through none that it does not,
// whatever order people take that heeds what each step waits for; that API servers go up one minor at a time; that nothing goes down; and
// that all is at the target in the end.
func TestNoMomentBreaksThePolicy(t *testing.T) {
	tried, steps, catch := 0, 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 11))
		s := randomScene(t, r)
		hinder(s, r)
		local := s.host.local()
		if len(offences(snapshot(s), local)) > 0 {
			continue
		}
		tried++
		start := s.save()
		plan, moves := s.plan()
		end := snapshot(s)
		target, _ := lifecycle.ParseVersion(plan.Target)
		for _, c := range end {
			if c.minor < target.Minor {
				t.Fatalf("seed %d: %+v is left behind %s", seed, c, plan.Target)
			}
		}
		// What is due besides versions stays due in a scene.
		again, _ := s.plan()
		again.Steps = slices.DeleteFunc(again.Steps, func(st Step) bool { return st.What == Reboot || st.What == Runtime || st.What == System })
		if len(again.Steps) > 0 && s.host.kind != onEKS {
			t.Fatalf("seed %d: after all steps there are more: %+v", seed, again.Steps)
		}
		for round := range 3 {
			s.restore(start)
			done := map[int]bool{}
			for range moves {
				var free []int
				for i, m := range moves {
					if !done[i+1] && (m.waits == 0 || done[m.waits]) {
						free = append(free, i+1)
					}
				}
				next := free[0]
				if round > 0 {
					next = free[r.IntN(len(free))]
				}
				m := moves[next-1]
				before := snapshot(s)
				m.apply()
				done[next] = true
				after := snapshot(s)
				if bad := offences(after, local); len(bad) > 0 {
					t.Fatalf("seed %d, round %d: step %d (%s %v to %s) leads to %v\nfrom %+v\nplan %s", seed, round, next, m.what, plan.Steps[next-1].Object, show(m.to), bad, before, told(plan))
				}
				for i := range before {
					up := after[i].minor - before[i].minor
					if up < 0 || up > 1 && before[i].component == lifecycle.APIServer {
						t.Fatalf("seed %d: %+v goes to %d", seed, before[i], after[i].minor)
					}
				}
			}
		}
		steps += len(moves)
		if plan.Steps != nil && slices.ContainsFunc(plan.Steps, func(st Step) bool { return st.What == Node && st.To != plan.Target }) {
			catch++
		}
	}
	if tried < 400 || catch < 50 || steps < 3000 {
		t.Errorf("%d clusters, %d steps, %d with nodes that go first", tried, steps, catch)
	}
}

// TestBrokenClustersAreMended holds that a plan leads out of clusters that the policy does not allow.
func TestBrokenClustersAreMended(t *testing.T) {
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 12))
		s := randomScene(t, r)
		for _, m := range s.machines {
			if !s.host.whole && r.IntN(2) == 0 {
				m.version = at(20+r.IntN(18), 0)
			}
		}
		for _, p := range slices.Concat(s.servers, s.controls) {
			if !s.host.whole && r.IntN(3) == 0 {
				p.version = at(22+r.IntN(15), 0)
			}
		}
		plan, _ := s.plan()
		if bad := offences(snapshot(s), s.host.local()); len(bad) > 0 {
			t.Fatalf("seed %d: ends with %v\n%s", seed, bad, told(plan))
		}
	}
}

// TestProxyStaysByItsKubelet holds that in clusters which the policy does not allow no step brings kube-proxy further from the kubelet
// beside it than may be, where it was not that far before, in whatever order people take that heeds what each step waits for.
func TestProxyStaysByItsKubelet(t *testing.T) {
	apart := func(s *scene) map[string]string {
		out := map[string]string{}
		for _, text := range offences(snapshot(s), s.host.local()) {
			if strings.HasPrefix(text, "kube-proxy") && strings.Contains(text, " beside ") {
				out[text[strings.LastIndex(text, " "):]] = text
			}
		}
		return out
	}
	far := 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 14))
		s := randomScene(t, r)
		behind := r.IntN(12)
		for _, m := range s.machines {
			if !s.host.whole {
				m.version = at(max(20, m.version.Minor-r.IntN(behind+1)), 0)
			}
		}
		for _, p := range s.proxies {
			p.version = at(max(20, p.version.Minor-behind), 1)
		}
		if behind > 5 && len(s.proxies) > 0 {
			far++
		}
		start := s.save()
		plan, moves := s.plan()
		for round := range 3 {
			s.restore(start)
			done := map[int]bool{}
			for range moves {
				var free []int
				for i, m := range moves {
					if !done[i+1] && (m.waits == 0 || done[m.waits]) {
						free = append(free, i+1)
					}
				}
				next := free[0]
				if round > 0 {
					next = free[r.IntN(len(free))]
				}
				before := apart(s)
				moves[next-1].apply()
				done[next] = true
				for node, text := range apart(s) {
					if before[node] == "" {
						t.Fatalf("seed %d, round %d: step %d leads to %s\n%s", seed, round, next, text, told(plan))
					}
				}
			}
		}
	}
	if far < 100 {
		t.Errorf("%d clusters are far behind", far)
	}
}

// told writes a plan in short.
func told(p *Plan) string {
	text := ""
	for i, s := range p.Steps {
		text += fmt.Sprintf("%d %s %s %s -> %s", i+1, s.What, s.Object, s.From, s.To)
		if s.Waits > 0 {
			text += fmt.Sprintf(" after %d", s.Waits)
		}
		text += "\n"
	}
	return text
}
