package remedy

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/record"
)

// spell writes the wildcards of a rule out, where they have one meaning; why says what keeps it from that. Verbs that only
// authorization knows, such as escalate, are not among those that a wildcard becomes: nobody who wrote * had them in mind.
func (l *lexicon) spell(r rbacv1.PolicyRule) (list []rbacv1.PolicyRule, why string) {
	wild := func(words []string) bool { return slices.Contains(words, "*") }
	if len(r.Resources) == 0 || !wild(r.Verbs) && !wild(r.APIGroups) && !wild(r.Resources) {
		return []rbacv1.PolicyRule{r}, ""
	}
	if wild(r.APIGroups) && (wild(r.Resources) || slices.ContainsFunc(r.Resources, func(w string) bool { return strings.HasPrefix(w, "*/") })) {
		return nil, "it speaks of all resources of all groups, those of kinds to come included"
	}
	for _, word := range r.Resources {
		groups := r.APIGroups
		if wild(groups) {
			if groups = l.groupsOf(word, r.Verbs); len(groups) != 1 {
				return nil, "in which group " + word + " is meant is not known"
			}
		}
		for _, group := range groups {
			resources := []string{word}
			if word == "*" {
				if resources = l.resources(group, word, r.Verbs); len(resources) == 0 && !slices.Contains(l.groups, group) {
					return nil, "what resources the group " + group + " has is not known"
				}
			}
			for _, resource := range resources {
				verbs, known := l.spellVerbs(group, resource, r.Verbs, word == "*")
				if !known {
					return nil, "what verbs there are on " + resource + " is not known"
				}
				if len(verbs) > 0 {
					list = append(list, rbacv1.PolicyRule{Verbs: verbs, APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: r.ResourceNames})
				}
			}
		}
	}
	return joined(list), ""
}

// spellVerbs gives the verbs of a rule on one resource. Where the resource comes from a wildcard, verbs that there are none
// of on it are left out.
func (l *lexicon) spellVerbs(group, resource string, verbs []string, found bool) ([]string, bool) {
	all := slices.Contains(verbs, "*")
	known := l.known.Verbs(group, resource)
	if resource == "*/finalizers" {
		known = []string{"update"}
	} else if strings.HasPrefix(resource, "*/") {
		for _, one := range l.resources(group, resource, verbs) {
			known = append(known, less(l.known.Verbs(group, one), known)...)
		}
	}
	switch {
	case known == nil:
		return verbs, !all
	case !all && !found:
		return verbs, true
	case !all:
		return common(known, verbs), true
	}
	if plain := common(known, []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}); len(plain) > 0 {
		return plain, true
	}
	return known, true
}

// groupsOf lists the groups that have a resource with one of some verbs.
func (l *lexicon) groupsOf(resource string, verbs []string) []string {
	var groups []string
	for _, g := range l.groups {
		if len(l.resources(g, resource, verbs)) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// spellRole writes the wildcards of a role out where that is asked for. One that cannot be written out and that nobody
// holds is deleted; for any other there are steps.
func (r *rights) spellRole(ref model.Ref) ([]Document, error) {
	var f *model.Finding
	for _, one := range r.asked[ref] {
		if one.Rule.ID == "LP05" {
			f = one
		}
	}
	rules, aggregation, meta := roleOf(r.now.c, ref)
	if f == nil || meta == nil {
		return nil, nil
	}
	if aggregation != nil && len(rules) > 0 {
		r.p.note(f, "it gathers the rules of other roles, and a controller would write them again", "fix the roles that it gathers: canopy fix --all --rule LP05",
			"or take the label off that makes it gather one: kubectl edit "+target(ref)+" shows which, in aggregationRule")
		return nil, nil
	}
	words := r.lexicon.in(ref.Namespace)
	spelt := make([][]rbacv1.PolicyRule, len(rules))
	var open []string
	var lost []rbacv1.PolicyRule
	for i := range rules {
		list, why := words.spell(rules[i])
		if why != "" {
			open = append(open, sentence(&rules[i])+": "+why)
		}
		if !slices.ContainsFunc(list, func(p rbacv1.PolicyRule) bool { return sentence(&p) == sentence(&rules[i]) }) {
			lost = append(lost, rules[i])
		}
		spelt[i] = list
	}
	if len(open) > 0 {
		return r.cannotSpell(ref, meta, f, open)
	}
	e := r.edit(ref)
	e.rewrite.now = spelt
	e.findings = append(e.findings, f)
	say(&e.evidence, "removes: all that %s covers and the new rules do not name: kinds and verbs to come, and verbs that only authorization knows, such as escalate and impersonate", sentences(lost))
	say(&e.evidence, "the words are those of Kubernetes %s and of the CustomResourceDefinitions that were seen; kubectl api-resources shows what else there is", words.version)
	if crd := (model.Ref{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}); !r.now.complete(crd) {
		say(&e.evidence, "not every CustomResourceDefinition was seen")
	}
	say(&e.evidence, "whom it concerns: %s", r.holders(ref))
	if whole := r.feeds(ref, meta); whole != "" {
		say(&e.evidence, "it feeds ClusterRole %s, which changes with it", whole)
	}
	r.now.setRules(ref, e.rewrite.rules())
	return nil, nil
}

// cannotSpell deletes a role with wildcards that nobody holds, and gives steps for one that somebody does.
func (r *rights) cannotSpell(ref model.Ref, meta *record.Meta, f *model.Finding, open []string) ([]Document, error) {
	bound := false
	for range r.now.access.BindingsOf(ref) {
		bound = true
		break
	}
	all := r.now.complete(model.KindByName("RoleBinding").Ref(ref.Namespace, "")) && (ref.Namespace != "" || r.now.complete(model.KindByName("ClusterRoleBinding").Ref("", "")))
	if !bound && all && r.feeds(ref, meta) == "" {
		d, err := deleted(ref)
		if err != nil {
			return nil, err
		}
		r.fill(&d, []*model.Finding{f}, likelySafe, []string{"no binding names it and no role gathers it, so that nobody loses anything; who can bind roles may have meant to"})
		d.keep(meta)
		return []Document{d}, nil
	}
	steps := append(slices.Clone(open), "find out what is used: audit events of "+r.holders(ref)+", and what the programs behind them say they need",
		"list what the server offers: kubectl api-resources --verbs=list -o wide",
		"write just that in the place of the wildcard: kubectl edit "+target(ref))
	r.p.note(f, "what the wildcard stands for cannot be told from here", steps...)
	return nil, nil
}
