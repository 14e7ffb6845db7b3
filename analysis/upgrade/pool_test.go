package upgrade

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/disruption"
	"canopy/model"
)

// This is the plain reference of what a command empties: it is read off the command itself.

// emptiedBy lists the nodes that the commands of a step empty, by the pools that they name.
func emptiedBy(s *scene, commands []string) []*machine {
	var list []*machine
	named := regexp.MustCompile(`--nodegroup-name (\S+) --kubernetes-version|update-nodegroup-version .*--nodegroup-name (\S+)$|--node-pool=(\S+)|nodepool upgrade .* --name (\S+)|reboot-machine-config-pool mcp/(\S+)|oc wait machineconfigpool/(\S+)|kubectl drain (\S+)`)
	for _, c := range commands {
		if strings.HasPrefix(c, "#") {
			continue
		}
		for _, m := range s.machines {
			if strings.HasPrefix(c, "oc adm upgrade --to-latest") {
				list = append(list, m)
				continue
			}
			if found := named.FindStringSubmatch(c); found != nil {
				name := strings.Join(found[1:], "")
				if m.pool == name || m.ref.Name == name && strings.HasPrefix(c, "kubectl drain") {
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// hinder gives each machine what a drain of it may stumble over.
func hinder(s *scene, r *rand.Rand) {
	for i, m := range s.machines {
		app := func() model.Ref {
			return model.KindByName("Deployment").Ref("shop", fmt.Sprint("app-", r.IntN(3)))
		}
		for range r.IntN(3) * r.IntN(2) {
			m.obstacles = append(m.obstacles, Obstacle{Cause: disruption.OneBudget, Blocks: true, Owner: app(), Budget: model.KindByName("PodDisruptionBudget").Ref("shop", "b"), Pods: 1})
		}
		if r.IntN(4) == 0 {
			m.obstacles = append(m.obstacles, Obstacle{Cause: []string{disruption.Single, disruption.Scratch, disruption.Unseen}[r.IntN(3)], Owner: app(), Pods: 1 + r.IntN(2)})
		}
		if r.IntN(6) == 0 {
			pod := model.KindByName("Pod").Ref("shop", fmt.Sprint("bare-", i))
			m.obstacles, m.lost = append(m.obstacles, Obstacle{Cause: disruption.Bare, Owner: pod, Pods: 1}), []model.Ref{pod}
		}
		for _, what := range []string{System, Runtime, Reboot} {
			if r.IntN(5) == 0 {
				m.due = append(m.due, chore{what: what, detail: what + " is due", from: "old", overdue: r.IntN(2) == 0})
			}
		}
	}
}

// TestStepsOwnWhatTheirCommandsEmpty holds that a step tells what stands in the way on every node that its commands empty, that none is
// called safe which is not so for all of them, that what blocks and what is lost is said before the command, and that no pool is
// changed twice for one version.
func TestStepsOwnWhatTheirCommandsEmpty(t *testing.T) {
	pools, hidden := 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 13))
		s := randomScene(t, r)
		hinder(s, r)
		p, _ := s.plan()
		ran := map[string]int{}
		for i, step := range p.Steps {
			emptied := emptiedBy(s, step.Commands)
			safe, blocked := step.Drains, false
			text := strings.Join(step.Commands, "\n")
			if len(emptied) > 1 {
				pools++
			}
			for k, m := range emptied {
				if !step.Changes(m.ref) {
					t.Fatalf("seed %d: step %d empties %s and does not name it: %+v", seed, i+1, m.ref, step)
				}
				for _, o := range m.obstacles {
					if k > 0 && o.Blocks && len(emptied[0].obstacles) == 0 {
						hidden++
					}
					safe, blocked = safe && o.Cause == disruption.Scratch, blocked || o.Blocks
					if !slices.ContainsFunc(step.Obstacles, func(x Obstacle) bool {
						return x.Cause == o.Cause && x.Owner == o.Owner && x.Blocks == o.Blocks && x.Pods >= o.Pods
					}) {
						t.Fatalf("seed %d: step %d empties %s and does not tell %+v:\n%+v", seed, i+1, m.ref, o, step)
					}
				}
				for _, pod := range m.lost {
					if !strings.Contains(text, pod.Namespace+"/"+pod.Name) {
						t.Fatalf("seed %d: step %d loses %s unsaid:\n%s", seed, i+1, pod, text)
					}
				}
			}
			if len(emptied) > 0 && step.Safe != safe {
				t.Fatalf("seed %d: step %d is safe: %v, and should be %v:\n%+v", seed, i+1, step.Safe, safe, step)
			}
			if at := strings.Index(text, "only once nothing blocks it"); blocked && at < 0 {
				t.Fatalf("seed %d: step %d does not say that it is blocked:\n%s", seed, i+1, text)
			}
			if s.host.pooled() && len(emptied) > 1 && step.What != ControlPlane {
				// OpenShift has one command for systems and runtimes of all.
				if ran[text]++; ran[text] > 1 && s.host.kind != openShift {
					t.Fatalf("seed %d: step %d runs again\n%s", seed, i+1, text)
				}
			}
		}
	}
	if pools < 200 || hidden < 20 {
		t.Errorf("%d steps that empty several nodes, %d with what hides behind the first", pools, hidden)
	}
}

// TestPoolOfOneStep holds the case in which the first node of a pool is clean and the second is blocked.
func TestPoolOfOneStep(t *testing.T) {
	for _, h := range []host{{kind: onEKS, sold: true, brand: "EKS"}, {kind: onGKE, sold: true, brand: "GKE"}, {kind: onAKS, sold: true, brand: "AKS"}} {
		for _, behind := range []bool{true, false} {
			v, extra := "v1.36.6", due(Reboot, true)
			if behind {
				v, extra = "v1.35.2", func(*machine) {}
			}
			s := emptyScene(t, h).serving(t, "v1.36.6").having(t, "a", v, pooled("ng1"), extra).having(t, "b", v, pooled("ng1"), hindered("budget!"), extra).
				having(t, "c", "v1.36.6", pooled("ng1"), hindered("bare"), func(m *machine) { m.lost = []model.Ref{model.KindByName("Pod").Ref("shop", "debug")} }).
				having(t, "d", v, pooled("ng2"), extra)
			p, _ := s.plan()
			if len(p.Steps) != 2 {
				t.Fatalf("%v: %s", h.kind, told(p))
			}
			clean, one := p.Steps[0], p.Steps[1]
			text := strings.Join(one.Commands, "\n")
			if clean.Object.Name != "d" || !clean.Safe || clean.Nodes != nil || clean.Pool != "ng2" {
				t.Errorf("%v: the pool of which nothing is in the way does not come first: %+v", h.kind, clean)
			}
			if one.Safe || len(one.Nodes) != 3 || one.Pool != "ng1" || len(one.Obstacles) != 2 || !one.Obstacles[0].Blocks ||
				!strings.Contains(text, "only once nothing blocks it") || !strings.Contains(text, "shop/debug") || !strings.Contains(one.Why, "its commands change all 3 nodes of pool ng1") {
				t.Errorf("%v: %+v", h.kind, one)
			}
		}
	}
}
