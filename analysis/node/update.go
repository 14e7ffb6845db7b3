package node

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// seat is a node that is there, and what was found of it.
type seat struct {
	alarm analysis.Alarm[*seat]
	name  string
	ref   model.Ref
	facts
	// booted is when another boot was last seen, in seconds since 1970.
	booted int64
	gone   bool
	// counted is the provider for which the node is counted.
	counted string
	// pool is where it is filed, under that key and by those traits.
	pool   *pool
	filed  string
	traits traits
	shown  *Node
}

// Update notes what one change concerns. What follows is worked out by Flush.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	switch d.Ref.Group {
	case "":
		switch d.Ref.Kind {
		case "Node":
			a.updateNode(d)
		case "Pod":
			a.updatePod(d)
		case "ConfigMap":
			a.updateConfig(d)
		}
	case "certificates.k8s.io":
		a.updateRequest(d)
	case model.GroupOwn:
		if d.Ref.Kind == "KubeletFacts" {
			a.updateKubelet(d)
		}
	case model.GroupTrivy:
		a.updateAssessment(d)
	}
}

// updateNode takes a node. What of it is no concern here, such as what it has left to give, is passed over.
func (a *Analyser) updateNode(d cluster.Delta) {
	_, now := cluster.Cast[*record.Typed[*corev1.Node]](d)
	s := a.seats[d.Ref.Name]
	if now == nil {
		if s != nil {
			s.gone = true
			a.touch(s.name)
		}
		return
	}
	f := factsOf(now)
	switch {
	case s == nil:
		s = &seat{name: d.Ref.Name, ref: d.Ref}
		s.alarm.Of = s
		a.seats[s.name] = s
		a.order, a.nodes = nil, nil
	case !s.gone && s.facts == f:
		return
	case s.uid != f.uid || s.gone:
		s.booted = 0
	case s.boot != f.boot && s.boot != "" && f.boot != "":
		s.booted = a.clock.Now().Unix()
	}
	s.facts, s.gone = f, false
	a.touch(s.name)
}

// updateKubelet takes what a kubelet has said of its configuration.
func (a *Analyser) updateKubelet(d cluster.Delta) {
	_, now := cluster.Cast[*record.KubeletFacts](d)
	if now == nil {
		delete(a.kubelets, d.Ref.Name)
	} else {
		a.kubelets[d.Ref.Name] = asked(now)
	}
	a.touch(d.Ref.Name)
}

// updateAssessment takes a report of trivy-operator on a node. Of several the newest counts.
func (a *Analyser) updateAssessment(d cluster.Delta) {
	_, now := cluster.Cast[*record.Assessment](d)
	if old, ok := a.assessed[d.Ref]; ok {
		delete(a.assessed, d.Ref)
		a.reports[old] = slices.DeleteFunc(a.reports[old], func(r *record.Assessment) bool { return r.Ref() == d.Ref })
		if len(a.reports[old]) == 0 {
			delete(a.reports, old)
		}
		a.reassess(old)
	}
	if now != nil && now.OfKind == "Node" {
		a.assessed[d.Ref] = now.OfName
		a.reports[now.OfName] = append(a.reports[now.OfName], now)
		a.reassess(now.OfName)
	}
}

// reassess finds the newest report on a node, which has few.
func (a *Analyser) reassess(name string) {
	var newest *record.Assessment
	for _, r := range a.reports[name] {
		if newest == nil || r.Scanned > newest.Scanned || r.Scanned == newest.Scanned && r.Ref().Compare(newest.Ref()) < 0 {
			newest = r
		}
	}
	if newest == nil {
		delete(a.assessments, name)
	} else {
		a.assessments[name] = newest
	}
	a.touch(name)
}
