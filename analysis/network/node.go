package network

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

// node is a node that exists, or on whose network pods are.
type node struct {
	name      string
	seen      bool
	labels    record.Labels
	addresses []netip.Addr
	// pods are those on its network.
	pods []uint32
	// peers holds the numbers of the peers of nodes that it matches, sorted.
	peers []uint32
}

// Lookup gives the value of a label, for requirements.
func (n *node) Lookup(key string) (string, bool) { return n.labels.Lookup(key) }

// nodeSet is what peers of nodes see of a pod on the host's network.
type nodeSet struct {
	id    uint32
	peers []uint32
	key   string
	// text says which they are.
	text string
}

func (s *nodeSet) in(x *peer) bool {
	if s == nil {
		return false
	}
	_, ok := slices.BinarySearch(s.peers, x.id)
	return ok
}

func (a *Analyser) nodeOf(name string) *node {
	n := a.nodes[name]
	if n == nil {
		n = &node{name: name}
		a.nodes[name] = n
	}
	return n
}

func (a *Analyser) idleNode(n *node) {
	if !n.seen && len(n.pods) == 0 {
		delete(a.nodes, n.name)
	}
}

// node takes a node as it is now; nil is none.
func (a *Analyser) node(name string, r *record.Typed[*corev1.Node]) {
	n := a.nodeOf(name)
	n.seen, n.labels, n.addresses = r != nil, record.Labels{}, nil
	if r != nil {
		n.labels = r.Labels
		for _, x := range r.Object.Status.Addresses {
			if at, err := netip.ParseAddr(x.Address); err == nil {
				n.addresses = append(n.addresses, at.Unmap().WithZone(""))
			}
		}
	}
	for _, x := range a.nodePeers {
		a.judgeNode(x, n)
	}
	for _, m := range slices.Clone(n.pods) {
		a.place(m)
	}
	a.idleNode(n)
}

func (a *Analyser) judgeNode(x *peer, n *node) {
	_, was := x.named[n]
	is := n.seen && x.nodes.Match(n)
	switch {
	case is && !was:
		x.named[n] = struct{}{}
		n.peers = insert(n.peers, x.id)
	case was && !is:
		delete(x.named, n)
		n.peers = remove(n.peers, x.id)
	}
}

func (a *Analyser) nodesAdded(x *peer) {
	for _, n := range a.nodes {
		a.judgeNode(x, n)
	}
	a.replaceHosts(x)
}

func (a *Analyser) nodesDropped(x *peer) {
	for n := range x.named {
		n.peers = remove(n.peers, x.id)
	}
	a.replaceHosts(x)
}

func (a *Analyser) replaceHosts(x *peer) {
	for n := range x.named {
		for _, m := range slices.Clone(n.pods) {
			a.place(m)
		}
	}
}

// nodeSetOf gives what peers of nodes see of a pod; nil where none means it.
func (a *Analyser) nodeSetOf(name string) *nodeSet {
	n := a.nodes[name]
	if name == "" || n == nil || len(n.peers) == 0 {
		return nil
	}
	a.buf = a.buf[:0]
	for _, id := range n.peers {
		a.buf = appendID(a.buf, id)
	}
	s := a.nodeSets[string(a.buf)]
	if s == nil {
		s = &nodeSet{id: a.next(), peers: slices.Clone(n.peers), key: string(a.buf)}
		texts := make([]string, 0, len(s.peers))
		for _, id := range s.peers {
			texts = append(texts, a.nodePeers[id].nodes.String())
		}
		slices.Sort(texts)
		s.text = strings.Join(texts, "; ")
		a.nodeSets[s.key] = s
	}
	return s
}
