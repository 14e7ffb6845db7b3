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

// Running lists the accounts whose running pods hold a token, or may, sorted, and a number that changes with the list. The
// list is not to be changed.
func (a *Analyser) Running() ([]model.Subject, uint64) {
	if a.runningAt != a.runs {
		a.running, a.runningAt = make([]model.Subject, 0, len(a.holders)), a.runs
		for key := range a.holders {
			a.running = append(a.running, model.Subject{Kind: model.AccountSubject, Namespace: key.Namespace, Name: key.Name})
		}
		slices.SortFunc(a.running, model.Subject.Compare)
	}
	return a.running, a.runs
}

// run notes that a group has come to have running pods with a judgement, or has none any more.
func (a *Analyser) run(g *group, j *judgement, by int) {
	key := types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}
	acct := a.accounts[key]
	switch {
	case j.automount == "true" || j.token:
		acct.mounting += by
	case j.automount == "":
		acct.following += by
	}
	a.hold(acct)
}

// hold notes whether any running pod of an account holds a token, or may.
func (a *Analyser) hold(acct *account) {
	holds := acct.mounting > 0 || (acct.following > 0 && acct.mounts != model.No)
	if _, did := a.holders[acct.key]; did == holds {
		return
	}
	a.runs++
	if holds {
		a.holders[acct.key] = struct{}{}
	} else {
		delete(a.holders, acct.key)
	}
}

// gives tells whether a pod with a judgement gets a token of the account, or may.
func (acct *account) gives(j *judgement) bool {
	return j.automount != "false" && (j.automount == "true" || j.token || acct.mounts != model.No)
}

// Reached takes who can come to hold the cluster, and judges anew whatever rests on it.
func (a *Analyser) Reached(r *privilege.Reach, out analysis.Findings) {
	if a.reach != r {
		for key, acct := range a.accounts {
			if len(acct.groups) == 0 || r.Same(a.reach, model.Subject{Kind: model.AccountSubject, Namespace: key.Namespace, Name: key.Name}) {
				continue
			}
			for g := range acct.groups {
				a.dirtyTaken[g] = struct{}{}
			}
		}
		a.reach = r
	}
	for g := range a.dirtyTaken {
		a.judgeTakeover(g, out)
	}
	clear(a.dirtyTaken)
}

// exposed notes the workloads of a namespace whose ways in have changed.
func (a *Analyser) exposed(namespace string) {
	for g := range a.places[namespace] {
		a.dirtyTaken[g] = struct{}{}
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
	case old != nil && old.Equal(now):
		return
	}
	a.taken[g] = now
	out.Put(now)
}

// takeoverOf finds the first bucket of a group, by name, whose pods are reached from outside and hold a token of an account
// that comes to hold the cluster. All running pods with that account count.
func (a *Analyser) takeoverOf(g *group) *model.Finding {
	rule := a.rules[takeover]
	if rule == nil || g.mirror || len(g.buckets) == 0 {
		return nil
	}
	var ways []entrance
	var list []model.Evidence
	pods := 0
	verdict, reason := model.Yes, ""
	for _, b := range sortedBuckets(g) {
		acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: b.judgement.account}]
		if acct == nil || !acct.gives(b.judgement) {
			continue
		}
		way := a.reach.Of(model.Subject{Kind: model.AccountSubject, Namespace: acct.key.Namespace, Name: acct.key.Name})
		if len(way) == 0 {
			continue
		}
		if ways == nil {
			if ways = a.fronts[g.owner.Namespace].entrances(); len(ways) == 0 {
				return nil
			}
		}
		outside := entered(ways, b.first().Labels)
		if len(outside) == 0 {
			continue
		}
		pods += len(b.pods)
		if list != nil {
			continue
		}
		if b.judgement.automount != "true" && !b.judgement.token && acct.mounts == model.Unknown {
			verdict, reason = model.Unknown, acct.reason
		}
		list = append(list, outside...)
		list = append(list, model.Evidence{Object: g.owner, Path: join(record.TemplatePath(g.owner.Kind), "serviceAccountName"), Value: b.judgement.account})
		for _, step := range way {
			list = append(list, model.Evidence{Object: step.Binding, Path: "roleRef.name", Value: stepWords(&step)})
		}
	}
	if list == nil {
		return nil
	}
	var since int64
	if g.meta != nil {
		since = g.meta.Since()
	}
	return &model.Finding{ID: model.FindingID(rule.ID, g.owner), Rule: rule, Severity: rule.Severity, Object: g.owner, Pods: pods, Since: since,
		Verdict: verdict, Reason: reason, Proof: &chain{list}}
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
