// Package escape tells by which ways a pod leads out of its containers to its node, from its template alone. It judges one
// template and has no opinion on who gets into the pod.
package escape

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// Conditions are what an escape rests on beside the template.
type Conditions struct {
	// Minor is the minor version of the API server, 0 where it is not known.
	Minor int
	// AppArmor tells what is known of AppArmor on the nodes: Yes where it confines containers by default, No where it does not, Unknown.
	AppArmor model.Verdict
	// Windows tells that the pods run on Windows nodes. What the template says of its system counts before it.
	Windows bool
}

// Kind is where an escape leads.
type Kind uint8

// The kinds of escapes.
const (
	// ToNode leads to root on the node, or to the identity of its kubelet.
	ToNode Kind = iota
	// ToTokens leads to the tokens of the pods on the node, and not to the node itself.
	ToTokens
	// ToControlPlane leads to keys of the control plane, where the node is of the control plane.
	ToControlPlane
	// Enabler opens no way by itself: it makes one easier, or leaks.
	Enabler
)

// Escape is one way out of a container.
type Escape struct {
	// Edge is its id in the catalogue of edges: E-01.
	Edge string
	Kind Kind
	// Verdict is Yes where it is open, Depends where the version or the node decides, with the Reason. Version tells that what decides is a version.
	Verdict model.Verdict
	Version bool
	Reason  string
	// Evidence lists the fields that open it, with paths relative to the pod template, such as
	// spec.containers[0].securityContext.privileged, and no object. Those of the surest container come first.
	Evidence []model.Evidence
}

// Of lists the ways out of the pods of a template, by edge and then by kind; an edge of two kinds is there once for each. What
// the template closes is not listed.
//
// All containers count, of whatever type. One that says nothing of its user counts as root, since images that say nothing start
// as root, and what an image says is not in the API.
//
// A user namespace (hostUsers: false) closes what asks for rights in the node's own: privileges, capabilities, the kernel's
// settings, other processes. It does not close paths of the node: the kubelet has the runtime map the owners of every mount, so
// root's files and sockets belong to root of the pod where the runtime and the file system can do that. Those depend.
func Of(t *corev1.PodTemplateSpec, on Conditions) []Escape {
	p := lay(t, on)
	p.privileged()
	p.capabilities()
	p.hostPaths()
	p.namespaces()
	p.unconfined()
	return p.found
}
