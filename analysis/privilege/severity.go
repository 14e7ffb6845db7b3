package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// grade works out the severity of a finding on a binding, by what is shown of it.
func (r *round) grade(base model.Severity, b *bound, who []model.Subject, s *shown) model.Severity {
	if r.controlPlane(who) {
		return model.Info
	}
	grade := int(base) - s.mild
	strong := r.strong(b, s.accounts)
	if strong && s.mild > 0 {
		grade++
	}
	// What a RoleBinding opens stays in its namespace, but where it lets one act as an account there that holds the cluster,
	// or leads to the node below.
	leads := s.node || strong || (s.deep && r.hasPower(b.ref.Namespace))
	if !b.cluster() && !leads {
		grade--
	}
	if slices.ContainsFunc(who, everybody) {
		grade++
	}
	return model.Severity(min(max(grade, int(model.Low)), int(model.Critical)))
}

// everybody tells a group, or a user, that stands for all who have a token, or none.
func everybody(s model.Subject) bool {
	switch s.Kind {
	case model.GroupSubject:
		return s.Name == rbac.Authenticated || s.Name == rbac.Unauthenticated || s.Name == rbac.AllAccounts
	case model.UserSubject:
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
