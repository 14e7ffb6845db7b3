package workload

import (
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// lower is an owner of pods that is folded into the head of a group and wants pods of a template of its own. Whoever may write
// an object may write a controller into it, and its pods may not be there yet: what it says is judged with the group, whether
// there are pods of it or not.
type lower struct {
	ref       model.Ref
	group     *group
	since     int64
	template  record.Template
	judgement *judgement
	// leaks are the credentials in its annotations.
	leaks []hit
}

// under files what is folded into the head of a group, or takes it away where it says nothing that the head does not.
func (a *Analyser) under(c *cluster.Cluster, ref model.Ref, w *record.Workload) {
	old := a.lowers[ref]
	if w == nil || !speaks(c, w) {
		if old != nil {
			a.leave(old)
			delete(a.lowers, ref)
		}
		return
	}
	g, leaks := a.group(c.TopOwner(w)), leaksOf(&w.Meta)
	if old != nil && old.group == g && old.template == w.Template && old.since == w.Since() && slices.Equal(old.leaks, leaks) {
		return
	}
	// Before the old one lets the template go, which is most often the same.
	now := &lower{ref: ref, group: g, since: w.Since(), template: w.Template, judgement: a.judgements.acquire(w.Template), leaks: leaks}
	if old != nil {
		a.leave(old)
	}
	a.lowers[ref] = now
	a.use(g, now.judgement)
	at, _ := slices.BinarySearchFunc(g.lowers, ref, func(l *lower, ref model.Ref) int { return l.ref.Compare(ref) })
	g.lowers = slices.Insert(g.lowers, at, now)
	a.touch(g)
}

// speaks tells that what is folded into another says something that the other does not. Most do not, and cost nothing. Annotations
// that a controller has copied from above are those of the owner: they go with what is written there.
func speaks(c *cluster.Cluster, w *record.Workload) bool { return c.Strays(w) }

// leave takes an owner of pods out of the group into which it is folded.
func (a *Analyser) leave(l *lower) {
	g := l.group
	g.lowers = slices.DeleteFunc(g.lowers, func(o *lower) bool { return o == l })
	a.unuse(g, l.judgement)
	a.judgements.release(l.template)
	a.touch(g)
}

// restand looks anew at what is folded into an owner of which the template has changed.
func (a *Analyser) restand(c *cluster.Cluster, owner model.Ref) {
	for _, child := range c.Children(owner) {
		if w, ok := child.(*record.Workload); ok && cluster.Produces(owner, w.Ref()) {
			a.stand(c, w.Ref(), w)
		}
	}
}

// summariseLowers adds what the owners between show: as far as neither the head of the group does, nor pods that run.
func (a *Analyser) summariseLowers(g *group, s *snapshot, t *tally, buckets []*bucket, mounts model.Verdict) {
	for _, l := range g.lowers {
		shown := g.shown(l.judgement) | a.accountRules(g, l.judgement, mounts)
		adds := beyond(g.own, s.rules, l.judgement, shown)
		leaks := beyondLower(s.leaks, l.leaks)
		for _, b := range buckets {
			adds &= beyond(b.judgement, g.shown(b.judgement)|a.accountRules(g, b.judgement, mounts), l.judgement, shown)
			leaks = beyondLower(b.leaks, leaks)
		}
		if adds == 0 && len(leaks) == 0 {
			continue
		}
		t.take(l.judgement, adds, adds, l.since)
		if t.leak(leaks, l.since); len(leaks) > 0 {
			adds.add(se01)
			shown.add(se01)
		}
		s.parts = append(s.parts, part{judgement: l.judgement, pod: l.ref, since: l.since, rules: shown, adds: adds, leaks: leaks})
	}
}

// beyondLower gives the credentials in the annotations of an owner between that others of its group do not show: it gets them
// from above, and hands them down.
func beyondLower(others, mine []hit) []hit {
	if len(mine) == 0 || slices.Equal(others, mine) {
		return nil
	}
	var more []hit
	for i := range mine {
		if !slices.ContainsFunc(others, func(o hit) bool {
			return o.print == mine[i].print && o.value == mine[i].value && givenPath(o.path) == givenPath(mine[i].path)
		}) {
			more = append(more, mine[i])
		}
	}
	return more
}
