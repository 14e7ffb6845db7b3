package remedy

import (
	"fmt"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
)

// sentence says in short what a rule grants: get,list secrets named a,b.
func sentence(r *rbacv1.PolicyRule) string {
	verbs := strings.Join(r.Verbs, ",")
	if len(r.Resources) == 0 {
		return verbs + " " + strings.Join(r.NonResourceURLs, ",")
	}
	var words []string
	for _, g := range r.APIGroups {
		for _, res := range r.Resources {
			if len(words) == longest {
				break // no line is that long, and who writes a role chooses how many there are
			}
			if g != "" && (g != "*" || res != "*") {
				parent, sub, ok := strings.Cut(res, "/")
				res = parent + "." + g
				if ok {
					res += "/" + sub
				}
			}
			words = append(words, res)
		}
	}
	s := verbs + " " + strings.Join(words, ",")
	if len(r.ResourceNames) > 0 {
		s += " named " + strings.Join(r.ResourceNames, ",")
	}
	return s
}

// sentences says what rules grant, as long as anybody reads.
func sentences(rules []rbacv1.PolicyRule) string {
	const most = 12
	var words []string
	for i := range rules {
		if i == most {
			words = append(words, fmt.Sprintf("and %d rules more", len(rules)-most))
			break
		}
		words = append(words, sentence(&rules[i]))
	}
	return strings.Join(words, "; ")
}

// whom names the subjects of a binding.
func whom(subjects []rbacv1.Subject, namespace string) string {
	const most = 5
	var words []string
	for i := range subjects {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(subjects)-most))
			break
		}
		if s := rbac.SubjectOf(&subjects[i], namespace); !s.IsZero() {
			words = append(words, s.String())
		} else {
			words = append(words, subjects[i].Kind+" "+subjects[i].Name)
		}
	}
	if len(words) == 0 {
		return "nobody"
	}
	return strings.Join(words, ", ")
}

// where names the place of a binding.
func where(namespace string) string {
	if namespace == "" {
		return "in the whole cluster"
	}
	return "in " + namespace
}
