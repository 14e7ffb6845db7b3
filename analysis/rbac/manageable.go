package rbac

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// most is how many permissions one rule is taken apart into. Rules that people write come to some hundreds; who writes one
// chooses how many words it has, and the permissions are their product.
const most = 20_000

// manageable gives a rule that comes to no more than most permissions. One that would come to more has its longest lists
// joined into one word, by commas: nothing is left out, and it is shown as the one thing that it is.
func manageable(r *rbacv1.PolicyRule) *rbacv1.PolicyRule {
	if size(r) <= most {
		return r
	}
	joined := &rbacv1.PolicyRule{
		Verbs: few(r.Verbs), APIGroups: few(r.APIGroups), Resources: few(r.Resources), ResourceNames: r.ResourceNames, NonResourceURLs: few(r.NonResourceURLs),
	}
	lists := []*[]string{&joined.ResourceNames, &joined.Resources, &joined.Verbs, &joined.APIGroups, &joined.NonResourceURLs}
	for size(joined) > most {
		longest := slices.MaxFunc(lists, func(a, b *[]string) int { return len(*a) - len(*b) })
		*longest = []string{strings.Join(*longest, ",")}
	}
	return joined
}

// size is how many permissions a rule comes to, at most a little more than most.
func size(r *rbacv1.PolicyRule) int {
	n := 1
	for _, list := range [...][]string{r.Verbs, r.APIGroups, r.Resources, r.ResourceNames} {
		n = min(n*max(len(list), 1), most+1)
	}
	return n + min(len(r.Verbs), most)*min(len(r.NonResourceURLs), most)
}
