package rbactest

import (
	"fmt"
	"reflect"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model/record"
)

func TestLargeHasTheShape(t *testing.T) {
	for _, factor := range []int{1, 2} {
		list := Large(factor)
		count, names := map[string]int{}, map[string]bool{}
		aggregated, filled := 0, 0
		for _, o := range list {
			kind := fmt.Sprintf("%T", o)
			m := o.(metav1.Object)
			name := kind + "/" + m.GetNamespace() + "/" + m.GetName()
			if names[name] {
				t.Errorf("%s is there twice", name)
			}
			names[name] = true
			count[kind]++
			switch o := o.(type) {
			case *rbacv1.RoleBinding:
				if n := o.RoleRef.Name; n == "view" || n == "edit" || n == "admin" {
					aggregated++
				}
			case *rbacv1.ClusterRole:
				if o.AggregationRule != nil && len(o.Rules) > 20 {
					filled++
				}
			}
			if _, err := record.Make(o.DeepCopyObject()); err != nil {
				t.Error(err)
			}
		}
		want := map[string]int{"*v1.Namespace": Namespaces * factor, "*v1.ServiceAccount": Accounts * factor, "*v1.Role": Roles * factor, "*v1.ClusterRole": ClusterRoles * factor,
			"*v1.RoleBinding": RoleBindings * factor, "*v1.ClusterRoleBinding": ClusterRoleBindings * factor}
		if !reflect.DeepEqual(count, want) {
			t.Errorf("%v, want %v", count, want)
		}
		if aggregated < RoleBindings*factor*4/10 || filled != 3 {
			t.Errorf("%d bindings of aggregated roles, %d filled roles", aggregated, filled)
		}
		if !reflect.DeepEqual(list, Large(factor)) {
			t.Error("the second time it is another")
		}
	}
}
