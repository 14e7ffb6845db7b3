package segmentation

import "canopy/analysis/network"

// orderScenes are about policies of the whole cluster and about who obeys any: NW07, NW21.
func orderScenes() []scene {
	admin := func(name, priority, subject, rules string) string {
		return "kind: AdminNetworkPolicy\nmetadata: {name: " + name + "}\nspec: {priority: " + priority + ", subject: {namespaces: {" + subject + "}}, ingress: [" + rules + "]}\n---\n"
	}
	rule := func(action, from string) string {
		return "{name: r, action: " + action + ", from: [{namespaces: {" + from + "}}]}"
	}
	dns := rule("Allow", "matchLabels: {team: dns}")
	return []scene{
		{"allow against deny", "NW21", shop + web + admin("a", "5", "", rule("Allow", "")) + admin("b", "5", "", rule("Deny", "")), []string{"NW21 AdminNetworkPolicy/a medium", "NW21 AdminNetworkPolicy/b medium"}, []string{`AdminNetworkPolicy/a spec.ingress[0] = "allow"`, `AdminNetworkPolicy/b spec.ingress[0] = "deny"`}, ""},
		{"a wider against a narrower", "NW21", shop + web + admin("a", "5", "", rule("Allow", "matchLabels: {team: x}")) + admin("b", "5", "matchLabels: {kubernetes.io/metadata.name: shop}", rule("Deny", "")), []string{"NW21 AdminNetworkPolicy/a medium", "NW21 AdminNetworkPolicy/b medium"}, nil, ""},
		{"another priority", "NW21", shop + web + admin("a", "5", "", rule("Allow", "")) + admin("b", "6", "", rule("Deny", "")), nil, nil, ""},
		{"the same action", "NW21", shop + web + admin("a", "5", "", rule("Deny", "")) + admin("b", "5", "", rule("Deny", "")), nil, nil, ""},
		{"other subjects", "NW21", shop + web + admin("a", "5", "matchLabels: {team: x}", rule("Allow", "")) + admin("b", "5", "matchLabels: {team: y}", rule("Deny", "")), nil, nil, ""},
		{"other peers", "NW21", shop + web + admin("a", "5", "", rule("Allow", "matchLabels: {team: x}")) + admin("b", "5", "", rule("Deny", "matchLabels: {team: y}")), nil, nil, ""},
		{"an earlier rule decides for both", "NW21", shop + web + admin("a", "5", "", dns+", "+rule("Deny", "")) + admin("b", "5", "", dns+", "+rule("Deny", "")), nil, nil, ""},
		{"nobody obeys", "NW07", shop + web + deny, []string{"NW07 Namespace/kube-system high"}, []string{"flannel: DaemonSet kube-flannel-ds runs"}, network.None},
		{"nobody knows", "NW07", shop + web + deny, []string{"NW07 Namespace/kube-system info unknown"}, nil, network.Unverified},
		{"nobody obeys and nobody asks", "NW07", shop + web, nil, nil, network.None},
		{"an open pod where nobody obeys", "NW01", shop + web, []string{"NW01 shop/Pod/web high"}, nil, network.None},
		{"an isolated pod where nobody obeys", "NW01", shop + web + deny, nil, nil, network.None},
		{"all is obeyed", "NW07", shop + web + deny, nil, nil, ""},
	}
}
