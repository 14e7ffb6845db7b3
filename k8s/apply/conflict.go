package apply

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"canopy/model"
	"canopy/model/inorder"
)

// holder is a manager of fields, as managedFields names it.
type holder struct {
	manager     string
	operation   metav1.ManagedFieldsOperationType
	subresource string
}

// holdings tells who holds which fields of an object. What is written to the status is nobody's wish.
func holdings(u *unstructured.Unstructured) map[holder]*fieldpath.Set {
	all := map[holder]*fieldpath.Set{}
	for _, e := range u.GetManagedFields() {
		if e.Manager == FieldManager || e.Subresource == "status" || e.FieldsV1 == nil || byHand(e.Manager) {
			continue
		}
		set := &fieldpath.Set{}
		if err := set.FromJSON(e.FieldsV1.GetRawReader()); err != nil {
			continue
		}
		h := holder{e.Manager, e.Operation, e.Subresource}
		if known := all[h]; known != nil {
			set = known.Union(set)
		}
		all[h] = set
	}
	return all
}

// byHand tells the manager of a command that somebody gave once: nothing takes a change back in its name. What kubectl apply
// wrote is another matter, since its file is there and will be applied again.
func byHand(manager string) bool {
	command, ok := strings.CutPrefix(manager, "kubectl-")
	return ok && command != "client-side-apply" && command != "last-applied"
}

// conflicts lists who else holds the fields that a change takes over. Whoever changes a field becomes its manager and others
// cease to be, so the server itself says which fields those are: the ones that others held before and no longer hold.
func conflicts(before, after *unstructured.Unstructured) []model.Conflict {
	if before == nil || after == nil {
		return nil
	}
	var list []model.Conflict
	now := holdings(after)
	for h, had := range holdings(before) {
		lost := had
		if has := now[h]; has != nil {
			lost = had.Difference(has)
		}
		lost.Leaves().Iterate(func(p fieldpath.Path) {
			list = append(list, model.Conflict{Manager: h.manager, Operation: string(h.operation), Path: pathIn(before.Object, p)})
		})
	}
	inorder.Sort(list, func(a, b model.Conflict) int {
		return strings.Compare(a.Path+"\x00"+a.Manager+a.Operation, b.Path+"\x00"+b.Manager+b.Operation)
	})
	return slices.Compact(list)
}

// makers warns of those who apply an object, and may make it again once it is deleted.
func makers(before *unstructured.Unstructured) []string {
	if before == nil {
		return nil
	}
	var list []string
	for h := range holdings(before) {
		if h.operation == metav1.ManagedFieldsOperationApply {
			list = append(list, fmt.Sprintf("%s applies this object, and may make it again.", h.manager))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// pathIn writes a path of managedFields as people know it: items of lists, which it tells by their keys, are counted.
func pathIn(node any, path fieldpath.Path) string {
	text := ""
	for _, e := range path {
		switch {
		case e.FieldName != nil:
			m, _ := node.(map[string]any)
			node = m[*e.FieldName]
			text = joined(text, *e.FieldName)
		default:
			list, _ := node.([]any)
			i := place(list, e)
			if i < 0 {
				return text + "[" + e.String() + "]"
			}
			node = list[i]
			text = fmt.Sprintf("%s[%d]", text, i)
		}
	}
	return text
}

func joined(path, key string) string {
	switch {
	case strings.ContainsAny(key, ".[]/") || key == "":
		return path + "[" + key + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// place finds the item of a list that an element of a path means; -1 where it is not there.
func place(list []any, e fieldpath.PathElement) int {
	if e.Index != nil && *e.Index < len(list) {
		return *e.Index
	}
	return slices.IndexFunc(list, func(item any) bool {
		switch {
		case e.Value != nil:
			return equal(*e.Value, item)
		case e.Key != nil:
			m, ok := item.(map[string]any)
			for _, field := range *e.Key {
				ok = ok && equal(field.Value, m[field.Name])
			}
			return ok
		}
		return false
	})
}

// equal compares as JSON, since numbers come in several types.
func equal(v value.Value, item any) bool {
	a, err := json.Marshal(v.Unstructured())
	b, err2 := json.Marshal(item)
	return err == nil && err2 == nil && reflect.DeepEqual(a, b)
}
