package privilege

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
	"canopy/model"
)

// steps works out by the definition how many steps every subject is from the whole cluster: each pair of a subject and an
// account that it can become is looked at, until nothing changes.
func (b *court) steps(running []model.Subject) map[model.Subject]int {
	left := map[model.Subject]int{}
	// Of accounts of which no more is known than that a binding speaks of them, what they are bound to themselves counts.
	accounts, spoken := slices.Clone(running), []model.Subject(nil)
	namespaces := []string{"default"}
	for one := range b.access.Bindings() {
		have := b.a.bindings[one.Ref]
		for _, s := range have.names {
			if have.leads().sink {
				left[s] = 0
			}
			if s.Kind == model.AccountSubject {
				spoken, namespaces = append(spoken, s), append(namespaces, s.Namespace)
			}
		}
		if one.Ref.Namespace != "" {
			namespaces = append(namespaces, one.Ref.Namespace)
			for _, name := range have.leads().names {
				accounts = append(accounts, model.Subject{Kind: model.AccountSubject, Namespace: one.Ref.Namespace, Name: name})
			}
		}
	}
	for _, ns := range namespaces {
		accounts = append(accounts, defaultOf(ns))
	}
	from := func(s model.Subject) (int, bool) {
		best, ok := left[s]
		if !slices.Contains(accounts, s) {
			return best, ok
		}
		for _, g := range rbac.UserOf(s).Groups {
			if n, in := left[model.Subject{Kind: model.GroupSubject, Name: g}]; in && (!ok || n < best) {
				best, ok = n, true
			}
		}
		return best, ok
	}
	for changed := true; changed; {
		changed = false
		for one := range b.access.Bindings() {
			have := b.a.bindings[one.Ref]
			c := have.leads()
			for _, target := range slices.Concat(accounts, spoken) {
				n, ok := from(target)
				if !ok || (one.Ref.Namespace != "" && one.Ref.Namespace != target.Namespace) {
					continue
				}
				if len(c.anyEdges) == 0 && !slices.Contains(c.names, target.Name) && (len(c.runEdges) == 0 || !slices.Contains(running, target)) {
					continue
				}
				for _, s := range have.names {
					if old, in := left[s]; !in || n+1 < old {
						left[s], changed = n+1, true
					}
				}
			}
		}
	}
	return left
}

// TestReachIsAFixpoint compares who comes to hold the cluster with the definition, in random clusters, and goes every way.
func TestReachIsAFixpoint(t *testing.T) {
	law, longest := newCourt(t), 0
	for seed := range uint64(60) {
		w := world{rand.New(rand.NewPCG(seed, 31))}
		b := law.again().complete("v1.37.2")
		for step := range 300 {
			w.step(b)
			if step%10 != 9 {
				continue
			}
			b.flush()
			running := w.running()
			reach, want := b.a.Reach(running), b.steps(running)
			if reach.Len() != len(want) {
				t.Fatalf("seed %d, step %d: %d subjects, want %d: %v", seed, step, reach.Len(), len(want), want)
			}
			for s, n := range want {
				one, ok := reach.own(s)
				if !ok || one.left != n {
					t.Fatalf("seed %d, step %d: %s is %d steps away (%t), want %d", seed, step, s, one.left, ok, n)
				}
				way := reach.Of(s)
				longest = max(longest, len(way))
				if err := b.walkable(way, s, running); err != "" {
					t.Fatalf("seed %d, step %d: %s: %s: %v", seed, step, s, err, way)
				}
			}
		}
	}
	if longest < 4 {
		t.Errorf("no way has more than %d steps", longest)
	}
}

// walkable says what is wrong with a way: every step is granted to its subject, or to a group that the one before is in, and
// leads to the next.
func (b *court) walkable(way []Step, s model.Subject, running []model.Subject) string {
	for i, step := range way {
		if step.Subject != s && !rbac.UserOf(s).In(step.Subject.Name) {
			return fmt.Sprintf("step %d is for %s", i+1, step.Subject)
		}
		have := b.a.bindings[step.Binding]
		if have == nil || !slices.Contains(have.names, step.Subject) {
			return fmt.Sprintf("step %d is not granted", i+1)
		}
		c := have.leads()
		switch last := i == len(way)-1; {
		case last != step.Next.IsZero():
			return fmt.Sprintf("step %d of %d leads to %q", i+1, len(way), step.Next)
		case last && !c.sink:
			return "the last step does not give the cluster"
		case !last && step.Binding.Namespace != "" && step.Binding.Namespace != step.Next.Namespace:
			return fmt.Sprintf("step %d leads out of its namespace", i+1)
		case !last && len(c.anyEdges) == 0 && !slices.Contains(c.names, step.Next.Name) && (len(c.runEdges) == 0 || !slices.Contains(running, step.Next)):
			return fmt.Sprintf("step %d does not lead to %s", i+1, step.Next)
		}
		s = step.Next
	}
	if !s.IsZero() {
		return "no way"
	}
	return ""
}

