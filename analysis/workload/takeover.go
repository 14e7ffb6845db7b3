package workload

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/privilege"
	"canopy/model"
	"canopy/model/record"
)

// takeover is LP25: a workload that is reached from outside, and whose account comes to hold the cluster.
const takeover = "LP25"

// Reached takes who can come to hold the cluster, and judges anew whatever rests on it.
func (a *Analyser) Reached(r *privilege.Reach, out analysis.Findings) {
	if a.reach != r {
		a.reach = r
		for ns, f := range a.fronts {
			if len(f.entrances()) > 0 {
				a.exposed(ns)
			}
		}
		for g := range a.ported {
			a.dirtyTaken[g] = struct{}{}
		}
	}
	for g := range a.dirtyTaken {
		a.judgeTakeover(g, out)
	}
	clear(a.dirtyTaken)
}

// exposed notes the workloads of a namespace whose ways in have changed, or what lies behind them.
func (a *Analyser) exposed(namespace string) {
	for g := range a.places[namespace] {
		a.dirtyTaken[g] = struct{}{}
	}
}

// port notes whether a running pod of a group has a port of its node.
func (a *Analyser) port(g *group) {
	if slices.ContainsFunc(g.buckets, func(b *bucket) bool { return b.judgement.rules.has(ps08) }) {
		a.ported[g] = struct{}{}
	} else {
		delete(a.ported, g)
	}
}

// judgeTakeover brings the finding of one workload up to date.
func (a *Analyser) judgeTakeover(g *group, out analysis.Findings) {
	old, now := a.taken[g], a.takeoverOf(g)
	switch {
	case now == nil && old == nil:
		return
	case now == nil:
		out.Drop(old.ID)
		delete(a.taken, g)
		return
	case old != nil && old.Equal(now) && old.Object == now.Object:
		return
	}
	a.taken[g] = now
	out.Put(now)
}

// trail is how the pods of one bucket lead from outside to the whole cluster.
type trail struct {
	bucket  *bucket
	account *account
	// pod is the first that is reached, by name, of so many, and outside is what reaches it.
	pod     *record.Pod
	pods    int
	outside []model.Evidence
	steps   []privilege.Step
	// reason says why it is not known whether the pods hold a token; "" where they do.
	reason string
}

// takeoverOf finds the pods of a group that are reached from outside and hold a token of an account that comes to hold the
// cluster. All of them count; the first by name proves it, of those that are known to hold a token if any is.
func (a *Analyser) takeoverOf(g *group) *model.Finding {
	rule := a.rules[takeover]
	if rule == nil || g.mirror {
		return nil
	}
	var best *trail
	pods := 0
	for _, b := range sortedBuckets(g) {
		p := a.trail(g, b)
		if p == nil {
			continue
		}
		pods += p.pods
		if best == nil || (best.reason != "" && p.reason == "") {
			best = p
		}
	}
	if best == nil {
		return nil
	}
	f := &model.Finding{ID: model.FindingID(rule.ID, g.owner), Rule: rule, Severity: rule.Severity, Object: g.owner, Pods: pods, Verdict: model.Yes, Proof: best.proof(g)}
	if best.reason != "" {
		f.Verdict, f.Reason = model.Unknown, best.reason
	}
	if g.meta != nil {
		f.Since = g.meta.Since()
	}
	return f
}

// trail finds how the pods of a bucket lead to the cluster; nil where they do not.
func (a *Analyser) trail(g *group, b *bucket) *trail {
	acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: b.judgement.account}]
	if acct == nil || (!b.judgement.asks() && (!b.judgement.leaves() || acct.mounts == model.No)) {
		return nil
	}
	p := &trail{bucket: b, account: acct}
	if p.steps = a.reach.Of(model.Subject{Kind: model.AccountSubject, Namespace: acct.key.Namespace, Name: acct.key.Name}); len(p.steps) == 0 {
		return nil
	}
	if !b.judgement.asks() && acct.mounts == model.Unknown {
		p.reason = acct.reason
	}
	ways := a.fronts[g.owner.Namespace].entrances()
	known := map[record.Labels][]model.Evidence{}
	for _, m := range b.pods {
		outside, ok := known[m.pod.Labels]
		if !ok {
			outside = entered(ways, m.pod.Labels)
			known[m.pod.Labels] = outside
		}
		if len(outside) == 0 && !b.judgement.rules.has(ps08) {
			continue
		}
		p.pods++
		if p.pod == nil || less(m.pod, p.pod) {
			p.pod, p.outside = m.pod, outside
		}
	}
	if p.pods == 0 {
		return nil
	}
	return p
}

// proof lists what opens the pod, its account, and the steps from there.
func (p *trail) proof(g *group) *chain {
	at, spec := g.owner, record.TemplatePath(g.owner.Kind)
	if g.own != p.bucket.judgement {
		at, spec = p.pod.Ref(), "spec"
	}
	list := slices.Clone(p.outside)
	for _, h := range p.bucket.judgement.of(ps08) {
		list = append(list, model.Evidence{Object: at, Path: join(spec, h.path), Value: h.value})
	}
	list = append(list, model.Evidence{Object: at, Path: join(spec, "serviceAccountName"), Value: p.account.key.Name})
	for i := range p.steps {
		list = append(list, model.Evidence{Object: p.steps[i].Binding, Path: "roleRef.name", Value: stepWords(&p.steps[i])})
	}
	return &chain{list}
}

func stepWords(s *privilege.Step) string {
	to := "the whole cluster"
	if !s.Next.IsZero() {
		to = s.Next.String()
	}
	by := cmp.Or(strings.Join(s.Edges, ", "), "all rights")
	return s.Subject.String() + " → " + to + " (" + by + ")"
}

// chain is a proof that stands by itself.
type chain struct{ list []model.Evidence }

// Evidence gives the list.
func (c *chain) Evidence() []model.Evidence { return c.list }
