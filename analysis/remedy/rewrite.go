package remedy

import (
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// rewrite is a list of rules with what becomes of each.
type rewrite struct {
	old []rbacv1.PolicyRule
	now [][]rbacv1.PolicyRule
	// more are new ones, at the end.
	more []rbacv1.PolicyRule
}

func newRewrite(rules []rbacv1.PolicyRule) *rewrite {
	w := &rewrite{old: rules, now: make([][]rbacv1.PolicyRule, len(rules))}
	for i := range rules {
		w.now[i] = rules[i : i+1 : i+1]
	}
	return w
}

// rules lists what it has come to.
func (w *rewrite) rules() []rbacv1.PolicyRule {
	list := make([]rbacv1.PolicyRule, 0, len(w.old)+len(w.more))
	for _, now := range w.now {
		list = append(list, now...)
	}
	return append(list, w.more...)
}

// each replaces every rule by what a function makes of it; one that stays untouched is not looked at any further.
func (w *rewrite) each(f func(rbacv1.PolicyRule) (next []rbacv1.PolicyRule, untouched bool)) {
	for i, now := range w.now {
		var next []rbacv1.PolicyRule
		touched := false
		for j, r := range now {
			list, untouched := f(r)
			switch {
			case untouched && !touched:
				continue
			case untouched:
				next = append(next, r)
				continue
			case !touched:
				touched, next = true, slices.Clone(now[:j])
			}
			next = append(next, list...)
		}
		if touched {
			w.now[i] = joined(next)
		}
	}
}

func (w *rewrite) kept(i int) bool {
	return len(w.now[i]) == 1 && equality.Semantic.DeepEqual(w.now[i][0], w.old[i])
}

func (w *rewrite) changed() bool {
	for i := range w.now {
		if !w.kept(i) {
			return true
		}
	}
	return len(w.more) > 0
}

// operations writes the change as a JSON patch of a role. Every rule that goes is tested first, so that the patch fails
// without harm where the role has changed since. From the end, so that the indexes hold.
func (w *rewrite) operations() []operation {
	if len(w.old) == 0 {
		return []operation{{Op: "add", Path: "/rules", Value: w.more}}
	}
	var ops []operation
	for i := len(w.now) - 1; i >= 0; i-- {
		if w.kept(i) {
			continue
		}
		at := "/rules/" + strconv.Itoa(i)
		ops = append(ops, operation{Op: "test", Path: at, Value: w.old[i]})
		if len(w.now[i]) == 0 {
			ops = append(ops, operation{Op: "remove", Path: at})
			continue
		}
		ops = append(ops, operation{Op: "replace", Path: at, Value: w.now[i][0]})
		for j, r := range w.now[i][1:] {
			ops = append(ops, operation{Op: "add", Path: "/rules/" + strconv.Itoa(i+1+j), Value: r})
		}
	}
	for _, r := range w.more {
		ops = append(ops, operation{Op: "add", Path: "/rules/-", Value: r})
	}
	return ops
}

// same tells whether two come to the same.
func (w *rewrite) same(o *rewrite) bool {
	return equality.Semantic.DeepEqual(w.rules(), o.rules())
}

// effective gives rules as a role of its own may hold them: what has no effect in its place, and what no server takes, is
// left out.
func effective(rules []rbacv1.PolicyRule, namespace string) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for _, r := range rules {
		if len(r.Verbs) == 0 {
			continue
		}
		if len(r.NonResourceURLs) > 0 && namespace == "" {
			list = append(list, rbacv1.PolicyRule{Verbs: r.Verbs, NonResourceURLs: r.NonResourceURLs})
		}
		if len(r.APIGroups) > 0 && len(r.Resources) > 0 {
			list = append(list, rbacv1.PolicyRule{Verbs: r.Verbs, APIGroups: r.APIGroups, Resources: r.Resources, ResourceNames: r.ResourceNames})
		}
	}
	return list
}

// ruleKey tells lists of rules apart.
func ruleKey(rules []rbacv1.PolicyRule) string {
	var text []byte
	for i := range rules {
		text = appendRule(text, &rules[i])
	}
	return string(text)
}

// appendRule writes a rule so that no two are written alike: every word stands behind its length, every list behind its own.
func appendRule(text []byte, r *rbacv1.PolicyRule) []byte {
	for _, list := range [...][]string{r.Verbs, r.APIGroups, r.Resources, r.ResourceNames, r.NonResourceURLs} {
		text = append(strconv.AppendInt(text, int64(len(list)), 10), ';')
		for _, word := range list {
			text = append(append(strconv.AppendInt(text, int64(len(word)), 10), ':'), word...)
		}
	}
	return text
}