func these(objects ...runtime.Object) []runtime.Object { return objects }

// TestReachByHand holds some ways that can be read.
func TestReachByHand(t *testing.T) {
	admin := bindWide("admin", "cluster-admin", sa("ops", "operator"))
	all := wide("cluster-admin", rule("*", "*:*"))
	web := model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}
	operator := model.Subject{Kind: model.AccountSubject, Namespace: "ops", Name: "operator"}
	exec := wide("exec", rule("create", "pods/exec"))
	run := wide("run", rule("create", "pods"))
	law := newCourt(t)
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		running []model.Subject
		want    string
	}{
		{"nothing", nil, nil, "[]"},
		{"a bound account", these(bindWide("b", "cluster-admin", sa("shop", "web"))), nil, "[{sa:shop/web ClusterRoleBinding/b [A-01 A-03"},
		{"a user with its name", these(bindWide("b", "cluster-admin", user("system:serviceaccount:shop:web"))), nil, "[{sa:shop/web ClusterRoleBinding/b"},
		{"a group", these(bindWide("b", "cluster-admin", group("system:serviceaccounts:shop"))), nil, "[{group:system:serviceaccounts:shop ClusterRoleBinding/b"},
		{"exec, and it runs", these(exec, bind("ops", "x", "ClusterRole", "exec", sa("shop", "web"))), []model.Subject{operator}, "[{sa:shop/web ops/RoleBinding/x [W-07] sa:ops/operator} {sa:ops/operator"},
		{"exec, and nothing runs", these(exec, bind("ops", "x", "ClusterRole", "exec", sa("shop", "web"))), []model.Subject{web}, "[]"},
		{"pods of another namespace", these(run, bind("dev", "x", "ClusterRole", "run", sa("shop", "web"))), nil, "[]"},
		{"pods", these(run, bind("ops", "x", "ClusterRole", "run", group("system:serviceaccounts"))), nil, "[{group:system:serviceaccounts ops/RoleBinding/x [W-01"},
		{"pods of pods", these(run, bind("ops", "x", "ClusterRole", "run", sa("dev", "ci")), bind("dev", "x", "ClusterRole", "run", sa("shop", "web"))), nil, "[{sa:shop/web dev/RoleBinding/x [W-01"},
		{"a token by name", these(local("ops", "t", rule("create", "serviceaccounts/token", "operator")), bind("ops", "x", "Role", "t", sa("shop", "web"))), nil, "[{sa:shop/web ops/RoleBinding/x [S-05] sa:ops/operator} {sa:ops/operator"},
		{"a token by another name", these(local("ops", "t", rule("create", "serviceaccounts/token", "web")), bind("ops", "x", "Role", "t", sa("shop", "web"))), nil, "[]"},
		{"impersonation by name, everywhere", these(wide("t", rule("impersonate", "serviceaccounts", "operator")), bindWide("x", "t", sa("shop", "web"))), nil, "[{sa:shop/web ClusterRoleBinding/x [M-01] sa:ops/operator}"},
		{"constrained impersonation is not enough", these(wide("t", rule("impersonate:serviceaccount", "authentication.k8s.io:serviceaccounts"), rule("impersonate-on:serviceaccount:get", "*:*")),
			bindWide("x", "t", sa("shop", "web"))), nil, "[]"},
		{"Secrets that are overwritten are not enough", these(local("ops", "t", rule("update", "secrets")), bind("ops", "x", "Role", "t", sa("shop", "web"))), nil, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := law.again().complete("v1.37.2").put(all, admin)
			c.put(tt.objects...)
			if got := fmt.Sprint(c.a.Reach(tt.running).Of(web)); len(got) < len(tt.want) || got[:len(tt.want)] != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
