package stock

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// entry is one object through all minor versions.
type entry struct {
	key   key
	in    spans
	parts []part
}

// part is one line of an object. One of its fields is set.
type part struct {
	in       spans
	text     string
	rule     *rbacv1.PolicyRule
	selector *metav1.LabelSelector
	role     *rbacv1.RoleRef
	subject  *rbacv1.Subject
	label    string // KEY=VALUE
}

// content is what an object holds, in one minor version or in several together.
type content struct {
	rules     []rbacv1.PolicyRule
	selectors []metav1.LabelSelector
	labels    []string // KEY=VALUE
	roles     []rbacv1.RoleRef
	subjects  []rbacv1.Subject
}

// only takes the parts of one minor version, until those of this version and of all before it.
func only(minor int) func(spans) bool { return func(s spans) bool { return s.has(minor) } }

func until(minor int) func(spans) bool { return func(s spans) bool { return s[0].from <= minor } }

// content puts together the parts that a choice of versions takes, each once.
func (e *entry) content(takes func(spans) bool) content {
	var c content
	var taken []string
	for _, p := range e.parts {
		if !takes(p.in) || slices.Contains(taken, p.text) {
			continue
		}
		taken = append(taken, p.text)
		switch {
		case p.rule != nil:
			c.rules = append(c.rules, *p.rule)
		case p.selector != nil:
			c.selectors = append(c.selectors, *p.selector)
		case p.role != nil:
			c.roles = append(c.roles, *p.role)
		case p.subject != nil:
			c.subjects = append(c.subjects, *p.subject)
		default:
			c.labels = append(c.labels, p.label)
		}
	}
	return c
}

// make builds the objects of the table.
func (t *Table) make() map[key]runtime.Object {
	objects := map[key]runtime.Object{}
	for _, k := range t.file.order {
		if e := t.file.entries[k]; e.in.has(t.of.minor) {
			objects[k] = e.object(t.of.minor)
		}
	}
	return objects
}

// object builds the object of a minor version. The label and the annotation that all stock objects have are those of
// plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
func (e *entry) object(minor int) runtime.Object {
	c := e.content(only(minor))
	labels := map[string]string{"kubernetes.io/bootstrapping": "rbac-defaults"}
	for _, l := range c.labels {
		k, v, _ := strings.Cut(l, "=")
		labels[k] = v
	}
	kind := metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: e.key.kind}
	meta := metav1.ObjectMeta{
		Name: e.key.name, Namespace: e.key.namespace, Labels: labels,
		Annotations: map[string]string{rbacv1.AutoUpdateAnnotationKey: "true"},
	}
	switch e.key.kind {
	case "ClusterRole":
		o := &rbacv1.ClusterRole{TypeMeta: kind, ObjectMeta: meta, Rules: c.rules}
		if len(c.selectors) > 0 {
			o.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: c.selectors}
		}
		return o
	case "Role":
		return &rbacv1.Role{TypeMeta: kind, ObjectMeta: meta, Rules: c.rules}
	case "ClusterRoleBinding":
		return &rbacv1.ClusterRoleBinding{TypeMeta: kind, ObjectMeta: meta, RoleRef: c.roles[0], Subjects: c.subjects}
	default:
		return &rbacv1.RoleBinding{TypeMeta: kind, ObjectMeta: meta, RoleRef: c.roles[0], Subjects: c.subjects}
	}
}

// find gives the entry of an object that is stock in some version, or nil.
func (f *file) find(ref model.Ref) *entry {
	if ref.Group != rbacv1.GroupName {
		return nil
	}
	return f.entries[key{ref.Kind, ref.Namespace, ref.Name}]
}
