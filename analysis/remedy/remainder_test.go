package remedy

import (
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

func TestWhatIsLeftOfARule(t *testing.T) {
	words := newLexicon(rbac.NewDiscovery(stock.Resources()))
	read := &model.Need{Verbs: []string{"get", "list", "watch"}, Resources: []string{"secrets"}}
	exec := &model.Need{Verbs: []string{"create"}, Resources: []string{"pods/exec"}}
	dns := &model.Need{Verbs: []string{"update", "patch"}, Resources: []string{"configmaps"}, Names: []string{"coredns"}}
	anywhere := &model.Need{Verbs: []string{"impersonate-on:user-info:get"}, Group: "*", Resources: []string{"*"}}
	for name, tc := range map[string]struct {
		rule       rbacv1.PolicyRule
		need       *model.Need
		left, gone string
		spelt      bool
	}{
		"nothing":            {permit("get", "", "pods"), read, "get pods", "", false},
		"another group":      {permit("get", "apps", "secrets"), read, "get secrets.apps", "", false},
		"all":                {permit("get,list", "", "secrets"), read, "", "get,list secrets", false},
		"a verb":             {permit("get,create", "", "secrets"), read, "create secrets", "get secrets", false},
		"a resource":         {permit("get", "", "pods,secrets"), read, "get pods", "get secrets", false},
		"both":               {permit("get,create", "", "pods,secrets"), read, "get,create pods; create secrets", "get secrets", false},
		"a name of two":      {permit("get,update", "", "configmaps", "coredns", "mine"), dns, "get configmaps named coredns,mine; update configmaps named mine", "update configmaps named coredns", false},
		"no name is all":     {permit("get,update", "", "configmaps"), dns, "get configmaps", "update configmaps", false},
		"any name goes":      {permit("get,delete", "", "secrets", "a", "b"), read, "delete secrets named a,b", "get secrets named a,b", false},
		"named create":       {permit("create", "", "secrets", "a"), &model.Need{Verbs: []string{"create"}, Resources: []string{"secrets"}}, "create secrets named a", "", false},
		"wildcard verbs":     {permit("*", "", "pods,secrets"), read, "* pods; create,delete,deletecollection,patch,update secrets", "get,list,watch secrets", true},
		"wildcard sub":       {permit("create", "", "*/exec"), exec, "", "create pods/exec", true},
		"wildcard sub, rest": {permit("create", "", "*/token,*/exec"), exec, "create */token", "create pods/exec", true},
		"whatever resource": {rbacv1.PolicyRule{Verbs: []string{"get", "impersonate-on:user-info:get"}, APIGroups: []string{"", "apps"}, Resources: []string{"*"}}, anywhere,
			"get *,*.apps", "impersonate-on:user-info:get *,*.apps", false},
	} {
		x := words.without(tc.rule, tc.need)
		if got := sentences(x.left); got != tc.left {
			t.Errorf("%s: left %q, want %q", name, got, tc.left)
		}
		if got := sentences(joined(x.gone)); got != tc.gone {
			t.Errorf("%s: gone %q, want %q", name, got, tc.gone)
		}
		if x.spelt != tc.spelt {
			t.Errorf("%s: written out %v", name, x.spelt)
		}
	}
}

// What a wildcard covers is kept as far as anybody knows, by other wildcards where these mean no more than before.
func TestWildcardsAreWrittenOut(t *testing.T) {
	words := newLexicon(rbac.NewDiscovery(stock.Resources()).With(defining(t, "widgets", "acme.example")))
	read := &model.Need{Verbs: []string{"get", "list", "watch"}, Resources: []string{"secrets"}}
	x := words.without(permit("get,list,watch", "*", "*"), read)
	left := sentences(x.left)
	for _, want := range []string{"*.apps", "*.acme.example", "get,list,watch componentstatuses,configmaps,", "pods/exec"} {
		if !strings.Contains(left, want) {
			t.Errorf("no %q in %s", want, left)
		}
	}
	if strings.Contains(left, "bindings") || strings.Contains(left, "users") || strings.Contains(left, "finalizers") {
		t.Errorf("nobody gets these: %s", left)
	}
	for _, p := range x.left {
		if privilege.Meets(read, &p) {
			t.Errorf("%s is left", sentence(&p))
		}
	}
	if len(x.left) != 2 {
		t.Errorf("%d rules: %s", len(x.left), left)
	}
	// Of explicit resources only those that a group has.
	if got := sentences(words.without(permit("get", "*", "secrets,deployments,widgets"), read).left); got != "get widgets.acme.example; get deployments.apps" {
		t.Errorf("left: %s", got)
	}
	// In a namespace nothing is granted on what belongs to none.
	if got := sentences(words.in("shop").without(permit("get", "", "*"), read).left); strings.Contains(got, "nodes") || !strings.Contains(got, "namespaces") || !strings.Contains(got, "pods/log") {
		t.Errorf("left: %s", got)
	}
}

// defining is a cluster with the definition of a custom resource.
func defining(t testing.TB, resource, group string) *cluster.Cluster {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": resource + "." + group},
		"spec": map[string]any{"group": group, "scope": "Namespaced", "names": map[string]any{"plural": resource, "kind": "Widget"}, "versions": []any{map[string]any{"name": "v1", "served": true}}}}}
	return holding(t, u)
}

