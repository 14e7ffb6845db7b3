package segmentation

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/exposure"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

const ingress = policy.Ingress

// consoleAt gives an entry of the table.
func consoleAt(i int) *console { return &consoles[i] }

// wayAt shows what opens a way, and through which Service it leads.
func (r *round) wayAt(w *exposure.Way, v *variant) []model.Evidence {
	e := model.Evidence{Object: w.Via, Value: brief(w.Host)}
	switch w.How {
	case exposure.LoadBalancer, exposure.NodePort:
		e.Path, e.Value = "spec.type", map[string]string{exposure.LoadBalancer: string(corev1.ServiceTypeLoadBalancer), exposure.NodePort: string(corev1.ServiceTypeNodePort)}[w.How]
		if t, ok := r.c.Get(w.Via).(*record.Typed[*corev1.Service]); ok {
			e.Value = string(t.Object.Spec.Type)
		}
		return []model.Evidence{e}
	case exposure.ExternalIP:
		e.Path, e.Value = "spec.externalIPs", brief(w.Address)
		return []model.Evidence{e}
	case exposure.HostPort:
		e.Object, e.Path, e.Value = v.pod.Ref(), "spec.containers", strconv.Itoa(int(w.Port))
		spec := &v.pod.Template.Decode().Spec
		for i := range spec.Containers {
			for j := range spec.Containers[i].Ports {
				if spec.Containers[i].Ports[j].HostPort == int32(w.Port) && e.Path == "spec.containers" {
					e.Path = index(index("spec.containers", i)+".ports", j) + ".hostPort"
				}
			}
		}
		return []model.Evidence{e}
	case exposure.HostNetwork:
		return []model.Evidence{{Object: v.pod.Ref(), Path: "spec.hostNetwork", Value: "true"}}
	case exposure.Ingress:
		e.Path = r.ingressPath(w)
	case exposure.Gateway:
		e = model.Evidence{Object: w.Route, Path: "spec.hostnames", Value: brief(w.Host)}
	default:
		e.Path = "spec.host"
	}
	if w.Service.IsZero() {
		return []model.Evidence{e}
	}
	return []model.Evidence{e, {Object: w.Service, Path: "spec.selector", Value: r.selectorText(w.Service)}}
}

// ingressPath finds the rule of an Ingress that opens a way.
func (r *round) ingressPath(w *exposure.Way) string {
	in, ok := r.c.Get(w.Via).(*record.Typed[*networkingv1.Ingress])
	if !ok {
		return "spec.rules"
	}
	for i := range in.Object.Spec.Rules {
		rule := &in.Object.Spec.Rules[i]
		if !strings.EqualFold(rule.Host, w.Host) || rule.HTTP == nil {
			continue
		}
		for j := range rule.HTTP.Paths {
			if b := rule.HTTP.Paths[j].Backend.Service; b != nil && b.Name == w.Service.Name {
				return index("spec.rules", i) + ".host"
			}
		}
	}
	return "spec.defaultBackend.service.name"
}

func (r *round) selectorText(ref model.Ref) string {
	t, ok := r.c.Get(ref).(*record.Typed[*corev1.Service])
	if !ok {
		return ""
	}
	return labelText(record.MakeLabels(t.Object.Spec.Selector))
}

// hearWays has owners of a namespace judged anew where the ways into it are others than before. Where only the pods behind
// them are, those were touched for themselves.
func (r *round) hearWays(name string) {
	p := r.places[name]
	if p == nil {
		return
	}
	if now := r.print(name); now != p.ways || p.rewired {
		p.ways, p.rewired = now, false
		r.touchOwners(name)
	}
}

// print sums up the ways into a namespace, without the pods behind them.
func (r *round) print(name string) uint64 {
	h := fnv.New64a()
	write := func(parts ...string) {
		for _, s := range parts {
			h.Write([]byte(s))
			h.Write([]byte{0})
		}
	}
	for _, w := range r.ways.Ways(r.c, name) {
		if w.How == exposure.HostPort || w.How == exposure.HostNetwork {
			continue
		}
		write(w.Via.String(), w.Route.String(), w.How, w.Address, w.Host, w.Service.String(), w.Broken, strconv.Itoa(int(w.Port)), w.Protocol.String(),
			strconv.FormatBool(w.Internal), strconv.FormatBool(w.SourceKept), strconv.FormatBool(w.Assumed))
		for _, s := range w.Sources {
			write(s.String())
		}
		// From its node's network a controller may connect to what is on that node, whatever policies say.
		var last look
		for i, p := range w.Controller {
			if at := (look{p.Template, p.Labels}); i == 0 || at != last {
				write(p.Namespace, labelText(p.Labels), strconv.FormatUint(p.Template.Hash(), 16))
				last = at
			}
			write(p.Node())
		}
		write("")
	}
	return h.Sum64()
}

// lead notes that what policies of another namespace let out decides for an owner.
func (r *round) lead(p *record.Pod, from string) {
	ref := r.c.TopOwner(p)
	o := r.place(ref.Namespace).owners[ref]
	if o == nil || slices.Contains(o.led, from) {
		return
	}
	o.led = append(o.led, from)
	if r.led[from] == nil {
		r.led[from] = map[model.Ref]struct{}{}
	}
	r.led[from][ref] = struct{}{}
}

// unlead takes that back.
func (r *round) unlead(ref model.Ref, o *owner) {
	for _, from := range o.led {
		delete(r.led[from], ref)
		if len(r.led[from]) == 0 {
			delete(r.led, from)
		}
	}
	o.led = nil
}
