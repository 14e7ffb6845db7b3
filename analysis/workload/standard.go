package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
)

// NewestMinor is the minor version of the newest policy that Violations knows; an API server takes a newer one, or
// "latest", for its own newest.
const NewestMinor = 37

// Violation is one field by which a template breaks a check of the Pod Security Standards.
type Violation struct {
	// Check is the id that k8s.io/pod-security-admission/policy gives the check.
	Check string
	// Path is relative to the pod spec, as in Hit.
	Path, Value string
	// Container is "" where the pod is at fault.
	Container string
	// Detail says what the check wants instead.
	Detail string
}

// standard is one check with its revisions.
type standard struct {
	id    string
	level api.Level
	// revisions holds the oldest first.
	revisions []revision
	// overrides is the baseline check that this one of restricted stands in for, wherever it applies.
	overrides string
}

// revision is the form of a check from a minor version on.
type revision struct {
	minor int
	find  finder
}

// The levels, short enough for a table.
const (
	base   = api.LevelBaseline
	strict = api.LevelRestricted
)

// standards lists the checks of policy.DefaultChecks of k8s.io/pod-security-admission v0.37: first those of baseline, then
// those that restricted adds, each by id, which is the order of policy/registry.go.
var standards = [...]standard{
	{"appArmorProfile", base, []revision{{0, appArmor}}, ""},
	{"capabilities_baseline", base, []revision{{0, each(unusualCapabilities)}}, ""},
	{"hostNamespaces", base, []revision{{0, hostNamespaces}}, ""},
	{"hostPathVolumes", base, []revision{{0, hostPaths}}, ""},
	{"hostPorts", base, []revision{{0, each(hostPorts)}}, ""},
	{"hostProbesAndHostLifecycle", base, []revision{{34, each(hostHandlers)}}, ""},
	{"privileged", base, []revision{{0, each(privileged)}}, ""},
	{"procMount", base, []revision{{0, each(procMount)}, {35, sameUsers(each(procMount))}}, ""},
	{"seLinuxOptions", base, []revision{{0, seLinux(false)}, {31, seLinux(true)}}, ""},
	{"seccompProfile_baseline", base, []revision{{0, seccompAnnotations}, {19, badSeccomp}}, ""},
	{"sysctls", base, []revision{{0, sysctls(0)}, {27, sysctls(27)}, {29, sysctls(29)}, {32, sysctls(32)}, {37, sysctls(37)}}, ""},
	{"windowsHostProcess", base, []revision{{0, hostProcess}}, ""},
	{"allowPrivilegeEscalation", strict, []revision{{8, each(escalation)}, {25, linux(each(escalation))}}, ""},
	{"capabilities_restricted", strict, []revision{{22, each(keptCapabilities)}, {25, linux(each(keptCapabilities))}}, "capabilities_baseline"},
	{"procMount_restricted", strict, []revision{{35, each(procMount)}}, "procMount"},
	{"restrictedVolumes", strict, []revision{{0, restrictedVolumes}}, "hostPathVolumes"},
	{"runAsNonRoot", strict, []revision{{0, nonRoot}, {35, sameUsers(nonRoot)}}, ""},
	{"runAsUser", strict, []revision{{23, rootUser}, {35, sameUsers(rootUser)}}, ""},
	{"seccompProfile_restricted", strict, []revision{{19, noSeccomp}, {25, linux(noSeccomp)}}, "seccompProfile_baseline"},
}

// in gives the form of the check at a minor version; nil where there is none yet.
func (s *standard) in(minor int) finder {
	var find finder
	for _, r := range s.revisions {
		if r.minor <= minor {
			find = r.find
		}
	}
	return find
}

// Violations lists where a template breaks a level of the Pod Security Standards at a version of the policy, in the order
// of checks and containers. The checks that it names are those by which policy.Evaluator forbids the pod.
func Violations(level api.Level, version api.Version, t *corev1.PodTemplateSpec) []Violation {
	if level == api.LevelPrivileged {
		return nil
	}
	// The order of these is that of Version.Older: what is newer than the newest is taken for it.
	minor := NewestMinor
	if newest := api.MajorMinorVersion(1, NewestMinor); version.Older(newest) {
		if version.Major() != 1 {
			return nil
		}
		minor = version.Minor()
	}
	var overridden []string
	if level != base {
		for i := range standards {
			if s := &standards[i]; s.overrides != "" && s.in(minor) != nil {
				overridden = append(overridden, s.overrides)
			}
		}
	}
	laid := newTemplate(t)
	var found []Violation
	for i := range standards {
		s := &standards[i]
		find := s.in(minor)
		if find == nil || (level == base && s.level != base) || slices.Contains(overridden, s.id) {
			continue
		}
		for _, p := range find(laid) {
			found = append(found, Violation{s.id, p.path, p.value, p.container, p.detail})
		}
	}
	return found
}
