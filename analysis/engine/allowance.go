package engine

import (
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// allows says in short what the widest of rules allows, and how many others there are.
func allows(rules []rbacv1.PolicyRule) string {
	if len(rules) == 0 {
		return "no rules"
	}
	widest := 0
	for i := range rules {
		if breadth(&rules[i]) > breadth(&rules[widest]) {
			widest = i
		}
	}
	text := ruleTold(&rules[widest])
	switch more := len(rules) - 1; {
	case more == 1:
		text += ", and 1 more rule"
	case more > 1:
		text += ", and " + strconv.Itoa(more) + " more rules"
	}
	return text
}

// breadth grades how much a rule allows: what writes more than what reads, and what opens more of the cluster than itself,
// as Secrets and shells do, more than the rest. It serves to choose what to tell, not to judge.
func breadth(r *rbacv1.PolicyRule) int {
	const any, much, write = 10_000, 20, 4
	verbs, objects := 0, len(r.NonResourceURLs)
	for _, v := range r.Verbs {
		switch v {
		case rbacv1.VerbAll:
			verbs += any
		case "get", "list", "watch":
			verbs++
		case "bind", "escalate", "impersonate":
			verbs += much
		default:
			verbs += write
		}
	}
	for _, o := range r.Resources {
		switch o {
		case rbacv1.ResourceAll:
			objects += any
		case "secrets", "pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy", "serviceaccounts/token",
			"roles", "clusterroles", "rolebindings", "clusterrolebindings":
			objects += much
		default:
			objects += write
		}
	}
	if len(r.ResourceNames) > 0 {
		objects = len(r.ResourceNames)
	}
	return verbs * objects
}

// ruleTold writes a rule: get, list secrets.
func ruleTold(r *rbacv1.PolicyRule) string {
	text := few(r.Verbs)
	if slices.Contains(r.Verbs, rbacv1.VerbAll) {
		text = "any verb on"
	}
	if len(r.NonResourceURLs) > 0 {
		return text + " " + few(r.NonResourceURLs)
	}
	objects := few(r.Resources)
	if slices.Contains(r.Resources, rbacv1.ResourceAll) {
		objects = "any resource"
	}
	text += " " + objects
	if !slices.Contains(r.APIGroups, rbacv1.APIGroupAll) && !slices.Equal(r.APIGroups, []string{""}) {
		groups := slices.Clone(r.APIGroups)
		for i, g := range groups {
			if g == "" {
				groups[i] = "the core"
			}
		}
		text += " of " + few(groups)
	} else if objects == "any resource" && !slices.Contains(r.APIGroups, rbacv1.APIGroupAll) {
		text += " of the core"
	}
	if len(r.ResourceNames) > 0 {
		text += " named " + few(r.ResourceNames)
	}
	return strings.TrimSpace(text)
}

// ruleWords tells what rules allow now that they did not, else what they do not allow any more.
func ruleWords(before, after []rbacv1.PolicyRule) []string {
	came, went := beyond(after, before), beyond(before, after)
	switch {
	case len(came) > 0:
		return []string{"rules changed, now: " + allows(came)}
	case len(went) > 0:
		return []string{"rules changed, no more: " + allows(went)}
	case differ(before, after):
		return []string{"rules changed"}
	}
	return nil
}

// beyond gives the rules that others have not.
func beyond(rules, others []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	var more []rbacv1.PolicyRule
	for i := range rules {
		if !slices.ContainsFunc(others, func(o rbacv1.PolicyRule) bool { return !differ(&o, &rules[i]) }) {
			more = append(more, rules[i])
		}
	}
	return more
}

// bindingWords tells who gets a role now that did not, and who does not any more.
func bindingWords(before, after []rbacv1.Subject, roleBefore, roleAfter rbacv1.RoleRef, namespace string) (words []string) {
	was, is := subjectNames(before, namespace), subjectNames(after, namespace)
	if roleBefore != roleAfter {
		return []string{"role " + roleName(roleBefore) + " → " + roleName(roleAfter), gives(after, roleAfter, namespace)}
	}
	if came := without(is, was); len(came) > 0 {
		words = append(words, few(came)+" → "+roleName(roleAfter))
	}
	if went := without(was, is); len(went) > 0 {
		words = append(words, "no more: "+few(went)+" → "+roleName(roleAfter))
	}
	if len(words) == 0 && differ(before, after) {
		words = append(words, "subjects changed")
	}
	return words
}

// without gives the names that others have not.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(others, n) })
}
