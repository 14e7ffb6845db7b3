package privilege

import (
	"math/rand/v2"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

// TestCoveredAgreesWithKubernetes compares with the library by which the API server judges who may grant what.
func TestCoveredAgreesWithKubernetes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	some := func(words ...string) []string {
		var list []string
		for range rng.IntN(3) {
			list = append(list, words[rng.IntN(len(words))])
		}
		return list
	}
	random := func() rbacv1.PolicyRule {
		r := rbacv1.PolicyRule{Verbs: some("get", "create", "*", "list")}
		if rng.IntN(3) > 0 {
			r.APIGroups, r.Resources = some("", "apps", "*"), some("pods", "pods/exec", "*/exec", "*", "pods/*")
		}
		if rng.IntN(3) == 0 {
			r.ResourceNames = some("a", "b", "")
		}
		if rng.IntN(3) == 0 {
			r.NonResourceURLs = some("/healthz", "/health*", "*", "/api/*", "/api/v1", "/api*")
		}
		return r
	}
	yes := 0
	for range 200000 {
		var owner []rbacv1.PolicyRule
		for range rng.IntN(4) {
			owner = append(owner, random())
		}
		one := random()
		want, _ := validation.Covers(owner, []rbacv1.PolicyRule{one})
		if got := covered(owner, &one); got != want {
			t.Fatalf("%v cover %v: %t, want %t", owner, one, got, want)
		}
		if want {
			yes++
		}
	}
	if yes < 1000 {
		t.Errorf("only %d were covered", yes)
	}
}
