package admission

import (
	"slices"

	"canopy/model"
)

// podRule is a rule that a pod alone decides, in CEL. What it says equals what analysis/workload says of a pod that the API
// server has filled with defaults.
type podRule struct {
	// pod lists expressions for lists of what is wrong with the pod as a whole. It is not asked of a pod to which an ephemeral
	// container is added: the pod is there already.
	pod []string
	// container is the condition by which container c is at fault, says what it then does: "sets privileged".
	container, says string
	// linux leaves out pods that say they run on Windows, apart those with a user namespace of their own.
	linux, apart bool
	// created tells that ephemeral containers are not asked.
	created bool
	// conditions are more of those.
	conditions []named
	// remedy is what to do; "" for what the catalogue says.
	remedy string
	// breaks tells whose pods are at fault; nil where analysis/workload judges that by the template alone.
	breaks breaks
}

// own is what a container says about its security, of its own.
const own = "c.?securityContext."

// flag is a field of the pod that must not be true.
func flag(field string) podRule {
	return podRule{pod: []string{when("variables.spec.?"+field+".orValue(false)", "the pod sets "+field)}}
}

// inPod tests a field of the pod's security context.
func inPod(path, fallback string) string {
	return "variables.context." + path + ".orValue(" + fallback + ")"
}

// inContainer tests a field of a container's.
func inContainer(path, fallback string) string { return own + path + ".orValue(" + fallback + ")" }

// volumes gives the volumes of the pod for which a condition on v holds, in words.
func volumes(condition, says string) string {
	return "variables.spec.?volumes.orValue([]).filter(v, " + condition + ").map(v, 'volume ' + v.name + " + quote(" "+says) + ")"
}

// badType tests a type that has to be one of two.
func badType(what string) string {
	return "!(" + isOneOf(what, "RuntimeDefault", "Localhost") + ")"
}

// podRuleOf gives a rule on pods by its id; false for one that is none of them.
func podRuleOf(id string) (podRule, bool) {
	switch id {
	case "PS01":
		return podRule{container: inContainer("?privileged", "false"), says: "sets privileged"}, true
	case "PS02":
		return flag("hostPID"), true
	case "PS03":
		return flag("hostIPC"), true
	case "PS04":
		return flag("hostNetwork"), true
	case "PS05":
		return flag("shareProcessNamespace"), true
	case "PS06":
		return podRule{
			pod: []string{volumes("has(v.hostPath)", "is a path of the node")},
			// The volumes of a pod do not change: an ephemeral container is at fault where it mounts one.
			container: "!variables.created && c.?volumeMounts.orValue([]).exists(m, variables.spec.?volumes.orValue([]).exists(v, v.name == m.name && has(v.hostPath)))",
			says:      "mounts a path of the node",
		}, true
	case "PS07":
		return podRule{pod: []string{volumes("has(v.hostPath) && "+isOneOf(nodePath("v.hostPath.path"), sockets()...), "is the socket of the container runtime")}}, true
	case "PS08":
		return podRule{container: "c.?ports.orValue([]).exists(p, p.?hostPort.orValue(0) != 0)", says: "has a port with hostPort"}, true
	case "PS09":
		return podRule{container: inContainer("?allowPrivilegeEscalation", "true"), says: "does not set securityContext.allowPrivilegeEscalation to false", linux: true}, true
	case "PS10":
		return podRule{
			pod:       []string{when("!"+inPod("?runAsNonRoot", "true"), "the pod sets securityContext.runAsNonRoot to false")},
			container: "!" + inContainer("?runAsNonRoot", inPod("?runAsNonRoot", "false")), says: "does not set securityContext.runAsNonRoot to true", apart: true,
		}, true
	case "PS11":
		return podRule{
			pod:       []string{when(inPod("?runAsUser", "1")+" == 0", "the pod sets securityContext.runAsUser to 0")},
			container: inContainer("?runAsUser", "1") + " == 0", says: "sets securityContext.runAsUser to 0", apart: true,
		}, true
	case "PS12":
		return podRule{
			pod: []string{
				when(inPod("?runAsGroup", "1")+" == 0", "the pod sets securityContext.runAsGroup to 0"),
				when(inPod("?fsGroup", "1")+" == 0", "the pod sets securityContext.fsGroup to 0"),
				when(inPod("?supplementalGroups", "[]")+".exists(g, g == 0)", "the pod sets 0 in securityContext.supplementalGroups"),
			},
			container: inContainer("?runAsGroup", "1") + " == 0", says: "sets securityContext.runAsGroup to 0",
		}, true
	case "PS22":
		return podRule{container: elsewhere(), says: "has a probe or lifecycle handler that names a host"}, true
	case "PS23":
		return podRule{pod: []string{volumes(oddVolume(), "is of a type that is not allowed")}}, true
	case "PS24":
		return podRule{container: "!" + inContainer("?readOnlyRootFilesystem", "false"), says: "does not set securityContext.readOnlyRootFilesystem to true", linux: true}, true
	case "PS25":
		return limits(), true
	case "PS28":
		return habits(), true
	case "LP21":
		return podRule{pod: []string{when("variables.spec.?serviceAccountName.orValue('default') == 'default'", "the pod runs as the service account default")}, breaks: asDefault}, true
	case "LP26":
		return rootless(), true
	}
	if r, ok := imageRuleOf(id); ok {
		return r, true
	}
	if r, ok := secretRuleOf(id); ok {
		return r, true
	}
	return kernelRuleOf(id)
}

