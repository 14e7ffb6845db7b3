package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

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
	d, err := r.creation(ref, obj, c.onRights(), evidence)
	d.prepares = true
	return d, err
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
	d, err := r.creation(ref, obj, c.onRights(), evidence)
	d.Replaces, d.prepares = c.b.Ref, true
	d.require(model.Create, role, "the binding names that role")
	return d, err
}

// creation makes the document of an object to create.
func (r *rights) creation(ref model.Ref, obj any, findings []*model.Finding, evidence []string) (Document, error) {
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
