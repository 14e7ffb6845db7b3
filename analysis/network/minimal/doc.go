// Package minimal makes NetworkPolicies that keep a given set of flows and nothing else, and proves them by package network:
// which flows stay possible, which are not, what was possible and will not be, and what stays possible besides.
//
// Flows are read by Read. A Survey knows the pods of a cluster; its Propose makes the policies of some workloads or of a
// namespace. Policies only add to what others allow, so those that select the pods already stay in force: what they admit
// is told as residual.
package minimal
