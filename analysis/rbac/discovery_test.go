package rbac

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/rbac/stock"
)

func customResource(group, plural, kind, scope string, versions ...map[string]any) *unstructured.Unstructured {
	list := make([]any, len(versions))
	for i, v := range versions {
		list[i] = v
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": plural + "." + group},
		"spec": map[string]any{
			"group": group, "scope": scope, "versions": list,
			"names": map[string]any{"plural": plural, "kind": kind, "singular": strings.ToLower(kind), "shortNames": []any{plural[:1] + "x"}},
		},
	}}
}

func servedVersion(name string, subresources ...string) map[string]any {
	subs := map[string]any{}
	for _, s := range subresources {
		subs[s] = map[string]any{}
	}
	return map[string]any{"name": name, "served": true, "subresources": subs}
}

func withWidgets(t *testing.T) *Discovery {
	b := newBench(t)
	b.put(
		customResource("example.com", "widgets", "Widget", "Namespaced", servedVersion("v1beta1", "scale"), servedVersion("v1", "status"), map[string]any{"name": "v2", "served": false, "subresources": map[string]any{"other": map[string]any{}}}),
		customResource("example.com", "pods", "Pod", "Cluster", servedVersion("v1")),
		customResource("old.example.com", "relics", "Relic", "Cluster", map[string]any{"name": "v1", "served": false}),
		&unstructured.Unstructured{Object: map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": "broken"}, "spec": map[string]any{"versions": "none"}}},
	)
	return NewDiscovery(stock.Resources()).With(b.c)
}

func TestResolve(t *testing.T) {
	d := withWidgets(t)
	for word, want := range map[string]string{
		"pods": " pods  true", "pod": " pods  true", "Pod": " pods  true", "PODS": " pods  true", "pods.example.com": "example.com pods  true", "pods/exec": " pods exec true", "pod/log": " pods log true",
		"pods/none": " pods none false", "deployments": "apps deployments  true", "Deployment.apps": "apps deployments  true", "deployments.v1.apps/scale": "apps deployments scale true",
		"deployments.extensions": "extensions deployments  false", "events": " events  true", "events.events.k8s.io": "events.k8s.io events  true",
		"widgets": "example.com widgets  true", "wx": "example.com widgets  true", "widget/status": "example.com widgets status true", "widgets/scale": "example.com widgets scale true", "widgets/other": "example.com widgets other false",
		"relics": " relics  false", "dolphins.sea": "sea dolphins  false", "dolphins/x": " dolphins x false", "users": " users  true", "nodes/metrics": " nodes metrics true", "nodes": " nodes  true",
		"users.authentication.k8s.io": "authentication.k8s.io users  true", "userextras.authentication.k8s.io/scopes": "authentication.k8s.io userextras scopes true", "signers": "certificates.k8s.io signers  true",
		"deployments/finalizers": "apps deployments finalizers true", "*": "* *  true", "*.apps": "apps *  true", "*/exec": "* * exec true", "ingresses": "networking.k8s.io ingresses  true",
	} {
		group, resource, sub, known := d.Resolve(word)
		if got := fmt.Sprint(group, " ", resource, " ", sub, " ", known); got != want {
			t.Errorf("%s is %q, want %q", word, got, want)
		}
	}
}

func TestScopes(t *testing.T) {
	d := withWidgets(t)
	for _, tt := range []struct {
		group, resource   string
		namespaced, known bool
	}{
		{"", "pods", true, true}, {"", "pods/exec", true, true}, {"", "pods/none", true, true}, {"", "nodes", false, true}, {"", "nodes/none", false, true}, {"example.com", "pods", false, true},
		{"example.com", "widgets/status", true, true}, {"*", "pods", false, false}, {"*", "nodes", false, true}, {"*", "secrets", true, true}, {"", "*", false, false}, {"*", "*", false, false}, {"", "*/exec", false, false},
		{"sea", "dolphins", false, false}, {"authentication.k8s.io", "userextras/scopes", false, true}, {"", "users", false, true},
	} {
		if namespaced, known := d.Namespaced(tt.group, tt.resource); namespaced != tt.namespaced || known != tt.known {
			t.Errorf("%s %s: %v, %v", tt.group, tt.resource, namespaced, known)
		}
	}
}

func TestVerbs(t *testing.T) {
	d := withWidgets(t)
	for what, want := range map[[2]string]string{
		{"", "pods/exec"}: "create get", {"", "serviceaccounts"}: "create delete deletecollection get impersonate list patch update watch", {"rbac.authorization.k8s.io", "roles"}: "bind create delete deletecollection escalate get list patch update watch",
		{"", "users"}: "impersonate", {"example.com", "widgets"}: "create delete deletecollection get list patch update watch", {"example.com", "widgets/status"}: "get patch update", {"apps", "deployments/finalizers"}: "update", {"sea", "dolphins"}: "",
	} {
		if got := strings.Join(d.Verbs(what[0], what[1]), " "); got != want {
			t.Errorf("%v: %s", what, got)
		}
	}
	// The table of the stock package is shared.
	for _, r := range stock.Resources() {
		if slices.Contains(r.Verbs, "impersonate") || slices.Contains(r.Verbs, "escalate") {
			t.Errorf("the shared table was written to: %+v", r)
		}
	}
}

// TestExpandIsWhatMatches compares the expansion with a question for every resource and verb that there is.
func TestExpandIsWhatMatches(t *testing.T) {
	d := withWidgets(t)
	r := rand.New(rand.NewPCG(11, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 500 {
		p := Permission{Verb: pick("*", "get", "create", "impersonate", "list"), Group: pick("*", "", "apps", "example.com", "certificates.k8s.io"), Namespace: pick("*", "shop"), Name: pick("", "", "web", "shop"),
			Resource: pick("*", "*/status", "*/exec", "pods", "pods/exec", "nodes", "namespaces", "widgets")}
		got := d.Expand(p)
		if !slices.IsSortedFunc(got, func(x, y Permission) int { return x.Compare(&y) }) || len(got) == 0 {
			t.Fatalf("%+v: not sorted, or nothing: %v", p, got)
		}
		set := map[Permission]bool{}
		for _, one := range got {
			if set[one] {
				t.Errorf("%+v gives %+v twice", p, one)
			}
			set[one] = true
		}
		if len(got) == 1 && got[0] == p {
			continue
		}
		n := 0
		for _, res := range d.All() {
			for _, verb := range res.Verbs {
				one := Permission{Verb: verb, Group: res.Group, Resource: res.Resource, Namespace: p.Namespace, Name: p.Name}
				want := p.Covers(&one)
				if want && p.Namespace == "shop" && !res.Namespaced {
					parent, _, _ := cut(res.Resource)
					want = res.Group == "" && parent == "namespaces" && p.Name != "web" && verb != "list" && verb != "create" && verb != "deletecollection"
					one.Name = "shop"
				}
				if set[one] != want {
					t.Errorf("%+v: %+v is %v, want %v", p, one, set[one], want)
				}
				if want {
					n++
				}
			}
		}
		if n != len(got) {
			t.Errorf("%+v: %d permissions, want %d", p, len(got), n)
		}
	}
}

func TestExpandLeavesWhatIsNotThere(t *testing.T) {
	d := withWidgets(t)
	for _, p := range []Permission{
		{Verb: "*", URL: "/metrics"}, {Verb: "get", Resource: "pods", Namespace: "*"}, {Verb: "*", Group: "sea", Resource: "*", Namespace: "*"}, {Verb: "*", Group: "sea", Resource: "dolphins", Namespace: "*"},
		{Verb: "swim", Group: "*", Resource: "*", Namespace: "*"}, {Verb: "update", Group: "*", Resource: "*/finalizers", Namespace: "*"},
	} {
		if got := d.Expand(p); len(got) != 1 || got[0] != p {
			t.Errorf("%+v: %v", p, got)
		}
	}
}

func TestRequest(t *testing.T) {
	d := withWidgets(t)
	for _, tt := range []struct {
		words    Words
		want     Attributes
		warnings []string
	}{
		{Words{"get", "pods", "web", "shop"}, Attributes{Verb: "get", Resource: "pods", Name: "web", Namespace: "shop"}, []string{`pods are in the groups "" (core), example.com; asked of "" (core)`}},
		{Words{"get", "secrets", "", ""}, Attributes{Verb: "get", Resource: "secrets"}, nil},
		{Words{"get", "secrets", "", "*"}, Attributes{Verb: "get", Resource: "secrets", Namespace: "*"}, nil},
		{Words{"create", "pods/exec", "web", "shop"}, Attributes{Verb: "create", Resource: "pods", Subresource: "exec", Name: "web", Namespace: "shop"}, []string{`pods are in the groups "" (core), example.com; asked of "" (core)`}},
		{Words{"patch", "deployment/scale", "web", "shop"}, Attributes{Verb: "patch", Group: "apps", Resource: "deployments", Subresource: "scale", Name: "web", Namespace: "shop"}, nil},
		{Words{"get", "nodes", "n1", "shop"}, Attributes{Verb: "get", Resource: "nodes", Name: "n1"}, []string{"nodes belong to no namespace: shop is ignored"}},
		{Words{"get", "nodes", "n1", "*"}, Attributes{Verb: "get", Resource: "nodes", Name: "n1"}, nil},
		{Words{"delete", "namespaces", "shop", ""}, Attributes{Verb: "delete", Resource: "namespaces", Name: "shop", Namespace: "shop"}, nil},
		{Words{"delete", "namespaces", "shop", "ops"}, Attributes{Verb: "delete", Resource: "namespaces", Name: "shop", Namespace: "shop"}, []string{"namespaces belong to no namespace: ops is ignored"}},
		{Words{"delete", "namespaces", "shop", "shop"}, Attributes{Verb: "delete", Resource: "namespaces", Name: "shop", Namespace: "shop"}, nil},
		{Words{"watch", "namespaces", "shop", ""}, Attributes{Verb: "watch", Resource: "namespaces", Name: "shop"}, []string{"asked as watch with the field selector metadata.name=shop"}},
		{Words{"list", "secrets", "db", "shop"}, Attributes{Verb: "list", Resource: "secrets", Name: "db", Namespace: "shop"}, []string{"asked as list with the field selector metadata.name=db"}},
		{Words{"create", "secrets", "db", "shop"}, Attributes{Verb: "create", Resource: "secrets", Name: "db", Namespace: "shop"}, []string{"a plain create names no object; asked as one by update or server-side apply, which does"}},
		{Words{"deletecollection", "secrets", "db", "shop"}, Attributes{Verb: "deletecollection", Resource: "secrets", Namespace: "shop"}, []string{"deletecollection names no object: the name is ignored"}},
		{Words{"GET", "secrets", "", ""}, Attributes{Verb: "GET", Resource: "secrets"}, []string{`secrets have no verb "GET": verbs are written in lower case`}},
		{Words{"exec", "secrets", "", ""}, Attributes{Verb: "exec", Resource: "secrets"}, []string{`secrets have no verb "exec"`}},
		{Words{"*", "*", "", ""}, Attributes{Verb: "*", Group: "*", Resource: "*"}, nil},
		{Words{"educate", "dolphins.sea", "flip", "pool"}, Attributes{Verb: "educate", Group: "sea", Resource: "dolphins", Name: "flip", Namespace: "pool"}, []string{"no such resource: dolphins.sea; a rule may name it all the same"}},
		{Words{"impersonate:user-info", "users.authentication.k8s.io", "root", ""}, Attributes{Verb: "impersonate:user-info", Group: "authentication.k8s.io", Resource: "users", Name: "root"}, nil},
		{Words{"get", "/metrics", "", ""}, Attributes{Verb: "get", URL: "/metrics"}, nil},
		{Words{"list", "/metrics", "", "shop"}, Attributes{Verb: "list", URL: "/metrics"}, []string{"a URL belongs to no namespace: shop is ignored", `the verb of a URL is an HTTP method in lower case; "list" is none`}},
		{Words{"get", "/apis/apps/v1", "", ""}, Attributes{Verb: "get", URL: "/apis/apps/v1"}, nil},
	} {
		if got, warnings, err := d.Request(tt.words); got != tt.want || err != nil || !slices.Equal(warnings, tt.warnings) {
			t.Errorf("%q: %+v, %q, %v", tt.words, got, warnings, err)
		}
	}
	for _, w := range []Words{{"", "pods", "", ""}, {"get", "", "", ""}, {"get", "/metrics", "x", ""}, {"get", "/exec", "x", ""}, {"get", ".apps", "", ""}, {"get", "/api/v1/pods", "", ""}, {"get", "/apis/apps/v1/deployments", "", ""},
		{"get", "secrets/web", "", "shop"}, {"get", "secret", "shop/web", ""}} {
		if at, _, err := d.Request(w); err == nil {
			t.Errorf("%q is taken as %+v", w, at)
		}
	}
}
