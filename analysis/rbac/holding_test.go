package rbac

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

type bench struct {
	t testing.TB
	c *cluster.Cluster
	a *Analyser
}

func newBench(t testing.TB) *bench { return &bench{t, cluster.New(), New()} }

func (b *bench) complete() *bench {
	for _, k := range model.Kinds() {
		b.c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return b
}

func (b *bench) apply(ch model.Change) Delta {
	d, ok := b.c.Apply(ch)
	if !ok {
		return Delta{}
	}
	return b.a.Update(b.c, d)
}

func (b *bench) put(objects ...runtime.Object) Delta {
	b.t.Helper()
	var last Delta
	for _, o := range objects {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			b.t.Fatal(err)
		}
		last = b.apply(model.Put(r))
	}
	return last
}

func clusterRole(name string, labels map[string]string, rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Rules: rules}
}

func aggregate(name string, labels map[string]string, selects map[string]string) *rbacv1.ClusterRole {
	r := clusterRole(name, labels)
	r.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: selects}}}
	return r
}

func clusterBinding(role string, subjects ...rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "b"}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: role}}
}

func roleBinding(namespace, kind, role string, subjects ...rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "b"}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: kind, Name: role}}
}

func group(name string) rbacv1.Subject { return rbacv1.Subject{Kind: "Group", Name: name} }

