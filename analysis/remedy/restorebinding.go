package remedy

import (
	"encoding/json"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// restoreBase has the role of a binding put back too where somebody is to be bound to it again: nobody is given what was
// added to it.
func (r *rights) restoreBase(b *rbac.Binding, f *model.Finding, due map[model.Ref][]*model.Finding) {
	_, d := r.judge(b)
	role := b.Role
	if d.RoleRef != nil {
		if s := r.stockBinding(b.Ref); s != nil {
			role = s.Role
		}
	} else if len(d.RemovedSubjects) == 0 {
		return
	}
	if state, d := r.judgeRole(role); state == stock.Changed && (len(d.Added) > 0 || d.Aggregation) {
		due[role] = append(due[role], f)
	}
}

// stockBinding gives the binding that Kubernetes ships under a name, as the index would hold it; nil for none.
func (r *rights) stockBinding(ref model.Ref) *rbac.Binding {
	var to rbacv1.RoleRef
	if s := r.stock.ClusterRoleBinding(ref.Name); s != nil && ref.Namespace == "" {
		to = s.RoleRef
	} else if s := r.stock.RoleBinding(ref.Namespace, ref.Name); s != nil {
		to = s.RoleRef
	} else {
		return nil
	}
	role := model.KindByName("ClusterRole").Ref("", to.Name)
	if to.Kind == "Role" {
		role = model.KindByName("Role").Ref(ref.Namespace, to.Name)
	}
	return &rbac.Binding{Ref: ref, Role: role}
}

// restoreBinding gives a binding back its subjects. One that names another role is made anew, under its name.
func (r *rights) restoreBinding(ref model.Ref, findings []*model.Finding) ([]Document, error) {
	b, _ := r.now.access.Binding(ref)
	state, d := r.judge(&b)
	if state != stock.Changed {
		return nil, nil
	}
	meta := metaOf(r.now.c.Get(ref))
	if d.RoleRef != nil {
		return r.remakeBinding(ref, &b, meta, findings)
	}
	var gone []int
	roleRef := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: b.Role.Kind, Name: b.Role.Name}
	for i := range b.Subjects {
		if _, one := r.stock.JudgeBinding(ref, roleRef, b.Subjects[i:i+1]); len(one.AddedSubjects) > 0 {
			gone = append(gone, i)
		}
	}
	ops := withoutSubjects(b.Subjects, gone)
	if len(b.Subjects) == 0 {
		ops = append(ops, operation{Op: "add", Path: "/subjects", Value: d.RemovedSubjects})
	} else {
		for _, s := range d.RemovedSubjects {
			ops = append(ops, operation{Op: "add", Path: "/subjects/-", Value: s})
		}
	}
	var evidence []string
	if len(d.AddedSubjects) > 0 {
		say(&evidence, "removes: %s %s, %s, from %s", b.Role.Kind, b.Role.Name, where(ref.Namespace), whom(d.AddedSubjects, ref.Namespace))
	}
	if len(d.RemovedSubjects) > 0 {
		say(&evidence, "puts back: %s", whom(d.RemovedSubjects, ref.Namespace))
	}
	body, err := json.Marshal(ops)
	if err != nil {
		return nil, err
	}
	doc, err := patchDocument(ref, types.JSONPatchType, body)
	if err != nil {
		return nil, err
	}
	r.fill(&doc, findings, harmless, append(evidence, r.shipped(meta)...))
	doc.keep(meta)
	return []Document{doc}, nil
}

func (r *rights) remakeBinding(ref model.Ref, b *rbac.Binding, meta *record.Meta, findings []*model.Finding) ([]Document, error) {
	gone, err := deleted(ref)
	if err != nil {
		return nil, err
	}
	r.fill(&gone, findings, harmless, []string{"removes: " + b.Role.Kind + " " + b.Role.Name + ", " + where(ref.Namespace) + ", from " + whom(b.Subjects, ref.Namespace),
		"the role that a binding names cannot be changed, and only one binding has the name: between this step and the next nobody holds what it is for"})
	gone.keep(meta)
	var obj any
	if s := r.stock.ClusterRoleBinding(ref.Name); s != nil && ref.Namespace == "" {
		obj = s
	} else if s := r.stock.RoleBinding(ref.Namespace, ref.Name); s != nil {
		obj = s
	}
	if obj == nil {
		gone.Evidence = append(gone.Evidence[:1], "this version of Kubernetes ships no such binding any more, so that none takes its place")
		return []Document{gone}, nil
	}
	back, err := r.creation(ref, obj, findings, r.shipped(meta))
	// Of one class, so that nothing comes between the two.
	back.Breakage = gone.Breakage
	gone.require(model.Create, ref, "without it nobody holds what the binding is for")
	return []Document{gone, back}, err
}
