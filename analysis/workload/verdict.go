package workload

import (
	"cmp"
	"slices"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/record"
)

// tally sums up what the members of a group show.
type tally struct {
	shown    rules
	pods     [ruleCount]int
	severity [ruleCount]model.Severity
	since    [ruleCount]int64
	// verdict and reason speak of the rules that may be in doubt.
	doubt  rules
	reason [2]string
}

func (t *tally) show(r rule, severity model.Severity, since int64) {
	t.shown.add(r)
	t.severity[r] = max(t.severity[r], severity)
	t.since[r] = max(t.since[r], since)
}

// take adds the hits of a judgement. Where evidence of these rules stands, since counts.
func (t *tally) take(j *judgement, shown, evident rules, since int64) {
	for i := range j.hits {
		t.severity[j.hits[i].rule] = max(t.severity[j.hits[i].rule], j.hits[i].severity)
	}
	for r := range ruleCount {
		if shown.has(r) {
			t.shown.add(r)
			t.severity[r] = max(t.severity[r], t.floor(r))
		}
		if evident.has(r) {
			t.since[r] = max(t.since[r], since)
		}
	}
}

// floor is the severity of rules that are no hits of a template.
func (t *tally) floor(r rule) model.Severity {
	if r == lp21 || r == lp22 || r == lp24 {
		return ruleTable[r].severity
	}
	return 0
}

// judgeGroup brings the findings of a group up to date.
func (a *Analyser) judgeGroup(g *group, out analysis.Findings) {
	if g.empty() {
		for _, h := range g.findings {
			out.Drop(h.finding.ID)
		}
		g.findings = nil
		delete(a.groups, keyOf(g.owner))
		delete(a.places[g.owner.Namespace], g)
		if len(a.places[g.owner.Namespace]) == 0 {
			delete(a.places, g.owner.Namespace)
		}
		if f := a.taken[g]; f != nil {
			out.Drop(f.ID)
			delete(a.taken, g)
		}
		delete(a.dirtyTaken, g)
		delete(a.ported, g)
		return
	}
	a.dirtyTaken[g] = struct{}{}
	a.port(g)
	g.name()
	var t tally
	s := a.summarise(g, &t)
	same := g.snapshot != nil && s.equal(g.snapshot)
	if same {
		s = g.snapshot
	}
	g.snapshot = s
	for r := range ruleCount {
		a.publish(g, r, &t, same, out)
	}
}

// publish makes the finding of one rule, unless the one that is out says the same.
func (a *Analyser) publish(g *group, r rule, t *tally, same bool, out analysis.Findings) {
	old := g.finding(r)
	if !t.shown.has(r) || a.catalogue[r] == nil {
		if old != nil {
			out.Drop(old.ID)
			g.keep(r, nil)
		}
		return
	}
	verdict, reason := model.Yes, ""
	if t.doubt.has(r) {
		verdict = model.Unknown
		reason = t.reason[0]
		if r == ps29 {
			reason = t.reason[1]
		}
	}
	if old != nil && same && old.Severity == t.severity[r] && old.Pods == t.pods[r] && old.Since == t.since[r] && old.Verdict == verdict && old.Reason == reason {
		return
	}
	f := &model.Finding{
		Rule: a.catalogue[r], Severity: t.severity[r], Object: g.owner, Pods: t.pods[r], Since: t.since[r], Verdict: verdict, Reason: reason,
	}
	if old == nil {
		f.ID = model.FindingID(f.Rule.ID, g.owner)
		f.Proof = proof{g.snapshot, r}
	} else {
		f.ID = old.ID
		f.Proof = old.Proof
		if !same {
			f.Proof = proof{g.snapshot, r}
			if f.Equal(old) && f.Object == old.Object {
				return
			}
		}
	}
	g.keep(r, f)
	out.Put(f)
}

// summarise takes stock of a group: what its findings say, and the snapshot that proves them.
func (a *Analyser) summarise(g *group, t *tally) *snapshot {
	s := &snapshot{owner: g.owner, own: g.own, naked: g.naked, leaks: g.leaks}
	buckets := sortedBuckets(g)
	doubts := a.weighTokens(g, buckets)
	t.reason[0] = doubts.reason
	var since int64
	if g.meta != nil {
		since = g.meta.Since()
	}
	if g.own != nil {
		s.rules = g.shown(g.own) | a.accountRules(g, g.own, doubts.verdict)
		t.take(g.own, s.rules, s.rules, since)
	}
	t.leak(s.leaks, since)
	if len(s.leaks) > 0 {
		s.rules.add(se01)
	}
	running := 0
	for _, b := range buckets {
		running += len(b.pods)
		shown := g.shown(b.judgement) | a.accountRules(g, b.judgement, doubts.verdict)
		adds := beyond(g.own, s.rules, b.judgement, shown)
		p := b.first()
		if len(b.leaks) > 0 {
			shown.add(se01)
		}
		leaks := beyondLeaks(s.leaks, b.leaks)
		t.take(b.judgement, shown, adds, p.Since())
		if t.leak(leaks, p.Since()); len(leaks) > 0 {
			adds.add(se01)
		}
		for r := range ruleCount {
			if shown.has(r) {
				t.pods[r] += len(b.pods)
			}
		}
		if adds != 0 {
			s.parts = append(s.parts, part{judgement: b.judgement, pod: p.Ref(), since: p.Since(), rules: shown, adds: adds, leaks: leaks})
		}
	}
	a.summariseLowers(g, s, t, buckets, doubts.verdict)
	if g.naked {
		s.rules.add(ps28)
		t.show(ps28, ruleTable[ps28].severity, since)
		t.pods[ps28] = running
	}
	if severity, ok := misplaced(g); ok && (g.own != nil || running > 0) {
		s.rules.add(ps27)
		if g.meta == nil {
			first := g.first()
			s.first, since = first.Ref(), first.Since()
		}
		t.show(ps27, severity, since)
		t.pods[ps27] = running
	}
	a.summariseSessions(g, s, t)
	if doubts.verdict == model.Unknown {
		t.doubt.add(lp22)
	}
	return s
}

// summariseSessions adds what ephemeral containers show.
func (a *Analyser) summariseSessions(g *group, s *snapshot, t *tally) {
	if len(g.debugged) == 0 {
		return
	}
	sure := false
	for _, m := range slices.SortedFunc(slices.Values(g.debugged), func(x, y *member) int { return comparePods(x.pod, y.pod) }) {
		d := m.session
		s.sessions = append(s.sessions, d)
		for i := range d.hits {
			t.show(d.hits[i].rule, d.hits[i].severity, d.since)
		}
		template := m.bucket.judgement.rules
		if g.naked {
			template.add(ps28)
		}
		for r := range ruleCount {
			if d.rules.has(r) && !template.has(r) {
				t.pods[r]++
			}
		}
		sure = sure || (d.rules.has(ps29) && !d.unsure)
	}
	if !sure {
		t.doubt.add(ps29)
		t.reason[1] = "the status does not tell since when the ephemeral container runs"
	}
}

func sortedBuckets(g *group) []*bucket {
	if len(g.buckets) < 2 {
		return g.buckets
	}
	return slices.SortedFunc(slices.Values(g.buckets), func(x, y *bucket) int { return comparePods(x.first(), y.first()) })
}

func comparePods(a, b *record.Pod) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Namespace, b.Namespace))
}
