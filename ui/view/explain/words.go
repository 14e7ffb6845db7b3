package explain

import (
	"strings"

	"canopy/model"
)

// Breakage says in words what harm a fix may do, by the class that the catalogue gives. What stands before the colon says it
// in short.
func Breakage(class string) string {
	switch class {
	case "none":
		return "nothing is expected to break"
	case "likely-safe":
		return "likely safe: few programs rely on it"
	case "needs-evidence":
		return "may break a program: look for evidence that none relies on it"
	case "outage":
		return "means an outage: the workload stops or moves"
	}
	return "what it may break is not known"
}

// Way says how a rule can be fixed, by the word of the catalogue.
func Way(fix string) string {
	switch fix {
	case "yaml":
		return "a change of the YAML ends it"
	case "steps":
		return "it takes steps by hand"
	}
	return "there is no fix to apply"
}

// Control is a control of another catalogue that a rule answers to.
type Control struct {
	// Short is the name of the catalogue as a list has it, Long what it is called in full.
	Short, Long string
	IDs         []string
}

// Controls lists the controls of a rule, those catalogues alone that have one.
func Controls(f *model.Frameworks) []Control {
	var list []Control
	for _, c := range []Control{
		{"PSS", "Pod Security Standards of Kubernetes", f.PSS},
		{"CIS", "CIS Kubernetes Benchmark", f.CIS},
		{"NSA", "Kubernetes Hardening Guidance of NSA and CISA", f.NSA},
		{"OWASP", "OWASP Kubernetes Top Ten", f.OWASP},
		{"ATT&CK", "MITRE ATT&CK for Containers", f.MITRE},
		{"MS", "Threat Matrix for Kubernetes by Microsoft", f.MS},
	} {
		if len(c.IDs) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// String is the short form, for lists.
func (c Control) String() string {
	ids := strings.Join(c.IDs, ", ")
	// Some ids begin with the name of their catalogue.
	if strings.HasPrefix(ids, c.Short+"-") {
		return ids
	}
	return c.Short + " " + ids
}
