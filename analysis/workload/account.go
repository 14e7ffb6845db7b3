package workload

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// defaultAccount is the account that every namespace has, and that pods get which name none.
const defaultAccount = "default"

// account is a service account that pods use, or a default one, and what is known of it.
type account struct {
	key    types.NamespacedName
	groups map[*group]int
	dirty  bool

	exists bool
	// lacking tells that the account was named and does not exist.
	lacking bool
	// asking counts the buckets of running pods that ask for a token, leaving those that leave it to the account. running
	// tells that some pods hold one, as far as is known.
	asking, leaving int
	running         bool
	since           int64
	// mounts tells whether its pods get a token unless they say otherwise.
	mounts  model.Verdict
	reason  string
	holding rbac.Holding
	// finding is that the default account holds something.
	finding *model.Finding
}

// use notes that a group runs pods as an account.
func (a *Analyser) use(g *group, j *judgement) {
	key := types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}
	acct := a.accounts[key]
	if acct == nil {
		acct = &account{key: key, groups: map[*group]int{}}
		a.accounts[key] = acct
		a.touchAccount(acct)
	} else if len(acct.groups) == 0 {
		a.touchAccount(acct)
	}
	acct.groups[g]++
}

func (a *Analyser) unuse(g *group, j *judgement) {
	acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}]
	if acct.groups[g]--; acct.groups[g] == 0 {
		delete(acct.groups, g)
	}
	if len(acct.groups) == 0 {
		a.touchAccount(acct)
	}
}

// account takes a service account that is new, changed or gone.
func (a *Analyser) account(key types.NamespacedName) {
	acct := a.accounts[key]
	if acct == nil {
		if key.Name != defaultAccount {
			return
		}
		acct = &account{key: key, groups: map[*group]int{}}
		a.accounts[key] = acct
	}
	a.touchAccount(acct)
}

func (a *Analyser) touchAccount(acct *account) {
	if !acct.dirty {
		acct.dirty = true
		a.dirtyAccounts = append(a.dirtyAccounts, acct)
	}
}

// judgeAccount brings up to date what is known of an account, and touches the groups that use it where that changes.
func (a *Analyser) judgeAccount(c *cluster.Cluster, acct *account, access *rbac.Analyser, out analysis.Findings) {
	before := *acct
	acct.look(c)
	if len(acct.groups) == 0 && (!acct.exists || acct.key.Name != defaultAccount) {
		if acct.finding != nil {
			out.Drop(acct.finding.ID)
		}
		delete(a.accounts, acct.key)
		return
	}
	a.note(acct)
	acct.holding = access.Holds(c, acct.key.Namespace, acct.key.Name)
	if acct.mounts != before.mounts || acct.reason != before.reason || acct.holding.Verdict != before.holding.Verdict || acct.holding.Reason != before.holding.Reason || acct.lacking != before.lacking {
		for g := range acct.groups {
			a.touch(g)
		}
	}
	if acct.key.Name == defaultAccount {
		a.judgeDefault(acct, out)
	}
}

// look reads the record of the account. A default account that nobody saw is there all the same: a controller makes one
// in every namespace.
func (acct *account) look(c *cluster.Cluster) {
	sa, ok := cluster.Find[*record.Typed[*corev1.ServiceAccount]](c, "ServiceAccount", acct.key.Namespace, acct.key.Name)
	acct.exists, acct.lacking, acct.mounts, acct.reason, acct.since = ok, false, model.Yes, "", 0
	if ok {
		acct.since = sa.Since()
		if on := sa.Object.AutomountServiceAccountToken; on != nil && !*on {
			acct.mounts = model.No
		}
		return
	}
	cov := c.Seen(schema.GroupKind{Kind: "ServiceAccount"}, acct.key.Namespace)
	switch {
	case cov.State != model.Complete:
		acct.mounts = model.Unknown
		acct.reason = fmt.Sprintf("ServiceAccount %s was not seen: %s", acct.key.Name, cov.State)
		if cov.Reason != "" && cov.Reason != string(cov.State) {
			acct.reason += ", " + cov.Reason
		}
	case acct.key.Name != defaultAccount:
		acct.mounts, acct.lacking = model.Unknown, true
		acct.reason = fmt.Sprintf("ServiceAccount %s does not exist", acct.key.Name)
	}
}

