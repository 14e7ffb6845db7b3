package privilege

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// again goes up a ladder that is built anew.
func (a *Analyser) again(running []model.Subject) *Reach {
	l := newLadder()
	for _, b := range a.bindings {
		if b.leads().climbs() {
			l.add(&bound{ref: b.ref, names: b.names, reading: b.reading})
		}
	}
	return l.climb(running, 0)
}

// TestReachStepByStep changes one binding at a time, of those that lead on, and compares who comes to hold the cluster with
// what a new ladder gives. What was given away before never changes.
func TestReachStepByStep(t *testing.T) {
	law, patched, walked := newCourt(t), 0, 0
	for seed := range uint64(240) {
		w := world{rand.New(rand.NewPCG(seed, 41))}
		b := law.again().complete("v1.37.2").put(wide("sink", rule("get", "nodes/proxy")), wide("any", rule("create", "pods")), wide("run", rule("create", "pods/exec")), wide("both", rule("create", "pods,pods/exec")),
			wide("token-web", rule("create", "serviceaccounts/token", "web")), wide("token-api", rule("impersonate", "serviceaccounts", "api")), wide("none", rule("get", "pods")))
		// Few seeds have names, and many crowds, since each makes the rest seldom.
		roles := []string{"sink", "any", "any", "run", "run", "both", "none"}
		if seed%3 == 0 {
			roles = append(roles, "token-web", "token-api", "token-web")
		}
		running := w.running()
		type given struct {
			reach *Reach
			text  string
		}
		var before given
		for step := range 400 {
			ns, name, role := w.pick("shop", "ops", "dev", "kube-system"), fmt.Sprint("b", w.IntN(6)), roles[w.IntN(len(roles))]
			to := []rbacv1.Subject{sa(w.pick("shop", "ops", "dev", "kube-system"), w.pick("web", "api", "default"))}
			switch w.IntN(8) {
			case 0:
				to = append(to, user(w.pick("eve", "bob")), group("dev"))
			case 1:
				if seed%2 == 0 {
					to = append(to, group(w.pick("system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated", "system:nodes")))
				}
			}
			switch w.IntN(6) {
			case 0:
				b.drop(bindWide(name, role))
			case 1, 2:
				b.drop(bind(ns, name, "ClusterRole", role))
			case 3:
				if w.IntN(2) == 0 {
					b.put(bindWide(name, role, to...))
				}
			default:
				b.put(bind(ns, name, "ClusterRole", role, to...))
			}
			if w.IntN(40) == 0 {
				running = w.running()
			}
			walk := b.a.ladder.walk
			now := b.a.Reach(running)
			if b.a.ladder.walk == walk {
				patched++
			} else {
				walked++
			}
			want := b.a.again(running)
			want.walk = ^uint64(0)
			if !now.Equal(want) || now.crowds != want.crowds || now.all != want.all {
				t.Fatalf("seed %d, step %d:\n%s", seed, step, cmp.Diff(want.text(), now.text()))
			}
			if before.reach != nil && before.text != fmt.Sprint(before.reach.text()) {
				t.Fatalf("seed %d, step %d: what was given before has changed:\nfrom %s\nto   %v", seed, step, before.text, before.reach.text())
			}
			before = given{now, fmt.Sprint(now.text())}
		}
	}
	if patched < 20000 || walked < 8000 {
		t.Errorf("%d were patched, %d walked", patched, walked)
	}
}
