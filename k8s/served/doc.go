// Package served finds out which of the kinds that a cluster need not have a server serves, and at which version they are
// read. One request answers that, on servers before Kubernetes 1.26 one more for each version of a group that matters.
package served
