package rbac

import (
	"cmp"
	"maps"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/inorder"
)

// Delta tells what a change may have altered.
type Delta struct {
	// Accounts are the service accounts whose holdings may differ, sorted. All is set where a group of accounts is concerned.
	Accounts []types.NamespacedName
	All      bool
	// Bindings are those that came, went or changed, and those whose role grants other rules than before. Sorted.
	Bindings []model.Ref
	// Roles are those that came, went or grant other rules. Sorted.
	Roles []model.Ref
	// Subjects are those of Bindings, as they were and as they are. Sorted.
	Subjects []model.Subject
}

// Empty tells that nothing was altered.
func (d *Delta) Empty() bool {
	return len(d.Bindings) == 0 && len(d.Roles) == 0 && len(d.Accounts) == 0 && !d.All
}

// changes gathers what a delta concerns.
type changes struct {
	// held are the keys whose holdings may differ, keys all whose bindings do.
	held, keys map[key]struct{}
	bindings   map[model.Ref]struct{}
	roles      map[model.Ref]struct{}
}

func put[K comparable](set *map[K]struct{}, k K) {
	if *set == nil {
		*set = map[K]struct{}{}
	}
	(*set)[k] = struct{}{}
}

// key notes a subject of a binding that came or went.
func (t *changes) key(k key) {
	put(&t.held, k)
	put(&t.keys, k)
}

func (t *changes) bound(ref model.Ref) { put(&t.bindings, ref) }

// role notes a role that grants other rules, with its bindings.
func (t *changes) role(r *role) {
	put(&t.roles, r.ref)
	for b := range r.bindings {
		put(&t.bindings, b.ref)
		for _, p := range b.parties {
			put(&t.keys, p.key)
		}
	}
}

// holders notes the subjects of a role that has come to hold something, or nothing, beyond discovery.
func (t *changes) holders(r *role) {
	for b := range r.bindings {
		for _, p := range b.parties {
			put(&t.held, p.key)
		}
	}
}

func (t *changes) delta() Delta {
	var d Delta
	for k := range t.held {
		if _, ok := k.crowd(); ok {
			d.All = true
		} else if a, ok := k.account(); ok {
			d.Accounts = append(d.Accounts, types.NamespacedName{Namespace: a.Namespace, Name: a.Name})
		}
	}
	inorder.Sort(d.Accounts, func(x, y types.NamespacedName) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
	d.Bindings = inorder.Collect(maps.Keys(t.bindings), model.Ref.Compare)
	d.Roles = inorder.Collect(maps.Keys(t.roles), model.Ref.Compare)
	for k := range t.keys {
		d.Subjects = append(d.Subjects, k.subject())
	}
	inorder.Sort(d.Subjects, model.Subject.Compare)
	return d
}