func TestHolds(t *testing.T) {
	pods := rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}
	health := rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/healthz", "/version/"}}
	anything := rbacv1.PolicyRule{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}
	self := rbacv1.PolicyRule{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"}}
	who := rbacv1.PolicyRule{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"selfsubjectreviews"}}
	others := rbacv1.PolicyRule{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews", "subjectaccessreviews"}}
	web := rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}
	denied := func(kind string) []model.Coverage {
		return []model.Coverage{{Kind: model.KindByName(kind).GroupKind(), State: model.Denied, Reason: "not permitted"}}
	}
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		cover   []model.Coverage
		want    model.Verdict
		reason  string
		via     int
	}{
		{"nothing is bound", nil, nil, model.No, "", 0},
		{"directly", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", web)}, nil, model.Yes, "", 1},
		{"as a user", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", rbacv1.Subject{Kind: "User", Name: "system:serviceaccount:shop:web"})}, nil, model.Yes, "", 1},
		{"as a user of another namespace", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", rbacv1.Subject{Kind: "User", Name: "system:serviceaccount:shops:web"})}, nil, model.No, "", 0},
		{"as every account", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", group("system:serviceaccounts"))}, nil, model.Yes, "", 1},
		{"as an account of the namespace", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", group("system:serviceaccounts:shop"))}, nil, model.Yes, "", 1},
		{"as an account of another namespace", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", group("system:serviceaccounts:ops"))}, nil, model.No, "", 0},
		{"as anybody", []runtime.Object{clusterRole("r", nil, pods), clusterBinding("r", group("system:authenticated"))}, nil, model.Yes, "", 1},
		{"by a Role", []runtime.Object{&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "r"}, Rules: []rbacv1.PolicyRule{pods}}, roleBinding("ops", "Role", "r", web)}, nil, model.Yes, "", 1},
		{"the binding's own namespace", []runtime.Object{clusterRole("r", nil, pods), roleBinding("shop", "ClusterRole", "r", rbacv1.Subject{Kind: "ServiceAccount", Name: "web"})}, nil, model.Yes, "", 1},
		{"discovery alone", []runtime.Object{clusterRole("r", nil, health, self, who), clusterBinding("r", group("system:authenticated"))}, nil, model.No, "", 0},
		{"reviews of others", []runtime.Object{clusterRole("r", nil, others), clusterBinding("r", web)}, nil, model.Yes, "", 1},
		{"any verb on any URL", []runtime.Object{clusterRole("r", nil, anything), clusterBinding("r", web)}, nil, model.Yes, "", 1},
		{"URLs in a namespace", []runtime.Object{clusterRole("r", nil, anything), roleBinding("shop", "ClusterRole", "r", web)}, nil, model.No, "", 0},
		{"rules without verbs", []runtime.Object{clusterRole("r", nil, rbacv1.PolicyRule{APIGroups: []string{"*"}, Resources: []string{"*"}}), clusterBinding("r", web)}, nil, model.No, "", 0},
		{"a role that is not there", []runtime.Object{clusterBinding("r", web)}, nil, model.No, "", 0},
		{"a role that was not seen", []runtime.Object{clusterBinding("r", web)}, denied("ClusterRole"), model.Unknown, "ClusterRole r, bound by ClusterRoleBinding/b, was not seen: denied, not permitted", 1},
		{"another role grants", []runtime.Object{clusterBinding("lost", web), clusterRole("r", nil, pods), roleBinding("shop", "ClusterRole", "r", web)}, denied("ClusterRole"), model.Yes, "", 1},
		{"bindings that were not seen", nil, denied("RoleBinding"), model.Unknown, "not every RoleBinding was seen: denied, not permitted", 0},
		{"an unfilled aggregate", []runtime.Object{aggregate("sum", nil, map[string]string{"to": "sum"}), clusterRole("r", map[string]string{"to": "sum"}, pods), clusterBinding("sum", web)}, nil, model.Yes, "", 1},
		{"an aggregate of an aggregate", []runtime.Object{clusterBinding("top", web), aggregate("top", nil, map[string]string{"to": "top"}), aggregate("sum", map[string]string{"to": "top"}, map[string]string{"to": "sum"}),
			clusterRole("r", map[string]string{"to": "sum"}, pods)}, nil, model.Yes, "", 1},
		{"an aggregate of nothing", []runtime.Object{aggregate("sum", map[string]string{"to": "sum"}, map[string]string{"to": "sum"}), clusterBinding("sum", web)}, nil, model.No, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t).complete()
			for _, cov := range tt.cover {
				b.c.Cover(cov)
			}
			b.put(tt.objects...)
			if h := b.a.Holds(b.c, "shop", "web"); h.Verdict != tt.want || h.Reason != tt.reason || len(h.Via) != tt.via {
				t.Errorf("%s %q %v", h.Verdict, h.Reason, h.Via)
			}
		})
	}
	if h := newBench(t).a.Holds(cluster.New(), "shop", "web"); h.Verdict != model.Unknown || h.Reason != "not every ClusterRoleBinding was seen: loading" {
		t.Errorf("while loading: %v", h)
	}
}

func TestDeltaNamesWhoChanged(t *testing.T) {
	web := rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}
	pods := rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}
	b := newBench(t).complete()
	one := []types.NamespacedName{{Namespace: "shop", Name: "web"}}
	if d := b.put(clusterBinding("r", web)); !slices.Equal(d.Accounts, one) || d.All {
		t.Errorf("a binding: %v", d)
	}
	if d := b.put(clusterRole("r", nil, pods)); !slices.Equal(d.Accounts, one) {
		t.Errorf("its role: %v", d)
	}
	if d := b.put(clusterRole("r", map[string]string{"a": "b"}, pods, pods)); len(d.Accounts) > 0 {
		t.Errorf("a role that grants as before: %v", d)
	}
	if d := b.put(clusterBinding("r", group("system:serviceaccounts:shop"))); !d.All || !slices.Equal(d.Accounts, one) {
		t.Errorf("a group: %v", d)
	}
	if d := b.put(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "p"}}); d.All || d.Accounts != nil {
		t.Errorf("a pod: %v", d)
	}
}

