package exposure

import (
	"maps"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser keeps the ways into a cluster up to date. It belongs to the goroutine that updates it, which also asks it.
type Analyser struct {
	// tick counts changes; what was made is good while nothing below it has a later one.
	tick uint64
	// epoch changes whenever the ways to a pod may be others than before.
	epoch   uint64
	members map[types.NamespacedName]*member
	shapes  map[record.Template]*shape
	places  map[string]*place
	doors   map[model.Ref]*door
	// addresses are those that EndpointSlices name which no controller made; fresh ones have not met the pods yet.
	addresses map[netip.Addr]*address
	fresh     map[netip.Addr]*address

	classes        map[string]class
	gatewayClasses map[string]string
	gateways       map[types.NamespacedName]*gateway
	grants         map[string]map[string][]grant

	// ends are those that Services of one selector share, as of endsAt.
	ends   map[likeness]end
	endsAt uint64

	// crews are the groups of pods that are controllers, by whose they are.
	crews    map[string]map[*group]struct{}
	crewTick uint64
	roster   map[string]*crew

	// What follows is what was noted since the last flush.
	changed map[string]struct{}
	waiting map[*place]struct{}
	crewed  map[string]struct{}
	news    news
}

// news is what changed on which Ingresses and routes may rest beside Services.
type news struct {
	// classes and gatewayClasses are those of Ingresses and Gateways, granting and labelled are namespaces.
	classes, gatewayClasses, granting, labelled map[string]struct{}
	gateways                                    map[types.NamespacedName]struct{}
}

func (n *news) none() bool {
	return len(n.classes)+len(n.gatewayClasses)+len(n.granting)+len(n.labelled)+len(n.gateways) == 0
}

func (n *news) clear() {
	clear(n.classes)
	clear(n.gatewayClasses)
	clear(n.granting)
	clear(n.labelled)
	clear(n.gateways)
}

// Delta is what a flush brought.
type Delta struct {
	// Namespaces are those of which a way may have changed, sorted: Ways gives something else, or the pods behind are others.
	// That a container became ready is no such change.
	Namespaces []string
}

// place is a namespace.
type place struct {
	name   string
	groups map[record.Labels]*group
	fronts map[string]*front
	// pairs finds Services by one label that they select.
	pairs map[pair][]*front
	// pending are Services that have yet to meet the groups.
	pending map[*front]struct{}
	// hosts are the pods that take ports of nodes.
	hosts roll
	taken int
	// doors lead here.
	doors map[*door]struct{}
}

// New gives an analyser that has seen nothing.
func New() *Analyser {
	return &Analyser{
		members: map[types.NamespacedName]*member{}, shapes: map[record.Template]*shape{}, places: map[string]*place{},
		doors: map[model.Ref]*door{}, addresses: map[netip.Addr]*address{}, fresh: map[netip.Addr]*address{},
		classes: map[string]class{}, gatewayClasses: map[string]string{}, gateways: map[types.NamespacedName]*gateway{},
		ends:   map[likeness]end{},
		grants: map[string]map[string][]grant{}, crews: map[string]map[*group]struct{}{}, roster: map[string]*crew{},
		changed: map[string]struct{}{}, waiting: map[*place]struct{}{}, crewed: map[string]struct{}{},
		news: news{
			classes: map[string]struct{}{}, gatewayClasses: map[string]struct{}{}, granting: map[string]struct{}{},
			labelled: map[string]struct{}{}, gateways: map[types.NamespacedName]struct{}{},
		},
	}
}

// Concerns tells whether changes of a kind are any concern here.
func Concerns(gk schema.GroupKind) bool {
	switch gk.Group {
	case "":
		return gk.Kind == "Pod" || gk.Kind == "Service" || gk.Kind == "Namespace"
	case discoveryv1.GroupName:
		return gk.Kind == "EndpointSlice"
	case model.GroupNetwork:
		return gk.Kind == "Ingress" || gk.Kind == "IngressClass"
	case model.GroupGateway:
		return gk.Kind == "GatewayClass" || gk.Kind == "Gateway" || gk.Kind == "ReferenceGrant" || routeKind(gk.Kind)
	case model.GroupRoute:
		return gk.Kind == "Route"
	}
	return false
}

// Update notes a change. What is asked before the next flush may miss it.
func (a *Analyser) Update(_ *cluster.Cluster, d cluster.Delta) {
	if !Concerns(d.GroupKind()) {
		return
	}
	a.tick++
	a.epoch++
	key := types.NamespacedName{Namespace: d.Ref.Namespace, Name: d.Ref.Name}
	switch d.Ref.Kind {
	case "Pod":
		_, after := cluster.Cast[*record.Pod](d)
		a.pod(key, after)
	case "Service":
		_, after := cluster.Cast[*record.Typed[*corev1.Service]](d)
		a.service(key, after)
	case "EndpointSlice":
		before, after := cluster.Cast[*record.Typed[*discoveryv1.EndpointSlice]](d)
		a.slice(key, before, after)
	case "Ingress":
		_, after := cluster.Cast[*record.Typed[*networkingv1.Ingress]](d)
		a.door(d.Ref, readIngress(after))
	case "IngressClass":
		_, after := cluster.Cast[*record.Typed[*networkingv1.IngressClass]](d)
		a.class(d.Ref.Name, after)
	case "Namespace":
		a.namespace(d)
	default:
		_, after := cluster.Cast[*record.Custom](d)
		a.custom(key, d.Ref, after)
	}
}

// Version changes with every change that concerns the ways in.
func (a *Analyser) Version() uint64 { return a.tick }

// custom takes an object of Gateway API or of OpenShift.
func (a *Analyser) custom(key types.NamespacedName, ref model.Ref, after *record.Custom) {
	switch {
	case ref.Kind == "GatewayClass":
		a.news.gatewayClasses[ref.Name] = struct{}{}
		delete(a.gatewayClasses, ref.Name)
		if after != nil {
			a.gatewayClasses[ref.Name] = text(dig(after.Body, "spec", "controllerName"))
		}
	case ref.Kind == "Gateway":
		a.news.gateways[key] = struct{}{}
		delete(a.gateways, key)
		if after != nil {
			a.gateways[key] = readGateway(after)
		}
	case ref.Kind == "ReferenceGrant":
		a.news.granting[key.Namespace] = struct{}{}
		a.grant(key, after)
	case ref.Group == model.GroupRoute:
		a.door(ref, readOpenShift(after))
	default:
		a.door(ref, readRoute(after))
	}
}

// namespace takes a namespace whose labels may decide which routes a Gateway lets in.
func (a *Analyser) namespace(d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
	if before == nil || after == nil || before.Labels != after.Labels {
		a.news.labelled[d.Ref.Name] = struct{}{}
	}
}

// Flush works out what was noted.
func (a *Analyser) Flush(*cluster.Cluster) Delta {
	if len(a.waiting) > 0 || len(a.fresh) > 0 || !a.news.none() || len(a.crewed) > 0 {
		a.epoch++
	}
	if len(a.waiting) > 0 || len(a.fresh) > 0 {
		// What was asked since the last change is out of date by what follows.
		a.tick++
		for p := range a.waiting {
			a.meet(p)
		}
		clear(a.waiting)
		a.find()
	}
	if !a.news.none() || len(a.crewed) > 0 {
		for _, d := range a.doors {
			if d.rests(a) {
				d.made = false
				for p := range d.places {
					a.changed[p.name] = struct{}{}
				}
			}
		}
		a.news.clear()
		clear(a.crewed)
	}
	if len(a.changed) == 0 {
		return Delta{}
	}
	delta := Delta{Namespaces: slices.Sorted(maps.Keys(a.changed))}
	clear(a.changed)
	return delta
}

// place gives a namespace, a new one where there is none.
func (a *Analyser) place(name string) *place {
	p := a.places[name]
	if p == nil {
		p = &place{
			name: name, groups: map[record.Labels]*group{}, fronts: map[string]*front{}, pairs: map[pair][]*front{},
			pending: map[*front]struct{}{}, doors: map[*door]struct{}{},
		}
		a.places[name] = p
	}
	return p
}

// tidy forgets a namespace of which nothing is left.
func (a *Analyser) tidy(p *place) {
	if len(p.groups) == 0 && len(p.fronts) == 0 && len(p.doors) == 0 {
		delete(a.places, p.name)
		delete(a.waiting, p)
	}
}
