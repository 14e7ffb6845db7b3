package segmentation

import (
	"slices"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// resident is the pods of a namespace that have the same labels, and that policies concern.
type resident struct {
	labels record.Labels
	iso    network.Isolation
	// guards tells apart those that the same policies isolate for ingress.
	guards string
}

// residents lists the pods of a namespace by their labels.
func (r *round) residents(name string) []resident {
	list, ok := r.living[name]
	if ok {
		return list
	}
	have := map[record.Labels]struct{}{}
	if p := r.places[name]; p != nil {
		for ref := range p.owners {
			for _, v := range r.house(ref).variants {
				if _, ok := have[v.pod.Labels]; ok {
					continue
				}
				if iso := r.net.Isolation(v.pod); iso.Exempt == "" {
					have[v.pod.Labels] = struct{}{}
					list = append(list, resident{v.pod.Labels, iso, key(name, iso.By[policy.Ingress])})
				}
			}
		}
	}
	inorder.Sort(list, func(a, b resident) int { return strings.Compare(labelText(a.labels), labelText(b.labels)) })
	r.living[name] = list
	return list
}

// kinds lists the labels of the pods that a NetworkPolicy selects.
func (r *round) kinds(ref model.Ref) []record.Labels {
	p := r.form(ref)
	if p == nil {
		return nil
	}
	var list []record.Labels
	for _, x := range r.residents(ref.Namespace) {
		if r.selects(&p.Subject, ref.Namespace, x.labels) {
			list = append(list, x.labels)
		}
	}
	return list
}

// refuser gives the policy that refuses, where all pods of a namespace that a peer means do. Of several it is the first that
// lets others in, else the first.
func (r *round) refuser(home string, from []record.Labels, rule *policy.Rule, peer *policy.Peer, name string) (model.Ref, bool) {
	var by []model.Ref
	asked := map[string]struct{}{}
	for i, list := 0, r.residents(name); i < len(list); i++ {
		x := &list[i]
		if !peer.Pods.Pods.Match(x.labels) {
			continue
		}
		// What goes before the policies of the namespace may let it in.
		if x.iso.Unknown != "" || len(x.iso.Ordered[policy.Ingress]) > 0 || len(x.iso.By[policy.Ingress]) == 0 {
			return model.Ref{}, false
		}
		if _, ok := asked[x.guards]; ok {
			continue
		}
		if r.admits(home, from, rule, x.iso.By[policy.Ingress]) {
			return model.Ref{}, false
		}
		asked[x.guards] = struct{}{}
		by = append(by, x.iso.By[policy.Ingress]...)
	}
	if len(by) == 0 {
		return model.Ref{}, false
	}
	by = sorted(by)
	for _, ref := range by {
		if f := r.form(ref); f != nil && len(f.Rules[policy.Ingress]) > 0 {
			return ref, true
		}
	}
	return by[0], true
}

// admits tells that some rule lets in something of what another lets out, from one of the pods, or may.
func (r *round) admits(home string, from []record.Labels, out *policy.Rule, by []model.Ref) bool {
	for _, ref := range by {
		f := r.form(ref)
		if f == nil {
			return true
		}
		for i := range f.Rules[policy.Ingress] {
			in := &f.Rules[policy.Ingress][i]
			if !portsMeet(out, in) {
				continue
			}
			if in.Anyone {
				return true
			}
			for j := range in.Peers {
				peer := &in.Peers[j]
				// A range of addresses may hold those of the pods.
				if peer.Pods == nil {
					return true
				}
				if r.may(peer.Pods, home) && slices.ContainsFunc(from, func(l record.Labels) bool { return peer.Pods.Pods.Match(l) }) {
					return true
				}
			}
		}
	}
	return false
}

// portsMeet tells that two rules may mean the same connection. What a name stands for differs from pod to pod.
func portsMeet(a, b *policy.Rule) bool {
	if !a.Ports.Intersect(b.Ports).Empty() {
		return true
	}
	return len(a.Named) > 0 && (len(b.Named) > 0 || !b.Ports.Empty()) || len(b.Named) > 0 && !a.Ports.Empty()
}
