package exposure

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// pair is one label.
type pair struct{ key, value string }

// front is a Service, or what is known of one that was not seen: who leads to it, and its endpoints.
type front struct {
	place    *place
	name     string
	service  *record.Typed[*corev1.Service]
	selector []pair
	// home is the pair under which the namespace finds it.
	home   pair
	groups []*group
	slices map[string]*record.Typed[*discoveryv1.EndpointSlice]
	// addresses are those of slices that count.
	addresses []netip.Addr
	doors     map[*door]struct{}

	// tick is the last change of anything that its ends rest on, made the tick at which they were made.
	tick, made uint64
	ends       []end
	ways       []*Way
}

// end is where one port of a Service leads.
type end struct {
	targets []Target
	beyond  []netip.AddrPort
	broken  string
}

// front gives the Service of a name, or a place for it.
func (a *Analyser) front(key types.NamespacedName) *front {
	p := a.place(key.Namespace)
	f := p.fronts[key.Name]
	if f == nil {
		f = &front{place: p, name: key.Name, slices: map[string]*record.Typed[*discoveryv1.EndpointSlice]{}, doors: map[*door]struct{}{}}
		p.fronts[key.Name] = f
	}
	return f
}

// tidyFront forgets a Service of which nothing is left.
func (a *Analyser) tidyFront(f *front) {
	if f.service == nil && len(f.slices) == 0 && len(f.doors) == 0 {
		delete(f.place.fronts, f.name)
		a.tidy(f.place)
	}
}

func (f *front) ref() model.Ref { return serviceRef(f.place.name, f.name) }

// mark notes that the Service leads elsewhere than it did.
func (a *Analyser) mark(f *front) {
	f.tick = a.tick
	if f.opens() {
		a.changed[f.place.name] = struct{}{}
	}
}

// service takes a Service that is new, changed or gone.
func (a *Analyser) service(key types.NamespacedName, after *record.Typed[*corev1.Service]) {
	f := a.front(key)
	a.mark(f)
	a.markCrews(f)
	selector := selectorOf(after)
	f.service = after
	a.mark(f)
	if !slices.Equal(selector, f.selector) {
		a.detach(f)
		if f.selector = selector; len(selector) > 0 {
			f.settle()
			f.place.pending[f] = struct{}{}
			a.waiting[f.place] = struct{}{}
		}
	}
	a.expect(f)
	a.tidyFront(f)
}

func (a *Analyser) markCrews(f *front) {
	for _, g := range f.groups {
		a.touchCrews(g, true)
	}
}

