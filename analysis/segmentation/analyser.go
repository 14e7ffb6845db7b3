package segmentation

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

// Analyser judges segmentation. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules catalogue.Set
	clock model.Clock

	places map[string]*place
	sheets map[record.Template]*sheet
	// stood holds the findings that stand, by object and by what judges it.
	stood analysis.Standing[seat]
	// ordered are the policies of the admin and the baseline tier: there are few.
	ordered map[model.Ref]*policy.Policy
	// networked counts the NetworkPolicies.
	networked int
	cloud     clouds
	dns       resolvers
	// proxies are the workloads that run ingress-nginx, by version.
	proxies map[model.Ref]version
	// taking are the Services with externalIPs.
	taking map[model.Ref]struct{}
	// hosts finds the Ingresses that claim a host.
	hosts hosts
	// crossings says which namespaces of lesser environments reach production.
	crossings crossings
	// watchers are the policies that look into other namespaces than their own.
	watchers map[model.Ref][]watched
	// led finds owners by the namespaces of the controllers that lead to them.
	led map[string]map[model.Ref]struct{}
	// refusals are what ingress policies refuse of what egress rules let out.
	refusals refusals
	// conflicts are the disagreements between policies of equal priority.
	conflicts map[model.Ref]map[model.Ref][]model.Evidence
	state     network.Surroundings
	// foreign names a policy that is not evaluated, by the namespace that it touches; "" is all of them.
	foreign map[string]model.Ref
	// doubts says of each kind how much of it was not seen, as it was when it was last judged by.
	doubts map[schema.GroupKind]string

	dirty dirt
}

// seat is an object with what judges it.
type seat struct {
	model.Ref
	part
}

// part tells apart what judges one object.
type part uint8

const (
	asOwner part = iota
	asPlace
	asPolicy
	asRefusing
	asConflict
	asObject
	asPlugin
)

// dirt is what was touched since the last flush.
type dirt struct {
	all bool
	// objects are Services, Ingresses, Gateways and Routes, ordered policies of the admin and the baseline tier.
	owners, policies, ordered, objects map[model.Ref]struct{}
	places                             map[string]struct{}
	// worlds are namespaces of which the environment may be another.
	worlds map[string]struct{}
	// dns tells that other pods may answer for the DNS, guarded that policies may let others ask them, renamed that the
	// labels by which policies find their namespace changed.
	dns, guarded, renamed bool
	// subjects are those of ordered policies that came, went or changed.
	subjects []policy.Selector
}

func newDirt() dirt {
	return dirt{
		owners: map[model.Ref]struct{}{}, policies: map[model.Ref]struct{}{}, ordered: map[model.Ref]struct{}{},
		objects: map[model.Ref]struct{}{}, places: map[string]struct{}{}, worlds: map[string]struct{}{},
	}
}

func (d *dirt) empty() bool {
	return !d.all && !d.dns && !d.guarded && len(d.owners) == 0 && len(d.policies) == 0 && len(d.ordered) == 0 && len(d.objects) == 0 &&
		len(d.places) == 0 && len(d.worlds) == 0
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock) *Analyser {
	return &Analyser{
		rules: rules, clock: clock,
		places: map[string]*place{}, sheets: map[record.Template]*sheet{}, stood: analysis.Standing[seat]{},
		ordered: map[model.Ref]*policy.Policy{}, proxies: map[model.Ref]version{},
		taking: map[model.Ref]struct{}{}, hosts: hosts{}, crossings: crossings{}, watchers: map[model.Ref][]watched{}, led: map[string]map[model.Ref]struct{}{}, refusals: newRefusals(), conflicts: map[model.Ref]map[model.Ref][]model.Evidence{},
		doubts: map[schema.GroupKind]string{}, dirty: newDirt(),
	}
}

// Len counts the findings that stand.
func (a *Analyser) Len() int {
	return a.stood.Len()
}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time {
	if len(a.proxies) > 0 && a.clock.Now().Before(retired()) {
		return retired()
	}
	return time.Time{}
}

// Tick notes that the moment of Next has come. What follows is worked out by Flush.
func (a *Analyser) Tick() {
	for ref := range a.proxies {
		a.dirty.owners[ref] = struct{}{}
	}
}
