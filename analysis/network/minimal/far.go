package minimal

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// far is an end of a flow as it was found in the cluster.
type far struct {
	end End
	// parties are the owners of pods that are meant; pod is set where one of their pods is.
	parties []*party
	pod     *record.Pod
	// place is set where a whole namespace is meant.
	place *place
	// blocks are addresses outside.
	blocks []netip.Prefix
	// api are the addresses of the API server, each with the port at which it answers.
	api []netip.AddrPort
}

// found is a flow of which both ends were found.
type found struct {
	*Flow
	src, dst far
	// need are the ports by number; vague tells that a name stands for different numbers on different pods.
	need  port.Set
	vague bool
}

// find finds the ends of flows, and tells of those that cannot be.
func (s *Survey) find(flows []Flow) ([]found, Faults) {
	var list []found
	var faults Faults
	for i := range flows {
		f := found{Flow: &flows[i]}
		before := len(faults)
		var why string
		if f.src, why = s.resolve(f.Src); why != "" {
			faults.add(f.Where, "source "+f.Src.String()+": "+why)
		}
		if f.dst, why = s.resolve(f.Dst); why != "" {
			faults.add(f.Where, "destination "+f.Dst.String()+": "+why)
		}
		if len(faults) > before {
			continue
		}
		if why := s.number(&f); why != "" {
			faults.add(f.Where, why)
			continue
		}
		list = append(list, f)
	}
	return list, faults
}

// resolve finds an end; why says what keeps it from being found.
func (s *Survey) resolve(e End) (f far, why string) {
	f.end = e
	switch {
	case e.Word == Internet:
		f.blocks = []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
		return f, ""
	case e.Word == APIServer:
		if f.api = s.apiServer(); len(f.api) == 0 {
			return f, "its addresses were not seen (EndpointSlice and Service kubernetes of namespace default): name them by cidr:"
		}
		for _, a := range f.api {
			f.blocks = append(f.blocks, netip.PrefixFrom(a.Addr(), a.Addr().BitLen()))
		}
		return f, ""
	case e.Block.IsValid():
		if e.Block.IsSingleIP() {
			if who := s.living(e.Block.Addr()); !who.IsZero() {
				return f, "it is the address of " + who.String() + ", which changes: name the workload"
			}
		}
		f.blocks = []netip.Prefix{e.Block}
		return f, ""
	case e.Kind == namespaceKind:
		if f.place = s.places[e.Name]; f.place == nil {
			if _, ok := cluster.Find[*record.Typed[*corev1.Namespace]](s.c, "Namespace", "", e.Name); !ok {
				return f, "there is no such namespace"
			}
			f.place = &place{name: e.Name}
		}
		f.parties = f.place.sorted()
		return f, ""
	}
	return s.resolveParty(f)
}

// resolveParty finds a workload or a pod.
func (s *Survey) resolveParty(f far) (far, string) {
	e := f.end
	if strings.EqualFold(e.Kind, "Service") || strings.EqualFold(e.Kind, "services") {
		return f, "policies see pods, not Services: name the workload behind it, and the port of its pods"
	}
	kind := e.Kind
	if k := model.KindByName(e.Kind); k != nil && e.Kind != "" {
		kind = k.Kind
		if record.TemplatePath(kind) == "" {
			return f, "no pods are made by a " + kind
		}
	}
	p := s.places[e.Namespace]
	if p != nil {
		for _, x := range p.sorted() {
			if x.ref.Name == e.Name && (kind == "" || strings.EqualFold(x.ref.Kind, kind)) {
				f.parties = append(f.parties, x)
			}
		}
	}
	switch {
	case len(f.parties) == 1:
		return f, ""
	case len(f.parties) > 1:
		var names []string
		for _, x := range f.parties {
			names = append(names, x.ref.String())
		}
		return f, "it may be any of " + strings.Join(names, ", ") + ": name the kind"
	}
	if p == nil {
		return f, "no pods run in the namespace, nor would any"
	}
	if kind == "Pod" {
		if pod, ok := s.c.Get(model.KindByName("Pod").Ref(e.Namespace, e.Name)).(*record.Pod); ok && !pod.Finished() {
			f.pod, f.parties = pod, []*party{p.parties[s.c.TopOwner(pod)]}
			return f, ""
		}
	}
	if k := model.KindByName(kind); k != nil && kind != "Pod" {
		// One in between, such as the ReplicaSet of a Deployment.
		if r := s.c.Get(k.Ref(e.Namespace, e.Name)); r != nil {
			if top := s.c.TopOwner(r); top != r.Ref() {
				return f, "it belongs to " + top.String() + ": name that"
			}
			return f, "no pods run for it, nor would any"
		}
	}
	return f, "there is no such workload"
}

// number finds the numbers for the names of a flow's ports.
func (s *Survey) number(f *found) string {
	f.need = f.Ports.Set
	if f.Dst.Word == APIServer {
		if !f.need.Has(port.TCP, apiPort) {
			return "the API server is asked at port 443, which " + f.Ports.String() + " is not"
		}
		var set port.Builder
		for _, a := range f.dst.api {
			set.Add(port.TCP, a.Port(), a.Port())
		}
		f.need = set.Set()
		return ""
	}
	for _, n := range f.Ports.Names {
		var all port.Set
		first := true
		for _, x := range f.dst.parties {
			for _, t := range x.templates() {
				one := s.named(&party{ref: x.ref, pods: []*record.Pod{{Template: t}}}, n)
				if one.Empty() && len(f.dst.parties) > 1 {
					continue
				}
				if !first && !one.Equal(all) {
					f.vague = true
				}
				all, first = all.Union(one), false
			}
		}
		if all.Empty() {
			return "no container of " + f.Dst.String() + " has a port called " + quoted(n.Name)
		}
		f.need = f.need.Union(all)
	}
	return ""
}

// covers tells whether an end of an answer is within the end of a flow.
func (f *far) covers(e network.End) bool {
	if e.Block.IsValid() {
		return slices.ContainsFunc(f.blocks, func(b netip.Prefix) bool { return b.Bits() <= e.Block.Bits() && b.Contains(e.Block.Addr()) })
	}
	return slices.ContainsFunc(f.parties, func(x *party) bool { return x.ref == e.Ref })
}

// ends gives what to ask the evaluator for.
func (f *far) ends() []network.End {
	var list []network.End
	switch {
	case f.pod != nil:
		return []network.End{{Ref: f.pod.Ref()}}
	case f.place != nil:
		return []network.End{{Ref: model.KindByName("Namespace").Ref("", f.place.name)}}
	case len(f.blocks) > 0:
		for _, b := range f.blocks {
			list = append(list, network.End{Block: b})
		}
		return list
	}
	for _, x := range f.parties {
		list = append(list, network.End{Ref: x.ref})
	}
	return list
}
