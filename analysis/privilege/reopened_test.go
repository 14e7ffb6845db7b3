package privilege

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

// byName makes a role that lets its holders do things to named objects, as those that may bind roles, and to make accounts.
func (w world) byName() runtime.Object {
	const rbacGroup = "rbac.authorization.k8s.io:"
	all := []rbacv1.PolicyRule{
		rule("bind", rbacGroup+"clusterroles", w.pick("a", "b", "edit", "lost")), rule("bind", rbacGroup+"roles", w.pick("a", "b")), rule("create", rbacGroup+"rolebindings"),
		rule("patch", rbacGroup+"rolebindings", "x"), rule("escalate,patch", rbacGroup+"roles", "a"), rule("patch", "apps:deployments", w.pick("web", "api")),
		rule("get", "secrets", w.pick("s", "t")), rule("create", "secrets"), rule("create", "pods/exec", "p"), rule("impersonate", "users", "eve"), rule("impersonate", "groups", "dev"),
		rule("create", "serviceaccounts"), rule("create", "serviceaccounts", "web"), rule("create", "pods"), rule("get", "nodes/proxy", "n1"), rule("*", "*:*", "x"),
	}
	var rules []rbacv1.PolicyRule
	for range 1 + w.IntN(4) {
		rules = append(rules, *all[w.IntN(len(all))].DeepCopy())
	}
	if w.IntN(2) == 0 {
		return &rbacv1.ClusterRole{ObjectMeta: w.meta("", w.pick("a", "b")), Rules: rules}
	}
	return &rbacv1.Role{ObjectMeta: w.meta(w.namespace(), w.pick("a", "b")), Rules: rules}
}

// grants writes all that can be asked of a binding.
func (b *court) grants(ref model.Ref) string {
	list, all := b.a.Openings(b.access, ref)
	var s strings.Builder
	fmt.Fprintln(&s, all, b.a.Stock(b.access, ref), b.a.Creators(b.access, ref))
	found, _ := b.access.Binding(ref)
	for i := range list {
		fmt.Fprintln(&s, list[i].text(), list[i].Reason, list[i].Root, list[i].RootDoubt, list[i].RootReason, list[i].Lax)
	}
	for _, who := range subjectsOf(found.Subjects, ref.Namespace) {
		before := ""
		for i := range list {
			if id := list[i].Edge.ID; id != before {
				before = id
				fmt.Fprintln(&s, who, id, b.a.Shown(b.access, ref, id, who))
			}
		}
	}
	return s.String()
}

func (b *court) allGrants() map[model.Ref]string {
	all := map[model.Ref]string{}
	for ref := range b.a.bindings {
		all[ref] = b.grants(ref)
	}
	return all
}

// TestReopened drives random changes, and holds that Reopened lists every binding of which something else is said than before, that
// an analyser that has seen no change says the same, and that openings agree with what findings and Reach rest on.
func TestReopened(t *testing.T) {
	seeds, steps := uint64(40), 150
	if os.Getenv("CANOPY_LONG") != "" {
		seeds, steps = 600, 600
	}
	law := newCourt(t)
	listed, changed, edges := 0, 0, map[string]int{}
	for seed := range seeds {
		w := world{rand.New(rand.NewPCG(seed, 29))}
		b := law.again()
		if seed%4 != 0 {
			b.complete("v1.37.2")
		}
		b.a.Reopened()
		before := b.allGrants()
		for step := range steps {
			if w.IntN(4) == 0 {
				b.take(model.Put(recordOf(t, w.byName())))
			} else {
				w.step(b)
			}
			if w.IntN(4) == 0 {
				continue // the next flush has more to do
			}
			b.flush()
			list := b.a.Reopened()
			now := b.allGrants()
			listed += len(list)
			for _, m := range []map[model.Ref]string{before, now} {
				for ref := range m {
					old, was := before[ref]
					text, is := now[ref]
					if old == text && was == is {
						continue
					}
					changed++
					if !slices.Contains(list, ref) {
						t.Fatalf("seed %d, step %d: %s was not told to have changed:\n%s", seed, step, ref, cmp.Diff(old, text))
					}
				}
			}
			before = now
			if b.agrees(); t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
			if fresh := w.fresh(b, b.a.minor); w.IntN(4) == 0 {
				if diff := cmp.Diff(fresh.allGrants(), now); diff != "" {
					t.Fatalf("seed %d, step %d: batch and incremental differ:\n%s", seed, step, diff)
				}
			}
			for ref := range b.a.bindings {
				for _, text := range b.openings(ref) {
					edges[strings.Join(strings.Fields(text)[:1], " ")]++
				}
			}
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		if b.flush(); len(b.a.of)+len(b.a.asks) > 0 {
			t.Fatalf("seed %d: an empty cluster leaves %v", seed, b.a.binders)
		}
	}
	// Changes are counted twice, as old and as new.
	t.Logf("%d listed, %d changed, %v", listed, changed/2, edges)
	if listed > 3*changed/2 || len(edges) < 30 {
		t.Errorf("%d listed, %d changed, %d kinds of edges", listed, changed/2, len(edges))
	}
}
