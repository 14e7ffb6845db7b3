package rbac_test

import (
	"fmt"
	"runtime"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/rbactest"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// large is a large cluster in which nothing is indexed yet.
func large(b *testing.B, factor int) (*cluster.Cluster, []cluster.Delta) {
	b.Helper()
	c := cluster.New()
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	var deltas []cluster.Delta
	for _, o := range rbactest.Large(factor) {
		r, err := record.Make(o)
		if err != nil {
			b.Fatal(err)
		}
		if d, ok := c.Apply(model.Put(r)); ok {
			deltas = append(deltas, d)
		}
	}
	return c, deltas
}

func build(c *cluster.Cluster, deltas []cluster.Delta) *rbac.Analyser {
	a := rbac.New()
	for _, d := range deltas {
		a.Update(c, d)
	}
	return a
}

func each(b *testing.B, run func(b *testing.B, c *cluster.Cluster, a *rbac.Analyser)) {
	for _, factor := range []int{1, 10} {
		b.Run(fmt.Sprintf("large=%d", factor), func(b *testing.B) {
			c, deltas := large(b, factor)
			a := build(c, deltas)
			b.ReportAllocs()
			b.ResetTimer()
			run(b, c, a)
		})
	}
}

// BenchmarkBuild measures the index of a whole cluster, and what memory it takes beside the records.
func BenchmarkBuild(b *testing.B) {
	for _, factor := range []int{1, 10} {
		b.Run(fmt.Sprintf("large=%d", factor), func(b *testing.B) {
			c, deltas := large(b, factor)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			a := build(c, deltas)
			runtime.GC()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(a)
			b.ReportAllocs()
			for b.Loop() {
				build(c, deltas)
			}
			b.ReportMetric(float64(after.HeapAlloc)-float64(before.HeapAlloc), "index-bytes")
		})
	}
}

func questions() map[string]rbac.Attributes {
	return map[string]rbac.Attributes{
		"common": {Verb: "get", Resource: "secrets"},
		"named":  {Verb: "get", Resource: "secrets", Name: "token"},
		"rare":   {Verb: "escalate", Group: "rbac.authorization.k8s.io", Resource: "clusterroles"},
		"url":    {Verb: "get", URL: "/metrics"},
	}
}

// BenchmarkWhoCan measures the question in one namespace, in any, and for the whole cluster.
func BenchmarkWhoCan(b *testing.B) {
	each(b, func(b *testing.B, _ *cluster.Cluster, a *rbac.Analyser) {
		for name, at := range questions() {
			for where, namespace := range map[string]string{"one": "team-7", "any": "*", "all": ""} {
				b.Run(name+"/"+where, func(b *testing.B) {
					at.Namespace = namespace
					b.ReportAllocs()
					n := 0
					for b.Loop() {
						n = len(a.WhoCan(at))
					}
					b.ReportMetric(float64(n), "holders")
				})
			}
		}
	})
}

func identities() map[string]rbac.User {
	return map[string]rbac.User{
		"account": rbac.UserOf(model.Subject{Kind: model.AccountSubject, Namespace: "team-7", Name: "app-3"}),
		"team":    {Name: "somebody", Groups: []string{"oidc:team-7", "oidc:team-8", rbac.Authenticated}},
	}
}

func BenchmarkCan(b *testing.B) {
	each(b, func(b *testing.B, c *cluster.Cluster, a *rbac.Analyser) {
		for name, u := range identities() {
			for asked, at := range questions() {
				at.Namespace = "team-7"
				b.Run(name+"/"+asked, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						a.Can(c, u, at, rbac.Provider{})
					}
				})
			}
		}
	})
}

func BenchmarkAllows(b *testing.B) {
	each(b, func(b *testing.B, _ *cluster.Cluster, a *rbac.Analyser) {
		u, at := identities()["team"], questions()["rare"]
		at.Namespace = "team-7"
		for b.Loop() {
			a.Allows(u, &at)
		}
	})
}

func BenchmarkPermissions(b *testing.B) {
	each(b, func(b *testing.B, _ *cluster.Cluster, a *rbac.Analyser) {
		d := rbac.NewDiscovery(stock.Resources())
		for name, u := range identities() {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				n := 0
				for b.Loop() {
					n = len(a.Permissions(u, d))
				}
				b.ReportMetric(float64(n), "permissions")
			})
		}
	})
}

// BenchmarkChange measures a binding that gets another subject, a Role and a ClusterRole that get other rules, and the parts
// of an aggregated role, each with the question that follows.
func BenchmarkChange(b *testing.B) {
	each(b, func(b *testing.B, c *cluster.Cluster, a *rbac.Analyser) {
		at := rbac.Attributes{Verb: "get", Resource: "secrets", Namespace: "team-7"}
		u := identities()["account"]
		for kind, name := range map[string]string{"RoleBinding": "binding-7", "ClusterRoleBinding": "binding-1", "Role": "role-7", "ClusterRole": "operator-10"} {
			b.Run(kind, func(b *testing.B) {
				ref := model.KindByName(kind).Ref("", name)
				if model.KindByName(kind).Namespaced {
					ref.Namespace = "team-7"
				}
				old := c.Get(ref)
				if old == nil {
					b.Fatalf("there is no %s", ref)
				}
				other := old.DeepCopyObject().(model.Record)
				switch o := other.(type) {
				case *record.Typed[*rbacv1.RoleBinding]:
					o.Object.Subjects = append(o.Object.Subjects, rbacv1.Subject{Kind: "User", Name: "new"})
				case *record.Typed[*rbacv1.ClusterRoleBinding]:
					o.Object.Subjects = append(o.Object.Subjects, rbacv1.Subject{Kind: "User", Name: "new"})
				case *record.Typed[*rbacv1.Role]:
					o.Object.Rules = append(o.Object.Rules, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"new"}})
				case *record.Typed[*rbacv1.ClusterRole]:
					o.Object.Rules = append(o.Object.Rules, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"new"}})
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					d, ok := c.Apply(model.Put([]model.Record{other, old}[i%2]))
					if !ok {
						b.Fatal("nothing changed")
					}
					a.Update(c, d)
					a.Can(c, u, at, rbac.Provider{})
				}
			})
		}
	})
}
