package attack

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// isControlPlane tells a node of the control plane.
func isControlPlane(m *record.Meta) bool {
	return m.Labels.Has("node-role.kubernetes.io/control-plane") || m.Labels.Has("node-role.kubernetes.io/master")
}

// nodeUser is who the kubelet of a node is to the API server.
func nodeUser(name string) model.Subject {
	return model.Subject{Kind: model.UserSubject, Name: "system:node:" + name}
}

// sketchMachine draws a node: who has root on it holds the pods on it and its own identity; on a node of the control plane, all of the
// cluster.
func (a *Analyser) sketchMachine(w *World, ref model.Ref) *sketch {
	s := &sketch{}
	n, ok := cluster.Find[*record.Typed[*corev1.Node]](w.Cluster, "Node", "", ref.Name)
	if !ok {
		return s
	}
	me := machineOf(ref.Name)
	s.link(all(machines, everywhere), me)
	s.link(me, heldOf(ref.Name))
	s.link(me, key{kind: anyNode})
	user := nodeUser(ref.Name)
	s.link(all(kubelets, everywhere), identityOf(user))
	s.link(all(kubelets, everywhere), heldOf(ref.Name))
	s.add(a.step(me, identityOf(user), "K-02", Proven, ""))
	for _, name := range rbac.UserOf(user).Groups {
		s.add(a.member(identityOf(user), identityOf(model.Subject{Kind: model.GroupSubject, Name: name})))
	}
	if isControlPlane(&n.Meta) {
		s.add(a.step(me, key{kind: admin}, "K-03", Proven, ""))
		s.link(me, key{kind: anyPlane})
	}
	if name := instanceIdentity(n.Object.Spec.ProviderID); name != "" {
		s.add(a.step(me, key{kind: cloud, ref: model.Ref{Name: name}}, "K-04", MissingData, instanceUnknown))
	}
	return s
}

const instanceUnknown = "which role the instance has, and what it may do, is not in the cluster"

// instanceIdentity names the identity that a cloud gives to the machine of a node, by the beginning of its provider's id; "" where there
// is none.
func instanceIdentity(provider string) string {
	cloud, _, ok := strings.Cut(provider, "://")
	if !ok {
		return ""
	}
	switch cloud {
	case "aws":
		return "aws:the role of the node's instance"
	case "gce":
		return "gcp:the account of the node's instance"
	case "azure":
		return "azure:the identity of the node's instance"
	}
	return ""
}
