package workload

import (
	"cmp"
	"strings"
	"unique"

	corev1 "k8s.io/api/core/v1"

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
	// Value is what stands there, "" where the field is missing. It never comes from env, command or args.
	Value string
	// Container is "" where the pod is at fault.
	Container string
	// Type is the type of the container; Ordinary where the pod is at fault.
	Type record.ContainerType
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
}

// finderOf is one template rule. Each follows the newest policy.
type finderOf struct {
	rule rule
	find finder
}

// templateRules lists the rules that a template alone decides, by id.
var templateRules = [...]finderOf{
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
}

// Judge lists the hits of all rules that a template alone decides, LP26, PS01 to PS25 and PS28 without its naked pods, by rule
// and then in the order of containers: init, ordinary, ephemeral.
func Judge(t *corev1.PodTemplateSpec) []Hit {
	hits := judge(t)
	list := make([]Hit, len(hits))
	for i := range hits {
		h := &hits[i]
		list[i] = Hit{h.rule.id(), h.severity, h.path, h.value, h.container, h.kind}
	}
	return list
}

func judge(t *corev1.PodTemplateSpec) []hit {
	laid := newTemplate(t)
	var hits []hit
	for i := range templateRules {
		r := &templateRules[i]
		for _, p := range r.find(laid) {
			hits = append(hits, hit{
				rule: r.rule, severity: cmp.Or(p.severity, ruleTable[r.rule].severity), kind: p.kind,
				path: intern(p.path), value: intern(p.value), container: intern(p.container),
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
	return h.rule == o.rule && h.kind == o.kind && h.value == o.value && h.container == o.container &&
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
