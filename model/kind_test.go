package model

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// TestKindsAreFound finds every kind of both tables by group and kind, and by name and group.
func TestKindsAreFound(t *testing.T) {
	seen := map[schema.GroupKind]bool{}
	for _, k := range append(Kinds(), OptionalKinds()...) {
		gk := k.GroupKind()
		if seen[gk] {
			t.Errorf("%s stands twice", gk)
		}
		seen[gk] = true
		if got := KindOf(gk); got != k {
			t.Errorf("KindOf(%s) gives %v", gk, got)
		}
		if (BuiltIn(gk) == k) == (OptionalKind(gk) == k) {
			t.Errorf("%s is in both tables or in none", gk)
		}
		for _, word := range []string{k.Kind, k.Resource} {
			if got := KindByName(word + "." + k.Group); got != k {
				t.Errorf("KindByName(%s.%s) gives %v", word, k.Group, got)
			}
		}
	}
	if KindOf(schema.GroupKind{Group: "example.com", Kind: "Gateway"}) != nil || KindByName("widgets") != nil || KindByName("pods.example.com") != nil {
		t.Error("a kind was found that is in no table")
	}
}

// TestBareNames are those of built-in kinds where one has the name, else of the first optional kind.
func TestBareNames(t *testing.T) {
	for name, group := range map[string]string{
		"NetworkPolicy": GroupNetwork, "networkpolicies": GroupNetwork, "ClusterNetworkPolicy": GroupPolicy, "HTTPRoute": GroupGateway,
		"routes": GroupRoute, "authorizationpolicy": "security.istio.io", "GlobalNetworkPolicy": "projectcalico.org",
	} {
		if k := KindByName(name); k == nil || k.Group != group {
			t.Errorf("%s: got %v, want group %s", name, k, group)
		}
	}
	ref, err := ParseRef("shop/NetworkPolicy.crd.antrea.io/deny")
	if want := (Ref{"crd.antrea.io", "v1beta1", "NetworkPolicy", "shop", "deny"}); err != nil || ref != want {
		t.Errorf("got %v, %v", ref, err)
	}
}

func TestTwins(t *testing.T) {
	for _, k := range append(Kinds(), OptionalKinds()...) {
		twin := k.Twin()
		if (twin != nil) != (k.Group == "crd.projectcalico.org") || twin != nil && (twin.Kind != k.Kind || twin.Namespaced != k.Namespaced || twin.Twin() != nil) {
			t.Errorf("%s: twin %v", k.GroupKind(), twin)
		}
	}
	k := KindByName("HTTPRoute")
	if at := k.At("v1beta1"); at == k || at.Version != "v1beta1" || at.GroupKind() != k.GroupKind() || k.At("v1") != k {
		t.Errorf("At gives %v", at)
	}
}
