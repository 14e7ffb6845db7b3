package privilege

import (
	"maps"
	"slices"

	"canopy/model"
)

// mostShifted is how many subjects are looked at one by one, and mostPatched how many may differ from what was found by going
// up the whole ladder: beyond that it is gone up again.
const (
	mostShifted = 64
	mostPatched = 256
)

// patch gives who comes to hold the cluster where all that changed concerns subjects through whom nobody else is led. It
// gives nil where that is not so: then the whole ladder has to be gone up.
func (a *Analyser) patch(running []model.Subject) *Reach {
	l := &a.ladder
	if a.last == nil || a.last.walk != l.walk || l.renamed || len(l.shifted) > mostShifted || len(a.last.over)+len(l.shifted) > mostPatched || !slices.Equal(l.running, running) {
		return nil
	}
	now := *a.last
	now.over = maps.Clone(a.last.over)
	for s := range l.shifted {
		old, was := a.last.own(s)
		one, is, ok := l.best(s, a.last.all)
		if !ok {
			return nil
		}
		if was == is && (!is || one.equal(&old)) {
			continue
		}
		if l.leads(s, old, was) || l.leads(s, one, is) {
			return nil
		}
		if now.over == nil {
			now.over = map[model.Subject]*rung{}
		}
		switch {
		case !is:
			now.over[s] = nil
			now.size--
		case !was:
			now.size++
			fallthrough
		default:
			now.over[s] = &one
		}
	}
	return &now
}

// best finds the first of the steps that bindings give to a subject, by the homes that the last walk has joined; ok is false
// where that walk does not tell. All tells that it found every account.
func (l *ladder) best(s model.Subject, all bool) (best rung, is, ok bool) {
	n := l.nodes[s]
	if n == nil {
		return rung{}, false, true
	}
	try := func(b *bound, by how, left int, next model.Subject) {
		one := rung{b, b.leads(), nil, left, by}
		if by != toCluster {
			one.next = &next
		}
		if !is || one.before(&best) {
			best, is = one, true
		}
	}
	for _, b := range n.bounds {
		c := b.leads()
		if c.sink {
			try(b, toCluster, 0, model.Subject{})
			continue
		}
		h := l.homes[b.ref.Namespace]
		// Accounts by name are seldom, and a home that is new was not looked at.
		if len(c.names) > 0 || (all && h.born == l.walk) {
			return rung{}, false, false
		}
		if len(c.anyEdges) > 0 && h.joined == l.walk {
			try(b, toAny, h.joinedLeft, h.joinedBy)
		}
		if len(c.runEdges) > 0 && h.ran == l.walk {
			try(b, toRunning, h.ranLeft, h.ranBy)
		}
	}
	return best, is, true
}

// before orders steps as a walk finds them: the shorter first, then by home, then those to any account, then by binding.
func (r *rung) before(o *rung) bool {
	switch {
	case r.left != o.left:
		return r.left < o.left
	case r.by.ref.Namespace != o.by.ref.Namespace:
		return r.by.ref.Namespace < o.by.ref.Namespace
	case r.how != o.how:
		return r.how < o.how
	}
	return r.by.ref.Compare(o.by.ref) < 0
}

// leads tells whether others are led, or would be, through a subject with a step.
func (l *ladder) leads(s model.Subject, one rung, is bool) bool {
	if !is {
		return false
	}
	if s.Kind != model.AccountSubject {
		return implicit(s)
	}
	if len(l.one[s]) > 0 || len(l.one[model.Subject{Kind: s.Kind, Name: s.Name}]) > 0 {
		return true
	}
	own := l.homes[s.Namespace]
	_, runs := slices.BinarySearchFunc(l.running, s, model.Subject.Compare)
	for _, h := range [...]*home{l.homes[everywhere], own} {
		if h == nil || h.joined != l.walk || first(s, one.left+1, &h.joinedBy, h.joinedLeft) {
			return true
		}
		if runs && (h.ran != l.walk || first(s, one.left+1, &h.ranBy, h.ranLeft)) {
			return true
		}
	}
	return false
}

// first tells whether a subject leads on before, or as, the one that does.
func first(s model.Subject, left int, by *model.Subject, byLeft int) bool {
	return left < byLeft || (left == byLeft && s.Compare(*by) <= 0)
}
