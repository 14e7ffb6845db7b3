package explain

// rights is data: who may do what, and how an attacker goes on from there.
func rights() []Term {
	return []Term{
		{"RBAC", []string{"rbac"}, "Role-based access control: the rules by which the API server decides who may do what. Roles list rights, bindings give them.", nil},
		{"verb", []string{"verb", "verbs"}, "What is done with an object: get, list, watch, create, update, patch, delete, and a few more.", nil},
		{"role", []string{"role", "roles", "role's"}, "A list of rights, such as to read Secrets, in one namespace. By itself it gives nothing to anybody: a binding does.", []string{"clusterrole", "clusterroles"}},
		{"ClusterRole", []string{"clusterrole", "clusterroles", "clusterrole's"}, "A role that is not bound to one namespace. A ClusterRoleBinding gives its rights everywhere, a RoleBinding in one namespace.", nil},
		{"cluster-admin", []string{"cluster-admin"}, "The ClusterRole that may do everything. Who holds it holds the cluster.", nil},
		{"subject", []string{"subject", "subjects"}, "Who a binding gives rights to: a user, a group, or a service account.", nil},
		{"group", []string{"group", "groups"}, "A name for many users or accounts. Every service account is in system:serviceaccounts; system:authenticated has everybody who is logged in.", []string{"api group", "api groups"}},
		{"impersonate", []string{"impersonate", "impersonates", "impersonation"}, "To act as somebody else, by asking for it: who may do that has all the rights of the other.", nil},
		{"attack path", []string{"attack path", "attack paths", "paths of attack"}, "The steps by which somebody who holds one thing comes to hold another, such as all of the cluster.", nil},
		{"blast radius", []string{"blast radius"}, "All that an attacker comes to reach who holds one thing.", nil},
		{"cut", []string{"cut", "cuts"}, "A change of one object that ends attack paths.", nil},
		{"crown jewel", []string{"crown jewel", "crown jewels"}, "What you have marked as most worth protecting, in the settings.", nil},
		{"lateral movement", []string{"lateral", "lateral movement"}, "To go from one program to another over the network inside of the cluster.", nil},
		{"technique", []string{"technique", "techniques", "mitre"}, "A number such as T1078 by which MITRE ATT&CK names a way in which attackers work.", nil},
	}
}
