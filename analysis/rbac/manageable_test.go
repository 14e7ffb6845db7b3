package rbac

import (
	"fmt"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// TestHugeRuleIsManageable holds that a rule whose words come to billions of permissions is told in few, and whole.
func TestHugeRuleIsManageable(t *testing.T) {
	list := func(prefix string, n int) []string {
		words := make([]string, n)
		for i := range words {
			words[i] = fmt.Sprint(prefix, i)
		}
		return words
	}
	b := newBench(t).complete()
	huge := rbacv1.PolicyRule{Verbs: list("v", 3000), APIGroups: list("g", 3000), Resources: list("r", 3000), ResourceNames: list("n", 3000)}
	urls := rbacv1.PolicyRule{Verbs: list("v", 3000), NonResourceURLs: list("/u", 3000)}
	b.put(clusterRole("r", nil, huge, urls), clusterBinding("r", group("dev")))
	granted := b.a.Permissions(UserOf(model.Subject{Kind: model.GroupSubject, Name: "dev"}), nil)
	if len(granted) == 0 || len(granted) > 2*most {
		t.Fatalf("%d permissions", len(granted))
	}
	told := map[string]bool{}
	for _, g := range granted {
		for _, text := range []string{g.Verb, g.Group, g.Resource, g.Name, g.URL} {
			for word := range strings.SplitSeq(text, ",") {
				told[word] = true
			}
		}
	}
	for _, words := range [][]string{huge.Verbs, huge.APIGroups, huge.Resources, huge.ResourceNames, urls.NonResourceURLs} {
		for _, w := range words {
			if !told[w] {
				t.Fatalf("%s is told nowhere", w)
			}
		}
	}
	if lost := Lost(b.a.Hold([]model.Subject{{Kind: model.GroupSubject, Name: "dev"}}, nil), Held{}); len(lost) != len(granted) {
		t.Errorf("%d lost of %d", len(lost), len(granted))
	}
	usual := rbacv1.PolicyRule{Verbs: []string{"get", "list"}, APIGroups: []string{""}, Resources: []string{"pods"}}
	if manageable(&usual) != &usual {
		t.Error("a usual rule is changed")
	}
}
