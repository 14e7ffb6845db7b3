package remedy

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/privilege"
	"canopy/model"
)

// rulesOf writes just what a way needs into rules: the smallest, all that counts, and wildcards.
func rulesOf(w *model.Way) map[string][]rbacv1.PolicyRule {
	all := map[string][]rbacv1.PolicyRule{}
	for i := range w.Needs {
		n := &w.Needs[i]
		group, resources := n.Group, n.Resources
		if n.Any() {
			group, resources = "", []string{"pods"}
		}
		least := rbacv1.PolicyRule{Verbs: n.Verbs[:1], APIGroups: []string{group}, Resources: resources[:1], ResourceNames: n.Names}
		most := rbacv1.PolicyRule{Verbs: append([]string{"get", "other"}, n.Verbs...), APIGroups: []string{"", group, "more.example"}, Resources: append([]string{"configmaps", "things"}, resources...)}
		wide := most
		wide.Verbs = []string{"*"}
		all["least"] = append(all["least"], least)
		all["most"] = append(all["most"], most)
		all["wide"] = append(all["wide"], wide)
		wide.Resources = []string{"*"}
		all["wider"] = append(all["wider"], wide)
	}
	return all
}

// Every way of every edge that the catalogue knows is closed by the fix of its rule's finding, in whichever words the role
// grants it, by a role of the binding's own and by one that others hold.
func TestEveryWayIsClosed(t *testing.T) {
	science, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, e := range science.edges {
		for i := range e.Ways {
			w := &e.Ways[i]
			minor := 37
			if w.Before > 0 {
				minor = w.Before - 1
			}
			for words, rules := range rulesOf(w) {
				for _, own := range []bool{true, false} {
					if !own && words != "most" {
						continue
					}
					namespaces := []string{""}
					if e.Scope == "namespace" && !w.Cluster(0) {
						namespaces = append(namespaces, append(w.Namespaces, "shop")[0])
					}
					for _, ns := range namespaces {
						closes(t, fmt.Sprintf("%s way %d, %s, own %v, in %q", e.ID, i+1, words, own, ns), e, w, rules, own, ns, fmt.Sprintf("v1.%d.0", minor))
						done++
					}
				}
			}
		}
	}
	if done < 500 {
		t.Errorf("only %d ways", done)
	}
}

func closes(t *testing.T, name string, e *model.Edge, w *model.Way, rules []rbacv1.PolicyRule, own bool, namespace, server string) {
	t.Helper()
	objects := []runtime.Object{aClusterRole("r", rules...)}
	id := model.FindingID(e.Rule, model.KindByName("ClusterRoleBinding").Ref("", "b"))
	if namespace == "" {
		objects = append(objects, bindAll("b", "r", user("ann")))
	} else {
		b := bind("b", "ClusterRole", "r", user("ann"))
		b.Namespace = namespace
		objects = append(objects, b)
		id = model.FindingID(e.Rule, model.KindByName("RoleBinding").Ref(namespace, "b"))
	}
	if !own {
		objects = append(objects, bindAll("other", "r", user("bob")))
	}
	if w.Exists != "" {
		ref, err := model.ParseRef(w.Exists)
		if err != nil || ref.Kind != "ConfigMap" {
			t.Fatal(name, err)
		}
		objects = append(objects, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace}})
	}
	c := holding(t, objects...)
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	science, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	have := newShadow(c, privilege.New(science.rules, science.edges), server, science.edges).held
	f := have[id]
	if f == nil {
		t.Errorf("%s: no finding", name)
		return
	}
	versions := []string{server}
	if !own {
		versions = append(versions, "")
	}
	for _, known := range versions {
		fix, err := ForServer(c, known, []*model.Finding{f})
		if err != nil {
			t.Fatal(name, err)
		}
		if len(fix.Notes) > 0 || !slices.ContainsFunc(fix.Documents, func(d Document) bool { return slices.Contains(d.Closes, id) }) {
			t.Errorf("%s: %+v\n%s", name, fix.Notes, text(fix))
			return
		}
		next := carried(t, c, fix.Plan)
		for id := range newShadow(next, privilege.New(science.rules, science.edges), server, science.edges).held {
			if o := have[id]; o == nil && next.Get(f.Object) != nil && id != "" {
				t.Errorf("%s: %s begins", name, id)
			} else if id == f.ID {
				t.Errorf("%s: goes on", name)
			}
		}
		if last := fix.Documents[len(fix.Documents)-1]; parseBreakage(last.Breakage) < needsEvidence {
			t.Errorf("%s: breakage %s", name, last.Breakage)
		}
	}
}
