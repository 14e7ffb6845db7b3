package resources

import (
	"k8s.io/pod-security-admission/api"

	"canopy/analysis/workload"
	"canopy/model/record"
)

// posture is a level of the Pod Security Standards: the strictest that pods would pass, or the one that a namespace
// enforces. The least strict comes first.
type posture uint8

const (
	// unseen is that of something of which nothing is known.
	unseen posture = iota
	// none is a namespace that enforces no level, invalid one with a level that does not exist.
	none
	invalid
	privileged
	baseline
	restricted
)

// String is the word of the standards.
func (p posture) String() string {
	switch p {
	case none:
		return "none"
	case invalid:
		return "invalid"
	case privileged:
		return string(api.LevelPrivileged)
	case baseline:
		return string(api.LevelBaseline)
	case restricted:
		return string(api.LevelRestricted)
	}
	return ""
}

// worse is the less strict of two, of those that are known.
func (p posture) worse(o posture) posture {
	if p == unseen || o != unseen && o < p {
		return o
	}
	return p
}

// enforcement is what the labels of a namespace ask of its pods.
type enforcement struct {
	posture posture
	level   api.Level
	version api.Version
}

// enforced reads the labels as the admission plug-in does (k8s.io/pod-security-admission/api/helpers.go): what it cannot read
// it takes for restricted and latest.
func enforced(labels record.Labels) enforcement {
	e := enforcement{none, api.LevelPrivileged, api.LatestVersion()}
	if v, ok := labels.Lookup(api.EnforceVersionLabel); ok {
		if version, err := api.ParseVersion(v); err == nil {
			e.version = version
		}
	}
	value, ok := labels.Lookup(api.EnforceLevelLabel)
	if !ok {
		return e
	}
	level, err := api.ParseLevel(value)
	switch {
	case err != nil:
		e.posture, e.level = invalid, api.LevelRestricted
	case level == api.LevelPrivileged:
		e.posture, e.level = privileged, level
	case level == api.LevelBaseline:
		e.posture, e.level = baseline, level
	default:
		e.posture, e.level = restricted, level
	}
	return e
}

// refuses tells that pods of this template would not be let in.
func (e enforcement) refuses(t *template) bool {
	switch {
	case t == nil || e.level == api.LevelPrivileged:
		return false
	case e.version.Latest():
		return e.level == api.LevelRestricted && t.posture < restricted || t.posture < baseline
	case t.asked != e:
		t.asked, t.refused = e, len(workload.Violations(e.level, e.version, t.decode())) > 0
	}
	return t.refused
}
