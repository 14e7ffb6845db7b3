package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// become are the classes of edges by which somebody becomes an account of the namespace.
func become(class string) bool {
	switch class {
	case "pods-create", "tokens", "impersonate", "grant", "secrets-write":
		return true
	}
	return false
}

// grade works out the severity of a finding on a binding.
func (a *Analyser) grade(base model.Severity, b *rbac.Binding, subjects []model.Subject, open []opening) model.Severity {
	if a.controlPlane(subjects) {
		return model.Info
	}
	s := int(base)
	if !b.Cluster() && !a.reaches(b, open) {
		s--
	}
	if len(open) > 0 && !slices.ContainsFunc(open, func(o opening) bool { return !o.named }) {
		s--
	}
	if len(open) > 0 && !slices.ContainsFunc(open, func(o opening) bool { return !o.limited }) {
		s--
	}
	if slices.ContainsFunc(subjects, everybody) {
		s++
	}
	return model.Severity(min(max(s, int(model.Low)), int(model.Critical)))
}

// reaches tells whether what a RoleBinding opens leads out of its namespace: to an account there that holds the cluster, or
// to the node below.
func (a *Analyser) reaches(b *rbac.Binding, open []opening) bool {
	powerful := a.power[b.Ref.Namespace] > 0
	for i := range open {
		e := a.table.edges[open[i].edge]
		if (powerful && become(e.Class) && !open[i].limited && !open[i].named) || e.To == "node" {
			return true
		}
	}
	return false
}

// everybody tells a group, or a user, that stands for all who have a token, or none.
func everybody(s model.Subject) bool {
	switch {
	case s.Kind == model.GroupSubject:
		return s.Name == rbac.Authenticated || s.Name == rbac.Unauthenticated || s.Name == rbac.AllAccounts
	case s.Kind == model.UserSubject:
		return s.Name == rbac.Anonymous
	}
	return false
}

// controlPlane tells that all subjects are identities that Kubernetes itself binds: what they hold is theirs already.
func (a *Analyser) controlPlane(subjects []model.Subject) bool {
	if len(subjects) == 0 {
		return false
	}
	for _, s := range subjects {
		if _, ok := a.system[s]; !ok {
			return false
		}
	}
	return true
}
