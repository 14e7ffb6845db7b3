package rbac

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// policy reads "get,list pods.apps,pods/exec name1,name2": a rule in one line. Groups stand after the first dot of each
// resource; words that begin with / are URLs.
func policy(words string) rbacv1.PolicyRule {
	parts := strings.Split(words, " ")
	r := rbacv1.PolicyRule{Verbs: strings.Split(parts[0], ",")}
	for _, w := range strings.Split(parts[1], ",") {
		if strings.HasPrefix(w, "/") || w == "URL*" {
			r.NonResourceURLs = append(r.NonResourceURLs, strings.TrimPrefix(w, "URL"))
			continue
		}
		resource, sub, ok := strings.Cut(w, "/")
		resource, group, _ := strings.Cut(resource, ".")
		if ok {
			resource += "/" + sub
		}
		if !slices.Contains(r.APIGroups, group) {
			r.APIGroups = append(r.APIGroups, group)
		}
		r.Resources = append(r.Resources, resource)
	}
	if len(parts) > 2 {
		r.ResourceNames = strings.Split(parts[2], ",")
	}
	return r
}

// role makes a role of rules in one line: "ClusterRole/r" or "shop/Role/r".
func roleObject(ref string, rules ...string) runtime.Object {
	r, err := model.ParseRef(ref)
	if err != nil {
		panic(err)
	}
	var list []rbacv1.PolicyRule
	for _, words := range rules {
		list = append(list, policy(words))
	}
	meta := metav1.ObjectMeta{Namespace: r.Namespace, Name: r.Name}
	if r.Kind == "Role" {
		return &rbacv1.Role{ObjectMeta: meta, Rules: list}
	}
	return &rbacv1.ClusterRole{ObjectMeta: meta, Rules: list}
}

// bound makes a binding of a namespace, or of the cluster where it is "", to "Role/r" or "ClusterRole/r".
func bound(namespace, name, role string, who ...string) runtime.Object {
	kind, roleName, _ := strings.Cut(role, "/")
	ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: roleName}
	meta := metav1.ObjectMeta{Namespace: namespace, Name: name}
	if namespace == "" {
		return &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: ref, Subjects: subjects(who)}
	}
	return &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: ref, Subjects: subjects(who)}
}

// checks are questions of one user: "get pods name @namespace", wanted or not.
func (b *bench) check(who string, want model.Verdict, questions ...string) {
	b.t.Helper()
	s, err := model.ParseSubject(who)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, q := range questions {
		at := question(q)
		if got := b.a.Can(b.c, UserOf(s), at, Provider{}); got.Verdict != want {
			b.t.Errorf("%s: %s: %s %s, want %s", who, q, got.Verdict, got.Reason, want)
		}
		if got := b.a.Allows(UserOf(s), &at); got != (want == model.Yes) {
			b.t.Errorf("%s: %s: allowed is %v", who, q, got)
		}
	}
}

func question(words string) Attributes {
	var at Attributes
	parts := strings.Split(words, " ")
	if last := parts[len(parts)-1]; strings.HasPrefix(last, "@") {
		at.Namespace, parts = last[1:], parts[:len(parts)-1]
	}
	at.Verb = parts[0]
	if len(parts) > 2 {
		at.Name = parts[2]
	}
	if strings.HasPrefix(parts[1], "/") {
		at.URL = parts[1]
		return at
	}
	at.Resource, at.Subresource, _ = strings.Cut(parts[1], "/")
	at.Resource, at.Group, _ = strings.Cut(at.Resource, ".")
	return at
}
