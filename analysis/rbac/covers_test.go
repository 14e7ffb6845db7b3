package rbac

import (
	"math/rand/v2"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/component-helpers/auth/rbac/validation"
)

// dice makes choices: at random, or as the bytes of a fuzzer say.
type dice interface{ IntN(int) int }

type bytesDice struct{ data []byte }

func (d *bytesDice) IntN(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := int(d.data[0])
	d.data = d.data[1:]
	return b % n
}

// some picks up to n of a list, duplicates among them.
func some(d dice, n int, list ...string) []string {
	var chosen []string
	for range d.IntN(n + 1) {
		chosen = append(chosen, list[d.IntN(len(list))])
	}
	return chosen
}

func randomRules(d dice) []rbacv1.PolicyRule {
	rules := make([]rbacv1.PolicyRule, d.IntN(4))
	for i := range rules {
		r := &rules[i]
		r.Verbs = some(d, 3, "*", "get", "list", "")
		// Mixed rules are refused by the API server, but may stand in files.
		kind := d.IntN(5)
		if kind > 0 {
			r.APIGroups = some(d, 2, "*", "", "apps")
			r.Resources = some(d, 3, "*", "pods", "pods/exec", "*/exec", "pods/*", "*/", "/exec", "nodes/exec", "a/b/c", "*/b/c")
			r.ResourceNames = some(d, 2, "", "web", "*", "db")
			if d.IntN(2) > 0 {
				r.ResourceNames = nil
			}
		}
		if kind < 2 {
			r.NonResourceURLs = some(d, 2, "*", "/", "/*", "/a", "/a/*", "/a*", "/a/b", "/a/b*", "**", "")
		}
	}
	return rules
}

func ruleOf(p *Permission) rbacv1.PolicyRule {
	if p.onURL() {
		return rbacv1.PolicyRule{Verbs: []string{p.Verb}, NonResourceURLs: []string{p.URL}}
	}
	r := rbacv1.PolicyRule{Verbs: []string{p.Verb}, APIGroups: []string{p.Group}, Resources: []string{p.Resource}}
	if p.Name != "" || p.Unnamed {
		r.ResourceNames = []string{p.Name}
	}
	return r
}

// compareCovers holds Covers against the one of Kubernetes: the same verdict, and the same missing permissions in meaning.
func compareCovers(t *testing.T, owner, servant []rbacv1.PolicyRule) bool {
	t.Helper()
	covered, missing := Covers(owner, servant)
	want, theirs := validation.Covers(owner, servant)
	if covered != want || covered != (len(missing) == 0) {
		t.Fatalf("owner %v, servant %v: %v, Kubernetes says %v", owner, servant, covered, want)
	}
	ours := make([]rbacv1.PolicyRule, len(missing))
	for i := range missing {
		ours[i] = ruleOf(&missing[i])
		if ok, _ := validation.Covers(owner, ours[i:i+1]); ok {
			t.Fatalf("owner %v, servant %v: %v is not missing", owner, servant, missing[i])
		}
	}
	if ok, more := validation.Covers(theirs, ours); !ok {
		t.Fatalf("owner %v, servant %v: %v is more than what is missing, %v", owner, servant, more, theirs)
	}
	if ok, rest := validation.Covers(ours, theirs); !ok {
		t.Fatalf("owner %v, servant %v: lacks %v", owner, servant, rest)
	}
	return covered
}

func FuzzCovers(f *testing.F) {
	f.Add([]byte{2, 1, 0, 3, 1, 2, 2, 0, 1, 1, 2, 1, 0, 2, 3})
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		data := make([]byte, 120)
		for i := range data {
			data[i] = byte(r.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &bytesDice{data}
		compareCovers(t, randomRules(d), randomRules(d))
	})
}

func TestCoversAsKubernetesDoes(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	covered, n := 0, 60000
	if testing.Short() {
		n = 15000
	}
	for range n {
		owner, servant := randomRules(r), randomRules(r)
		if len(servant) > 0 && len(owner) > 0 && r.IntN(3) == 0 {
			servant = append(servant[:1:1], owner[r.IntN(len(owner))]) // so that some are covered in part
		}
		if compareCovers(t, owner, servant) {
			covered++
		}
	}
	if covered < n/10 || covered > 9*n/10 {
		t.Errorf("%d of %d were covered", covered, n)
	}
	t.Logf("%d of %d were covered", covered, n)
}
