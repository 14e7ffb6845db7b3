package nodes

import (
	"strings"
	"testing"

	"canopy/analysis/disruption"
	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
)

// TestHarm holds that a drain is said to lose only what it loses: what is away for a moment, or not known, is called so.
func TestHarm(t *testing.T) {
	step := func(causes ...string) *move {
		s := upgrade.Step{What: upgrade.Reboot, Object: nodeRef("n1"), Drains: true, Safe: len(causes) == 0}
		for _, c := range causes {
			name, cause, _ := strings.Cut(c, ":")
			s.Obstacles = append(s.Obstacles, upgrade.Obstacle{Owner: ref("Deployment", "shop", name), Cause: cause, Blocks: cause == disruption.OneBudget, Pods: 1})
		}
		return newStep(&s, 1, nil)
	}
	for want, m := range map[string]*move{
		"+ safe":          step(),
		"! 2 away":        step("a:single", "b:single"),
		"! 1 bound":       step("a:single", "b:pinned", "b:single"),
		"? 1 not known":   step("a:single", "b:unknown"),
		"! 1 loses data":  step("a:single", "a:local", "a:bare", "b:unknown"),
		"! 2 lose data":   step("a:local", "b:bare"),
		"x b":             step("a:local", "b:budget"),
		"x b +1":          step("b:budget", "c:budget"),
		"x blocked by 1":  step("a-name-that-has-no-room:budget"),
		"~ waits shop/b":  step("a:single", "b:waiting"),
		"- scratch files": step("a:scratch"),
	} {
		if m.drain != want {
			t.Errorf("drain %q, want %q", m.drain, want)
		}
	}
	steps := []upgrade.Step{*step("a:budget", "b:local").step, *step("a:local").step, *step("a:unknown").step, *step("a:single").step, *step().step, {What: upgrade.Proxy}}
	if got := tellDrains(steps); got != "5 drains: 1 cannot end, 1 with losses, 1 not known to be safe, 1 with pods away for a moment" {
		t.Error(got)
	}
	if got := tellDrains(steps[4:]); got != "1 drain, all safe" {
		t.Error(got)
	}
}

// TestStepTells holds that the text of a step groups what a drain stumbles over by what comes of it.
func TestStepTells(t *testing.T) {
	p := newPlay(t).main(200, 60)
	p.press(keys.Turn)
	p.has("1. upgrade node n5", "x blocked by 1 workload, it does not end by itself:", "! loses pods or data of 1 workload for good:")
	p.press(keys.Down, keys.Down)
	p.has("3. reboot node n2", "! away for a moment, nothing lost: 1 workload:")
	p = newPlay(t)
	p.desk.obstacles = append(p.desk.obstacles, disruption.Obstacle{Cause: disruption.Single, Pod: ref("Pod", "shop", "web-1"), Owner: ref("Deployment", "shop", "web"), Says: "one replica"},
		disruption.Obstacle{Cause: disruption.Unseen, Owner: nodeRef("n5"), Says: "pods were not seen"})
	p.single(nodeRef("n5"), 200, 45)
	p.press(keys.Turn, keys.Turn)
	p.has("x blocks", "! loses", "! away", "? not known", "it does not end by itself; 1 in the way, 1 with losses, 1 not known, 1 away for a moment")
	p.filter("drain:away")
	if rows := p.rows(); len(rows) != 1 || !strings.Contains(rows[0], "shop/web-1") {
		t.Errorf("rows %q", rows)
	}
}

// TestCountsPerhaps holds that what perhaps takes the node counts as it does for the command, and is called so.
func TestCountsPerhaps(t *testing.T) {
	p := newPlay(t)
	web, job := ref("Deployment", "shop", "web"), ref("CronJob", "shop", "job")
	for object, v := range map[model.Ref]model.Verdict{web: model.Depends, job: model.Unknown, ref("DaemonSet", "shop", "agent"): model.Yes} {
		f := p.finding("PS01", object)
		f.Verdict = v
		p.findings = append(p.findings, f)
	}
	got := counting(p.snapshot())
	if len(got[job]) != 0 || len(got[web]) != 1 || !strings.HasPrefix(got[web][0].Rule.Short, "perhaps ") || got[web][0].Rule.ID != "PS01" {
		t.Errorf("%+v", got)
	}
	if f := got[ref("DaemonSet", "shop", "agent")]; len(f) != 1 || strings.HasPrefix(f[0].Rule.Short, "perhaps") {
		t.Errorf("%+v", f)
	}
	for _, f := range p.findings {
		if strings.HasPrefix(f.Rule.Short, "perhaps") {
			t.Fatal("the rule itself was changed")
		}
	}
}

// TestPools holds that the step of a pool is shown as that, with what is in the way on all of its nodes, and that what blocks a later minor
// says which step waits.
func TestPools(t *testing.T) {
	p := newPlay(t)
	p.desk.plan = &upgrade.Plan{
		Target: "1.37", Next: "1.36",
		Steps: []upgrade.Step{{
			What: upgrade.Node, Object: nodeRef("a"), Nodes: []model.Ref{nodeRef("a"), nodeRef("n5")}, Pool: "ng1", From: "1.33", To: "1.37", Drains: true,
			Obstacles: []upgrade.Obstacle{{Owner: ref("Deployment", "shop", "web"), Cause: disruption.OneBudget, Blocks: true, Pods: 1, Says: "never"}, {Owner: ref("StatefulSet", "legacy", "mysql"), Cause: disruption.Pinned, Pods: 1, Says: "it names the node"}},
		}, {What: upgrade.Reboot, Object: nodeRef("c"), Nodes: []model.Ref{nodeRef("c"), nodeRef("d")}, Pool: "ng2", Drains: true, Safe: true}},
		Blockers: []upgrade.Blocker{{Cause: "kubelet", Object: nodeRef("a"), Says: "too old", Minor: "1.36", Step: 1}, {Cause: "kubelet", Object: nodeRef("n5"), Says: "too old later", Minor: "1.37", Step: 2}},
	}
	p.main(200, 60)
	p.press(keys.Turn)
	p.has("pool ng1, 2 nodes", "1. upgrade node pool ng1, 2 nodes", "emptying 2 nodes, one after the other", "bound to the node, away until it or one of its name is back: 1 workload:",
		"1 node must be newer, 1 more before it goes on", "step 2 waits: too old later", "VP04")
	p.press(keys.Down)
	p.has("safe: all 2 nodes can be emptied")
}
