package segmentation

import (
	"slices"
	"testing"

	"canopy/analysis/network"
	"canopy/model"
)

func kind(name string) model.Coverage {
	return model.Coverage{Kind: model.KindByName(name).GroupKind(), State: model.Denied, Reason: "not permitted"}
}

// TestUnseenIsNotClean holds that where a kind was not seen what rests on it says so.
func TestUnseenIsNotClean(t *testing.T) {
	rules := law(t)
	limited := "kind: ResourceQuota\nmetadata: {name: q}\n---\nkind: LimitRange\nmetadata: {name: l}\n---\n"
	for _, tt := range []struct {
		name, rule string
		objects    string
		unseen     []string
		want       []string
		reason     string
	}{
		{"policies", "NW01", shop + web, []string{"NetworkPolicy"}, []string{"NW01 shop/Pod/web high unknown"}, "not permitted"},
		{"policies", "NW02", shop + web, []string{"NetworkPolicy"}, []string{"NW02 shop/Pod/web medium unknown"}, "not permitted"},
		{"policies, of an isolated pod", "NW01", shop + web + deny, []string{"NetworkPolicy"}, nil, ""},
		{"policies", "NW03", shop + web, []string{"NetworkPolicy"}, []string{"NW03 Namespace/shop medium unknown"}, "NetworkPolicy denied: not permitted"},
		{"policies, of a pod that is let out nowhere", "NW05", shop + web + deny + awsNode, []string{"NetworkPolicy"}, []string{"NW05 shop/Pod/web high unknown"}, "not permitted"},
		{"pods", "NW06", shop + web + policyOf("in", "{podSelector: {matchLabels: {app: none}}}"), []string{"Pod"}, []string{"NW06 shop/NetworkPolicy/in low depends"}, "Pod denied: not permitted"},
		{"namespaces", "NW06", shop + web + policyOf("in", "{podSelector: {matchLabels: {app: none}}}"), []string{"Namespace"}, []string{"NW06 shop/NetworkPolicy/in low depends"}, "Namespace denied"},
		{"pods", "NW18", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: https}]}]}"), []string{"Pod"}, []string{"NW18 shop/NetworkPolicy/in low depends"}, "Pod denied"},
		{"quotas", "NW15", shop + web, []string{"ResourceQuota"}, []string{"NW15 Namespace/shop low"}, ""},
		{"quotas and limits", "NW15", shop + web, []string{"ResourceQuota", "LimitRange"}, []string{"NW15 Namespace/shop low unknown"}, "ResourceQuota denied"},
		{"quotas, where there is one", "NW15", shop + web + limited, []string{"ResourceQuota", "LimitRange"}, nil, ""},
		{"labels of the namespace of the DNS", "NW19", shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {dns: a}}}], ports: [{port: 53}, {port: 53, protocol: UDP}]}]}"), []string{"Namespace"}, []string{"NW19 shop/Pod/web medium depends"}, "labels of namespace kube-system were not seen"},
	} {
		t.Run(tt.rule+" "+tt.name, func(t *testing.T) {
			b := newCourt(t, rules, today()).complete()
			for _, k := range tt.unseen {
				b.cover(kind(k))
			}
			b.put(read(t, tt.objects)...)
			if got := b.short(tt.rule); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%s", got, tt.want, b.text(tt.rule))
			}
			for _, f := range b.out.findings {
				if f.Rule.ID == tt.rule && !contain(f.Reason, tt.reason) {
					t.Errorf("the reason is %q", f.Reason)
				}
			}
			// What is seen after all is judged by.
			for _, k := range tt.unseen {
				cov := kind(k)
				cov.State, cov.Reason = model.Complete, ""
				b.cover(cov)
			}
			b.flush()
			if got, want := b.text(), newCourt(t, rules, today()).complete().put(read(t, tt.objects)...).text(); got != want {
				t.Errorf("once it is seen:\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestForeignPolicies holds that nothing is taken for open, or for closed, that a policy which is not evaluated may change.
func TestForeignPolicies(t *testing.T) {
	b := newCourt(t, law(t), today()).complete()
	b.net.Surroundings(network.Surroundings{Enforcement: network.Verified, Plugin: "Cilium", Foreign: []network.Foreign{
		{Ref: model.Ref{Group: "cilium.io", Version: "v2", Kind: "CiliumNetworkPolicy", Namespace: "shop", Name: "x"}, Namespace: "shop"}}})
	b.put(read(t, shop+system+web+awsNode)...)
	want := []string{
		"NW01 kube-system/Pod/coredns low", "NW01 shop/Pod/web high unknown", "NW02 kube-system/Pod/coredns low", "NW02 shop/Pod/web medium unknown",
		"NW03 Namespace/kube-system low", "NW03 Namespace/shop medium unknown", "NW05 kube-system/Pod/coredns low", "NW05 shop/Pod/web high unknown",
	}
	if got := b.short("NW01", "NW02", "NW03", "NW05"); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if f := b.find("NW01", "shop/Pod/web"); f == nil || !contain(f.Reason, "CiliumNetworkPolicy") {
		t.Errorf("the reason does not name the policy: %+v", f)
	}
}
