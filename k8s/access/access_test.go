package access

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/k8s/live"
	"canopy/model"
)

func TestClusterRoleIsLeast(t *testing.T) {
	role := ClusterRole()
	covered := map[string][]string{}
	for _, rule := range role.Rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				covered[group+"/"+resource] = rule.Verbs
			}
		}
		for _, verb := range rule.Verbs {
			if !slices.Contains([]string{"get", "list", "watch"}, verb) {
				t.Errorf("verb %q", verb)
			}
		}
		if len(rule.NonResourceURLs) > 0 {
			t.Errorf("non-resource URLs %v", rule.NonResourceURLs)
		}
	}
	kinds := append(model.Kinds(), model.OptionalKinds()...)
	if len(covered) != len(kinds) {
		t.Errorf("%d resources for %d kinds", len(covered), len(kinds))
	}
	for _, rule := range role.Rules {
		if optional := model.OptionalKind(schema.GroupKind{Group: rule.APIGroups[0], Kind: kindOf(kinds, rule.APIGroups[0], rule.Resources[0])}) != nil; len(rule.APIGroups) != 1 || optional != slices.Contains(optionalGroups(), rule.APIGroups[0]) {
			t.Errorf("rule %+v", rule)
		}
	}
	for _, k := range kinds {
		if verbs := covered[k.Group+"/"+k.Resource]; !slices.Contains(verbs, "list") || !slices.Contains(verbs, "watch") {
			t.Errorf("%s: %v", k.Resource, verbs)
		}
	}
	if slices.Contains(covered["/secrets"], "get") {
		t.Error("secrets can be got")
	}
	text, err := yaml.Marshal(role)
	if err != nil || !strings.Contains(string(text), "kind: ClusterRole") {
		t.Errorf("YAML: %v\n%s", err, text)
	}
}

func kindOf(kinds []*model.Kind, group, resource string) string {
	for _, k := range kinds {
		if k.Group == group && k.Resource == resource {
			return k.Kind
		}
	}
	return ""
}

func optionalGroups() []string {
	var list []string
	for _, k := range model.OptionalKinds() {
		list = append(list, k.Group)
	}
	return list
}

// TestKinds asks for the optional kinds that a server serves.
func TestKinds(t *testing.T) {
	denied := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if denied || r.URL.Path != "/apis" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"cilium.io"},"versions":[{"version":"v2","resources":[
			{"resource":"ciliumnetworkpolicies","responseKind":{"kind":"CiliumNetworkPolicy"},"scope":"Namespaced","verbs":["list"]}]}]}]}`)
	}))
	defer server.Close()
	config := &rest.Config{Host: server.URL}
	kinds, err := Kinds(t.Context(), config)
	if err == nil || !slices.Equal(kinds, model.Kinds()) {
		t.Errorf("denied: %d kinds, %v", len(kinds), err)
	}
	denied = false
	kinds, err = Kinds(t.Context(), config)
	if want := append(model.Kinds(), model.KindByName("CiliumNetworkPolicy")); err != nil || !slices.Equal(kinds, want) {
		t.Errorf("%d kinds, %v", len(kinds), err)
	}
}

// settledSink keeps the last coverage.
type settledSink struct{ cover chan model.Coverage }

func (settledSink) Change(...model.Change)    {}
func (settledSink) Identify(model.SourceInfo) {}
func (s settledSink) Cover(list ...model.Coverage) {
	for _, c := range list {
		s.cover <- c
	}
}

func TestClusterRoleSuffices(t *testing.T) {
	lab := labtest.Shared(t)
	ctx, admin := context.Background(), lab.Client(labtest.Admin)
	user := "reader-" + lab.Namespace(t)
	role := ClusterRole()
	role.Name = user
	if _, err := admin.RbacV1().ClusterRoles().Create(ctx, role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}}
	if _, err := admin.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = admin.RbacV1().ClusterRoleBindings().Delete(ctx, user, metav1.DeleteOptions{})
		_ = admin.RbacV1().ClusterRoles().Delete(ctx, user, metav1.DeleteOptions{})
	})
	config := lab.ShortLivedConfig(user, nil, time.Hour)
	deadline := time.Now().Add(20 * time.Second)
	for {
		rows, err := Review(ctx, config, model.Kinds(), nil)
		if err != nil {
			t.Fatal(err)
		}
		denied := slices.DeleteFunc(rows, Row.Complete)
		if len(denied) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the review says that %s may not be read", denied[0].Kind.Resource)
		}
		time.Sleep(100 * time.Millisecond)
	}
	source, err := live.New(live.Options{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	sink := settledSink{make(chan model.Coverage, 1000)}
	done := make(chan error, 1)
	go func() { done <- source.Run(ctx, sink) }()
	complete := map[string]bool{}
	for len(complete) < len(model.Kinds()) {
		select {
		case c := <-sink.cover:
			if c.State == model.Complete {
				complete[c.Kind.String()] = true
			} else if c.State != model.Loading {
				text, _ := json.Marshal(c)
				t.Fatalf("coverage %s", text)
			}
		case <-ctx.Done():
			t.Fatalf("%d of %d kinds complete", len(complete), len(model.Kinds()))
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestReview(t *testing.T) {
	lab := labtest.Shared(t)
	ctx := context.Background()
	kinds := []*model.Kind{model.KindByName("Pod"), model.KindByName("Node")}
	for _, c := range []struct {
		user string
		want []Row
	}{
		{labtest.Canopy, []Row{{Kind: kinds[0], List: true, Watch: true}, {Kind: kinds[1], List: true, Watch: true}}},
		{labtest.Namespaced, []Row{{Kind: kinds[0]}, {Kind: kinds[0], Namespace: "kube-system"},
			{Kind: kinds[0], Namespace: labtest.TestNamespace, List: true, Watch: true}, {Kind: kinds[1]}}},
		{labtest.Nobody, []Row{{Kind: kinds[0]}, {Kind: kinds[0], Namespace: "kube-system"},
			{Kind: kinds[0], Namespace: labtest.TestNamespace}, {Kind: kinds[1]}}},
	} {
		t.Run(c.user, func(t *testing.T) {
			rows, err := Review(ctx, lab.Config(c.user), kinds, []string{"kube-system", labtest.TestNamespace})
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				rows[i].Reason = ""
			}
			if !slices.Equal(rows, c.want) {
				t.Errorf("got %+v, want %+v", rows, c.want)
			}
		})
	}
	if found, err := Kinds(ctx, lab.Config(labtest.Nobody)); err != nil || len(found) < len(model.Kinds()) {
		t.Errorf("kinds for somebody without rights: %d, %v", len(found), err)
	}
	if _, err := Review(ctx, lab.Config(labtest.Anonymous), kinds, nil); err == nil {
		t.Error("an anonymous user may ask for its rights")
	}
}
