package upgrade

import (
	"slices"
	"strings"
	"testing"

	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// parse reads a version that a test writes.
func parse(t testing.TB, text string) lifecycle.Version {
	t.Helper()
	v, ok := lifecycle.ParseVersion(text)
	if !ok {
		t.Fatal(text)
	}
	return v
}

// serving adds API servers, each with its node.
func (s *scene) serving(t testing.TB, servers ...string) *scene {
	for i, v := range servers {
		name := "cp-" + string(rune('1'+i))
		p := &part{component: lifecycle.APIServer, object: nodeRef(name), node: name, version: parse(t, v)}
		if s.host.sold {
			p.object, p.node = model.ClusterRef(), ""
		}
		s.servers = append(s.servers, p)
	}
	return s
}

// having adds a node.
func (s *scene) having(t testing.TB, name, version string, change ...func(*machine)) *scene {
	m := &machine{ref: nodeRef(name), version: parse(t, version), told: true, ready: true, system: "Ubuntu 24.04.1 LTS"}
	for _, f := range change {
		f(m)
	}
	s.machines = append(s.machines, m)
	return s
}

func control(m *machine) { m.control = true }

func pooled(name string) func(*machine) { return func(m *machine) { m.pool = name } }

func hindered(causes ...string) func(*machine) {
	return func(m *machine) {
		for _, c := range causes {
			kind, blocks := strings.CutSuffix(c, "!")
			m.obstacles = append(m.obstacles, Obstacle{Cause: kind, Blocks: blocks, Owner: model.KindByName("Deployment").Ref("shop", c), Pods: 1, Says: c})
		}
	}
}

func due(what string, overdue bool) func(*machine) {
	return func(m *machine) {
		m.due = append(m.due, chore{what: what, detail: what + " is due", from: map[string]string{Runtime: "containerd://1.6.36", System: "Ubuntu 20.04"}[what], overdue: overdue})
	}
}

// TestGoal holds which version a plan leads to.
func TestGoal(t *testing.T) {
	for _, s := range []struct {
		name    string
		host    host
		servers []string
		node    string
		want    string
		unknown string
	}{
		{"the newest patch of its minor", host{}, []string{"v1.36.2"}, "v1.36.2", "1.36.6", ""},
		{"the newest minor", host{}, []string{"v1.37.2"}, "v1.37.2", "1.37.2", ""},
		{"past support", host{}, []string{"v1.33.4"}, "v1.33.4", "1.37.2", ""},
		{"two minors", host{}, []string{"v1.35.4", "v1.36.0"}, "v1.35.0", "1.36.6", ""},
		{"a kubelet that is newer", host{}, []string{"v1.35.4"}, "v1.36.1", "1.36.6", ""},
		{"extended support of EKS", host{kind: onEKS, sold: true}, []string{"v1.33.4-eks-1"}, "v1.33.4-eks-1", "1.35", ""},
		{"support of EKS that has ended", host{kind: onEKS, sold: true}, []string{"v1.30.4-eks-1"}, "v1.30.4-eks-1", "1.36", ""},
		{"support of GKE that has ended", host{kind: onGKE, sold: true}, []string{"v1.34.3-gke.1"}, "v1.34.3-gke.1", "1.36.3", ""},
		{"a newer build of GKE than tables have", host{kind: onGKE, sold: true}, []string{"v1.36.5-gke.1"}, "v1.36.5-gke.1", "1.36.5", ""},
		{"the patch of GKE and no newer one", host{kind: onGKE, sold: true}, []string{"v1.36.1-gke.1"}, "v1.36.1-gke.1", "1.36.3", ""},
		{"no patch of EKS is known", host{kind: onEKS, sold: true}, []string{"v1.36.1-eks-1"}, "v1.36.0-eks-1", "1.36", ""},
		{"paid support of OpenShift", host{kind: openShift, brand: "OpenShift"}, []string{"v1.31.3"}, "v1.31.3", "1.33", ""},
		{"a provider that no table has", host{kind: foreign, brand: "ibm-iks"}, []string{"v1.36.1+IKS"}, "v1.36.0+IKS", "1.36", ""},
		{"long-term support of AKS", host{kind: onAKS, sold: true}, []string{"v1.33.3"}, "v1.33.3", "1.35", ""},
		{"a patch that no table has", host{}, []string{"v1.37.9"}, "v1.37.1", "1.37.9", ""},
		{"a minor that no table has", host{}, []string{"v1.44.1"}, "v1.44.0", "1.44.1", "until when Kubernetes 1.44 is supported: no table here knows it"},
		{"no server", host{}, nil, "v1.36.1", "", ""},
	} {
		t.Run(s.name, func(t *testing.T) {
			sc := emptyScene(t, s.host).serving(t, s.servers...).having(t, "n1", s.node)
			p, _ := sc.plan()
			if p.Target != s.want || s.unknown != "" && !slices.Contains(p.Unknown, s.unknown) {
				t.Errorf("to %q, want %q; unknown %q", p.Target, s.want, p.Unknown)
			}
		})
	}
}

// TestOrder holds the order of steps, and what each waits for.
func TestOrder(t *testing.T) {
	adm := host{kind: kubeadm}
	controls := func(s *scene, node, version string) *scene {
		for _, c := range []string{lifecycle.ControllerManager, lifecycle.Scheduler} {
			s.controls = append(s.controls, &part{component: c, object: nodeRef(node), node: node, version: parse(t, version)})
		}
		return s
	}
	proxied := func(s *scene, version string) *scene {
		for _, m := range s.machines {
			s.proxies = append(s.proxies, &part{component: lifecycle.Proxy, object: model.KindByName("DaemonSet").Ref("kube-system", "kube-proxy"), node: m.ref.Name, version: parse(t, version)})
		}
		return s
	}
	for _, s := range []struct {
		name string
		s    *scene
		want string
	}{
		{"nothing to do", emptyScene(t, adm).serving(t, "v1.37.2").having(t, "n1", "v1.37.2"), ""},
		{"API servers, then what speaks with them, then kube-proxy, then nodes", proxied(controls(controls(emptyScene(t, host{}).serving(t, "v1.37.0", "v1.37.0").having(t, "cp-1", "v1.37.0", control).having(t, "n1", "v1.36.1"), "cp-1", "v1.37.0"), "cp-2", "v1.37.0"), "v1.36.1"),
			`1 control-plane Node/cp-1 1.37.0 -> 1.37.2
2 control-plane Node/cp-2 1.37.0 -> 1.37.2 after 1
3 control-plane Node/cp-1 1.37.0 -> 1.37.2 after 2
4 control-plane Node/cp-2 1.37.0 -> 1.37.2 after 3
5 proxy kube-system/DaemonSet/kube-proxy 1.36.1 -> 1.37.2 after 2
6 node Node/cp-1 1.37.0 -> 1.37.2 after 2
7 node Node/n1 1.36.1 -> 1.37.2 after 2
`},
		{"kubeadm takes what is beside an API server along", controls(emptyScene(t, adm).serving(t, "v1.37.0"), "cp-1", "v1.37.0"), "1 control-plane Node/cp-1 1.37.0 -> 1.37.2\n"},
		{"the API server that is behind goes first", emptyScene(t, adm).serving(t, "v1.37.0", "v1.36.0"), "1 control-plane Node/cp-2 1.36.0 -> 1.37.2\n2 control-plane Node/cp-1 1.37.0 -> 1.37.2 after 1\n"},
		{"one minor at a time", emptyScene(t, adm).serving(t, "v1.34.1").having(t, "n1", "v1.34.1"), `1 control-plane Node/cp-1 1.34.1 -> 1.35.10
2 control-plane Node/cp-1 1.35.10 -> 1.36.6 after 1
3 control-plane Node/cp-1 1.36.6 -> 1.37.2 after 2
4 node Node/n1 1.34.1 -> 1.37.2 after 3
`},
		{"a kubelet three minors behind keeps the control plane back", emptyScene(t, adm).serving(t, "v1.34.1").having(t, "old", "v1.31.0").having(t, "new", "v1.34.1"), `1 node Node/old 1.31.0 -> 1.34.1
2 control-plane Node/cp-1 1.34.1 -> 1.35.10 after 1
3 control-plane Node/cp-1 1.35.10 -> 1.36.6 after 2
4 control-plane Node/cp-1 1.36.6 -> 1.37.2 after 3
5 node Node/new 1.34.1 -> 1.37.2 after 4
6 node Node/old 1.34.1 -> 1.37.2 after 4
`},
		{"the most behind first, then the least hindered, control plane nodes before all", emptyScene(t, adm).serving(t, "v1.37.2").
			having(t, "a", "v1.37.1", hindered("local", "single")).having(t, "b", "v1.37.1", hindered("budget!")).having(t, "c", "v1.37.1").having(t, "d", "v1.37.1", hindered("local")).
			having(t, "e", "v1.35.0", hindered("budget!")).having(t, "f", "v1.37.1", control, hindered("budget!")),
			"1 node Node/f 1.37.1 -> 1.37.2\n2 node Node/e 1.35.0 -> 1.37.2\n3 node Node/c 1.37.1 -> 1.37.2\n4 node Node/d 1.37.1 -> 1.37.2\n5 node Node/a 1.37.1 -> 1.37.2\n6 node Node/b 1.37.1 -> 1.37.2\n"},
		{"what is due besides goes with the kubelet, else it comes last, what is overdue first", emptyScene(t, adm).serving(t, "v1.37.2").
			having(t, "a", "v1.37.2", due(Reboot, false)).having(t, "b", "v1.37.1", due(Reboot, true)).having(t, "c", "v1.37.2", due(Runtime, true), due(Reboot, true)).having(t, "d", "v1.37.2", due(System, false)),
			"1 node Node/b 1.37.1 -> 1.37.2\n2 runtime Node/c containerd://1.6.36 -> 2.3.4\n3 reboot Node/a  -> \n4 os Node/d Ubuntu 20.04 -> \n"},
		{"no server is known", emptyScene(t, adm).having(t, "a", "v1.37.1", due(Reboot, true)), "1 reboot Node/a  -> \n"},
		{"EKS decides which patch there is", emptyScene(t, host{kind: onEKS, sold: true}).serving(t, "v1.36.2-eks-1").having(t, "n1", "v1.36.1-eks-1").having(t, "n2", "v1.35.9-eks-1"), "1 node Node/n2 1.35.9 -> 1.36\n"},
		{"out of paid support one minor at a time", emptyScene(t, host{kind: onEKS, sold: true, brand: "EKS"}).serving(t, "v1.32.2-eks-1").having(t, "n1", "v1.32.2-eks-1"), `1 control-plane Cluster/cluster 1.32.2 -> 1.33
2 control-plane Cluster/cluster 1.33 -> 1.34 after 1
3 control-plane Cluster/cluster 1.34 -> 1.35 after 2
4 node Node/n1 1.32.2 -> 1.35 after 3
`},
		{"nodes too old for the next minor go to the build of the one there is", emptyScene(t, host{kind: onAKS, sold: true}).serving(t, "v1.33.4").having(t, "n1", "v1.30.2"), `1 node Node/n1 1.30.2 -> 1.33
2 control-plane Cluster/cluster 1.33.4 -> 1.34 after 1
3 control-plane Cluster/cluster 1.34 -> 1.35 after 2
4 node Node/n1 1.33 -> 1.35 after 3
`},
		{"the nodes of a pool are one step", emptyScene(t, host{kind: onGKE, sold: true}).serving(t, "v1.36.6-gke.1").having(t, "a", "v1.36.1-gke.1", pooled("x")).having(t, "b", "v1.36.2-gke.1", pooled("y")).having(t, "c", "v1.36.3-gke.1", pooled("x")),
			"1 node Node/a 1.36.1 -> 1.36.6\n2 node Node/b 1.36.2 -> 1.36.6\n"},
		{"k3s takes the kubelet of a server along", emptyScene(t, host{kind: k3s, whole: true}).serving(t, "v1.36.1+k3s1").having(t, "cp-1", "v1.36.1+k3s1", control).having(t, "n1", "v1.36.1+k3s1"), "1 control-plane Node/cp-1 1.36.1 -> 1.36.6\n2 node Node/n1 1.36.1 -> 1.36.6 after 1\n"},
		{"kube-proxy and kubelets that are far behind go by turns", proxied(emptyScene(t, host{}).serving(t, "v1.37.2").having(t, "a", "v1.31.4").having(t, "b", "v1.36.6"), "v1.31.4"),
			`1 proxy kube-system/DaemonSet/kube-proxy 1.31.4 -> 1.34.13
2 node Node/a 1.31.4 -> 1.37.2 after 1
3 proxy kube-system/DaemonSet/kube-proxy 1.34.13 -> 1.37.2 after 2
4 node Node/b 1.36.6 -> 1.37.2 after 2
`},
		{"OpenShift is one step", controls(emptyScene(t, host{kind: openShift}).serving(t, "v1.31.1", "v1.31.1").having(t, "cp-1", "v1.31.1", control), "cp-1", "v1.31.1"), "1 control-plane Cluster/cluster 1.31.1 -> 1.32\n2 control-plane Cluster/cluster 1.32 -> 1.33 after 1\n3 node Node/cp-1 1.31.1 -> 1.33 after 2\n"},
	} {
		t.Run(s.name, func(t *testing.T) {
			p, _ := s.s.plan()
			if got := told(p); got != s.want {
				t.Errorf("got\n%s\nwant\n%s", got, s.want)
			}
			for _, step := range p.Steps {
				if step.Why == "" || step.Drains != (step.Object.Kind == "Node" && step.What != ControlPlane || s.s.host.whole || s.s.host.kind == openShift) || step.Safe != (step.Drains && len(step.Obstacles) == 0) {
					t.Errorf("%+v", step)
				}
			}
		})
	}
}

// TestBlockers holds what keeps a control plane from its next minor.
func TestBlockers(t *testing.T) {
	s := emptyScene(t, host{kind: kubeadm}).serving(t, "v1.37.2", "v1.36.1").having(t, "a", "v1.35.0").having(t, "b", "v1.34.0").having(t, "c", "v1.24.0")
	s.machines[0].beside = &part{component: lifecycle.Proxy, version: parse(t, "v1.34.1")}
	s.proxies = []*part{{component: lifecycle.Proxy, object: model.KindByName("DaemonSet").Ref("kube-system", "kube-proxy"), node: "b", version: parse(t, "v1.33.1")}}
	web := model.KindByName("Deployment").Ref("shop", "web")
	s.uses = func(minor string) []deprecation.Use {
		if minor != "1.38" {
			t.Errorf("asked for %s", minor)
		}
		end := func(removed string) lifecycle.Deprecation {
			return lifecycle.Deprecation{Removed: removed, Replacement: "x/v1"}
		}
		return []deprecation.Use{{Object: web, APIVersion: "x/v1beta1", By: "helm", End: end("1.38")}, {Object: web, APIVersion: "x/v1beta2", By: "helm", End: end("1.37")}, {Object: web, APIVersion: "x/v1alpha1", By: "helm", End: end("1.22")}}
	}
	p, _ := s.plan()
	var got []string
	for _, b := range p.Blockers {
		got = append(got, b.Cause+" "+b.Object.String()+": "+b.Says)
	}
	want := []string{
		"server Cluster/cluster: API servers are at 1.36.1 and 1.37.2: all have to be at one minor first",
		"kubelet Node/b: kubelet 1.34.0 is older than an API server of 1.38 allows", "kubelet Node/c: kubelet 1.24.0 is older than an API server of 1.38 allows",
		"proxy Node/a: kube-proxy 1.34.1 is older than an API server of 1.38 allows", "proxy kube-system/DaemonSet/kube-proxy: kube-proxy 1.33.1 is older than an API server of 1.38 allows",
		"api shop/Deployment/web: helm uses x/v1beta1, which 1.38 does not serve any more; write it as x/v1", "api shop/Deployment/web: helm uses x/v1beta2, which 1.37 does not serve any more; write it as x/v1",
	}
	if !slices.Equal(got, want) || p.Next != "1.38" {
		t.Errorf("next %s, got\n%s\nwant\n%s", p.Next, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBlockersOnTheWay holds that what blocks the minor above the control plane as it is comes first, and that of what blocks a later one
// it is said which step has to wait.
func TestBlockersOnTheWay(t *testing.T) {
	s := emptyScene(t, host{kind: kubeadm}).serving(t, "v1.33.5").having(t, "w1", "v1.30.2").having(t, "w2", "v1.33.5").having(t, "w3", "v1.32.1")
	web := model.KindByName("Deployment").Ref("shop", "web")
	s.uses = func(minor string) []deprecation.Use {
		if minor != "1.37" {
			t.Errorf("asked for %s", minor)
		}
		return []deprecation.Use{{Object: web, APIVersion: "x/v1beta1", By: "helm", End: lifecycle.Deprecation{Removed: "1.36"}}}
	}
	p, _ := s.plan()
	var got []string
	for _, b := range p.Blockers {
		step := p.Steps[b.Step-1]
		if step.What != ControlPlane || !strings.HasPrefix(step.To, b.Minor+".") {
			t.Errorf("%+v waits for %+v", b, step)
		}
		got = append(got, b.Minor+" "+b.Cause+" "+b.Object.Name)
	}
	if want := []string{"1.34 kubelet w1", "1.36 kubelet w3", "1.36 api web", "1.37 kubelet w2"}; !slices.Equal(got, want) || p.Next != "1.34" || p.Target != "1.37.2" {
		t.Errorf("next %s of %s, got %q, want %q", p.Next, p.Target, got, want)
	}
	if want := "which API versions 1.34 to 1.37 remove: pluto of 2026-04-27 tells up to 1.36"; !slices.Contains(p.Unknown, want) {
		t.Errorf("unknown %q", p.Unknown)
	}
}

// TestObstaclesByOwner holds that what a drain stumbles over is told once for the pods of an owner.
func TestObstaclesByOwner(t *testing.T) {
	pod := func(name string) model.Ref { return model.KindByName("Pod").Ref("shop", name) }
	web := model.KindByName("Deployment").Ref("shop", "web")
	m := &machine{}
	m.obstruct([]disruption.Obstacle{
		{Cause: disruption.OneBudget, Pod: pod("a"), Owner: web, Blocks: true, Says: "x"}, {Cause: disruption.Unseen, Owner: nodeRef("n1")},
		{Cause: disruption.Bare, Pod: pod("p"), Owner: pod("p")}, {Cause: disruption.Local, Pod: pod("a"), Owner: web}, {Cause: disruption.Local, Pod: pod("b"), Owner: web},
	})
	if len(m.obstacles) != 4 || m.obstacles[0].Pods != 1 || m.obstacles[1].Pods != 0 || m.obstacles[3].Pods != 2 || !slices.Equal(m.lost, []model.Ref{pod("p")}) {
		t.Errorf("%+v, lost %v", m.obstacles, m.lost)
	}
}
