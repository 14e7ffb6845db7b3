package plugin

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// alien is a kind of policy that is not evaluated; model.OptionalKind knows the rest.
type alien struct {
	group, kind string
	// root is the namespace from which objects act on every namespace.
	root string
}

// aliens is data. Kinds that belong to a plug-in and decide nothing by themselves are left out: tiers, groups and address
// sets, which matter only through a policy; staged policies, which are not enforced; PolicyEndpoints of AWS, which repeat
// NetworkPolicies; OVN's AdminPolicyBasedExternalRoute, which only chooses a way out; host endpoints and profiles of Calico,
// which are about nodes and about pods that Calico itself runs.
var aliens = [...]alien{
	{"cilium.io", "CiliumNetworkPolicy", ""},
	{"cilium.io", "CiliumClusterwideNetworkPolicy", ""},
	{"crd.projectcalico.org", "NetworkPolicy", ""},
	{"crd.projectcalico.org", "GlobalNetworkPolicy", ""},
	{"projectcalico.org", "NetworkPolicy", ""},
	{"projectcalico.org", "GlobalNetworkPolicy", ""},
	{"crd.antrea.io", "NetworkPolicy", ""},
	{"crd.antrea.io", "ClusterNetworkPolicy", ""},
	{"k8s.ovn.org", "EgressFirewall", ""},
	{"k8s.ovn.org", "UserDefinedNetwork", ""},
	{"k8s.ovn.org", "ClusterUserDefinedNetwork", ""},
	{"k8s.cni.cncf.io", "MultiNetworkPolicy", ""},
	// A further network that pods may join, past all policies of the first. Which pods do is told by their annotations, and
	// nothing here looks at pods: it counts for its own namespace, the only one whose pods may name it without a namespace.
	{"k8s.cni.cncf.io", "NetworkAttachmentDefinition", ""},
	{"networking.k8s.aws", "ApplicationNetworkPolicy", ""},
	{"networking.k8s.aws", "ClusterNetworkPolicy", ""},
	{"security.istio.io", "AuthorizationPolicy", "istio-system"},
	{"policy.linkerd.io", "AuthorizationPolicy", ""},
	{"policy.linkerd.io", "Server", ""},
}

func (a *alien) groupKind() schema.GroupKind { return schema.GroupKind{Group: a.group, Kind: a.kind} }

// alienOf finds the entry of a kind; nil where there is none.
func alienOf(gk schema.GroupKind) *alien {
	for i := range aliens {
		if aliens[i].group == gk.Group && aliens[i].kind == gk.Kind {
			return &aliens[i]
		}
	}
	return nil
}

// foreign lists the policies that are not evaluated, sorted. An object of a namespace touches the pods there, one of the
// cluster those of all namespaces, and so does one of Istio's in its root namespace. A kind that the server has but that
// could not be read is told by a reference without a name.
func foreign(c *cluster.Cluster) []network.Foreign {
	var list []network.Foreign
	coverage := c.Coverage()
	for i := range aliens {
		a := &aliens[i]
		for r := range c.All(a.groupKind()) {
			ref := r.Ref()
			list = append(list, network.Foreign{Ref: ref, Namespace: a.touches(ref.Namespace)})
		}
		list = append(list, unread(c, a, coverage)...)
	}
	inorder.Sort(list, func(x, y network.Foreign) int {
		if n := strings.Compare(x.Namespace, y.Namespace); n != 0 {
			return n
		}
		return x.Ref.Compare(y.Ref)
	})
	return slices.Compact(list)
}

func (a *alien) touches(namespace string) string {
	if a.root != "" && namespace == a.root {
		return ""
	}
	return namespace
}

// unread says where objects of a kind may be that were not read: everywhere; or, where single namespaces were read instead,
// in all others that are known.
func unread(c *cluster.Cluster, a *alien, coverage []model.Coverage) []network.Foreign {
	whole, single := hidden(c, a, ""), false
	// A namespace that anything was asked of is known; parts says whether this kind was.
	parts := map[string]bool{}
	for _, cov := range coverage {
		if cov.Namespace != "" {
			of := cov.Kind == a.groupKind()
			parts[cov.Namespace] = parts[cov.Namespace] || of
			single = single || of
		}
	}
	unnamed := model.OptionalKind(a.groupKind()).Ref("", "")
	switch {
	case !whole && !single:
		return nil
	case !single:
		return []network.Foreign{{Ref: unnamed}}
	}
	if whole {
		for r := range c.All(namespaces) {
			if _, ok := parts[r.GetName()]; !ok {
				parts[r.GetName()] = false
			}
		}
	}
	var list []network.Foreign
	for namespace, spoken := range parts {
		if (spoken && hidden(c, a, namespace)) || (!spoken && whole) {
			list = append(list, network.Foreign{Ref: unnamed, Namespace: a.touches(namespace)})
		}
	}
	return list
}

// hidden tells that there may be objects which were not read: the server refused, or a capture leaves out a kind of which it
// holds the definition. A kind that nobody speaks of is one that the server does not have.
func hidden(c *cluster.Cluster, a *alien, namespace string) bool {
	switch cov := c.Seen(a.groupKind(), namespace); cov.State {
	case model.Denied:
		return true
	case model.Absent:
		return !strings.Contains(cov.Reason, "not serve") && c.Get(definition(a.groupKind())) != nil
	default:
		return false
	}
}

func definition(gk schema.GroupKind) model.Ref {
	name := model.OptionalKind(gk).Resource + "." + gk.Group
	return model.Ref{Group: definitions.Group, Version: "v1", Kind: definitions.Kind, Name: name}
}