// podPolicy makes the policy of a rule on pods for the namespaces of its findings.
func podPolicy(rule *model.Rule, r podRule, name string, namespaces []string) *blueprint {
	b := &blueprint{rule: rule, name: name, namespaces: namespaces, breaks: r.breaks, remedy: r.remedy, match: podRequests(), conditions: []named{staticPods()}}
	if b.breaks == nil {
		b.breaks = judged(rule.ID, model.Info)
	}
	if r.container == "" {
		b.match = b.match[:1]
	}
	if r.linux {
		b.conditions = append(b.conditions, named{"not-on-windows", "object.spec.?os.?name.orValue('') != 'windows'"})
	}
	if r.apart {
		b.conditions = append(b.conditions, named{"without-a-user-namespace", "object.spec.?hostUsers.orValue(true) == true"})
	}
	b.conditions = append(b.conditions, r.conditions...)
	// Types of containers differ by list to the type checker of the API server, though they hold the same fields.
	b.variables = []named{
		{"created", "request.operation == 'CREATE'"},
		{"spec", "dyn(object.spec)"},
		{"context", "variables.spec.?securityContext.orValue({})"},
	}
	faults := slices.Clone(r.pod)
	if len(faults) > 0 {
		faults = []string{"(!variables.created ? [] :\n" + together(faults...) + ")"}
	}
	if r.container != "" {
		b.variables = append(b.variables, named{"containers", containers(r.created)})
		faults = append(faults, "variables.containers.filter(c, "+r.container+").map(c, 'container ' + c.name + "+quote(" "+r.says)+")")
	}
	b.faults = together(faults...)
	return b
}

// podRequests are those by which containers come into being: a new pod, and an ephemeral container of one that is there.
func podRequests() []matched {
	return []matched{
		{group: "", version: "v1", resources: []string{"pods"}, operations: []string{created}},
		{group: "", version: "v1", resources: []string{"pods/ephemeralcontainers"}, operations: []string{updated}},
	}
}

// containers lists those that a request brings: all of a new pod, or the ephemeral ones that were not there.
func containers(only bool) string {
	all := "variables.spec.?initContainers.orValue([]) + variables.spec.containers"
	if only {
		return "variables.created ? " + all + " : []"
	}
	return "variables.created ? " + all + " + variables.spec.?ephemeralContainers.orValue([]) :\n" +
		"variables.spec.?ephemeralContainers.orValue([]).filter(c, !dyn(oldObject.spec).?ephemeralContainers.orValue([]).exists(o, o.name == c.name))"
}
