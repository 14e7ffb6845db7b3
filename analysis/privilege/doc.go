// Package privilege judges who holds more than they should: rights that lead to other identities, to nodes, to Secrets or
// to the whole cluster, and RBAC objects that are not what they were.
//
// A role is compared once with all that the catalogue's edges need, whoever is bound to it; what comes out is its profile.
// A binding is judged by the profile of its role, its scope and its subjects. One finding is one rule on one binding, or on
// the role where the role itself is at fault; its evidence names each rule of the role with the edges that it opens.
//
// The severity of a finding is that of its rule where the grant is cluster-wide. It is
//   - one step milder where a RoleBinding grants it, unless it lets one act as an account of that namespace which holds the
//     cluster, or, for those who create pods, privileged pods are admitted there;
//   - one step milder where named objects alone are granted, unless they are accounts of which one holds the cluster, and
//     where nothing is gained that the holder has not;
//   - one step worse where a group that everybody, or every service account, belongs to is bound;
//   - info where all subjects are identities of the control plane.
//
// What a binding opens is told for the graph of attacks too, whoever shipped it: see Openings and Reopened.
//
// Objects that Kubernetes itself ships, and that are as it ships them, are no finding (analysis/rbac/stock).
package privilege
