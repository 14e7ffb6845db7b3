package admission

import (
	"slices"
	"strings"

	"canopy/model"
)

// defaulting adds the policy that sets a field where a pod does not, for the few rules where that breaks hardly any program: no
// new privileges, and the seccomp profile of the runtime. Capabilities are not dropped so, though the rule calls its own fix
// likely to be safe: a fix looks at the ports of one workload, a default would take CHOWN and SETUID from every program that
// starts as root and changes to another user.
func (m *maker) defaulting(rule *model.Rule, namespaces []string) {
	switch rule.ID {
	case "PS09":
		// With a privileged container, or SYS_ADMIN, the API takes no false.
		lists := make([]string, 2)
		for i, field := range [...]string{"initContainers", "containers"} {
			lists[i] = field + ": object.spec.?" + field + ".orValue([])\n.filter(c, !c.?securityContext.?allowPrivilegeEscalation.hasValue() && !c.?securityContext.?privileged.orValue(false) &&" +
				" !c.?securityContext.?capabilities.?add.orValue([]).exists(a, a.upperAscii() in ['SYS_ADMIN', 'CAP_SYS_ADMIN']))\n" +
				".map(c, Object.spec." + field + "{name: c.name, securityContext: Object.spec." + field + ".securityContext{allowPrivilegeEscalation: false}})"
		}
		m.addDefault(rule, namespaces, nameFor(rule, "default"), podRequests()[:1], onLinux(), "ApplyConfiguration", "Object{spec: Object.spec{"+strings.Join(lists, ",\n")+"}}")
	case "PS16":
		conditions := append(onLinux(), named{"without-a-profile", "!object.spec.?securityContext.?seccompProfile.hasValue()"})
		m.addDefault(rule, namespaces, nameFor(rule, "default"), podRequests()[:1], conditions, "ApplyConfiguration",
			"Object{spec: Object.spec{securityContext: Object.spec.securityContext{seccompProfile: Object.spec.securityContext.seccompProfile{type: 'RuntimeDefault'}}}}")
	}
}

func onLinux() []named {
	return []named{{"not-on-windows", "object.spec.?os.?name.orValue('') != 'windows'"}}
}

// defaultingTokens adds the policy by which owners of pods say that no token is mounted, where their account is idle. Pods come too
// late: the API server mounts the token before it asks policies. What a controller makes is left alone, since it compares its
// copies with its own template; so is a change, which would roll the workload out.
func (m *maker) defaultingTokens(rule *model.Rule, idle, namespaces []string) {
	template := "(request.kind.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec)"
	match := []matched{
		{"apps", "v1", []string{"deployments", "replicasets", "daemonsets", "statefulsets"}, []string{created}, nil},
		{"batch", "v1", []string{"jobs", "cronjobs"}, []string{created}, nil},
	}
	conditions := []named{
		{"not-made-by-a-controller", "!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))"},
		{"nothing-said", "!" + template + ".?automountServiceAccountToken.hasValue()"},
		{"nothing-granted", isOneOf("object.metadata.?namespace.orValue('') + '/' + "+template+".?serviceAccountName.orValue('default')", idle...)},
	}
	path := "(request.kind.kind == 'CronJob' ? '/spec/jobTemplate/spec/template/spec/' : '/spec/template/spec/') + 'automountServiceAccountToken'"
	m.addDefault(rule, namespaces, nameFor(rule, "default", digest(idle...)), match, conditions, "JSONPatch", "[JSONPatch{op: 'add', path: "+path+", value: false}]")
}

// addDefault adds a mutating policy with its binding, where the server has such policies. Whether it has them is told with the
// policy that refuses. The pods of the system are left as they are.
func (m *maker) addDefault(rule *model.Rule, namespaces []string, name string, match []matched, conditions []named, kind, expression string) {
	last := &m.policies[len(m.policies)-1]
	namespaces = slices.DeleteFunc(slices.Clone(namespaces), ofTheSystem)
	if len(namespaces) == 0 {
		return
	}
	if m.minor < sinceMutating {
		last.Evidence = append(last.Evidence, m.versionNeeded("A policy that sets the field where it is missing is left out: it takes Kubernetes", sinceMutating))
		return
	}
	var rules []any
	for _, one := range match {
		rules = append(rules, one.body())
	}
	field := map[string]any{"patchType": kind}
	if kind == "JSONPatch" {
		field["jsonPatch"] = map[string]any{"expression": expression}
	} else {
		field["applyConfiguration"] = map[string]any{"expression": expression}
	}
	policy := object("MutatingAdmissionPolicy", name, rule.ID, map[string]any{
		// What is not set is refused by the other policy, so a fault in this one need not stop anything.
		"failurePolicy": "Ignore", "reinvocationPolicy": "IfNeeded",
		"matchConstraints": map[string]any{"resourceRules": rules}, "matchConditions": expressions(conditions), "mutations": []any{field},
	})
	p := Policy{Rules: []string{rule.ID}, Mutating: true, Namespaces: slices.Clone(namespaces)}
	p.Evidence = []string{m.versionNeeded("It takes Kubernetes", sinceMutating), "It takes effect at once, on what is made from then on, and leaves alone what sets the field itself",
		"The field is set in the cluster and not in the manifest: fix the manifest too"}
	p.Documents = append(p.Documents, m.document(policy, m.c.Get(model.KindByName("MutatingAdmissionPolicy").Ref("", name)) != nil))
	left, at, by := m.rest(name, namespaces)
	if len(by) > 0 {
		p.Evidence = append(p.Evidence, "It is bound already, and stays so, by "+strings.Join(by, ", "))
	}
	if len(left) > 0 {
		p.Documents = append(p.Documents, m.document(object("MutatingAdmissionPolicyBinding", at, rule.ID, map[string]any{
			"policyName": name, "matchResources": map[string]any{"namespaceSelector": inNamespaces(left)},
		}), false))
	}
	m.policies = append(m.policies, p)
}
