package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// granted tells whether RBAC can be asked about an object: it is one of RBAC, an account, or something that runs as one.
func granted(o model.Ref) bool {
	switch {
	case o.Group == model.GroupRBAC, o.Group == "" && o.Kind == "ServiceAccount":
		return true
	}
	return record.TemplatePath(o.Kind) != "" && model.KindOf(o.GroupKind()) != nil
}

// goAccess goes to what RBAC grants to an object, or through it. What runs leads to its account.
func (r *root) goAccess(o model.Ref) tea.Cmd {
	if record.TemplatePath(o.Kind) == "" {
		return r.open(view.Place{Screen: view.RBAC, Object: o})
	}
	name, ok := r.accountOf(o)
	if !ok {
		r.note = view.Note{Text: "access: " + o.String() + " was not seen, so nobody knows as which account it runs", Bad: true}
		return nil
	}
	return r.open(view.Place{Screen: view.RBAC, Subject: model.Subject{Kind: model.AccountSubject, Namespace: o.Namespace, Name: name}})
}

// accountOf names the account that the pods of an object run as.
func (r *root) accountOf(o model.Ref) (name string, ok bool) {
	set := r.feed.shown.Report.Inventory
	if set == nil {
		return "", false
	}
	switch t := set.Get(o).(type) {
	case *record.Pod:
		return cmp.Or(t.Spec().ServiceAccountName, "default"), true
	case *record.Workload:
		if !t.Template.IsZero() {
			return cmp.Or(t.Template.Decode().Spec.ServiceAccountName, "default"), true
		}
	}
	return "", false
}
