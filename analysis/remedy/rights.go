package remedy

import (
	"cmp"
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// rights mends what RBAC objects grant: stock objects first, then roles with wildcards, then what single bindings give.
type rights struct {
	p       *planner
	science *science
	minor   int
	stock   *stock.Table
	lexicon *lexicon
	// asked are the findings that hold, by object.
	asked map[model.Ref][]*model.Finding
	// now is what the cluster would be once stock objects and wildcards are mended; proof judges what comes out.
	now, proof *shadow
	edits      map[model.Ref]*roleEdit
	// taken holds the names that this fix has given away, made the roles that it creates by what they grant.
	taken map[model.Ref]bool
	made  map[string]model.Ref
	// system are the accounts of parts of the cluster itself; filled at the first question.
	system map[model.Subject]bool
	docs   []Document
}

// mendRights makes the fix of all findings on RBAC objects: what closes one may be a part of another. An error means that
// the catalogue is at fault.
func (p *planner) mendRights() error {
	if len(p.grants) == 0 {
		return nil
	}
	science, err := newScience()
	if err != nil {
		return err
	}
	r := &rights{
		p: p, science: science, minor: privilege.MinorOf(p.server), asked: map[model.Ref][]*model.Finding{},
		edits: map[model.Ref]*roleEdit{}, taken: map[model.Ref]bool{}, made: map[string]model.Ref{},
	}
	r.stock, _ = stock.For(r.minor)
	r.lexicon = newLexicon(rbac.NewDiscovery(stock.Resources()).With(p.c))
	p.rights = r
	r.cast()
	for ref, list := range p.grants {
		for _, f := range list {
			if r.proof.held[f.ID] == nil {
				p.note(f, "it does not hold in what was seen: what it was about is gone or has changed", "look again: canopy scan --rule "+f.Rule.ID)
				continue
			}
			r.asked[ref] = append(r.asked[ref], f)
		}
	}
	if r.docs, err = r.documents(); err != nil {
		// What stands in one object keeps others from no fix but those that it is planned with.
		r.docs = nil
		for _, list := range r.asked {
			for _, f := range list {
				p.notes = slices.DeleteFunc(p.notes, func(n Note) bool { return n.Finding == f.ID })
				p.note(f, noDocument(err), noDocumentSteps(f)...)
			}
		}
		clear(r.asked)
	}
	return nil
}

func noDocument(err error) string { return "no document could be made: " + err.Error() }

func noDocumentSteps(f *model.Finding) []string {
	return []string{"open it: kubectl edit " + target(f.Object) + "; canopy rules " + f.Rule.ID + " tells what to change"}
}

// documents plans in the order in which things rest on each other.
func (r *rights) documents() ([]Document, error) {
	docs, err := r.restores()
	if err != nil {
		return nil, err
	}
	refs := inorder.Collect(maps.Keys(r.asked), model.Ref.Compare)
	for _, ref := range refs {
		more, err := r.spellRole(ref)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	var cuts []*cut
	for _, ref := range refs {
		if c := r.cut(ref); c != nil {
			cuts = append(cuts, c)
		}
	}
	r.share(cuts)
	patches, err := r.rolePatches()
	if err != nil {
		return nil, err
	}
	docs = append(docs, patches...)
	for _, c := range cuts {
		more, err := r.carve(c)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	return docs, nil
}

// verify carries the documents out one by one and says which of them ends what. Findings that go on get a note.
func (r *rights) verify(f *Fix) {
	// at finds the document of each step.
	var at []int
	for i := range f.Documents {
		step := f.Documents[i].Step
		if !casts(step.Ref) {
			continue
		}
		at = append(at, i)
		carry := r.proof.carryOut
		if f.Documents[i].prepares {
			carry = r.proof.prepare
		}
		if err := carry(step); err != nil {
			r.withdraw(f, err)
			return
		}
	}
	for _, ref := range inorder.Collect(maps.Keys(r.asked), model.Ref.Compare) {
		for _, one := range r.asked[ref] {
			goesOn := r.proof.held[one.ID]
			noted := func(n Note) bool { return n.Finding == one.ID }
			switch {
			case goesOn == nil:
				d := &f.Documents[at[r.proof.ended[one.ID]-1]]
				d.Closes = append(d.Closes, one.ID)
				f.Notes = slices.DeleteFunc(f.Notes, noted)
			case !slices.ContainsFunc(f.Notes, noted):
				f.Notes = append(f.Notes, Note{Finding: one.ID, Reason: "what the documents change does not end it", Steps: still(goesOn)})
			}
		}
	}
	for i := range f.Documents {
		slices.Sort(f.Documents[i].Closes)
	}
}

// still lists where a finding goes on.
func still(f *model.Finding) []string {
	var steps []string
	for _, e := range evidenceOf(f) {
		steps = append(steps, "look at "+e.Object.String()+": "+e.Path+" "+e.Value)
	}
	return steps
}

// withdraw takes all documents on RBAC back where one of them cannot be carried out.
func (r *rights) withdraw(f *Fix, err error) {
	f.Documents = slices.DeleteFunc(f.Documents, func(d Document) bool { return d.Step.Ref.Group == model.GroupRBAC })
	for _, list := range r.asked {
		for _, one := range list {
			f.Notes = slices.DeleteFunc(f.Notes, func(n Note) bool { return n.Finding == one.ID })
			f.Notes = append(f.Notes, Note{Finding: one.ID, Reason: noDocument(err), Steps: noDocumentSteps(one)})
		}
	}
}

// isSystem tells an account by which a part of the cluster itself runs.
func (r *rights) isSystem(s model.Subject) bool {
	if r.system == nil {
		r.system = map[model.Subject]bool{}
		for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"} {
			for one := range r.p.c.All(model.KindByName(kind).GroupKind()) {
				w, ok := one.(*record.Workload)
				if !ok || w.Template.IsZero() || !systemPart(w) {
					continue
				}
				name := cmp.Or(w.Template.Decode().Spec.ServiceAccountName, defaultAccount)
				r.system[model.Subject{Kind: model.AccountSubject, Namespace: w.Namespace, Name: name}] = true
			}
		}
	}
	return r.system[s]
}

// roleOf gives a role as it would be.
func roleOf(c *cluster.Cluster, ref model.Ref) (rules []rbacv1.PolicyRule, aggregation *rbacv1.AggregationRule, m *record.Meta) {
	switch t := c.Get(ref).(type) {
	case *record.Typed[*rbacv1.Role]:
		return t.Object.Rules, nil, &t.Meta
	case *record.Typed[*rbacv1.ClusterRole]:
		return t.Object.Rules, t.Object.AggregationRule, &t.Meta
	}
	return nil, nil, nil
}
