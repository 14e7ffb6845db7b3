// Package networktest makes clusters for the tests and benchmarks of package network, and says by other means what the
// answers must be: in closed form for generated clusters (Layout), by going through every rule for any cluster (Reference),
// and by cases of Kubernetes and of its network policy API (testdata).
//
// Outside of its tests nothing in it uses package network, or what that is built on.
package networktest
