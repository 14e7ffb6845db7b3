package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// share decides for each role whether it is changed in place for the bindings of which something is taken.
func (r *rights) share(cuts []*cut) {
	by := map[model.Ref][]*cut{}
	for _, c := range cuts {
		if !c.remove && c.rewrite.changed() {
			by[c.b.Role] = append(by[c.b.Role], c)
		}
	}
	for role, list := range by {
		if why := r.shared(role, list[0], cuts); why != "" {
			for _, c := range list {
				c.why = why
			}
			continue
		}
		e := r.edit(role)
		words := r.lexicon.in(role.Namespace)
		for _, take := range list[0].takes {
			e.rewrite.each(func(rule rbacv1.PolicyRule) []rbacv1.PolicyRule { return take(words, rule).left })
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
	d.ManagedBy = keeperOf(metaOf(r.p.c.Get(c.b.Ref)))
	r.fill(&d, findings, c.class, slices.Concat(c.people, c.evidence))
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
	d.ManagedBy = keeperOf(metaOf(r.p.c.Get(c.b.Ref)))
	class := harmless
	if !c.inPlace {
		class = c.class
	}
	r.fill(&d, c.onPeople(), class, slices.Concat(c.people, []string{"stays bound: " + whom(c.stay(), c.b.Ref.Namespace)}))
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

// replace makes a role without what goes, a binding to it, and then deletes the old binding.
func (r *rights) replace(c *cut) ([]Document, error) {
	namespace := c.b.Ref.Namespace
	rules := effective(c.rewrite.rules(), namespace)
	suffix := c.suffix()
	var docs []Document
	key := c.b.Role.String() + " " + namespace + " " + ruleKey(rules)
	role, ok := r.made[key]
	if !ok {
		kind := "ClusterRole"
		if namespace != "" {
			kind = "Role"
		}
		role = r.free(kind, namespace, c.b.Role.Name, suffix)
		r.made[key] = role
		d, err := r.makeRole(role, rules, c)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	bind, err := r.makeBinding(role, c, suffix)
	if err != nil {
		return nil, err
	}
	last, err := r.drop(c, c.findings)
	if err != nil {
		return nil, err
	}
	last.Evidence = append(last.Evidence, "the binding "+bind.Step.Ref.Name+" has to be there before: so there is no moment without")
	return append(docs, bind, last), nil
}

func (r *rights) makeRole(ref model.Ref, rules []rbacv1.PolicyRule, c *cut) (Document, error) {
	meta := metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace}
	kind := metav1.TypeMeta{APIVersion: ref.APIVersion(), Kind: ref.Kind}
	var obj any = &rbacv1.ClusterRole{TypeMeta: kind, ObjectMeta: meta, Rules: rules}
	if ref.Namespace != "" {
		obj = &rbacv1.Role{TypeMeta: kind, ObjectMeta: meta, Rules: rules}
	}
	old := c.b.Role.Kind + " " + c.b.Role.Name
	evidence := []string{
		"grants what " + old + " grants but for: " + sentences(joined(c.lost)),
		old + " itself stays as it is: " + c.why,
	}
	if _, aggregation, m := roleOf(r.now.c, c.b.Role); aggregation != nil || m != nil && r.isStock(c.b.Role) {
		evidence = append(evidence, "it does not follow "+old+": what an upgrade or another role adds there is not in it")
	}
	if slices.ContainsFunc(rules, hasWildcard) {
		evidence = append(evidence, "wildcards that have nothing to do with the finding stay, and are a finding of their own (LP05)")
	}
	return r.made1(ref, obj, c.onRights(), evidence)
}

func (r *rights) makeBinding(role model.Ref, c *cut, suffix string) (Document, error) {
	ref := r.free(c.b.Ref.Kind, c.b.Ref.Namespace, c.b.Ref.Name, suffix)
	meta := metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace}
	kind := metav1.TypeMeta{APIVersion: ref.APIVersion(), Kind: ref.Kind}
	// No server takes what matches nobody.
	subjects := slices.DeleteFunc(c.stay(), func(s rbacv1.Subject) bool { return rbac.SubjectOf(&s, ref.Namespace).IsZero() })
	to := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: role.Kind, Name: role.Name}
	var obj any = &rbacv1.ClusterRoleBinding{TypeMeta: kind, ObjectMeta: meta, RoleRef: to, Subjects: subjects}
	if ref.Namespace != "" {
		obj = &rbacv1.RoleBinding{TypeMeta: kind, ObjectMeta: meta, RoleRef: to, Subjects: subjects}
	}
	evidence := []string{"the role that a binding names cannot be changed: this one takes the place of " + c.b.Ref.Name + ", for the same subjects"}
	if len(c.gone) > 0 {
		evidence[0] += " but for those that are taken out"
	}
	return r.made1(ref, obj, c.onRights(), evidence)
}

// made1 makes the document of an object to create.
func (r *rights) made1(ref model.Ref, obj any, findings []*model.Finding, evidence []string) (Document, error) {
	body, err := json.Marshal(obj)
	if err != nil {
		return Document{}, err
	}
	d, err := created(ref, body)
	if err != nil {
		return d, err
	}
	for _, f := range findings {
		if !slices.Contains(d.rules, f.Rule) {
			d.rules = append(d.rules, f.Rule)
		}
		d.means = append(d.means, f.ID)
	}
	d.Breakage, d.Evidence = harmless.String(), evidence
	return d, nil
}

// suffix tells replacements from what they replace: -without-lp06.
func (c *cut) suffix() string {
	const most = 3
	s := "-without"
	list := c.onRights()
	if len(list) > most {
		return "-narrowed"
	}
	for _, f := range list {
		s += "-" + strings.ToLower(f.Rule.ID)
	}
	return s
}

// free gives a name that is not in use, valid for whatever derives others from it.
func (r *rights) free(kind, namespace, base, suffix string) model.Ref {
	const longestLabel = 63
	base = strings.Trim(strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' {
			return c
		}
		return '-'
	}, strings.ToLower(base)), "-.")
	if base == "" {
		base = strings.ToLower(kind)
	}
	for i := 1; ; i++ {
		tail := suffix
		if i > 1 {
			tail += "-" + strconv.Itoa(i)
		}
		name := strings.TrimRight(base[:min(len(base), longestLabel-len(tail))], "-.") + tail
		ref := model.KindByName(kind).Ref(namespace, name)
		if r.p.c.Get(ref) == nil && !r.taken[ref] {
			r.taken[ref] = true
			return ref
		}
	}
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
