package signature

import (
	"strings"

	"canopy/model/record"
)

// kyvernoRules reads the rules of a ClusterPolicy or Policy of Kyverno that demand signatures or signed attestations. A rule that only
// wants digests demands none.
func kyvernoRules(r *record.Custom) []*rule {
	spec := at(r.Body, "spec")
	if !flag(spec, true, "admission") {
		return nil
	}
	var list []*rule
	for _, written := range items(spec, "rules") {
		match, exclude := kyvernoGroups(at(written, "match")), kyvernoGroups(at(written, "exclude"))
		unread := preconditions(written)
		for _, v := range items(written, "verifyImages") {
			if !kyvernoSigned(v) {
				continue
			}
			one := &rule{
				tool: kyverno, ref: r.Ref(), changed: r.Since(), match: match, exclude: exclude, traced: true, idle: unready(r),
				images: images{globs: texts(v, "imageReferences"), skip: texts(v, "skipImageReferences")},
			}
			if image := text(v, "image"); image != "" {
				one.images.globs = append(one.images.globs, image)
			}
			if one.images.globs == nil {
				one.images.globs = []string{}
			}
			if r.Namespace != "" {
				one.match = append([]group{{list: []filter{{namespaces: []string{r.Namespace}}}}}, match...)
			}
			if unread != "" {
				one.match = append(one.match, group{list: []filter{{unread: []string{unread}}}})
			}
			kyvernoAction(one, spec, written, v)
			list = append(list, one)
		}
	}
	return list
}

// kyvernoSigned tells that something has to be signed.
func kyvernoSigned(v any) bool {
	for _, field := range [...]string{"attestors", "attestations", "key", "roots", "subject", "issuer"} {
		if there(v, field) {
			return true
		}
	}
	return false
}

// kyvernoAction reads what happens to what is not signed: the verification decides before its rule, and that before the policy.
func kyvernoAction(one *rule, spec, written, v any) {
	action := text(spec, "validationFailureAction")
	for _, nearer := range [...]string{text(written, "failureAction"), text(v, "failureAction")} {
		if nearer != "" {
			action = nearer
		}
	}
	one.refuses = strings.EqualFold(action, "Enforce")
	overrides := items(spec, "validationFailureActionOverrides")
	if own := items(v, "failureActionOverrides"); len(own) > 0 {
		overrides = own
	}
	for _, o := range overrides {
		f := filter{namespaces: texts(o, "namespaces")}
		var ok bool
		if f.spaces, ok = selector(at(o, "namespaceSelector")); !ok {
			one.open = append(one.open, "what "+one.ref.String()+" does in some namespaces, by a selector that cannot be read")
			continue
		}
		one.overrides = append(one.overrides, override{f, strings.EqualFold(text(o, "action"), "Enforce")})
	}
	if text(spec, "failurePolicy") == "Ignore" || text(spec, "webhookConfiguration", "failurePolicy") == "Ignore" {
		one.open = append(one.open, "images that Kyverno cannot check in time, since failurePolicy of "+one.ref.String()+" is Ignore")
	}
	if !flag(v, true, "required") {
		one.open = append(one.open, "images that were not checked, since required of "+one.ref.String()+" is false")
	}
}

// kyvernoGroups reads a match or an exclude: any or all of some filters, or a single one in the form that is deprecated.
func kyvernoGroups(v any) []group {
	var groups []group
	for _, field := range [...]string{"any", "all"} {
		g := group{any: field == "any"}
		for _, e := range items(v, field) {
			g.list = append(g.list, kyvernoFilter(e))
		}
		if len(g.list) > 0 {
			groups = append(groups, g)
		}
	}
	if groups == nil && (there(v, "resources") || there(v, "subjects") || there(v, "roles") || there(v, "clusterRoles")) {
		groups = []group{{list: []filter{kyvernoFilter(v)}}}
	}
	return groups
}

