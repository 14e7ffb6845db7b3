package network

import (
	"canopy/analysis/network/policy"
	"canopy/model/record"
)

// labelsOf gives the entry of a set of labels that one more pod has.
func (a *Analyser) labelsOf(labels record.Labels) *labelSet {
	s := a.labelSets[labels]
	if s == nil {
		s = &labelSet{projection: a.projectionOf(a.project(labels))}
		a.labelSets[labels] = s
	}
	return s
}

func (a *Analyser) holdLabels(labels record.Labels) { a.labelsOf(labels).uses++ }

func (a *Analyser) releaseLabels(labels record.Labels) {
	s := a.labelSets[labels]
	if s.uses--; s.uses == 0 {
		delete(a.labelSets, labels)
		a.releaseProjection(s.projection)
	}
}

// projectionOf gives the projection with the given labels, used once more.
func (a *Analyser) projectionOf(labels []label) *projection {
	a.buf = a.buf[:0]
	for _, l := range labels {
		a.buf = appendText(appendText(a.buf, l.key), l.value)
	}
	p := a.projections[string(a.buf)]
	if p == nil {
		p = &projection{id: a.next(), key: string(a.buf), labels: labels}
		a.projections[p.key] = p
		for _, l := range labels {
			a.projected.put(l, p)
		}
		a.selecting.candidates(labels, func(s *selector) {
			if s.requirements.Match(p) {
				p.selectors = insert(p.selectors, s.id)
				s.projections = append(s.projections, p)
			}
		})
	}
	p.uses++
	return p
}

// releaseProjection lets a projection go that nobody has any more. Its classes have no pods then, and go at the end of Flush;
// until then it stays whole.
func (a *Analyser) releaseProjection(p *projection) {
	if p.uses--; p.uses == 0 {
		a.idle = append(a.idle, p)
	}
}

// sweepProjections forgets those that are still not used.
func (a *Analyser) sweepProjections() {
	for _, p := range a.idle {
		if p.uses > 0 || a.projections[p.key] != p {
			continue
		}
		delete(a.projections, p.key)
		for _, l := range p.labels {
			a.projected.drop(l, p)
		}
		for _, id := range p.selectors {
			s := a.selectorByID[id]
			s.projections = without(s.projections, p)
		}
	}
	a.idle = a.idle[:0]
}

// selectorOf gives the selector with the given requirements, used once more.
func (a *Analyser) selectorOf(rs policy.Requirements) *selector {
	a.buf = appendRequirements(a.buf[:0], rs)
	s := a.selectors[string(a.buf)]
	if s == nil {
		s = &selector{id: a.next(), key: string(a.buf), requirements: rs, every: len(rs) == 0}
		a.selectors[s.key] = s
		if !s.every {
			a.selectorByID[s.id] = s
			a.selecting.put(rs, s)
			a.matching(s, func(p *projection) {
				p.selectors = insert(p.selectors, s.id)
				s.projections = append(s.projections, p)
			})
		}
	}
	s.uses++
	return s
}

func (a *Analyser) matching(s *selector, visit func(*projection)) {
	list, ok := a.projected.candidates(s.requirements)
	if !ok {
		for _, p := range a.projections {
			if s.requirements.Match(p) {
				visit(p)
			}
		}
		return
	}
	for _, p := range list {
		if s.requirements.Match(p) {
			visit(p)
		}
	}
}

func (a *Analyser) releaseSelector(s *selector) {
	if s.uses--; s.uses > 0 {
		return
	}
	delete(a.selectors, s.key)
	if s.every {
		return
	}
	delete(a.selectorByID, s.id)
	a.selecting.drop(s.requirements, s)
	for _, p := range s.projections {
		p.selectors = remove(p.selectors, s.id)
	}
}

// useKeys counts the keys that a selector looks at. What changes by that is worked out by reproject.
func (a *Analyser) useKeys(rs policy.Requirements, by int) {
	for i := range rs {
		key := rs[i].Key
		before := a.keys[key]
		if now := before + by; now == 0 {
			delete(a.keys, key)
			a.keysChanged[key] = struct{}{}
		} else {
			a.keys[key] = now
			if before == 0 {
				a.keysChanged[key] = struct{}{}
			}
		}
	}
}

// reproject takes it into account that other keys are looked at than before: pods with such labels go into other classes.
func (a *Analyser) reproject() {
	if len(a.keysChanged) == 0 {
		return
	}
	changed := map[*projection]struct{}{}
	moved := map[record.Labels]struct{}{}
	for labels, s := range a.labelSets {
		for k := range labels.All() {
			if _, ok := a.keysChanged[k]; !ok {
				continue
			}
			old := s.projection
			if s.projection = a.projectionOf(a.project(labels)); s.projection != old {
				changed[old], moved[labels] = struct{}{}, struct{}{}
			}
			a.releaseProjection(old)
			break
		}
	}
	clear(a.keysChanged)
	for p := range changed {
		for _, c := range p.classes {
			for _, m := range append([]uint32(nil), c.pods...) {
				if _, ok := moved[a.members[m].record.Labels]; ok {
					a.place(m)
				}
			}
		}
	}
}
