package workload

import (
	"cmp"
	"strings"
	"unique"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// Hit is one field of a template by which a rule holds.
type Hit struct {
	// Rule is the id.
	Rule     string
	Severity model.Severity
	// Path is relative to the pod spec: containers[0].securityContext.privileged. What stands in the template's metadata
	// begins with "metadata.": metadata.annotations[container.apparmor.security.beta.kubernetes.io/app].
	Path string
	// Value is what stands there, "" where the field is missing. Of a credential it tells what that is and how long; nothing else
	// ever comes from env, command or args.
	Value string
	// Container is "" where the pod is at fault.
	Container string
	// Type is the type of the container; Ordinary where the pod is at fault.
	Type record.ContainerType
	// Print is that of a credential: see model.Exposure. It must not leave the process.
	Print uint64
}

// metadataPath begins the path of a field outside the spec.
const metadataPath = "metadata."

// hit is a Hit as judgements keep it.
type hit struct {
	rule      rule
	severity  model.Severity
	kind      record.ContainerType
	path      string
	value     string
	container string
	print     uint64
}

// finderOf is one template rule. Each follows the newest policy.
type finderOf struct {
	rule rule
	find finder
}

// templateRules lists the rules that a template alone decides, by id.
var templateRules = [...]finderOf{
	{im01, latest},
	{im02, unpinned},
	{im03, foreign},
	{im04, unpulled},
	{im07, unclear},
	{lp26, userNamespaces},
	{ps01, each(privileged)},
	{ps02, hostPID},
	{ps03, hostIPC},
	{ps04, hostNetwork},
	{ps05, shareProcesses},
	{ps06, nodePaths},
	{ps07, runtimeSockets},
	{ps08, each(hostPorts)},
	{ps09, linux(each(escalation))},
	{ps10, sameUsers(nonRoot)},
	{ps11, sameUsers(rootUser)},
	{ps12, rootGroups},
	{ps13, each(unusualCapabilities)},
	{ps14, each(strongCapabilities)},
	{ps15, linux(each(keptCapabilities))},
	{ps16, anySeccomp},
	{ps17, appArmor},
	{ps18, seLinux(true)},
	{ps19, each(procMount)},
	{ps20, sysctls(NewestMinor)},
	{ps21, hostProcess},
	{ps22, each(hostHandlers)},
	{ps23, oddVolumes},
	{ps24, linux(each(writableRoot))},
	{ps25, resources},
	{ps28, oddities},
	{se01, plainCredentials},
	{se02, secretVariables},
	{se09, nodeCredentials},
}

// Judge lists the hits of all rules that a template alone decides, by rule and then in the order of containers: init, ordinary,
// ephemeral. IM03 is not among them, which rests on a list, nor are the naked pods of PS28.
func Judge(t *corev1.PodTemplateSpec) []Hit { return listed(judge(t, reference.Allow{}, nil)) }

// JudgeRule is Judge for one rule: what others take to be found is not spent.
func JudgeRule(t *corev1.PodTemplateSpec, id string) []Hit {
	return listed(judge(t, reference.Allow{}, func(r rule) bool { return r.id() == id }))
}

// JudgeAllowed is JudgeRule for IM03: which images come from elsewhere than they may.
func JudgeAllowed(t *corev1.PodTemplateSpec, allow reference.Allow) []Hit {
	return listed(judge(t, allow, func(r rule) bool { return r == im03 }))
}

func listed(hits []hit) []Hit {
	list := make([]Hit, len(hits))
	for i := range hits {
		h := &hits[i]
		list[i] = Hit{h.rule.id(), h.severity, h.path, h.value, h.container, h.kind, h.print}
	}
	return list
}

// judge asks the rules; of them those that are wanted, where that is not nil.
func judge(t *corev1.PodTemplateSpec, allow reference.Allow, wanted func(rule) bool) []hit {
	laid := newTemplate(t)
	laid.allow = allow
	var hits []hit
	for i := range templateRules {
		r := &templateRules[i]
		if wanted != nil && !wanted(r.rule) {
			continue
		}
		for _, p := range r.find(laid) {
			hits = append(hits, hit{
				rule: r.rule, severity: cmp.Or(p.severity, ruleTable[r.rule].severity), kind: p.kind,
				path: intern(p.path), value: intern(p.value), container: intern(p.container), print: p.print,
			})
		}
	}
	return hits
}

// intern gives the one copy of a string: few paths and values stand for all templates.
func intern(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}

// same tells whether two hits mean the same field of the same template, though a list may hold more items in one of them:
// admission puts containers and volumes in front of those that the owner wrote.
func (h *hit) same(o *hit) bool {
	return h.rule == o.rule && h.kind == o.kind && h.value == o.value && h.print == o.print && h.container == o.container &&
		(h.path == o.path || samePath(h.path, o.path))
}

// samePath compares paths without regard to their first index.
func samePath(a, b string) bool {
	i, j := strings.IndexByte(a, '['), strings.IndexByte(b, '[')
	if i < 0 || j < 0 || a[:i] != b[:j] || strings.HasPrefix(a, metadataPath) {
		return false
	}
	k, l := strings.IndexByte(a, ']'), strings.IndexByte(b, ']')
	return k > i && l > j && a[k:] == b[l:]
}