// TestIncrementalEqualsBatch drives random RBAC objects through one analyser and compares it with a new one. Between two
// deltas nobody's holding may change that the delta does not name.
func TestIncrementalEqualsBatch(t *testing.T) {
	pick := func(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }
	accounts := []types.NamespacedName{{Namespace: "shop", Name: "web"}, {Namespace: "shop", Name: "api"}, {Namespace: "ops", Name: "web"}}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := newBench(t).complete()
		held := map[types.NamespacedName]Holding{}
		for step := range 300 {
			var d Delta
			labels := map[string]string{"to": pick(r, "a", "b", "c")}
			rules := [][]rbacv1.PolicyRule{nil, {{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}, {{Verbs: []string{"put"}, NonResourceURLs: []string{"/x"}}}}[r.IntN(3)]
			subjects := []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: pick(r, "", "shop", "ops"), Name: pick(r, "web", "api")}, group(pick(r, "dev", "system:serviceaccounts:shop", "system:authenticated"))}[r.IntN(2):]
			switch r.IntN(6) {
			case 0:
				d = b.put(clusterRole(pick(r, "a", "b", "c"), labels, rules...))
			case 1:
				d = b.put(aggregate(pick(r, "a", "b", "c"), labels, map[string]string{"to": pick(r, "a", "b", "c")}))
			case 2:
				d = b.put(&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: pick(r, "shop", "ops"), Name: "a"}, Rules: rules})
			case 3:
				d = b.put(clusterBinding(pick(r, "a", "b", "c", "lost"), subjects...))
			case 4:
				d = b.put(roleBinding(pick(r, "shop", "ops"), pick(r, "Role", "ClusterRole"), pick(r, "a", "b", "lost"), subjects...))
			case 5:
				kinds := b.c.Kinds()
				if len(kinds) == 0 {
					continue
				}
				if list := b.c.Sorted(kinds[r.IntN(len(kinds))]); len(list) > 0 {
					d = b.apply(model.Drop(list[r.IntN(len(list))].Ref()))
				}
			}
			fresh := newBench(t).complete()
			for _, gk := range b.c.Kinds() {
				for _, rec := range b.c.Sorted(gk) {
					fresh.apply(model.Put(rec))
				}
			}
			for _, acct := range accounts {
				got, want := b.a.Holds(b.c, acct.Namespace, acct.Name), fresh.a.Holds(b.c, acct.Namespace, acct.Name)
				if !got.Equal(want) {
					t.Fatalf("seed %d, step %d: %s is %v, batch %v", seed, step, acct, got, want)
				}
				if old, ok := held[acct]; ok && !old.Equal(got) && !d.All && !slices.Contains(d.Accounts, acct) {
					t.Fatalf("seed %d, step %d: %s went from %v to %v unannounced", seed, step, acct, old, got)
				}
				held[acct] = got
			}
			if a, f := fmt.Sprint(len(b.a.bindings), len(b.a.parties), len(b.a.roles), len(b.a.unfilled)), fmt.Sprint(len(fresh.a.bindings), len(fresh.a.parties), len(fresh.a.roles), len(fresh.a.unfilled)); a != f {
				t.Fatalf("seed %d, step %d: holds %s, fresh %s", seed, step, a, f)
			}
		}
	}
}

// TestAggregationIsProportional holds that a role that nobody filled in does not make every other one cost a walk through
// all: this takes hours if it does.
func TestAggregationIsProportional(t *testing.T) {
	pods := rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}
	b := newBench(t).complete()
	for i := range 20 {
		b.put(aggregate(fmt.Sprint("sum", i), map[string]string{"to": fmt.Sprint("sum", i+1)}, map[string]string{"to": fmt.Sprint("sum", i)}))
	}
	web := rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}
	b.put(clusterBinding("sum19", web))
	for i := range 50000 {
		b.put(clusterRole(fmt.Sprint("r", i), map[string]string{"to": "sum0"}, pods))
	}
	if h := b.a.Holds(b.c, "shop", "web"); h.Verdict != model.Yes {
		t.Errorf("a role at the end of a chain: %v", h)
	}
	for i := range 50000 {
		b.apply(model.Drop(model.KindByName("ClusterRole").Ref("", fmt.Sprint("r", i))))
	}
	if h := b.a.Holds(b.c, "shop", "web"); h.Verdict != model.No {
		t.Errorf("after all is gone: %v", h)
	}
}
