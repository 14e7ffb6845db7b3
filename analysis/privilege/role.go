package privilege

import (
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// role is what is known of a role that exists.
type role struct {
	ref   model.Ref
	since int64
	rules []rbac.Rule
	profile
	// state says whether it is as Kubernetes ships it, difference what is not.
	state      stock.State
	difference stock.Difference
	// added is the profile of the rules that were added to a role of Kubernetes' own.
	added profile
	// readings are made once for all bindings of the role.
	readings map[readingKey]*reading
}

// changed tells a role of Kubernetes' own to which rules were added.
func (r *role) changed() bool { return r.state == stock.Changed && len(r.difference.Added) > 0 }

// role gives what is known of a role; nil where it does not exist.
func (a *Analyser) role(c *cluster.Cluster, access *rbac.Analyser, ref model.Ref) *role {
	if r, ok := a.roles[ref]; ok {
		return r
	}
	rules, ok := access.Rules(ref)
	if !ok {
		return nil
	}
	r := &role{ref: ref, rules: rules, readings: map[readingKey]*reading{}}
	r.profile = a.table.profile(func(yield func(*rbacv1.PolicyRule) bool) {
		for i := range rules {
			if !yield(rules[i].PolicyRule) {
				return
			}
		}
	})
	switch t := c.Get(ref).(type) {
	case *record.Typed[*rbacv1.Role]:
		r.since = t.Since()
		r.state, r.difference = a.stock.JudgeRole(ref, t.Object.Rules, nil, t.Labels.Map())
	case *record.Typed[*rbacv1.ClusterRole]:
		r.since = t.Since()
		r.state, r.difference = a.stock.JudgeRole(ref, t.Object.Rules, t.Object.AggregationRule, t.Labels.Map())
	}
	if r.changed() {
		r.added = a.table.profile(func(yield func(*rbacv1.PolicyRule) bool) {
			for i := range r.difference.Added {
				if !yield(&r.difference.Added[i]) {
					return
				}
			}
		})
	}
	a.roles[ref] = r
	return r
}

// wildcards lists the rules with a wildcard for a verb, a group or a resource.
func (r *role) wildcards() []model.Evidence {
	var list []model.Evidence
	for i := range r.rules {
		one := &r.rules[i]
		// Those of another role are that one's.
		if one.Role != r.ref || len(one.Resources) == 0 {
			continue
		}
		for _, f := range [...]struct {
			field string
			words []string
		}{{"verbs", one.Verbs}, {"apiGroups", one.APIGroups}, {"resources", one.Resources}} {
			if j := slices.Index(f.words, "*"); j >= 0 {
				list = append(list, model.Evidence{Object: r.ref, Path: rulePath(one.Index) + "." + f.field + "[" + strconv.Itoa(j) + "]", Value: sentence(one.PolicyRule)})
			}
		}
	}
	return list
}

func rulePath(i int) string { return "rules[" + strconv.Itoa(i) + "]" }

// sentence says in short what a rule grants.
func sentence(r *rbacv1.PolicyRule) string {
	if len(r.NonResourceURLs) > 0 && len(r.Resources) == 0 {
		return brief(comma(r.Verbs) + " " + comma(r.NonResourceURLs))
	}
	return brief(comma(r.Verbs) + " " + comma(qualified(r.APIGroups, r.Resources)) + namesOf(r.ResourceNames))
}

func comma(words []string) string { return strings.Join(words, ",") }

// qualified writes resources with their group, as kubectl does: deployments.apps.
func qualified(groups, resources []string) []string {
	all := make([]string, 0, len(groups)*len(resources))
	for _, g := range groups {
		for _, r := range resources {
			if g != "" && (g != "*" || r != "*") {
				parent, sub, ok := strings.Cut(r, "/")
				r = parent + "." + g
				if ok {
					r += "/" + sub
				}
			}
			all = append(all, r)
		}
	}
	return all
}

func namesOf(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " named " + comma(names)
}

// longest bounds what evidence says of one rule, in bytes: who writes a role chooses how long it is.
const longest = 240

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
