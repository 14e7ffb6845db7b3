// Package exposure finds what opens pods to the outside of a cluster: Services with an address or a port outside, ports of
// nodes that pods take, Ingresses, routes behind Gateways, OpenShift's Routes.
//
// It says where a way leads, not whether policies let anything through; Entries asks package network for that. What is not
// known is told as such: the pods of a controller that were not found, a name that resolves nowhere. A way that leads
// nowhere is listed all the same, with what breaks it.
//
// Pods of a namespace with the same labels are one group, and a Service selects groups. An event of a pod so touches its
// group and marks the Services that select it; the ways are made when they are asked for, and kept until something below
// them has changed.
//
// Left out are routes of kinds that only one controller understands (IngressRoute of Traefik, VirtualService of Istio,
// HTTPProxy of Contour), listener sets, and routes whose parent is a Service: the mesh is not the outside.
package exposure
