package attack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// wayRole is the smallest role that gives the needs of a way.
func wayRole(w *model.Way, less int) []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	for i := range w.Needs[:len(w.Needs)-less] {
		n := &w.Needs[i]
		group, resource := n.Group, n.Resources[0]
		if n.Any() {
			group, resource = "", "pods"
		}
		rules = append(rules, rbacv1.PolicyRule{Verbs: n.Verbs[:1], APIGroups: []string{group}, Resources: []string{resource}, ResourceNames: n.Names[:min(1, len(n.Names))]})
	}
	return rules
}

// wayOpen builds a cluster in which a user holds a way of an edge, or all but its last need, and tells whether the graph says so.
func wayOpen(l law, t *testing.T, e *model.Edge, w *model.Way, less int) bool {
	text := "Namespace a {}\nNode n1 {}\nSecret a/x1 {type: Opaque}\nServiceAccount a/s1 {}\nPod a/p1 {spec: {nodeName: n1}}\n"
	if w.Before > 0 {
		text += fmt.Sprintf("!v1.%d.0\n", w.Before-1)
	}
	// The owners of pods and the custom kinds that a way may change are there.
	text += "DaemonSet a/d {spec: {template: {spec: {nodeSelector: {no: one}}}}}\nCronJob a/c {spec: {suspend: true}}\nReplicationController a/c {}\n"
	for i := range w.Needs {
		for _, r := range w.Needs[i].Resources {
			if w.Needs[i].Served {
				text += "CustomResourceDefinition " + r + "." + w.Needs[i].Group + "\n"
			}
		}
	}
	if w.Exists != "" {
		parts := strings.Split(w.Exists, "/")
		text += parts[1] + " " + parts[0] + "/" + parts[2] + " {}\n"
	}
	s := l.scene(t, text)
	role := s.read("ClusterRole r = ").(*rbacv1.ClusterRole)
	role.Rules = wayRole(w, less)
	s.town.put(role, s.read("ClusterRoleBinding b r user:u1"))
	blast, ok := s.town.asker().Blast(NodeOfSubject(model.Subject{Kind: model.UserSubject, Name: "u1"}))
	if !ok {
		t.Fatalf("%s: nobody by that name", e.ID)
	}
	listed := slices.ContainsFunc(blast.Impact, func(h Hop) bool {
		if h.Edge != e.ID {
			return false
		}
		if len(h.Proof.Evidence) < 3 || h.Proof.Object.Name != "b" || h.Proof.Match != "direct" {
			t.Errorf("%s: proof %+v", e.ID, h.Proof)
		}
		return true
	})
	if e.Leads == "impact" || e.Leads == "listeners" {
		return listed
	}
	if listed {
		t.Errorf("%s is listed as impact", e.ID)
	}
	for v, k := range s.town.a.keys {
		if k.kind != binding {
			continue
		}
		for _, line := range s.town.a.graph.Out(vertexNumber(v)) {
			if i := tag(line.Tag).edge(); i >= 0 && s.town.edges[i].ID == e.ID {
				return true
			}
		}
	}
	return false
}

// TestImpact holds of every way of every edge that whoever holds it has the hop, or the impact where it leads to no node; and has not with one
// permission less.
func TestImpact(t *testing.T) {
	law := readLaw(t)
	impacts := 0
	for _, e := range law.edges {
		if e.Leads == "impact" {
			impacts++
		}
		for i := range e.Ways {
			w := &e.Ways[i]
			if !w.Limited && wayOpen(law, t, e, w, 0) == w.Idle {
				t.Errorf("%s: way %d is idle: %t, and that it is open is not the contrary", e.ID, i, w.Idle)
			}
		}
		last := &e.Ways
		if len(*last) == 1 && wayOpen(law, t, e, &(*last)[0], 1) {
			t.Errorf("%s is open without its last need", e.ID)
		}
	}
	if impacts < 20 {
		t.Errorf("%d edges of impact", impacts)
	}
}
