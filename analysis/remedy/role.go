package remedy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// roleEdit is a change of a role in place.
type roleEdit struct {
	ref      model.Ref
	meta     *record.Meta
	rewrite  *rewrite
	findings []*model.Finding
	class    breakage
	evidence []string
}

// edit gives the edit of a role, made where there is none.
func (r *rights) edit(ref model.Ref) *roleEdit {
	if e := r.edits[ref]; e != nil {
		return e
	}
	rules, _, meta := roleOf(r.p.c, ref)
	e := &roleEdit{ref: ref, meta: meta, rewrite: newRewrite(rules)}
	r.edits[ref] = e
	return e
}

// say adds to the evidence, once.
func say(list *[]string, format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(*list, s) {
		*list = append(*list, s)
	}
}

// rolePatches makes one patch for each role that is changed in place.
func (r *rights) rolePatches() ([]Document, error) {
	var docs []Document
	for _, ref := range inorder.Collect(maps.Keys(r.edits), model.Ref.Compare) {
		e := r.edits[ref]
		if !e.rewrite.changed() {
			continue
		}
		body, err := json.Marshal(e.rewrite.operations())
		if err != nil {
			return nil, err
		}
		d, err := patchDocument(ref, types.JSONPatchType, body)
		if err != nil {
			return nil, err
		}
		r.fill(&d, e.findings, e.class, e.evidence)
		d.keep(e.meta)
		docs = append(docs, d)
	}
	return docs, nil
}

// fill writes into a document what its findings say.
func (r *rights) fill(d *Document, findings []*model.Finding, class breakage, evidence []string) {
	for _, f := range findings {
		if !slices.Contains(d.rules, f.Rule) {
			d.rules = append(d.rules, f.Rule)
		}
		d.means = append(d.means, f.ID)
		class = max(class, parseBreakage(f.Rule.Breakage))
		if why := doubtOf(f); why != "" {
			class = max(class, needsEvidence)
			say(&evidence, "%s", why)
		}
	}
	d.Breakage, d.Evidence = class.String(), evidence
}

// shared says why a role must not be changed in place for the sake of one cut; "" where it may. A role that others hold too
// is theirs, unless they lose the same, and one that somebody else writes would be written again.
func (r *rights) shared(role model.Ref, one *cut, all map[model.Ref]*cut) string {
	_, aggregation, meta := roleOf(r.now.c, role)
	if meta == nil {
		return "it was not seen"
	}
	if r.isStock(role) {
		return "Kubernetes ships it"
	}
	if aggregation != nil {
		return "it gathers the rules of other roles"
	}
	if by := managerOf(meta).name; by != "" {
		return "it is managed by " + by
	}
	if whole := r.feeds(role, meta); whole != "" {
		return "it feeds ClusterRole " + whole
	}
	for b := range r.now.access.BindingsOf(role) {
		if c := all[b.Ref]; c == nil || !c.remove && c != one && !c.rewrite.same(one.rewrite) {
			return "other bindings name it too"
		}
	}
	kinds := []string{"RoleBinding"}
	if role.Kind == "ClusterRole" {
		kinds = append(kinds, "ClusterRoleBinding")
	}
	for _, kind := range kinds {
		if !r.now.complete(model.KindByName(kind).Ref(role.Namespace, "")) {
			return "not every " + kind + " was seen, and others may name it"
		}
	}
	return ""
}

// feeds names a ClusterRole that gathers the rules of a role.
func (r *rights) feeds(role model.Ref, meta *record.Meta) string { return feeds(r.now.c, role, meta) }
