package remedy

import (
	"encoding/json"
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// share decides for each role whether it is changed in place for the bindings of which something is taken.
func (r *rights) share(cuts []*cut) {
	by, at := map[model.Ref][]*cut{}, map[model.Ref]*cut{}
	for _, c := range cuts {
		at[c.b.Ref] = c
		if !c.remove && c.rewrite.changed() {
			by[c.b.Role] = append(by[c.b.Role], c)
		}
	}
	for role, list := range by {
		if why := r.shared(role, list[0], at); why != "" {
			for _, c := range list {
				c.why = why
			}
			continue
		}
		e := r.edit(role)
		words := r.lexicon.in(role.Namespace)
		for _, take := range list[0].takes {
			e.rewrite.each(func(rule rbacv1.PolicyRule) ([]rbacv1.PolicyRule, bool) {
				x := take(words, rule)
				return x.left, x.untouched
			})
		}
		for _, c := range list {
			c.inPlace = true
			e.findings = append(e.findings, c.onRights()...)
			e.class = max(e.class, c.class)
			for _, s := range c.evidence {
				say(&e.evidence, "%s", s)
			}
		}
	}
}

// onPeople tells a rule about who is bound; the others are about what is granted.
func onPeople(f *model.Finding) bool {
	return slices.Contains([]string{"LP02", "LP03", "LP04", "LP24"}, f.Rule.ID)
}

func (c *cut) onRights() []*model.Finding {
	return slices.DeleteFunc(slices.Clone(c.findings), onPeople)
}

func (c *cut) onPeople() []*model.Finding {
	return slices.DeleteFunc(slices.Clone(c.findings), func(f *model.Finding) bool { return !onPeople(f) })
}

// carve makes the documents of one binding: it is deleted where nothing is left of it, loses subjects in place, or is
// replaced, since the role that it names cannot be changed. What replaces it is there before it goes.
func (r *rights) carve(c *cut) ([]Document, error) {
	switch {
	case c.remove:
		d, err := r.drop(c, c.findings)
		return []Document{d}, err
	case c.rewrite.changed() && !c.inPlace:
		return r.replace(c)
	case len(c.gone) > 0:
		d, err := r.dismiss(c)
		return []Document{d}, err
	}
	return nil, nil
}

// drop deletes a binding.
func (r *rights) drop(c *cut, findings []*model.Finding) (Document, error) {
	d, err := deleted(c.b.Ref)
	if err != nil {
		return d, err
	}
	r.fill(&d, findings, c.class, slices.Concat(c.people, c.evidence))
	d.keep(metaOf(r.p.c.Get(c.b.Ref)))
	return d, nil
}

// dismiss takes subjects out of a binding. Each is tested first, so that the patch fails without harm where the list has
// changed since.
func (r *rights) dismiss(c *cut) (Document, error) {
	body, err := json.Marshal(withoutSubjects(c.b.Subjects, c.gone))
	if err != nil {
		return Document{}, err
	}
	d, err := patchDocument(c.b.Ref, types.JSONPatchType, body)
	if err != nil {
		return d, err
	}
	class := harmless
	if !c.inPlace {
		class = c.class
	}
	r.fill(&d, c.onPeople(), class, slices.Concat(c.people, []string{"stays bound: " + whom(c.stay(), c.b.Ref.Namespace)}))
	d.keep(metaOf(r.p.c.Get(c.b.Ref)))
	return d, nil
}

func withoutSubjects(subjects []rbacv1.Subject, gone []int) []operation {
	gone = slices.Clone(gone)
	slices.Sort(gone)
	var ops []operation
	for _, i := range slices.Backward(gone) {
		at := "/subjects/" + strconv.Itoa(i)
		ops = append(ops, operation{Op: "test", Path: at + "/kind", Value: subjects[i].Kind}, operation{Op: "test", Path: at + "/name", Value: subjects[i].Name})
		if subjects[i].Namespace != "" {
			ops = append(ops, operation{Op: "test", Path: at + "/namespace", Value: subjects[i].Namespace})
		}
		ops = append(ops, operation{Op: "remove", Path: at})
	}
	return ops
}

func hasWildcard(p rbacv1.PolicyRule) bool {
	return len(p.Resources) > 0 && (slices.Contains(p.Verbs, "*") || slices.Contains(p.APIGroups, "*") || slices.Contains(p.Resources, "*"))
}

// judge tells whether a binding is one of Kubernetes' own, and what was changed of it.
func (r *rights) judge(b *rbac.Binding) (stock.State, stock.Difference) {
	switch t := r.now.c.Get(b.Ref).(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		return r.stock.JudgeBinding(b.Ref, t.Object.RoleRef, t.Object.Subjects)
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		return r.stock.JudgeBinding(b.Ref, t.Object.RoleRef, t.Object.Subjects)
	}
	return stock.NotStock, stock.Difference{}
}

func (r *rights) isStock(role model.Ref) bool {
	state, _ := r.judgeRole(role)
	return state != stock.NotStock
}

func (r *rights) judgeRole(role model.Ref) (stock.State, stock.Difference) {
	rules, aggregation, meta := roleOf(r.now.c, role)
	if meta == nil {
		return stock.NotStock, stock.Difference{}
	}
	return r.stock.JudgeRole(role, rules, aggregation, meta.Labels.Map())
}
