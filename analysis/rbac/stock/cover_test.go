package stock

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

// equivalent is Kubernetes' own comparison.
func equivalent(a, b []rbacv1.PolicyRule) bool {
	ab, _ := validation.Covers(a, b)
	ba, _ := validation.Covers(b, a)
	return ab && ba
}

// grants takes rules apart into single grants, each once.
func grants(rules []rbacv1.PolicyRule) []string {
	var list []string
	for _, r := range rules {
		for _, one := range validation.BreakdownRule(r) {
			list = append(list, fmt.Sprintf("%q", one))
		}
	}
	return sorted(list)
}

// TestUncoveredAsKubernetes compares with Kubernetes' own function on random rules of few words, so that they overlap much.
func TestUncoveredAsKubernetes(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(words []string, chance float64) []string {
		var list []string
		for _, w := range words {
			if random.Float64() < chance {
				list = append(list, w)
			}
		}
		return list
	}
	some := func(most int) []rbacv1.PolicyRule {
		var rules []rbacv1.PolicyRule
		for range random.IntN(most + 1) {
			r := rbacv1.PolicyRule{Verbs: pick([]string{"get", "list", "*", "delete"}, 0.4)}
			if random.IntN(4) > 0 {
				r.APIGroups = pick([]string{"", "apps", "*"}, 0.4)
				r.Resources = pick([]string{"pods", "pods/exec", "*/exec", "*", "secrets", "pods/exec/x"}, 0.3)
				r.ResourceNames = pick([]string{"a", "b", "", "*"}, 0.15)
			}
			if random.IntN(3) == 0 {
				r.NonResourceURLs = pick([]string{"/healthz", "/healthz/*", "/healthz/etcd", "*", "/*", "/version", "/healthz**"}, 0.3)
			}
			rules = append(rules, r)
		}
		return rules
	}
	covered, not := 0, 0
	for range 20000 {
		owner, rules := some(5), some(4)
		got := uncovered(owner, rules)
		ok, want := validation.Covers(owner, rules)
		if a, b := grants(got), grants(want); !slices.Equal(a, b) {
			t.Fatalf("%v\nless %v\nis %v: %v,\nnot %v", rules, owner, got, a, b)
		}
		if ok {
			covered++
		} else {
			not++
		}
	}
	if covered < 1000 || not < 1000 {
		t.Errorf("%d were covered and %d not: the test says little", covered, not)
	}
}

// TestUncoveredByManyRules goes beyond 64 rules, of which each is one bit.
func TestUncoveredByManyRules(t *testing.T) {
	var owner []rbacv1.PolicyRule
	for i := range 200 {
		owner = append(owner, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"r" + strconv.Itoa(i)}})
	}
	rules := append(slices.Clone(owner), rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"r199", "r200"}})
	got := uncovered(owner, rules)
	if len(got) != 1 || !slices.Equal(got[0].Resources, []string{"r200"}) {
		t.Errorf("uncovered are %v", got)
	}
	if got := uncovered(rules, owner); got != nil {
		t.Errorf("uncovered are %v", got)
	}
}

// TestHostileRules judges a rule that would come apart into a billion grants.
func TestHostileRules(t *testing.T) {
	words := make([]string, 1000)
	for i := range words {
		words[i] = "w" + strconv.Itoa(i)
	}
	rule := rbacv1.PolicyRule{Verbs: words, APIGroups: words, Resources: words, ResourceNames: words}
	table, _ := For(37)
	role := table.ClusterRole("system:kube-dns").DeepCopy()
	role.Rules = append(role.Rules, rule)
	state, d := judgeObject(table, role)
	if state != Changed || len(d.Added) != 1 || len(d.Added[0].Verbs) != 1000 || d.Removed != nil {
		t.Errorf("it is %s, with %d rules added and %d removed", state, len(d.Added), len(d.Removed))
	}
	many := table.ClusterRole("system:kube-dns").DeepCopy()
	for i := range 20000 {
		many.Rules = append(many.Rules, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"r" + strconv.Itoa(i)}})
	}
	many.Rules = many.Rules[1:]
	if state, d := judgeObject(table, many); state != Changed || len(d.Added) != 1 || len(d.Added[0].Resources) != 20000 || len(d.Removed) != 1 {
		t.Errorf("it is %s: %d added, %v removed", state, len(d.Added), d.Removed)
	}
}

func BenchmarkJudgeAll(b *testing.B) {
	table, _ := For(37)
	objects := table.Objects()
	for b.Loop() {
		for _, o := range objects {
			judgeObject(table, o)
		}
	}
}
