package policy

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// orderedPeer is what the peers of all versions and directions can say.
type orderedPeer struct {
	namespaces, nodes *metav1.LabelSelector
	pods              *podSelector
	networks, domains []string
}

// podSelector selects pods in namespaces, both by their labels.
type podSelector struct{ namespace, pod *metav1.LabelSelector }

// peers reads one peer; one of networks is as many as it has ranges.
func (d *decoder) peers(path string, o *orderedPeer) []Peer {
	set := 0
	for _, is := range []bool{o.namespaces != nil, o.pods != nil, o.nodes != nil, len(o.networks) > 0, len(o.domains) > 0} {
		if is {
			set++
		}
	}
	switch {
	case set == 0:
		d.failClosed(path)
	case set > 1:
		d.unread(path, "", "has more than one field; only one may be set")
	case o.namespaces != nil || o.pods != nil:
		if s := d.selector(path, o.namespaces, o.pods); s != nil {
			return []Peer{{Pods: s, Path: path}}
		}
	case o.nodes != nil:
		if rs, ok := d.labelSelector(path+".nodes", o.nodes); ok {
			return []Peer{{Nodes: &rs, Path: path}}
		}
	case len(o.domains) > 0:
		for i, name := range o.domains {
			if !domain(name) {
				d.unread(item(path+".domainNames", i), name, "not a domain name")
			}
		}
		return []Peer{{Domains: slices.Clone(o.domains), Path: path}}
	default:
		return d.networks(path+".networks", o.networks)
	}
	return nil
}

func (d *decoder) networks(path string, ranges []string) []Peer {
	peers := make([]Peer, 0, len(ranges))
	for i, text := range ranges {
		at := item(path, i)
		p, ok := d.prefix(at, text)
		if !ok {
			d.lose(at, "not a range of addresses")
			continue
		}
		peers = append(peers, Peer{Block: &Block{CIDR: p, Definite: true}, Path: at})
	}
	return peers
}

// selector reads one of the two ways to select pods; nil where it is not valid.
func (d *decoder) selector(path string, namespaces *metav1.LabelSelector, pods *podSelector) *Selector {
	if pods == nil {
		of, ok := d.labelSelector(path+".namespaces", namespaces)
		if !ok {
			return nil
		}
		return &Selector{Namespaces: of}
	}
	// Both are read whatever comes of the first, so that the faults of both are told.
	of, first := d.labelSelector(path+".pods.namespaceSelector", pods.namespace)
	labels, second := d.labelSelector(path+".pods.podSelector", pods.pod)
	if !first || !second {
		return nil
	}
	return &Selector{Namespaces: of, Pods: labels}
}

func (d *decoder) labelSelector(path string, s *metav1.LabelSelector) (Requirements, bool) {
	rs, ok := d.requirements(path, s)
	if !ok {
		d.lose(path, "not a valid selector")
	}
	return rs, ok
}