// selectorOf gives the labels that a Service selects, sorted. One that is another name selects nothing, whatever it says.
func selectorOf(s *record.Typed[*corev1.Service]) []pair {
	if s == nil || s.Object.Spec.Type == corev1.ServiceTypeExternalName {
		return nil
	}
	list := make([]pair, 0, len(s.Object.Spec.Selector))
	for k, v := range s.Object.Spec.Selector {
		list = append(list, pair{k, v})
	}
	inorder.Sort(list, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	return list
}

// selects tells whether pods with these labels are behind the Service; both lists are sorted by key.
func (f *front) selects(labels record.Labels) bool {
	i := 0
	for k, v := range labels.All() {
		if i == len(f.selector) || k > f.selector[i].key {
			break
		}
		if k == f.selector[i].key {
			if v != f.selector[i].value {
				return false
			}
			i++
		}
	}
	return i == len(f.selector)
}

// settle puts the Service under the pair of its selector that fewest others are under.
func (f *front) settle() {
	f.home = f.selector[0]
	for _, p := range f.selector[1:] {
		if len(f.place.pairs[p]) < len(f.place.pairs[f.home]) {
			f.home = p
		}
	}
	f.place.pairs[f.home] = append(f.place.pairs[f.home], f)
}

// detach takes the Service from the groups and from under its pair.
func (a *Analyser) detach(f *front) {
	if len(f.selector) == 0 {
		return
	}
	delete(f.place.pending, f)
	if list := without(f.place.pairs[f.home], f); len(list) > 0 {
		f.place.pairs[f.home] = list
	} else {
		delete(f.place.pairs, f.home)
	}
	for _, g := range f.groups {
		g.fronts = without(g.fronts, f)
	}
	f.groups = nil
}

// meet brings the Services of a namespace that wait together with its groups, all in one pass.
func (a *Analyser) meet(p *place) {
	for f := range p.pending {
		a.mark(f)
	}
	for labels, g := range p.groups {
		for k, v := range labels.All() {
			for _, f := range p.pairs[pair{k, v}] {
				if _, waits := p.pending[f]; waits && f.selects(labels) {
					f.groups = append(f.groups, g)
					g.fronts = append(g.fronts, f)
					a.touchCrews(g, true)
				}
			}
		}
	}
	clear(p.pending)
}

// opens tells that the Service may be reached from outside: by itself, or through what leads to it.
func (f *front) opens() bool { return len(f.doors) > 0 || open(f.service) }

// end gives where a port of the Service leads.
func (a *Analyser) end(f *front, i int) *end {
	a.make(f)
	return &f.ends[i]
}

// make works out where the ports lead and what opens the Service, where that is not known yet.
func (a *Analyser) make(f *front) {
	if f.service == nil || (f.ends != nil && f.tick <= f.made) {
		return
	}
	ports := f.service.Object.Spec.Ports
	f.ends = make([]end, len(ports))
	for i := range ports {
		f.ends[i] = a.shared(f, &ports[i])
	}
	f.ways, f.made = serve(f), a.tick
}

// likeness is what Services have in common that lead to the same ports of the same pods.
type likeness struct {
	place            *place
	selector, target string
	protocol         corev1.Protocol
	number           int32
}

// shared follows one port, together with the Services that select the same pods: there may be as many of them as there are pods.
func (a *Analyser) shared(f *front, p *corev1.ServicePort) end {
	if len(f.selector) == 0 || len(f.slices) > 0 {
		return a.resolve(f, p)
	}
	if a.endsAt != a.tick {
		// What rests on an earlier state of the pods is of no use; where nothing changes, nothing is made anew.
		clear(a.ends)
		a.endsAt = a.tick
	}
	like := likeness{place: f.place, selector: f.selectorText(), protocol: p.Protocol}
	if like.number = p.TargetPort.IntVal; p.TargetPort.Type == intstr.String {
		like.target, like.number = p.TargetPort.StrVal, 0
	} else if like.number == 0 {
		like.number = p.Port
	}
	e, ok := a.ends[like]
	if !ok {
		e = a.resolve(f, p)
		a.ends[like] = e
	}
	return e
}

// selectorText writes the selector; no label has a line's end.
func (f *front) selectorText() string {
	var b strings.Builder
	for _, p := range f.selector {
		b.WriteString(p.key)
		b.WriteByte('\n')
		b.WriteString(p.value)
		b.WriteByte('\n')
	}
	return b.String()
}

// resolve follows one port.
func (a *Analyser) resolve(f *front, p *corev1.ServicePort) end {
	spec := &f.service.Object.Spec
	protocol, ok := port.Parse(p.Protocol)
	switch {
	case spec.Type == corev1.ServiceTypeExternalName:
		return end{broken: "the Service is another name for " + spec.ExternalName + " and leads to no pod"}
	case !ok:
		return end{broken: "no policy can name the protocol " + string(p.Protocol)}
	}
	var e end
	if len(f.selector) > 0 {
		e.broken = f.choose(p, protocol, &e.targets)
	} else {
		e.broken = "the Service selects no pods and has no endpoints"
	}
	if by := a.listed(f, p, protocol, &e); by != "" && len(f.selector) == 0 {
		e.broken = by
	}
	if len(e.targets) > 0 || len(e.beyond) > 0 {
		e.broken = ""
	}
	inorder.Sort(e.targets, Target.compare)
	e.targets = slices.CompactFunc(e.targets, func(a, b Target) bool { return a.Port == b.Port && samePod(a.Pod, b.Pod) })
	return e
}

// choose adds the pods that the Service selects; it says why there are none.
func (f *front) choose(p *corev1.ServicePort, protocol port.Protocol, targets *[]Target) string {
	number := p.TargetPort.IntVal
	if p.TargetPort.Type == intstr.Int && number == 0 {
		number = p.Port
	}
	fixed, valid := portNumber(int64(number))
	named := p.TargetPort.Type == intstr.String
	if !named && !valid {
		return "its target port is no port"
	}
	pods := 0
	for _, g := range f.groups {
		pods += g.count
		for _, m := range g.members() {
			to, ok := fixed, true
			if named {
				to, ok = m.shape.named(p.TargetPort.StrVal, protocol)
			}
			if ok {
				*targets = append(*targets, Target{m.pod, to})
			}
		}
	}
	if pods == 0 {
		return "the Service selects no pod that runs"
	}
	return "no pod that the Service selects has a port named " + p.TargetPort.StrVal + " for " + protocol.String()
}
