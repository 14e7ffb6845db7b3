package podsecurity

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// judge holds templates against a level, each once: they are interned, and thousands of pods share one.
type judge struct {
	level   api.Level
	version api.Version
	levels  map[string]string
	known   map[record.Template][]fault
}

func newJudge(level api.Level, version api.Version) *judge {
	j := &judge{level: level, version: version, levels: map[string]string{}, known: map[record.Template][]fault{}}
	for _, c := range policy.DefaultChecks() {
		j.levels[string(c.ID)] = string(c.Level)
	}
	return j
}

func (j *judge) template(t record.Template) []fault {
	list, ok := j.known[t]
	if !ok {
		list = j.faults(t.Decode())
		j.known[t] = list
	}
	return list
}

func (j *judge) faults(t *corev1.PodTemplateSpec) []fault {
	violations := workload.Violations(j.level, j.version, t)
	list := make([]fault, len(violations))
	for i := range violations {
		list[i] = fault{Violation: violations[i], level: j.levels[violations[i].Check]}
	}
	return list
}

// fault is a field that breaks a check, before it is known of which object.
type fault struct {
	workload.Violation
	level string
}

// mark tells faults apart, though admission may have put containers and volumes in front of those of the template.
type mark struct{ check, container, path, value string }

func (f *fault) mark() mark {
	path := f.Path
	if i, j := strings.IndexByte(path, '['), strings.IndexByte(path, ']'); i >= 0 && j > i && !strings.HasPrefix(path, metadata) {
		path = path[:i] + path[j+1:]
	}
	return mark{f.Check, f.Container, path, f.Value}
}

// metadata begins the path of a field outside the spec.
const metadata = "metadata."

// at gives the fault as one of an object of a kind.
func (f *fault) at(kind string, in model.Ref) Break {
	spec := record.TemplatePath(kind)
	path := spec + "." + f.Path
	if strings.HasPrefix(f.Path, metadata) {
		// The metadata stands beside the spec.
		path = strings.TrimPrefix(strings.TrimSuffix(spec, "spec")+f.Path, ".")
	}
	return Break{Check: f.Check, Level: f.level, Path: path, Detail: f.Detail, In: in, Rule: ruleOf(&f.Violation)}
}

// ruleOf gives the rule of the catalogue that finds what a check forbids.
func ruleOf(v *workload.Violation) string {
	switch v.Check {
	case "hostNamespaces":
		switch v.Path {
		case "hostPID":
			return "PS02"
		case "hostIPC":
			return "PS03"
		}
		return "PS04"
	case "restrictedVolumes":
		if strings.HasSuffix(v.Path, "hostPath") {
			return "PS06"
		}
		return "PS23"
	case "privileged":
		return "PS01"
	case "hostPathVolumes":
		return "PS06"
	case "hostPorts":
		return "PS08"
	case "allowPrivilegeEscalation":
		return "PS09"
	case "runAsNonRoot":
		return "PS10"
	case "runAsUser":
		return "PS11"
	case "capabilities_baseline":
		return "PS13"
	case "capabilities_restricted":
		return "PS15"
	case "seccompProfile_baseline", "seccompProfile_restricted":
		return "PS16"
	case "appArmorProfile":
		return "PS17"
	case "seLinuxOptions":
		return "PS18"
	case "procMount", "procMount_restricted":
		return "PS19"
	case "sysctls":
		return "PS20"
	case "windowsHostProcess":
		return "PS21"
	case "hostProbesAndHostLifecycle":
		return "PS22"
	}
	return ""
}
