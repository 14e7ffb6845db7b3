package workload

import (
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/image/reference"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser judges workloads. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	catalogue [ruleCount]*model.Rule
	clock     model.Clock
	now       time.Time

	judgements judgements
	groups     map[model.Ref]*group
	members    map[types.NamespacedName]*member
	lowers     map[model.Ref]*lower
	accounts   map[types.NamespacedName]*account
	namespaces map[string]*namespace
	alarms     alarms

	// places finds groups by namespace, fronts what leads into one.
	places map[string]map[*group]struct{}
	fronts map[string]*fronts
	// ported are the groups of which a pod has a port of its node.
	ported map[*group]struct{}
	// reach says which accounts come to hold the cluster, taken the findings that follow, by group.
	reach      *privilege.Reach
	taken      map[*group]*model.Finding
	dirtyTaken map[*group]struct{}
	// running lists the accounts whose pods hold a token, runs changes with it.
	running []model.Subject
	runs    uint64
	rules   catalogue.Set

	// What a delta touched, judged once at its end.
	dirtyGroups     []*group
	dirtyAccounts   []*account
	dirtyNamespaces []*namespace
}

// New gives an analyser of an empty cluster, in which images may come from where allow says. Rules that the catalogue does not hold
// are not judged.
func New(rules catalogue.Set, clock model.Clock, allow reference.Allow) *Analyser {
	a := &Analyser{
		clock:      clock,
		judgements: newJudgements(allow),
		groups:     map[model.Ref]*group{},
		members:    map[types.NamespacedName]*member{},
		lowers:     map[model.Ref]*lower{},
		accounts:   map[types.NamespacedName]*account{},
		namespaces: map[string]*namespace{},
		places:     map[string]map[*group]struct{}{}, fronts: map[string]*fronts{},
		ported: map[*group]struct{}{}, taken: map[*group]*model.Finding{}, dirtyTaken: map[*group]struct{}{}, runs: 1, rules: rules,
	}
	for r := range ruleCount {
		a.catalogue[r] = rules[r.id()]
	}
	return a
}

// Update takes a delta, which c already holds, and what it changed in the holdings of accounts.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta, access *rbac.Analyser, changed rbac.Delta, out analysis.Findings) {
	if a.front(d) {
		a.exposed(d.Ref.Namespace)
		return
	}
	switch d.Ref.Group {
	case "":
		switch d.Ref.Kind {
		case "Pod":
			_, after := cluster.Cast[*record.Pod](d)
			a.count(d)
			a.pod(c, d.Ref, after)
		case "ServiceAccount":
			a.account(types.NamespacedName{Namespace: d.Ref.Namespace, Name: d.Ref.Name})
		case "Namespace":
			a.namespace(d.Ref.Name)
		}
	case model.GroupRBAC:
		if changed.All {
			for _, acct := range a.accounts {
				a.touchAccount(acct)
			}
		} else {
			for _, key := range changed.Accounts {
				if acct := a.accounts[key]; acct != nil {
					a.touchAccount(acct)
				}
			}
		}
	}
	if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
		a.count(d)
		a.workload(c, d.Ref, before, after)
	}
	a.flush(c, access, out)
}

// Covered takes the new coverage of a kind: what rests on how much of it was seen is judged anew.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind, access *rbac.Analyser, out analysis.Findings) {
	switch {
	case gk.Group == model.GroupRBAC, gk.Group == "" && gk.Kind == "ServiceAccount":
		for _, acct := range a.accounts {
			a.touchAccount(acct)
		}
	case gk.Group == "" && gk.Kind == "Namespace":
		for _, n := range a.namespaces {
			a.touchNamespace(n)
		}
	}
	a.flush(c, access, out)
}

// Tick takes the passage of time: pods in which an ephemeral container has come to linger are judged anew.
func (a *Analyser) Tick(now time.Time, c *cluster.Cluster, access *rbac.Analyser, out analysis.Findings) {
	if now.After(a.now) {
		a.now = now
	}
	for len(a.alarms) > 0 && a.alarms[0].session.due <= a.now.Unix() {
		m := a.alarms[0]
		a.debug(m)
		a.touch(m.group)
	}
	a.flush(c, access, out)
}

// Next is the next moment at which a verdict can change by time alone; zero where there is none.
func (a *Analyser) Next() time.Time {
	if len(a.alarms) > 0 {
		return time.Unix(a.alarms[0].session.due, 0).UTC()
	}
	return time.Time{}
}

// Len counts the findings that the analyser holds.
func (a *Analyser) Len() int {
	n := 0
	for _, g := range a.groups {
		n += len(g.findings)
	}
	for _, acct := range a.accounts {
		if acct.finding != nil {
			n++
		}
	}
	for _, ns := range a.namespaces {
		if ns.finding != nil {
			n++
		}
	}
	return n + len(a.taken)
}

// Sizes counts what is held: groups, pods, templates and the judgements that they share.
func (a *Analyser) Sizes() (groups, pods, templates, judgements int) {
	for _, list := range a.judgements.shared {
		judgements += len(list)
	}
	return len(a.groups), len(a.members), len(a.judgements.sheets), judgements
}

// flush judges what was touched: accounts first, since groups rest on them.
func (a *Analyser) flush(c *cluster.Cluster, access *rbac.Analyser, out analysis.Findings) {
	for _, acct := range a.dirtyAccounts {
		acct.dirty = false
		a.judgeAccount(c, acct, access, out)
	}
	for _, g := range a.dirtyGroups {
		g.dirty = false
		a.judgeGroup(g, out)
	}
	for _, n := range a.dirtyNamespaces {
		n.dirty = false
		a.judgeNamespace(c, n, out)
	}
	clear(a.dirtyAccounts)
	clear(a.dirtyGroups)
	clear(a.dirtyNamespaces)
	a.dirtyAccounts, a.dirtyGroups, a.dirtyNamespaces = a.dirtyAccounts[:0], a.dirtyGroups[:0], a.dirtyNamespaces[:0]
}

func (a *Analyser) touch(g *group) {
	if !g.dirty {
		g.dirty = true
		a.dirtyGroups = append(a.dirtyGroups, g)
	}
}

// clockNow brings the time up to date. Time never runs back, even where a tick was ahead of the clock.
func (a *Analyser) clockNow() time.Time {
	if now := a.clock.Now(); now.After(a.now) {
		a.now = now
	}
	return a.now
}