func TestWildcardsWithOneMeaning(t *testing.T) {
	words := newLexicon(rbac.NewDiscovery(stock.Resources()))
	for name, tc := range map[string]struct {
		rule      rbacv1.PolicyRule
		want, why string
	}{
		"no wildcard":       {permit("get", "", "pods"), "get pods", ""},
		"verbs":             {permit("*", "", "configmaps", "a"), "create,delete,deletecollection,get,list,patch,update,watch configmaps named a", ""},
		"verbs of exec":     {permit("*", "", "pods/exec"), "create,get pods/exec", ""},
		"verbs of roles":    {permit("*", "rbac.authorization.k8s.io", "roles"), "create,delete,deletecollection,get,list,patch,update,watch roles.rbac.authorization.k8s.io", ""},
		"verbs of users":    {permit("*", "", "users"), "impersonate users", ""},
		"resources":         {permit("get,list", "batch", "*"), "get,list cronjobs.batch,jobs.batch; get cronjobs.batch/status,jobs.batch/status", ""},
		"groups":            {permit("get", "*", "deployments"), "get deployments.apps", ""},
		"groups, ambiguous": {permit("get", "*", "events"), "", "in which group events is meant is not known"},
		"all":               {permit("get", "*", "*"), "", "all resources of all groups"},
		"unknown group":     {permit("get", "argoproj.io", "*"), "", "what resources the group argoproj.io has is not known"},
		"unknown resource":  {permit("*", "argoproj.io", "applications"), "", "what verbs there are on applications is not known"},
		"paths":             {rbacv1.PolicyRule{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}, "* *", ""},
	} {
		list, why := words.spell(tc.rule)
		if got := sentences(list); got != tc.want && tc.why == "" {
			t.Errorf("%s: %q, want %q (%s)", name, got, tc.want, why)
		}
		if !strings.Contains(why, tc.why) || (why == "") != (tc.why == "") {
			t.Errorf("%s: why %q, want %q", name, why, tc.why)
		}
		for _, p := range list {
			if hasWildcard(p) {
				t.Errorf("%s: a wildcard is left", name)
			}
		}
	}
	// Rules that differ in one list are joined, and grant what they granted.
	list := []rbacv1.PolicyRule{permit("get", "", "a"), permit("list", "", "a"), permit("get,list", "", "b"), permit("get", "", "a", "n"), {Verbs: []string{"get"}, NonResourceURLs: []string{"/x"}}}
	if got := sentences(joined(list)); got != "get,list a,b; get a named n; get /x" {
		t.Errorf("joined: %s", got)
	}
}
