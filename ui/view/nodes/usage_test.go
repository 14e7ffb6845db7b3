package nodes

import (
	"context"
	"slices"
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

func usageOf(t *testing.T, u *model.Usage) *play {
	t.Helper()
	p := newPlay(t)
	p.desk.usage = u
	p.main(220, 50)
	p.press(keys.Turn, keys.Turn)
	return p
}

// TestUsage holds figures against limits, histories, and containers that are in no spec.
func TestUsage(t *testing.T) {
	p := usageOf(t, measured())
	p.has("nodes  4", "containers")
	all := strings.Join(p.rows(), "\n")
	for _, want := range []string{"n1 |  | 1200m of – | ", "n5 |  | – of – |", "shop/web-7d9f-abcde web | n1 | 250m/–/– | ▂▂▂█", "shop/web-7d9f-abcde stranger | n1 | 5m"} {
		if !strings.Contains(all, want) {
			t.Errorf("rows lack %q:\n%s", want, all)
		}
	}
	p.filter("node:n1 stranger")
	// A container that is in no spec is a signal too, which stands first.
	if rows := p.rows(); len(rows) != 2 || !strings.Contains(rows[0], "suspicious: ") {
		t.Errorf("rows %q", rows)
	}
	p.has("suspicious: a suspicion, no proof  1", "This is a suspicion, and no proof", "shop/web-7d9f-abcde stranger: foreign container", "A foreign container is one")
	p.press(keys.Explain)
	if !p.Screen.(*Screen).Deep() {
		t.Error("e does not go to the text")
	}
	p.run(p.Screen.(*Screen).Up())
	p.press(keys.Last, keys.Open)
	if to := p.newest().(view.Go).Place; to.Object != ref("Deployment", "shop", "web") {
		t.Errorf("enter goes to %+v", to)
	}
	// News of usage comes by itself.
	u := measured()
	u.Nodes["n1"] = history(400, 500, 800, 1200, 1900)
	p.desk.usage = u
	s := p.Screen.(*Screen)
	p.filter("")
	s.shared.Held = true
	p.run(s.Update(metered{done: func() {}, news: closed()}))
	if all := strings.Join(p.rows(), "\n"); strings.Contains(all, "1900m") {
		t.Errorf("it moves while it is held:\n%s", all)
	}
	s.shared.Held = false
	p.run(s.Update(metered{done: func() {}, news: closed()}))
	if all := strings.Join(p.rows(), "\n"); !strings.Contains(all, "n1 |  | 1900m of") {
		t.Errorf("rows:\n%s", all)
	}
}

// TestSuspicion holds that what looks suspicious marks its node, stands first among what runs there, and is explained by what was found on the pod.
func TestSuspicion(t *testing.T) {
	p := newPlay(t)
	p.desk.usage = measured()
	f := p.finding("PS29", ref("Pod", "shop", "web-7d9f-abcde"))
	p.findings = append(p.findings, f)
	slices.SortFunc(p.findings, func(a, b *model.Finding) int { return strings.Compare(a.ID, b.ID) })
	p.main(80, 24)
	p.filter("suspicious:yes")
	if rows := p.rows(); len(rows) != 1 || !strings.HasPrefix(rows[0], "~ part ok | n1 ? suspicious | ") {
		t.Errorf("rows %q", rows)
	}
	p.filter("")
	p.press(keys.Turn, keys.Turn)
	p.has("asks metrics.k8s.io, with figures since 13:56 (the audit log shows it);", "shop/web-7d9f-abcde stranger: ")
	if sub := p.Subject(); len(sub.Findings) == 0 || sub.Finding() != f {
		t.Errorf("about %+v", sub)
	}
	p = newPlay(t)
	p.desk.usage = measured()
	slices.Reverse(p.desk.residents)
	p.single(nodeRef("n1"), 160, 45)
	p.press(keys.Turn)
	if rows := p.rows(); !strings.HasPrefix(rows[0], "? shop/Deployment/web | 2 |") || !strings.Contains(rows[0], "foreign container stranger in web-7d9f-abcde") {
		t.Errorf("rows %q", rows)
	}
}

// TestUsageStates holds that each state is a sentence of its own, and that requests and limits stand there all the same.
func TestUsageStates(t *testing.T) {
	seen := map[string]bool{}
	for state, want := range map[model.UsageState]string{
		model.UsageLoading: "measuring has begun", model.UsageAbsent: "no metrics API", model.UsageUnavailable: "gives no answer now", model.UsageForbidden: "you may not read metrics",
	} {
		p := usageOf(t, &model.Usage{State: state})
		p.has(want)
		if state != model.UsageLoading {
			p.has("requests and limits are listed all the same")
		}
		if rows := p.rows(); len(rows) < 6 || !strings.Contains(strings.Join(rows, "\n"), "shop/web-7d9f-abcde web | n1 | –/–/– |") {
			t.Errorf("%s: rows %q", state, rows)
		}
		first := strings.Split(p.text(), "\n")[1]
		if seen[first] {
			t.Errorf("%s says %q as another does", state, first)
		}
		seen[first] = true
	}
	p := usageOf(t, &model.Usage{State: model.UsageGood, PodState: model.UsageForbidden, PodReason: "pods of metrics.k8s.io are forbidden", Nodes: measured().Nodes})
	p.has("pods: pods of metrics.k8s.io are forbidden", "1200m")
}

// TestFollow holds that the screen that is shown waits for news, that one that is not shown stops, and that all ends with the session.
func TestFollow(t *testing.T) {
	p := newPlay(t)
	p.session.News = make(chan struct{}, 1)
	first, second := newScreen(p.shared, p.keeper, p.desk), newScreen(p.shared, p.keeper, p.desk)
	p.keeper.top = first
	cmd := first.follow()
	if first.follow() != nil {
		t.Error("it waits twice")
	}
	p.session.News <- struct{}{}
	m := cmd().(view.For)
	if m.To != first {
		t.Errorf("news for %v", m.To)
	}
	if first.Update(m.Msg) == nil || !first.following {
		t.Error("it waits no more")
	}
	p.keeper.top = second
	if first.Update(m.Msg) != nil || first.following {
		t.Error("it still waits while another is shown")
	}
	wait := second.follow()
	ended := make(chan any)
	go func() { ended <- wait() }()
	p.keeper.Stop()
	if got := <-ended; got != nil {
		t.Errorf("got %v", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.shared.Running, p.keeper = ctx, &Keeper{}
	cancel()
	if got := newScreen(p.shared, p.keeper, p.desk).follow()(); got != nil {
		t.Errorf("got %v", got)
	}
}
