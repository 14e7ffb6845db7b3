package model

// Edge is one step of an attack, as data: what an attacker must hold, what it gives, and when it holds. Package
// analysis/catalogue loads it.
type Edge struct {
	// ID is a letter and two digits: W-07.
	ID    string `json:"id"`
	Title string `json:"title"`
	// From and To are the types that the edge joins: identity, pod, node, secret, role, namespace, cluster-admin, cloud,
	// internet.
	From string `json:"from"`
	To   string `json:"to"`
	// Scope is namespace where a RoleBinding is enough, cluster where only a ClusterRoleBinding grants it.
	Scope string `json:"scope"`
	// Class is the class of capability that the edge gives: what attack paths join.
	Class string `json:"class"`
	// Takeover tells that it leads to all of the cluster by itself where it is held cluster-wide.
	Takeover bool `json:"takeover,omitempty"`
	// Rule is the id of the rule whose findings show the edge; "" where findings of other themes do.
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

// Way is a set of permissions that together, held by one subject, make an edge.
type Way struct {
	// Needs lists the permissions; the first is the one whose binding is at fault.
	Needs []Need `json:"needs"`
	// Since and Before bound the minor versions of Kubernetes in which the way is open: 36 means 1.36; 0 is no bound.
	Since  int `json:"since,omitempty"`
	Before int `json:"before,omitempty"`
	// Namespaces limits the way to these namespaces, such as kube-system.
	Namespaces []string `json:"namespaces,omitempty"`
	// Admission names what may refuse the request after it was authorized: "pod-security" where the level of the namespace
	// decides, "policy" where a policy or a feature that cannot be read decides; "" for nothing known.
	Admission string `json:"admission,omitempty"`
	// Note says what else the way rests on.
	Note string `json:"note,omitempty"`
}

// Need is one permission of a way: any of the verbs, on any of the resources.
type Need struct {
	Verbs []string `json:"verbs"`
	Group string   `json:"group"`
	// Resources are written as RBAC writes them: pods, pods/exec.
	Resources []string `json:"resources"`
	// Names lists the objects that are worth having; none means any.
	Names []string `json:"names,omitempty"`
}
