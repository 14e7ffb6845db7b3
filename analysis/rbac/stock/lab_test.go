package stock_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac/stock"
	"canopy/k8s/labtest"
	"canopy/model"
)

// TestAgainstAPIServer compares the newest table with what a new API server made: every object is there as the table has it, with the controllers having filled
// the aggregated roles, and no other object is taken for stock.
func TestAgainstAPIServer(t *testing.T) {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	client := lab.Client(labtest.Admin).RbacV1()
	table, minor := stock.For(0)
	version, err := lab.Client(labtest.Admin).Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	if source, _ := table.Source(); source != version.GitVersion || version.Minor != fmt.Sprint(minor) {
		t.Errorf("the API server is %s, the table of %s", version.GitVersion, source)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		view, err := client.ClusterRoles().Get(t.Context(), "view", metav1.GetOptions{})
		if err == nil && len(view.Rules) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the controllers did not fill view: %v", err)
		}
	}
	seen := map[model.Ref]bool{}
	check := func(kind string, o runtime.Object, meta metav1.ObjectMeta, own runtime.Object, state stock.State, d stock.Difference) {
		ref := model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: kind, Namespace: meta.Namespace, Name: meta.Name}
		if meta.Labels["kubernetes.io/bootstrapping"] == "" {
			if state != stock.NotStock {
				t.Errorf("%s of the lab is %s", ref, state)
			}
			return
		}
		seen[ref] = true
		if state != stock.Unchanged {
			t.Errorf("%s is %s: %+v", ref, state, d)
			return
		}
		if !equality.Semantic.DeepEqual(plain(o), plain(own)) {
			t.Errorf("%s is\n%v, in the table\n%v", ref, plain(o), plain(own))
		}
	}
	ref := func(kind string, o metav1.Object) model.Ref {
		return model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: kind, Namespace: o.GetNamespace(), Name: o.GetName()}
	}
	clusterRoles, err1 := client.ClusterRoles().List(t.Context(), metav1.ListOptions{})
	roles, err2 := client.Roles("").List(t.Context(), metav1.ListOptions{})
	clusterBindings, err3 := client.ClusterRoleBindings().List(t.Context(), metav1.ListOptions{})
	bindings, err4 := client.RoleBindings("").List(t.Context(), metav1.ListOptions{})
	if i := slices.IndexFunc([]error{err1, err2, err3, err4}, func(err error) bool { return err != nil }); i >= 0 {
		t.Fatal(err1, err2, err3, err4)
	}
	for i := range clusterRoles.Items {
		o := &clusterRoles.Items[i]
		state, d := table.JudgeRole(ref("ClusterRole", o), o.Rules, o.AggregationRule, o.Labels)
		check("ClusterRole", o, o.ObjectMeta, table.ClusterRole(o.Name), state, d)
	}
	for i := range roles.Items {
		o := &roles.Items[i]
		state, d := table.JudgeRole(ref("Role", o), o.Rules, nil, o.Labels)
		check("Role", o, o.ObjectMeta, table.Role(o.Namespace, o.Name), state, d)
	}
	for i := range clusterBindings.Items {
		o := &clusterBindings.Items[i]
		state, d := table.JudgeBinding(ref("ClusterRoleBinding", o), o.RoleRef, o.Subjects)
		check("ClusterRoleBinding", o, o.ObjectMeta, table.ClusterRoleBinding(o.Name), state, d)
	}
	for i := range bindings.Items {
		o := &bindings.Items[i]
		state, d := table.JudgeBinding(ref("RoleBinding", o), o.RoleRef, o.Subjects)
		check("RoleBinding", o, o.ObjectMeta, table.RoleBinding(o.Namespace, o.Name), state, d)
	}
	for _, o := range table.Objects() {
		if r := ref(o.GetObjectKind().GroupVersionKind().Kind, o.(metav1.Object)); !seen[r] {
			t.Errorf("the API server made no %s", r)
		}
	}
}

// plain leaves of an object what the table has of it. The rules of an aggregated role are the controllers' work.
func plain(o runtime.Object) runtime.Object {
	o = o.DeepCopyObject()
	o.GetObjectKind().SetGroupVersionKind(rbacv1.SchemeGroupVersion.WithKind(""))
	m := o.(metav1.Object)
	m.SetUID("")
	m.SetResourceVersion("")
	m.SetCreationTimestamp(metav1.Time{})
	m.SetManagedFields(nil)
	if r, ok := o.(*rbacv1.ClusterRole); ok && r.AggregationRule != nil {
		r.Rules = nil
	}
	return o
}

// TestResourcesAgainstAPIServer compares the table of resources with discovery.
func TestResourcesAgainstAPIServer(t *testing.T) {
	lab := labtest.Private(t)
	groups, lists, err := lab.Client(labtest.Admin).Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	served, preferred := map[string]metav1.APIResource{}, map[string]string{}
	for _, g := range groups {
		preferred[g.Name] = g.PreferredVersion.GroupVersion
	}
	names := map[string]bool{}
	for _, l := range lists {
		gv, err := schema.ParseGroupVersion(l.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.APIResources {
			served[l.GroupVersion+" "+r.Name] = r
			names[gv.Group+" "+r.Name] = true
		}
	}
	for _, r := range stock.Resources() {
		delete(names, r.Group+" "+r.Resource)
		gv := schema.GroupVersion{Group: r.Group, Version: r.Version}.String()
		s, ok := served[gv+" "+r.Resource]
		verbs := slices.Clone(s.Verbs)
		slices.Sort(verbs)
		if !ok || s.Kind != r.Kind || s.Namespaced != r.Namespaced || !slices.Equal(verbs, r.Verbs) {
			t.Errorf("%+v is served as %+v", r, s)
		}
		if _, there := served[preferred[r.Group]+" "+r.Resource]; there && preferred[r.Group] != gv {
			t.Errorf("%s %s: the preferred version is %s", gv, r.Resource, preferred[r.Group])
		}
	}
	if len(names) > 0 {
		t.Errorf("the table lacks %v", names)
	}
}
