package signature

import (
	"slices"
	"strings"

	"canopy/model/record"
)

// ratifyRules reads a constraint of Gatekeeper that asks Ratify.
func ratifyRules(r *record.Custom) []*rule {
	spec := at(r.Body, "spec")
	match := at(spec, "match")
	f := filter{namespaces: texts(match, "namespaces"), omitted: texts(match, "excludedNamespaces")}
	if name := text(match, "name"); name != "" {
		f.names = []string{name}
	}
	if kinds := items(match, "kinds"); len(kinds) > 0 {
		f.never = !slices.ContainsFunc(kinds, func(k any) bool {
			groups := texts(k, "apiGroups")
			return (len(groups) == 0 || holds(groups, "")) && holds(texts(k, "kinds"), "Pod")
		})
	}
	if text(match, "scope") == "Cluster" || text(match, "source") == "Generated" {
		f.never = true
	}
	var ok bool
	if f.spaces, ok = selector(at(match, "namespaceSelector")); !ok {
		f.unread = append(f.unread, "what a selector of namespaces leaves out, which cannot be read")
	}
	if f.pods, ok = selector(at(match, "labelSelector")); !ok {
		f.unread = append(f.unread, "what a selector of pods leaves out, which cannot be read")
	}
	return []*rule{{
		tool: ratify, ref: r.Ref(), changed: r.Since(), match: []group{{list: []filter{f}}}, refuses: ratifyRefuses(spec),
	}}
}

// ratifyRefuses tells whether Gatekeeper refuses at its webhook; it does where nothing is said.
func ratifyRefuses(spec any) bool {
	action := text(spec, "enforcementAction")
	if action != "scoped" {
		return action == "" || strings.EqualFold(action, "deny")
	}
	return slices.ContainsFunc(items(spec, "scopedEnforcementActions"), func(a any) bool {
		return strings.EqualFold(text(a, "action"), "deny") && slices.ContainsFunc(items(a, "enforcementPoints"), func(p any) bool {
			name := text(p, "name")
			return name == "*" || name == "validation.gatekeeper.sh"
		})
	})
}

// verifies tells that a Verifier of Ratify looks at signatures.
func verifies(r *record.Custom) bool {
	for _, name := range [...]string{text(r.Body, "spec", "type"), text(r.Body, "spec", "name")} {
		if strings.Contains(name, "notation") || strings.Contains(name, "cosign") {
			return true
		}
	}
	return false
}
