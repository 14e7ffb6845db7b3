package remedy

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// aggregateTo begins the labels by which Kubernetes' own aggregated roles pick others.
const aggregateTo = "rbac.authorization.k8s.io/aggregate-to-"

// restores puts objects of Kubernetes' own back: those that are findings themselves, and those through which others hold
// what was added to them.
func (r *rights) restores() ([]Document, error) {
	due := map[model.Ref][]*model.Finding{}
	for ref, list := range r.asked {
		b, bound := r.now.access.Binding(ref)
		for _, f := range list {
			if f.Rule.ID == "LP28" {
				due[ref] = append(due[ref], f)
				if bound {
					r.restoreBase(&b, f, due)
				}
				continue
			}
			state, _ := r.judge(&b)
			if !bound || state == stock.NotStock {
				continue
			}
			if state == stock.Changed {
				due[ref] = append(due[ref], f)
				r.restoreBase(&b, f, due)
			}
			if state, d := r.judgeRole(b.Role); state == stock.Changed && len(d.Added) > 0 {
				due[b.Role] = append(due[b.Role], f)
			}
		}
	}
	var docs []Document
	refs := inorder.Collect(maps.Keys(due), model.Ref.Compare)
	for _, bindings := range []bool{false, true} {
		for _, ref := range refs {
			if strings.HasSuffix(ref.Kind, "Binding") != bindings {
				continue
			}
			restore := r.restoreRole
			if bindings {
				restore = r.restoreBinding
			}
			slices.SortFunc(due[ref], func(a, b *model.Finding) int { return strings.Compare(a.ID, b.ID) })
			more, err := restore(ref, due[ref])
			if err != nil {
				return nil, err
			}
			for i := range more {
				if bindings {
					more[i].rest(due, refs, due[ref])
				}
				// Bindings are looked at as they are afterwards. What does not apply is told when all is verified.
				if err := r.now.carryOut(more[i].Step); err != nil {
					return nil, err
				}
			}
			docs = append(docs, more...)
		}
	}
	return docs, nil
}

// rest has a binding that is put back need the roles that are put back for the same findings: nobody is to be given what was added
// to one.
func (d *Document) rest(due map[model.Ref][]*model.Finding, refs []model.Ref, findings []*model.Finding) {
	for _, role := range refs {
		if !strings.HasSuffix(role.Kind, "Binding") && slices.ContainsFunc(due[role], func(f *model.Finding) bool { return slices.Contains(findings, f) }) {
			d.require(model.Patch, role, "its role is put back first, so that nobody is given what was added to it")
		}
	}
}

// restoreRole gives a role back the rules, the aggregation rule and the labels that Kubernetes ships. Rules that an earlier
// version shipped, and an upgrade left, stay.
func (r *rights) restoreRole(ref model.Ref, findings []*model.Finding) ([]Document, error) {
	rules, aggregation, meta := roleOf(r.now.c, ref)
	state, d := r.judgeRole(ref)
	if state != stock.Changed {
		return nil, nil
	}
	var docs []Document
	add := func(kind types.PatchType, content any, evidence []string) error {
		body, err := json.Marshal(content)
		if err != nil {
			return err
		}
		doc, err := patchDocument(ref, kind, body)
		if err != nil {
			return err
		}
		r.fill(&doc, findings, harmless, append(evidence, r.shipped(meta)...))
		doc.keep(meta)
		docs = append(docs, doc)
		return nil
	}
	if fields, evidence := r.restoreGathering(ref, aggregation, meta, d); len(fields) > 0 {
		if err := add(types.MergePatchType, partialMerge(ref, fields), evidence); err != nil {
			return nil, err
		}
	}
	if len(d.Added)+len(d.Removed) == 0 {
		return docs, nil
	}
	w := newRewrite(rules)
	w.each(func(rule rbacv1.PolicyRule) ([]rbacv1.PolicyRule, bool) {
		if _, one := r.stock.JudgeRole(ref, []rbacv1.PolicyRule{rule}, nil, nil); len(one.Added) > 0 {
			return nil, false
		}
		return nil, true
	})
	_, left := r.stock.JudgeRole(ref, w.rules(), nil, nil)
	w.more = left.Removed
	var evidence []string
	if len(d.Added) > 0 {
		say(&evidence, "removes: %s, from %s", sentences(d.Added), r.holders(ref))
	}
	if len(d.Removed) > 0 {
		say(&evidence, "puts back: %s", sentences(d.Removed))
	}
	if !w.changed() {
		return docs, nil
	}
	return docs, add(types.JSONPatchType, w.operations(), evidence)
}

