package privilege

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// judgement is one binding while it is judged.
type judgement struct {
	*bound
	since      int64
	state      stock.State
	difference stock.Difference
	findings   []*model.Finding
}

// judge brings the findings on one binding up to date.
func (r *round) judge(b *bound) {
	j := &judgement{bound: b, findings: make([]*model.Finding, 0, len(b.findings))}
	switch t := r.c.Get(b.ref).(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		j.since = t.Since()
		j.state, j.difference = r.stock.JudgeBinding(b.ref, t.Object.RoleRef, t.Object.Subjects)
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		j.since = t.Since()
		j.state, j.difference = r.stock.JudgeBinding(b.ref, t.Object.RoleRef, t.Object.Subjects)
	}
	r.judgeDangling(j)
	if j.state == stock.Changed {
		r.judgeStockBinding(j)
	}
	if b.reading != nil {
		r.judgeGrants(j)
	}
	b.findings = r.replace(b.findings, j.findings)
}

// judgeGrants judges what a binding gives to whom. What Kubernetes ships is no finding, but for what was added to it.
func (r *round) judgeGrants(j *judgement) {
	shipped, changed := j.state == stock.Unchanged || j.state == stock.Earlier, j.role.changed()
	if shipped && !changed {
		return
	}
	// Who was added to a binding of Kubernetes' own holds all of the role, who is bound by Kubernetes what was added to it.
	who := j.names
	if shipped {
		who = nil
	} else if j.state == stock.Changed && j.difference.RoleRef == nil {
		who = subjectsOf(j.difference.AddedSubjects, j.ref.Namespace)
	}
	var extra *reading
	if j.state != stock.NotStock && changed && len(who) < len(j.names) {
		extra = r.readMore(j.bound, r.read(j.role, r.place(j.ref, true)))
	}
	if extra != nil {
		r.judgeCrowd(j, j.names)
	} else {
		r.judgeCrowd(j, who)
	}
	if r.judgeAll(j, who, extra) {
		return
	}
	if len(who) > 0 {
		for _, s := range j.reading.shown {
			if extra == nil || extra.of(s.rule) == nil {
				r.judgeShown(j, s, who)
			}
		}
	}
	if extra == nil {
		return
	}
	for _, s := range extra.shown {
		if len(who) > 0 {
			// What those hold who were added is more.
			s = j.reading.of(s.rule)
		}
		r.judgeShown(j, s, j.names)
	}
}

// judgeAll judges a role that grants everything; false where it does not. Nothing else need be said of one that does.
func (r *round) judgeAll(j *judgement, who []model.Subject, extra *reading) bool {
	all := j.role.all
	if extra != nil && j.role.added.all {
		who = j.names
	}
	if !all || len(who) == 0 {
		return false
	}
	rule := r.rules["LP01"]
	if rule == nil {
		return true
	}
	var sum shown
	for _, s := range j.reading.shown {
		sum.deep, sum.node = sum.deep || s.deep, sum.node || s.pods
	}
	if j.role.whole == nil {
		j.role.whole = &shown{lines: once(j.role.everything)}
	}
	j.add(rule, r.grade(rule.Severity, j.bound, who, &sum), j.began(), model.Yes, "", &grantProof{j.to(who), j.role.whole})
	return true
}

func (r *round) judgeShown(j *judgement, s *shown, who []model.Subject) {
	j.add(s.rule, r.grade(s.rule.Severity, j.bound, who, s), j.began(), s.verdict, s.reason, &grantProof{j.to(who), s})
}

// of finds what a reading says of a rule; nil for nothing.
func (now *reading) of(rule *model.Rule) *shown {
	for _, s := range now.shown {
		if s.rule == rule {
			return s
		}
	}
	return nil
}

// began is when a grant began: when the newer of binding and role was written.
func (j *judgement) began() int64 { return max(j.since, j.role.since) }

// add adds a finding, unless the one that is out says the same: then that one stays.
func (j *judgement) add(rule *model.Rule, severity model.Severity, since int64, verdict model.Verdict, reason string, proof model.Proof) {
	f := model.Finding{Rule: rule, Severity: severity, Object: j.ref, Since: since, Verdict: verdict, Reason: reason, Proof: proof}
	for _, old := range j.bound.findings {
		if old.Rule != rule {
			continue
		}
		if f.ID = old.ID; old.Severity == severity && old.Since == since && old.Verdict == verdict && old.Reason == reason && sameProof(old.Proof, proof) {
			j.findings = append(j.findings, old)
			return
		}
	}
	if f.ID == "" {
		f.ID = model.FindingID(rule.ID, j.ref)
	}
	j.findings = append(j.findings, &f)
}
