package privilege

import (
	"cmp"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// bound is what is known of one binding.
type bound struct {
	names    []model.Subject
	role     model.Ref
	findings []*model.Finding
	// sinks are the accounts that hold the whole cluster by it.
	sinks []model.Subject
	// reading is what it opens; nil where its role does not exist, or nobody is bound.
	reading *reading
	// partly tells that other bindings of its subjects decide what it opens.
	partly bool
}

func (b *bound) climbs() bool { return b.reading != nil && b.reading.climbs }

// judgement is one binding while it is judged.
type judgement struct {
	rbac.Binding
	since    int64
	role     *role
	subjects []model.Subject
	state    stock.State
	changed  stock.Difference
	findings []*model.Finding
}

// judgeBinding brings the findings on one binding up to date.
func (a *Analyser) judgeBinding(c *cluster.Cluster, access *rbac.Analyser, ref model.Ref) {
	old := a.bindings[ref]
	b, ok := access.Binding(ref)
	if !ok {
		if old != nil {
			a.climbed = a.climbed || old.climbs()
			a.replace(old.findings, nil)
			a.sink(old.sinks, nil)
			delete(a.bindings, ref)
		}
		delete(a.partly, ref)
		return
	}
	j := &judgement{Binding: b, role: a.role(c, access, b.Role), subjects: subjectsOf(&b)}
	j.since, j.state, j.changed = a.record(c, ref)
	now := &bound{role: b.Role}
	a.judgeDangling(c, access, j)
	if j.state == stock.Changed {
		a.judgeStockBinding(j)
	}
	if j.role != nil && len(j.subjects) > 0 {
		a.judgeGrants(c, access, j, now)
	}
	now.findings = j.findings
	if old == nil {
		old = &bound{}
	}
	now.findings = a.replace(old.findings, now.findings)
	a.sink(old.sinks, now.sinks)
	if now.names = j.subjects; (old.climbs() || now.climbs()) && (old.reading != now.reading || !slices.Equal(old.names, now.names)) {
		a.climbed = true
	}
	a.bindings[ref] = now
	if now.partly {
		a.partly[ref] = struct{}{}
	} else {
		delete(a.partly, ref)
	}
}

// record reads the record of a binding.
func (a *Analyser) record(c *cluster.Cluster, ref model.Ref) (since int64, state stock.State, diff stock.Difference) {
	switch t := c.Get(ref).(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		since = t.Since()
		state, diff = a.stock.JudgeBinding(ref, t.Object.RoleRef, t.Object.Subjects)
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		since = t.Since()
		state, diff = a.stock.JudgeBinding(ref, t.Object.RoleRef, t.Object.Subjects)
	}
	return since, state, diff
}

// judgeGrants judges what a binding gives to whom.
func (a *Analyser) judgeGrants(c *cluster.Cluster, access *rbac.Analyser, j *judgement, now *bound) {
	r := a.read(c, access, &j.Binding, j.role, false)
	now.reading, now.partly = r, len(r.partly) > 0
	if r.sink {
		for _, s := range j.subjects {
			if s.Kind == model.AccountSubject {
				now.sinks = append(now.sinks, s)
			}
		}
	}
	// What Kubernetes ships is no finding, but for what was added to it.
	subjects, all := j.subjects, j.role.all
	switch j.state {
	case stock.Unchanged, stock.Earlier:
		if !j.role.changed() {
			return
		}
		r, all = a.read(c, access, &j.Binding, j.role, true), j.role.added.all
	case stock.Changed:
		if !j.role.changed() && j.changed.RoleRef == nil {
			subjects = added(j.changed.AddedSubjects, j.Ref.Namespace)
		}
	}
	if len(subjects) == 0 {
		return
	}
	a.judgeCrowd(j, subjects)
	if all {
		if rule := a.rule("LP01"); rule != nil {
			a.find(j, rule, a.grade(rule.Severity, &j.Binding, subjects, nil), model.Yes, "", subjects, j.role.everything())
		}
		return
	}
	for i := range r.byRule {
		s := &r.byRule[i]
		a.find(j, s.rule, a.grade(s.rule.Severity, &j.Binding, subjects, s.open), s.verdict, s.reason, subjects, s.list)
	}
}

// takesOver tells an opening that leads to all of the cluster where it is held cluster-wide.
func (a *Analyser) takesOver(o opening) bool {
	return a.table.edges[o.edge].Takeover && !o.named && !o.limited && o.unsure == ""
}

// takesOverHere tells one that does so in its namespace already: by an object there that all of the cluster rests on.
func (a *Analyser) takesOverHere(o opening) bool {
	e := a.table.edges[o.edge]
	return e.Takeover && !o.limited && o.unsure == "" && slices.ContainsFunc(e.ways, func(w way) bool { return len(w.Namespaces) > 0 })
}

// find adds a finding on a binding.
func (a *Analyser) find(j *judgement, rule *model.Rule, severity model.Severity, verdict model.Verdict, reason string, subjects []model.Subject, shown []model.Evidence) {
	since := j.since
	if j.role != nil && j.state != stock.NotStock {
		since = max(since, j.role.since)
	}
	j.findings = append(j.findings, &model.Finding{
		ID: model.FindingID(rule.ID, j.Ref), Rule: rule, Severity: severity, Object: j.Ref, Since: since, Verdict: verdict, Reason: reason,
		Proof: &grantProof{binding: j.Binding, subjects: subjects, shown: shown},
	})
}

// grantProof proves what a binding grants: to whom, by which role, and what of its rules counts.
type grantProof struct {
	binding  rbac.Binding
	subjects []model.Subject
	shown    []model.Evidence
}

// Evidence lists the rules of the role, then the binding's reference to it and its subjects.
func (p *grantProof) Evidence() []model.Evidence {
	list := make([]model.Evidence, 0, len(p.shown)+1+len(p.subjects))
	list = append(list, p.shown...)
	list = append(list, model.Evidence{Object: p.binding.Ref, Path: "roleRef.name", Value: p.binding.Role.Name})
	for i := range p.binding.Subjects {
		s := rbac.SubjectOf(&p.binding.Subjects[i], p.binding.Ref.Namespace)
		if slices.Contains(p.subjects, s) {
			list = append(list, model.Evidence{Object: p.binding.Ref, Path: subjectPath(i), Value: s.String()})
		}
	}
	return list
}

// replace publishes what is new of findings on one object, drops what is gone, and gives those that stand.
func (a *Analyser) replace(old, now []*model.Finding) []*model.Finding {
	find := func(list []*model.Finding, id string) *model.Finding {
		if i := slices.IndexFunc(list, func(f *model.Finding) bool { return f.ID == id }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, f := range old {
		if find(now, f.ID) == nil {
			a.out.Drop(f.ID)
		}
	}
	for i, f := range now {
		before := find(old, f.ID)
		if before != nil && before.Equal(f) {
			now[i] = before
			continue
		}
		a.out.Put(f)
	}
	return now
}

func added(list []rbacv1.Subject, namespace string) []model.Subject {
	return subjectsOf(&rbac.Binding{Ref: model.Ref{Namespace: namespace}, Subjects: list})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y string) int { return cmp.Compare(x, y) })
	return keys
}

func joined(words []string) string { return strings.Join(words, ", ") }