// restoreGathering gives the fields of a merge patch for what makes a role gather others, and feed them.
func (r *rights) restoreGathering(ref model.Ref, aggregation *rbacv1.AggregationRule, meta *record.Meta, d stock.Difference) (map[string]any, []string) {
	fields := map[string]any{}
	var evidence []string
	shipped := r.stock.ClusterRole(ref.Name)
	if ref.Kind != "ClusterRole" || shipped == nil {
		shipped = &rbacv1.ClusterRole{}
	}
	if d.Aggregation {
		// A list of a merge patch stands whole; null takes the rule away.
		fields["aggregationRule"] = shipped.AggregationRule
		switch {
		case shipped.AggregationRule == nil:
			say(&evidence, "it gathers the rules of other roles no more")
		case aggregation == nil:
			say(&evidence, "it gathers again the rules of the roles that Kubernetes means it to")
		default:
			say(&evidence, "it gathers the rules of no other roles than Kubernetes means it to: a controller takes out what came from others")
		}
	}
	if d.Labels {
		labels := map[string]any{}
		for k, v := range meta.Labels.All() {
			if strings.HasPrefix(k, aggregateTo) && shipped.Labels[k] != v {
				labels[k] = nil
				say(&evidence, "removes: its rules from the roles that gather by %s=%s", k, v)
			}
		}
		for k, v := range shipped.Labels {
			if strings.HasPrefix(k, aggregateTo) && meta.Labels.Get(k) != v {
				labels[k] = v
				say(&evidence, "puts back: the label %s=%s", k, v)
			}
		}
		if len(labels) > 0 {
			fields["metadata"] = map[string]any{"labels": labels}
		}
	}
	slices.Sort(evidence)
	return fields, evidence
}

// partialMerge names the object of a merge patch in it.
func partialMerge(ref model.Ref, fields map[string]any) map[string]any {
	obj := partial(ref, nil)
	for k, v := range fields {
		if own, ok := v.(map[string]any); ok && k == "metadata" {
			maps.Copy(obj["metadata"].(map[string]any), own)
			continue
		}
		obj[k] = v
	}
	return obj
}

// shipped says what it is put back to, and what the API server does by itself.
func (r *rights) shipped(meta *record.Meta) []string {
	version, _ := r.stock.Source()
	list := []string{"it becomes what Kubernetes " + version + " ships; rules that an earlier version shipped stay"}
	if r.minor == 0 {
		list = append(list, "the version of the server is not known: compare with what it ships")
	}
	if meta.Annotations.Get(rbacv1.AutoUpdateAnnotationKey) == "false" {
		return append(list, "its annotation "+rbacv1.AutoUpdateAnnotationKey+" is false: the API server does not put back what is missing")
	}
	return append(list, "at its start the API server puts back what is missing, and leaves what was added; kubectl auth reconcile --remove-extra-permissions --remove-extra-subjects does both")
}

// holders names who holds a role.
func (r *rights) holders(role model.Ref) string {
	var all []rbacv1.Subject
	var bindings []rbac.Binding
	for b := range r.now.access.BindingsOf(role) {
		bindings = append(bindings, b)
	}
	inorder.Sort(bindings, func(a, b rbac.Binding) int { return a.Ref.Compare(b.Ref) })
	for _, b := range bindings {
		for _, s := range b.Subjects {
			if s.Kind == rbacv1.ServiceAccountKind && s.Namespace == "" {
				s.Namespace = b.Ref.Namespace
			}
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return whom(all, metav1.NamespaceAll)
}
