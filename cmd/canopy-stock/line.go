package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// describeLabels tells the labels that not every stock object has. All have one label and one annotation.
func describeLabels(meta metav1.ObjectMeta) ([]string, error) {
	usualLabels := map[string]string{"kubernetes.io/bootstrapping": "rbac-defaults"}
	usualAnnotations := map[string]string{rbacv1.AutoUpdateAnnotationKey: "true"}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(meta.Labels)) {
		if usualLabels[k] != meta.Labels[k] {
			lines = append(lines, "label "+k+"="+meta.Labels[k])
		}
	}
	if len(lines)+len(usualLabels) != len(meta.Labels) || !maps.Equal(meta.Annotations, usualAnnotations) {
		return nil, fmt.Errorf("labels %v and annotations %v are not those that the table takes for granted", meta.Labels, meta.Annotations)
	}
	return lines, nil
}

func describeRules(rules []rbacv1.PolicyRule, aggregation *rbacv1.AggregationRule) ([]string, error) {
	var lines []string
	if aggregation != nil {
		for _, s := range aggregation.ClusterRoleSelectors {
			if len(s.MatchLabels) != 1 || len(s.MatchExpressions) > 0 {
				return nil, fmt.Errorf("the selector %v has not one label", s)
			}
			for k, v := range s.MatchLabels {
				lines = append(lines, "aggregate "+k+"="+v)
			}
		}
	}
	for _, r := range rules {
		resources := len(r.APIGroups) > 0 && len(r.Resources) > 0
		urls := len(r.NonResourceURLs) > 0
		switch {
		case len(r.Verbs) == 0 || resources == urls || urls && len(r.APIGroups)+len(r.Resources)+len(r.ResourceNames) > 0:
			return nil, fmt.Errorf("the rule %v is neither of resources nor of URLs", r)
		case urls:
			lines = append(lines, "urls "+list(r.Verbs)+" "+list(r.NonResourceURLs))
		default:
			lines = append(lines, strings.TrimSpace("rule "+list(r.Verbs)+" "+list(r.APIGroups)+" "+list(r.Resources)+" "+list(r.ResourceNames)))
		}
	}
	return lines, nil
}

func describeBinding(role rbacv1.RoleRef, subjects []rbacv1.Subject) []string {
	lines := []string{"role " + role.Kind + " " + role.Name}
	for _, s := range subjects {
		name := s.Name
		if s.Namespace != "" {
			name = s.Namespace + "/" + s.Name
		}
		lines = append(lines, "subject "+s.Kind+" "+name)
	}
	return lines
}

// list joins words by commas. The core group, which has no name, is written as core, which no group of Kubernetes is called.
func list(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		if w == "" {
			words[i] = "core"
		}
	}
	return strings.Join(words, ",")
}