func kyvernoFilter(v any) filter {
	resources := at(v, "resources")
	f := filter{namespaces: texts(resources, "namespaces"), names: texts(resources, "names")}
	if name := text(resources, "name"); name != "" {
		f.names = append(f.names, name)
	}
	if kinds := texts(resources, "kinds"); len(kinds) > 0 {
		f.never = true
		for _, k := range kinds {
			if ofPods(k) {
				f.never = false
			}
		}
	}
	if operations := texts(resources, "operations"); len(operations) > 0 && !matches(operations, "CREATE") {
		f.never = true
	}
	var ok bool
	if f.pods, ok = selector(at(resources, "selector")); !ok {
		f.unread = append(f.unread, "what a selector of pods decides, which cannot be evaluated")
	}
	if f.spaces, ok = selector(at(resources, "namespaceSelector")); !ok {
		f.unread = append(f.unread, "what a selector of namespaces decides, which cannot be evaluated")
	}
	if there(resources, "annotations") {
		f.unread = append(f.unread, "what annotations of pods decide")
	}
	if there(v, "subjects") || there(v, "roles") || there(v, "clusterRoles") {
		f.unread = append(f.unread, "what depends on who makes the pod")
	}
	return f
}

// ofPods tells that a kind, as Kyverno writes them, takes pods in: Pod, v1/Pod, */*, Pod/*.
func ofPods(kind string) bool {
	parts := strings.Split(kind, "/")
	switch len(parts) {
	case 1:
		return glob(kind, "Pod", false)
	case 2:
		if version := parts[0]; version == "*" || version == "v1" {
			return glob(parts[1], "Pod", false)
		}
		return glob(parts[0], "Pod", false) && parts[1] == "*"
	case 3:
		return (parts[0] == "*" || parts[0] == "") && glob(parts[1], "v1", false) && glob(parts[2], "Pod", false)
	}
	return false
}

// preconditions says that conditions decide which are not evaluated; "" where there are none but on the operation, and it is met.
func preconditions(written any) string {
	const unread = "what preconditions leave out, which are not evaluated"
	if there(written, "celPreconditions") {
		return unread
	}
	list, ok := at(written, "preconditions").([]any)
	if v := at(written, "preconditions"); v != nil && !ok {
		if there(v, "any") {
			return unread
		}
		list = items(v, "all")
	}
	for _, c := range list {
		if !onCreate(c) {
			return unread
		}
	}
	return ""
}

// onCreate tells that a condition is on the operation alone, and lets pods be looked at when they are made.
func onCreate(c any) bool {
	key := bare(text(c, "key"))
	if key != "{{request.operation}}" && !strings.HasPrefix(key, "{{request.operation||") || !strings.HasSuffix(key, "}}") || strings.Count(key, "}}") > 1 {
		return false
	}
	values := texts(c, "value")
	if value := text(c, "value"); value != "" {
		values = append(values, value)
	}
	listed := false
	for _, v := range values {
		if strings.Contains(v, "{{") {
			return false
		}
		listed = listed || v == "CREATE"
	}
	switch text(c, "operator") {
	case "Equals", "Equal", "In", "AnyIn", "AllIn":
		return listed
	case "NotEquals", "NotEqual", "NotIn", "AnyNotIn", "AllNotIn":
		return !listed
	}
	return false
}

// unready says that a policy is not obeyed yet, as far as its status tells; "" otherwise.
func unready(r *record.Custom) string {
	said := r.Ref().String() + " is not ready, as its status says"
	status := at(r.Body, "status")
	if !flag(status, true, "ready") || !flag(status, true, "conditionStatus", "ready") {
		return said
	}
	for _, field := range [...][]string{{"conditions"}, {"conditionStatus", "conditions"}} {
		for _, c := range items(status, field...) {
			if text(c, "type") == "Ready" && text(c, "status") == "False" {
				return said
			}
		}
	}
	return ""
}
