package admission

import "canopy/model"

// blueprint is a validating policy before it is bound.
type blueprint struct {
	rule *model.Rule
	// name is the name of the policy, and of the binding.
	name string
	// match lists the requests that are looked at. With exact set, those by another version of the same resource are not.
	match []matched
	exact bool
	// params is the kind of role that the policy is evaluated with, once for each; "" for none.
	params string
	// conditions tell when a request is looked at, variables are evaluated when first used.
	conditions, variables []named
	// faults is an expression for the list of what is wrong, in words; nothing is refused where it is empty.
	faults string
	// remedy is the sentence that says what to do; "" for that of the rule.
	remedy string
	// namespaces are those that it is bound to; nil for objects in no namespace, and where the conditions say which.
	namespaces []string
	// breaks tells whose pods it refuses; nil for a policy that is not about pods.
	breaks breaks
	// evidence is told of it.
	evidence []string
}

// matched is a kind of request.
type matched struct {
	group, version string
	resources      []string
	operations     []string
	// names limits it to objects of these names; nil for any.
	names []string
}

// named is an expression with its name.
type named struct{ name, expression string }

const (
	created = "CREATE"
	updated = "UPDATE"
)

// controlPlane leaves out what the control plane itself writes to RBAC: what Kubernetes ships, at each start of the API
// server, and the rules that aggregation gathers. Nobody else can have these names, but by impersonation.
func controlPlane() named {
	return named{"not-the-control-plane", "!(" + isOneOf("request.userInfo.username", "system:apiserver", "system:kube-controller-manager",
		"system:serviceaccount:kube-system:clusterrole-aggregation-controller") + ")"}
}

// staticPods leaves out what a node tells of its static pods. They run whether the API server knows of them or not, so to
// refuse them would only hide them.
func staticPods() named {
	return named{"not-a-static-pod", `!('system:nodes' in request.userInfo.?groups.orValue([]) && 'kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))`}
}

// body writes the policy as an object.
func (b *blueprint) body() map[string]any {
	var rules []any
	for _, m := range b.match {
		rules = append(rules, m.body())
	}
	constraints := map[string]any{"resourceRules": rules}
	if b.exact {
		constraints["matchPolicy"] = "Exact"
	}
	spec := map[string]any{
		"failurePolicy":    "Fail",
		"matchConstraints": constraints,
		"validations": []any{map[string]any{
			"expression":        "variables.faults.size() == 0",
			"messageExpression": quote(b.rule.ID+": ") + " + variables.faults.join('; ') + " + quote(". "+b.advice()),
			"message":           b.rule.ID + ": " + b.rule.Title + ". " + b.advice(),
			"reason":            "Forbidden",
		}},
	}
	if b.params != "" {
		spec["paramKind"] = map[string]any{"apiVersion": model.GroupRBAC + "/v1", "kind": b.params}
	}
	if len(b.conditions) > 0 {
		spec["matchConditions"] = expressions(b.conditions)
	}
	spec["variables"] = expressions(append(b.variables, named{"faults", b.faults}))
	return object("ValidatingAdmissionPolicy", b.name, b.rule.ID, spec)
}

// advice is the first sentence of what the catalogue says to do, unless the policy knows better.
func (b *blueprint) advice() string {
	if b.remedy != "" {
		return b.remedy
	}
	return firstSentence(b.rule.Remedy)
}

// binding writes the binding: with params, each role in reach is asked about.
func (b *blueprint) binding(name string, namespaces []string, actions ...any) map[string]any {
	spec := map[string]any{"policyName": b.name, "validationActions": actions}
	if b.namespaces != nil {
		spec["matchResources"] = map[string]any{"namespaceSelector": inNamespaces(namespaces)}
	}
	if b.params != "" {
		spec["paramRef"] = map[string]any{"selector": map[string]any{}, "parameterNotFoundAction": "Allow"}
	}
	return object("ValidatingAdmissionPolicyBinding", name, b.rule.ID, spec)
}

func (m *matched) body() map[string]any {
	rule := map[string]any{"apiGroups": []any{m.group}, "apiVersions": []any{m.version}, "resources": anys(m.resources), "operations": anys(m.operations)}
	if len(m.names) > 0 {
		rule["resourceNames"] = anys(m.names)
	}
	return rule
}

func expressions(list []named) []any {
	var all []any
	for _, n := range list {
		all = append(all, map[string]any{"name": n.name, "expression": n.expression})
	}
	return all
}

func inNamespaces(names []string) map[string]any {
	return map[string]any{"matchExpressions": []any{map[string]any{"key": "kubernetes.io/metadata.name", "operator": "In", "values": anys(names)}}}
}

func anys(words []string) []any {
	all := make([]any, len(words))
	for i, w := range words {
		all[i] = w
	}
	return all
}
