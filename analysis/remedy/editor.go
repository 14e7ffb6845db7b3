package remedy

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/record"
)

// editor fixes one template, rule by rule, and gathers what may break.
type editor struct {
	t *corev1.PodTemplateSpec
	// rules holds those that are to be fixed.
	rules map[string]bool
	// ranges are the LimitRanges of the namespace.
	ranges []*corev1.LimitRange
	// unsure holds the rules of which it is not known whether they hold.
	unsure map[string]bool
	// running is a pod made from the template; nil where none was seen.
	running *record.Pod
	// account is the dedicated ServiceAccount, where LP21 is to be fixed.
	account string
	// owner is what the template is of.
	owner model.Ref
	// pins are the digests that are known to run, moved the images of which several do, by container; machines the types of nodes.
	pins     map[string]pin
	moved    map[string]bool
	machines []string
	// settled tells that one image was taken of those that run under one tag.
	settled bool
	// vault is where credentials go.
	vault *vault

	class    breakage
	evidence []string
	// left says, by rule, what the fix cannot do.
	left map[string][]string
}

func newEditor(t *corev1.PodTemplateSpec, rules []string) *editor {
	e := &editor{t: t.DeepCopy(), rules: map[string]bool{}, left: map[string][]string{}, unsure: map[string]bool{}, vault: &vault{}}
	for _, r := range rules {
		e.rules[r] = true
	}
	return e
}

// fixable tells whether a rule is one that a change of the template, of a namespace or of an account can close.
func fixable(rule string) bool {
	if slices.Contains([]string{"PS26", "LP23", "SE04", "VP10", "VP11"}, rule) || judges(rule) || segmented(rule) {
		return true
	}
	for _, f := range fixers() {
		if f.rule == rule {
			return true
		}
	}
	return false
}

type fixer struct {
	rule string
	fix  func(*editor)
}

// fixers lists the fixes in the order in which they build on each other: privilege goes before escalation is forbidden,
// volumes of the node go before /tmp is looked for, registries are named before digests, and what comes to be taken from a Secret
// can then be mounted.
func fixers() []fixer {
	return []fixer{
		{"PS01", (*editor).privileged},
		{"PS14", (*editor).strongCapabilities},
		{"PS13", (*editor).unusualCapabilities},
		{"PS15", (*editor).dropCapabilities},
		{"PS09", (*editor).escalation},
		{"PS21", (*editor).hostProcess},
		{"PS02", (*editor).hostPID},
		{"PS03", (*editor).hostIPC},
		{"PS04", (*editor).hostNetwork},
		{"PS05", (*editor).shareProcesses},
		{"PS08", (*editor).hostPorts},
		{"PS06", (*editor).hostPaths},
		{"PS07", (*editor).runtimeSockets},
		{"SE09", (*editor).nodeCredentials},
		{"PS23", (*editor).oddVolumes},
		{"PS10", (*editor).nonRoot},
		{"PS11", (*editor).rootUser},
		{"PS12", (*editor).rootGroups},
		{"PS16", (*editor).seccomp},
		{"PS17", (*editor).appArmor},
		{"PS18", (*editor).seLinux},
		{"PS19", (*editor).procMount},
		{"PS20", (*editor).sysctls},
		{"PS22", (*editor).hostHandlers},
		{"PS24", (*editor).readOnlyRoot},
		{"PS25", (*editor).resources},
		{"PS28", (*editor).oddities},
		{"LP26", (*editor).userNamespace},
		{"LP21", (*editor).dedicatedAccount},
		{"LP22", (*editor).noToken},
		{"IM07", (*editor).clearRegistries},
		{"IM06", (*editor).settleTags},
		{"IM02", pinImages("IM02")},
		{"IM01", pinImages("IM01")},
		{"IM04", (*editor).pullImages},
		{"SE01", (*editor).plainCredentials},
		{"SE02", (*editor).secretVariables},
	}
}

// run makes all fixes that were asked for.
func (e *editor) run() {
	for _, f := range fixers() {
		if e.rules[f.rule] {
			f.fix(e)
		}
	}
}

// harm raises the class of breakage and says what must be checked.
func (e *editor) harm(class breakage, format string, args ...any) {
	e.class = max(e.class, class)
	if s := fmt.Sprintf(format, args...); !slices.Contains(e.evidence, s) {
		e.evidence = append(e.evidence, s)
	}
}

// doubt says for each finding that may not hold what was not seen.
func (e *editor) doubt(findings []*model.Finding) {
	for _, f := range findings {
		if why := doubtOf(f); why != "" {
			e.harm(needsEvidence, "%s", why)
		}
	}
}

// doubtOf says why it is not known whether a finding holds; "" where it is.
func doubtOf(f *model.Finding) string {
	if f.Verdict == model.Yes {
		return ""
	}
	return "it is not known whether " + f.Rule.ID + " holds (" + f.Verdict.String() + "): " + cmp.Or(f.Reason, "not all that it rests on was seen")
}

// leave says what the fix of a rule cannot do.
func (e *editor) leave(rule, format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(e.left[rule], s) {
		e.left[rule] = append(e.left[rule], s)
	}
}

func (e *editor) windows() bool { return e.t.Spec.OS != nil && e.t.Spec.OS.Name == corev1.Windows }

// containers lists init and ordinary containers; a template holds no others.
func (e *editor) containers() []*corev1.Container {
	var list []*corev1.Container
	for i := range e.t.Spec.InitContainers {
		list = append(list, &e.t.Spec.InitContainers[i])
	}
	for i := range e.t.Spec.Containers {
		list = append(list, &e.t.Spec.Containers[i])
	}
	return list
}

// pod gives the pod's security context, made where it is missing.
func (e *editor) pod() *corev1.PodSecurityContext {
	if e.t.Spec.SecurityContext == nil {
		e.t.Spec.SecurityContext = &corev1.PodSecurityContext{}
	}
	return e.t.Spec.SecurityContext
}

// security gives the security context of a container, made where it is missing.
func security(c *corev1.Container) *corev1.SecurityContext {
	if c.SecurityContext == nil {
		c.SecurityContext = &corev1.SecurityContext{}
	}
	return c.SecurityContext
}

// offends asks the rule itself about one item: there is one list of what is allowed, and it is not here.
func offends(rule string, spec corev1.PodSpec) bool {
	return len(hitsOf(rule, &corev1.PodTemplateSpec{Spec: spec})) > 0
}

func hitsOf(rule string, t *corev1.PodTemplateSpec) []workload.Hit {
	return workload.JudgeRule(t, rule)
}

func isTrue(b *bool) bool { return b != nil && *b }

func isZero(n *int64) bool { return n != nil && *n == 0 }

func ptr[T any](v T) *T { return &v }
