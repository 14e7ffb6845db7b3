// Package node judges the nodes of a cluster and its control plane: whether their versions may run together, are still supported, by whom,
// and have known vulnerabilities; whether a reboot is due; and how the kubelet is configured, where that can be known.
package node

import (
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// State is how one topic of a node stands.
type State string

// The states, the worst last but for NoData: that nothing is known is never good.
const (
	OK      State = "ok"
	Due     State = "due"
	Overdue State = "overdue"
	NoData  State = "no-data"
)

// Topic is what a verdict is about.
type Topic string

// The topics, in the order in which they are shown. Provider is judged where there is one, CGroup where the system is no Windows.
const (
	Skew        Topic = "skew"
	Support     Topic = "support"
	Provider    Topic = "provider"
	Patch       Topic = "patch"
	CVE         Topic = "cve"
	Runtime     Topic = "runtime"
	OS          Topic = "os"
	KernelLine  Topic = "kernel"
	Drift       Topic = "drift"
	CGroup      Topic = "cgroup"
	Reboot      Topic = "reboot"
	Config      Topic = "config"
	Certificate Topic = "certificate"
	Ready       Topic = "ready"
)

// Verdict is one topic of one node.
type Verdict struct {
	Topic  Topic  `json:"topic"`
	State  State  `json:"state"`
	Detail string `json:"detail"`
	// Source says where what it rests on comes from, Date as of when: a day, the oldest and the newest where sources are of several
	// ("2024-11-18 to 2026-10-28"), or "" where it is the cluster itself, now.
	Source string `json:"source"`
	Date   string `json:"date"`
}

// Node is what is known of a node. It is immutable.
type Node struct {
	Ref model.Ref
	// Kubelet, Runtime, OS and Kernel are as the kubelet told them; Proxy is the version of kube-proxy that runs there, "" where that is
	// not known.
	Kubelet, Proxy, Runtime, OS, Kernel, Arch string
	// Version is that of the kubelet; Plain is false where it is none.
	Version lifecycle.Version
	Plain   bool
	// Provider is a product by the name that package lifecycle has for it (lifecycle.EKS), or another's such as rke2 and k3s; "" where
	// nothing tells one. Pool is what nodes are compared within.
	Provider, Pool string
	Roles          []string
	Ready          bool
	Cordoned       bool
	Created        int64
	// Booted is when a reboot was last seen while watching, zero where none was.
	Booted int64
	// Verdicts are shared between nodes that are alike; nobody may change them.
	Verdicts []Verdict
	// Findings are the ids of those that are published on it.
	Findings []string
}

// Verdict finds one by topic; false where it is not judged.
func (n *Node) Verdict(t Topic) (Verdict, bool) {
	for _, v := range n.Verdicts {
		if v.Topic == t {
			return v, true
		}
	}
	return Verdict{}, false
}

// Worst is the worst state of all verdicts: Overdue, Due, NoData, OK.
func (n *Node) Worst() State {
	worst := OK
	rank := map[State]int{OK: 0, NoData: 1, Due: 2, Overdue: 3}
	for _, v := range n.Verdicts {
		if rank[v.State] > rank[worst] {
			worst = v.State
		}
	}
	return worst
}

// Part is one running instance of a component of the control plane, or of kube-proxy.
type Part struct {
	// Component is one of lifecycle's: kube-apiserver. Object is its pod; the zero Ref for the server that answers us.
	Component string
	Object    model.Ref
	// Node is "" where that is not known.
	Node    string
	Raw     string
	Version lifecycle.Version
	// Known is false where neither its image nor anything else tells the version; Reason says why.
	Known  bool
	Reason string
}

// Plane is what is known of the control plane. It is immutable.
type Plane struct {
	// Parts are its instances, and those of kube-proxy, sorted by component and node.
	Parts []Part
	// Hidden tells that no API server is seen as a pod, as where a provider runs it: then only the version that it answers is known, but for
	// k3s, where the kubelets of its servers tell theirs.
	Hidden   bool
	Verdicts []Verdict
	Findings []string
}
