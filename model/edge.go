package model

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Edge is one step of an attack, as data: what an attacker must hold, what it gives, and when it holds. Package
// analysis/catalogue loads it.
type Edge struct {
	// ID is a letter and two digits: W-07.
	ID    string `json:"id"`
	Title string `json:"title"`
	// From and To are the types that the edge joins: identity, pod, node, secret, role, namespace, cluster-admin, cloud,
	// internet; other is what none of these is, such as trust, evidence or availability.
	From string `json:"from"`
	To   string `json:"to"`
	// Scope is namespace where a RoleBinding is enough, cluster where only a ClusterRoleBinding grants it.
	Scope string `json:"scope"`
	// Class is the class of capability that the edge gives: what attack paths join.
	Class string `json:"class"`
	// Takeover tells that it leads to all of the cluster by itself where it is held cluster-wide.
	Takeover bool `json:"takeover,omitempty"`
	// Leads says what whoever holds the edge comes to hold in the graph of attacks, where it is held: accounts (any account of
	// the place), pods (the inside of any pod), listeners (a connection to any pod), secrets (reads all of them), nodes (root on any node),
	// kubelets (the identity of any node, and what pods on it are given), namespace (accounts, pods and Secrets together), identities (any identity but those of system:masters), cluster (all of it), or
	// impact: no node of the graph. Edges without ways have none: the graph draws them by what objects say.
	Leads string `json:"leads,omitempty"`
	// Cost is how hard it is for an attacker, from 1 to 5: 1 is one command that leaves little behind.
	Cost int `json:"cost"`
	// Rule is the id of the rule whose findings show the edge; "" where no single rule does.
	Rule string `json:"rule,omitempty"`
	// Ways lists what has to be held: any one way is enough. None means that the edge does not rest on permissions alone;
	// Condition then says on what.
	Ways []Way `json:"ways,omitempty"`
	// Condition says in words exactly when the edge holds.
	Condition string   `json:"condition"`
	Attack    string   `json:"attack"`
	Defence   string   `json:"defence"`
	Remedy    string   `json:"remedy"`
	MITRE     []string `json:"mitre"`
	MS        []string `json:"ms"`
}

// Way is a set of permissions that together, held by one subject, make an edge. They count where they meet: in one
// namespace, where some may be held cluster-wide, or cluster-wide all of them.
type Way struct {
	// Needs lists the permissions; the first is the one whose binding is at fault.
	Needs []Need `json:"needs"`
	// Since and Before bound the minor versions of Kubernetes in which the way is open: 36 means 1.36; 0 is no bound.
	Since  int `json:"since,omitempty"`
	Before int `json:"before,omitempty"`
	// Namespaces limits the way to these namespaces, such as kube-system.
	Namespaces []string `json:"namespaces,omitempty"`
	// Exists names an object, as namespace/Kind/name, without which the way leads nowhere.
	Exists string `json:"exists,omitempty"`
	// Admission names what may refuse the request after it was authorized: "pod-security" where the level of the namespace
	// decides, "policy" where a policy or a feature that cannot be read decides; "" for nothing known.
	Admission string `json:"admission,omitempty"`
	// Limited tells that the way gives its holder nothing that the holder has not, as a binding to a role that is held anyway.
	Limited bool `json:"limited,omitempty"`
	// Idle tells that the way alone leads nowhere in the graph of attacks: somebody else has to do the rest.
	Idle bool `json:"idle,omitempty"`
	// Note says what else the way rests on.
	Note string `json:"note,omitempty"`
}

// Need is one permission of a way: any of the verbs, on any of the resources. A wildcard of a role satisfies it, so none
// stands in it, with one exception: group "*" with the one resource "*" says that the verb counts on whatever resource of
// whatever group it is held.
type Need struct {
	Verbs []string `json:"verbs"`
	Group string   `json:"group"`
	// Resources are written as RBAC writes them: pods, pods/exec.
	Resources []string `json:"resources"`
	// Names lists the objects that are worth having; none means any. They are compared as they are, without wildcards.
	Names []string `json:"names,omitempty"`
	// Served tells that the resources are custom ones: they lead nowhere in the graph of attacks where nothing shows that the server has them.
	Served bool `json:"served,omitempty"`
}

// Any tells whether the need is met by its verb on whatever resource.
func (n *Need) Any() bool { return n.Group == "*" }

// Cluster tells whether need i of the way counts only where it is held cluster-wide: its resource is in no namespace, so
// a RoleBinding does not give it. The verb bind is asked for in the namespace of the binding that is written, and use in
// that of the pod, whatever the scope of what they name. A Namespace is its own namespace to the server.
func (w *Way) Cluster(i int) bool {
	n := &w.Needs[i]
	switch {
	case slices.Contains(n.Verbs, "bind") && i > 0:
		return w.Cluster(0)
	case slices.Contains(n.Verbs, "bind"), slices.Contains(n.Verbs, "use"):
		return false
	}
	return n.Clustered(0)
}

// Clustered tells whether resource i of the need is in no namespace.
func (n *Need) Clustered(i int) bool {
	resource, _, _ := strings.Cut(n.Resources[i], "/")
	for j := range kinds {
		if k := &kinds[j]; k.Group == n.Group && k.Resource == resource {
			return !k.Namespaced && k.Kind != "Namespace"
		}
	}
	return slices.Contains(clustered[:], schema.GroupResource{Group: n.Group, Resource: resource})
}

// clustered is data: the resources in no namespace that permissions name and the table of kinds has not.
var clustered = [...]schema.GroupResource{
	{Group: "", Resource: "groups"},
	{Group: "", Resource: "users"},
	{Group: "authentication.k8s.io", Resource: "groups"},
	{Group: "authentication.k8s.io", Resource: "nodes"},
	{Group: "authentication.k8s.io", Resource: "uids"},
	{Group: "authentication.k8s.io", Resource: "users"},
	{Group: "certificates.k8s.io", Resource: "clustertrustbundles"},
	{Group: "certificates.k8s.io", Resource: "signers"},
	{Group: "external-secrets.io", Resource: "clusterexternalsecrets"},
	{Group: "external-secrets.io", Resource: "clustersecretstores"},
	{Group: "kyverno.io", Resource: "clusterpolicies"},
	{Group: "mutations.gatekeeper.sh", Resource: "assign"},
	{Group: "mutations.gatekeeper.sh", Resource: "assignimage"},
	{Group: "mutations.gatekeeper.sh", Resource: "assignmetadata"},
	{Group: "mutations.gatekeeper.sh", Resource: "modifyset"},
	{Group: "policies.kyverno.io", Resource: "generatingpolicies"},
	{Group: "policies.kyverno.io", Resource: "mutatingpolicies"},
	{Group: "templates.gatekeeper.sh", Resource: "constrainttemplates"},
}
