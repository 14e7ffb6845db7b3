package rollout

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

func rules(words ...string) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for _, w := range words {
		list = append(list, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{w}})
	}
	return list
}

func whole(name, mark string, labels map[string]string, list []rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Rules: list,
		AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"to": mark}}}}}
}

func part(name, mark string, words ...string) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"to": mark}}, Rules: rules(words...)}
}

func clusterRoleRef(name string) model.Ref { return model.KindByName("ClusterRole").Ref("", name) }

// A whole that is a part of another passes on what its parts gain and lose.
func TestAggregatedRolesFollowTheirParts(t *testing.T) {
	objects := []runtime.Object{
		whole("view", "view", map[string]string{"to": "edit"}, rules("pods")), part("pods", "view", "pods"),
		whole("edit", "edit", nil, rules("services", "pods")), part("services", "edit", "services"),
		whole("unfilled", "view", nil, nil), whole("other", "other", nil, rules("drift")), part("bystander", "other", "nodes"),
	}
	c := holding(t, objects...)
	create := func(r *rbacv1.ClusterRole) model.Step {
		return model.Step{Verb: model.Create, Ref: clusterRoleRef(r.Name), Body: []byte(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"` + r.Name +
			`","labels":{"to":"view"}},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}`)}
	}
	for name, tc := range map[string]struct {
		step model.Step
		want map[string][]string
	}{
		"a new part":        {create(part("secrets", "view")), map[string][]string{"view": {"pods", "secrets"}, "edit": {"services", "pods", "secrets"}}},
		"a part that goes":  {model.Step{Verb: model.Delete, Ref: clusterRoleRef("services")}, map[string][]string{"edit": {"pods"}}},
		"a part that turns": {patchStep(clusterRoleRef("pods"), types.MergePatchType, `{metadata: {labels: {to: edit}}}`), map[string][]string{"view": {}, "edit": {"pods", "services"}}},
		"a rule that goes":  {patchStep(clusterRoleRef("pods"), types.JSONPatchType, `[{op: replace, path: /rules/0/resources/0, value: configmaps}]`), map[string][]string{"view": {"configmaps"}, "edit": {"services", "configmaps"}}},
		"another selector": {patchStep(clusterRoleRef("view"), types.MergePatchType, `{aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: other}}]}}`),
			map[string][]string{"view": {"nodes"}, "edit": {"services", "nodes"}}},
		"no part": {patchStep(clusterRoleRef("bystander"), types.MergePatchType, `{metadata: {labels: {to: null}}}`), map[string][]string{"other": {}}},
	} {
		got, _ := expand(t, c, plan(tc.step))
		seen := map[string][]string{}
		for ref, ch := range got {
			if r, ok := ch.Record.(*clusterRole); ok && r.Object.AggregationRule != nil {
				words := []string{}
				for _, rule := range r.Object.Rules {
					words = append(words, rule.Resources...)
				}
				seen[ref.Name] = words
			}
		}
		for role, want := range tc.want {
			if !slices.Equal(seen[role], want) {
				t.Errorf("%s: %s has %v, want %v", name, role, seen[role], want)
			}
		}
		if len(seen) != len(tc.want) {
			t.Errorf("%s: changed %v, want %v", name, seen, tc.want)
		}
	}
}

// Who gathers whom may go round in a capture; then it has to end all the same.
func TestAggregationEnds(t *testing.T) {
	a := whole("a", "a", map[string]string{"to": "b"}, rules("pods"))
	b := whole("b", "b", map[string]string{"to": "a"}, rules("nodes"))
	c := holding(t, a, b, part("seed", "a", "services"))
	got, _ := expand(t, c, plan(patchStep(clusterRoleRef("seed"), types.JSONPatchType, `[{op: replace, path: /rules/0/resources/0, value: configmaps}]`)))
	for _, name := range []string{"a", "b"} {
		if r, ok := got[clusterRoleRef(name)].Record.(*clusterRole); !ok || len(r.Object.Rules) == 0 {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// A binding may be made anew at once under its old name, as the role that it names cannot be changed.
func TestBindingIsMadeAnewUnderItsName(t *testing.T) {
	binding := model.KindByName("RoleBinding").Ref("shop", "b")
	c := holding(t, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "b", Namespace: "shop"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "old"}})
	got, _ := expand(t, c, plan(model.Step{Verb: model.Delete, Ref: binding}, model.Step{Verb: model.Create, Ref: binding,
		Body: []byte(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b","namespace":"shop"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"new"}}`)}))
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	if r := grantIn(t, got[binding].Record); r != "new" {
		t.Errorf("it names %s", r)
	}
}

func grantIn(t *testing.T, r model.Record) string {
	t.Helper()
	b, ok := r.(*record.Typed[*rbacv1.RoleBinding])
	if !ok {
		t.Fatalf("%T", r)
	}
	return b.Object.RoleRef.Name
}

// What decides who may do what is made and deleted like anything else.
func TestRightsComeAndGo(t *testing.T) {
	objects := append(shop(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "token", Namespace: "shop"}, Type: corev1.SecretTypeServiceAccountToken},
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "old", Namespace: "shop"}, Rules: rules("pods")})
	c := holding(t, objects...)
	ref := func(kind, name string) model.Ref { return model.KindByName(kind).Ref("shop", name) }
	got, assumptions := expand(t, c, plan(
		model.Step{Verb: model.Create, Ref: ref("Role", "new"), Body: []byte(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"new","namespace":"shop"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}`)},
		model.Step{Verb: model.Create, Ref: ref("RoleBinding", "new"), Body: []byte(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"new","namespace":"shop"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"new"},"subjects":[{"kind":"ServiceAccount","name":"web","namespace":"shop"}]}`)},
		model.Step{Verb: model.Create, Ref: ref("ServiceAccount", "web"), Body: []byte(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"},"automountServiceAccountToken":false}`)},
		model.Step{Verb: model.Delete, Ref: ref("Role", "old")},
		model.Step{Verb: model.Delete, Ref: ref("Secret", "token")},
	))
	if len(got) != 5 || got[ref("Role", "old")].Record != nil || got[ref("Secret", "token")].Record != nil || len(assumptions) != 0 {
		t.Errorf("%v %v", got, assumptions)
	}
	if b, ok := got[ref("RoleBinding", "new")].Record.(*record.Typed[*rbacv1.RoleBinding]); !ok || len(b.Object.Subjects) != 1 {
		t.Errorf("%v", got[ref("RoleBinding", "new")])
	}
}
