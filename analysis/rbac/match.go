package rbac

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// Attributes is one question to an authorizer: may somebody do this? Either URL is set, or Resource.
type Attributes struct {
	Verb, Group, Resource, Subresource, Name, Namespace string
	// URL is the path of a request that is not for a resource.
	URL string
}

// Combined is the resource with its subresource, as rules write it: pods/exec.
func (a Attributes) Combined() string {
	if a.Subresource == "" {
		return a.Resource
	}
	return a.Resource + "/" + a.Subresource
}

// place is the namespace whose RoleBindings count; "" for none. No namespace is called "*": to the API server it is one
// without bindings, and WhoCan alone means any by it.
func (a Attributes) place() string {
	if a.URL != "" || a.Namespace == "*" {
		return ""
	}
	return a.Namespace
}

// Match tells whether a rule allows what is asked, and by which of its verbs and resources or URLs
// (pkg/apis/rbac/v1/evaluation_helpers.go and RuleAllows of plugin/pkg/auth/authorizer/rbac).
func Match(rule *rbacv1.PolicyRule, at *Attributes) (verb, resource string, ok bool) {
	verb, ok = pick(rule.Verbs, rbacv1.VerbAll, at.Verb)
	if !ok {
		return "", "", false
	}
	if at.URL != "" {
		resource, ok = pickURL(rule.NonResourceURLs, at.URL)
		return verb, resource, ok
	}
	if _, ok = pick(rule.APIGroups, rbacv1.APIGroupAll, at.Group); !ok {
		return "", "", false
	}
	if resource, ok = pickResource(rule.Resources, at.Resource, at.Subresource); !ok {
		return "", "", false
	}
	return verb, resource, len(rule.ResourceNames) == 0 || slices.Contains(rule.ResourceNames, at.Name)
}

// pick finds what matches: the wildcard before the word itself, since it says more.
func pick(list []string, wildcard, word string) (string, bool) {
	found := false
	for _, s := range list {
		if s == wildcard {
			return s, true
		}
		found = found || s == word
	}
	return word, found
}

func pickResource(list []string, resource, subresource string) (string, bool) {
	found, ok := "", false
	for _, s := range list {
		if s == rbacv1.ResourceAll {
			return s, true
		}
		if !ok && isResource(s, resource, subresource) {
			found, ok = s, true
		}
	}
	return found, ok
}

// isResource compares without the wildcard for all: pods, pods/exec, or */exec. A rule's pods/* is nothing but its own name.
func isResource(s, resource, subresource string) bool {
	if subresource == "" {
		return s == resource
	}
	n := len(s) - len(subresource)
	if n < 1 || s[n-1] != '/' || s[n:] != subresource {
		return false
	}
	return s[:n-1] == resource || s[:n-1] == "*"
}

func pickURL(list []string, url string) (string, bool) {
	for _, s := range list {
		if s == rbacv1.NonResourceAll || s == url || (strings.HasSuffix(s, "*") && strings.HasPrefix(url, strings.TrimRight(s, "*"))) {
			return s, true
		}
	}
	return "", false
}
