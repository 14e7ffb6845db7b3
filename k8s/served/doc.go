// Package served finds out what a server serves: its version, the kinds that it can list, and which of those that a cluster
// need not have, and at which version they are read. One request answers that, on servers before Kubernetes 1.26 one more for
// each version of a group that matters. It stands in for the discovery client of client-go, which links all of the API.
package served
