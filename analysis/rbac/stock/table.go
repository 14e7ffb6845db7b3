// Package stock knows the RBAC objects that a Kubernetes API server creates at its start, in the minor versions of
// Kubernetes that its table holds, and tells what somebody changed of them. It judges by content, never by the prefix of
// a name or by a label.
package stock

import (
	"slices"
	"sync"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Table is the stock RBAC of one minor version of Kubernetes, with default feature gates.
type Table struct {
	of   patch
	file *file
	// made builds the objects when they are first asked for.
	made func() map[key]runtime.Object
}

// patch is the patch version that speaks for a minor version, with a checksum of its objects.
type patch struct {
	minor           int
	version, digest string
}

// all decodes the embedded table when it is first asked for: most commands never need it.
var all = sync.OnceValue(func() []*Table {
	f := decode(objectsFile)
	tables := make([]*Table, len(f.patches))
	for i, p := range f.patches {
		t := &Table{of: p, file: f}
		t.made = sync.OnceValue(t.make)
		tables[i] = t
	}
	return tables
})

// For gives the table nearest to a minor version (37 means 1.37) and the minor version that it is of. For 0, which stands
// for a version that is not known, it gives the newest.
func For(minor int) (t *Table, of int) {
	tables := all()
	nearest := tables[len(tables)-1]
	if minor != 0 {
		for _, t := range tables {
			if distance(t.of.minor, minor) < distance(nearest.of.minor, minor) {
				nearest = t
			}
		}
	}
	return nearest, nearest.of.minor
}

func distance(a, b int) int { return max(a-b, b-a) }

// Minors lists the minor versions that there are tables of, oldest first.
func Minors() []int {
	var minors []int
	for _, t := range all() {
		minors = append(minors, t.of.minor)
	}
	return minors
}

// Source gives the patch version that the table was taken from, such as v1.37.2, and the date on which it was made.
func (t *Table) Source() (version, date string) { return t.of.version, t.file.date }

// ClusterRole gives a stock ClusterRole, or nil. It is shared: nobody may change it.
func (t *Table) ClusterRole(name string) *rbacv1.ClusterRole {
	o, _ := t.made()[key{"ClusterRole", "", name}].(*rbacv1.ClusterRole)
	return o
}

// ClusterRoleBinding gives a stock ClusterRoleBinding, or nil. It is shared: nobody may change it.
func (t *Table) ClusterRoleBinding(name string) *rbacv1.ClusterRoleBinding {
	o, _ := t.made()[key{"ClusterRoleBinding", "", name}].(*rbacv1.ClusterRoleBinding)
	return o
}

// Role gives a stock Role, or nil. It is shared: nobody may change it.
func (t *Table) Role(namespace, name string) *rbacv1.Role {
	o, _ := t.made()[key{"Role", namespace, name}].(*rbacv1.Role)
	return o
}

// RoleBinding gives a stock RoleBinding, or nil. It is shared: nobody may change it.
func (t *Table) RoleBinding(namespace, name string) *rbacv1.RoleBinding {
	o, _ := t.made()[key{"RoleBinding", namespace, name}].(*rbacv1.RoleBinding)
	return o
}

// Objects lists all objects as they come from a new API server, with labels and annotations, by namespace, kind and name.
// They are shared: nobody may change them. Roles that an aggregation rule fills have no rules yet.
func (t *Table) Objects() []runtime.Object {
	made := t.made()
	objects := make([]runtime.Object, 0, len(made))
	for _, k := range t.file.order {
		if o, ok := made[k]; ok {
			objects = append(objects, o)
		}
	}
	return objects
}

// EarlierRules gives the rules that a stock role had in this minor version or in any earlier one that there is a table
// of: an API server that was upgraded adds what is new to a stock object, and leaves what was taken out of it. They are
// shared: nobody may change them.
func (t *Table) EarlierRules(ref model.Ref) []rbacv1.PolicyRule {
	e := t.file.find(ref)
	if e == nil {
		return nil
	}
	return e.content(until(t.of.minor)).rules
}

// EarlierSubjects gives the subjects that a stock binding had in this minor version or in any earlier one, as
// EarlierRules does for roles.
func (t *Table) EarlierSubjects(ref model.Ref) []rbacv1.Subject {
	e := t.file.find(ref)
	if e == nil {
		return nil
	}
	return e.content(until(t.of.minor)).subjects
}

// versions lists the minor versions up to the table's own in which there is the object, newest first.
func (t *Table) versions(e *entry) []int {
	var minors []int
	for _, p := range t.file.patches {
		if p.minor <= t.of.minor && e.in.has(p.minor) {
			minors = append(minors, p.minor)
		}
	}
	slices.Reverse(minors)
	return minors
}