// judgeDefault finds a default account that was given something. What the accounts of every namespace were given is the
// fault of that one binding, not of each default account.
func (a *Analyser) judgeDefault(acct *account, out analysis.Findings) {
	rule := a.catalogue[lp21]
	if len(acct.holding.Own) == 0 || rule == nil {
		if acct.finding != nil {
			out.Drop(acct.finding.ID)
			acct.finding = nil
		}
		return
	}
	ref := model.KindByName("ServiceAccount").Ref(acct.key.Namespace, acct.key.Name)
	f := &model.Finding{ID: model.FindingID(rule.ID, ref), Rule: rule, Severity: ruleTable[lp21].severity, Object: ref, Since: acct.since,
		Verdict: model.Yes, Proof: &grants{bindings: acct.holding.Own, account: acct.key}}
	if acct.finding != nil && acct.finding.Equal(f) {
		return
	}
	acct.finding = f
	out.Put(f)
}

// grants proves that an account holds something.
type grants struct {
	bindings []model.Ref
	account  types.NamespacedName
}

// Evidence lists the bindings.
func (p *grants) Evidence() []model.Evidence {
	list := make([]model.Evidence, len(p.bindings))
	for i, ref := range p.bindings {
		list[i] = model.Evidence{Object: ref, Path: "subjects", Value: "system:serviceaccount:" + p.account.Namespace + ":" + p.account.Name}
	}
	return list
}

// tokens is what a group's pods do with tokens that they may not need.
type tokens struct {
	// verdict is Yes where a token is mounted for an account that holds nothing, Unknown where that may be.
	verdict model.Verdict
	reason  string
}

// weighTokens judges LP22 for a group: Yes where any template mounts a token in vain, else Unknown where one may, else No.
func (a *Analyser) weighTokens(g *group, buckets []*bucket) tokens {
	sum := tokens{verdict: model.No}
	weigh := func(j *judgement) {
		one := a.weighToken(g, j)
		if sum.verdict == model.No || (sum.verdict == model.Unknown && one.verdict == model.Yes) {
			sum = one
		}
	}
	if g.mirror {
		return sum
	}
	if g.own != nil {
		weigh(g.own)
	}
	for _, b := range buckets {
		weigh(b.judgement)
	}
	for _, l := range g.lowers {
		weigh(l.judgement)
	}
	return sum
}

// weighToken judges LP22 for one template. What the pod says counts before what its account says; a token volume that is
// there shows what admission decided (plugin/pkg/admission/serviceaccount/admission.go).
func (a *Analyser) weighToken(g *group, j *judgement) tokens {
	acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}]
	mounted, reason := acct.mounts, acct.reason
	switch {
	case j.automount == "false":
		mounted = model.No
	case j.automount == "true", j.token:
		mounted, reason = model.Yes, ""
	}
	if mounted == model.No || acct.holding.Verdict == model.Yes {
		return tokens{verdict: model.No}
	}
	if mounted == model.Yes && acct.holding.Verdict == model.No {
		return tokens{verdict: model.Yes}
	}
	if reason == "" {
		reason = acct.holding.Reason
	}
	return tokens{model.Unknown, reason}
}

// accountRules gives the rules on the account that hold for one template of a group, where the group's verdict on tokens
// is the given one. Static pods have no account.
func (a *Analyser) accountRules(g *group, j *judgement, verdict model.Verdict) rules {
	var shown rules
	if g.mirror {
		return shown
	}
	if j.account == defaultAccount {
		shown.add(lp21)
	}
	if acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}]; acct != nil && acct.lacking {
		shown.add(lp24)
	}
	if verdict != model.No && a.weighToken(g, j).verdict == verdict {
		shown.add(lp22)
	}
	return shown
}
