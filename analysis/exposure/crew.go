package exposure

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model/record"
)

// crew is the pods of one controller.
type crew struct {
	pods []*record.Pod
	// internal tells that Services lead to them from outside, and all by addresses inside.
	internal bool
	// at is the tick for which they were listed.
	at uint64
}

// crew lists the pods of a controller.
func (a *Analyser) crew(key string) *crew {
	if k := a.roster[key]; k != nil && k.at == a.crewTick {
		return k
	}
	k := &crew{at: a.crewTick}
	opened, internal := false, true
	for g := range a.crews[key] {
		for _, m := range g.members() {
			k.pods = append(k.pods, m.pod)
			// Ports of nodes are outside.
			internal = internal && len(m.shape.hosts) == 0
		}
		if by, only := internalOnly(g); by {
			opened, internal = true, internal && only
		}
	}
	k.internal = opened && internal
	slices.SortFunc(k.pods, comparePods)
	if len(k.pods) == 0 {
		delete(a.roster, key)
		return k
	}
	a.roster[key] = k
	return k
}

// class is what an IngressClass says.
type class struct {
	controller string
	byDefault  bool
}

// class takes an IngressClass that is new, changed or gone.
func (a *Analyser) class(name string, after *record.Typed[*networkingv1.IngressClass]) {
	a.news.classes[name] = struct{}{}
	delete(a.classes, name)
	if after != nil {
		a.classes[name] = class{after.Object.Spec.Controller, after.Annotations.Get(networkingv1.AnnotationIsDefaultIngressClass) == "true"}
	}
}

// classed finds the controller of an Ingress: by the class that it names, in the field or in the older annotation, or by the
// default class; nil where that is not known.
func (a *Analyser) classed(name string) *family {
	if name == "" {
		for candidate, k := range a.classes {
			if k.byDefault && (name == "" || candidate < name) {
				name = candidate
			}
		}
	}
	if k, ok := a.classes[name]; ok {
		return familyOf(k.controller)
	}
	return familyCalled(name)
}
