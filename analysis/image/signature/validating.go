package signature

import (
	"regexp"
	"slices"
	"strings"

	"canopy/model/record"
)

// validatingRules reads an ImageValidatingPolicy, or one of a namespace. What it demands stands in expressions, which are not
// evaluated; the one that its documentation has, and nearly every policy uses, is recognised.
func validatingRules(r *record.Custom) []*rule {
	spec := at(r.Body, "spec")
	if text(spec, "evaluation", "mode") == "JSON" || !flag(spec, true, "evaluation", "admission", "enabled") {
		return nil
	}
	constraints := at(spec, "matchConstraints")
	f := filter{never: !resourcesHavePods(items(constraints, "resourceRules"))}
	if r.Namespace != "" {
		f.namespaces = []string{r.Namespace}
	}
	var ok bool
	if f.spaces, ok = selector(at(constraints, "namespaceSelector")); !ok {
		f.unread = append(f.unread, "what a selector of namespaces leaves out, which cannot be read")
	}
	if f.pods, ok = selector(at(constraints, "objectSelector")); !ok {
		f.unread = append(f.unread, "what a selector of objects leaves out, which cannot be read")
	}
	if there(spec, "matchConditions") {
		f.unread = append(f.unread, "what the match conditions of "+r.Ref().String()+" leave out, which are not evaluated")
	}
	one := &rule{
		tool: validating, ref: r.Ref(), changed: r.Since(), match: []group{{list: []filter{f}}}, idle: unready(r),
		refuses: slices.Contains(texts(spec, "validationActions"), "Deny"),
	}
	if left := items(constraints, "excludeResourceRules"); resourcesHavePods(left) {
		one.exclude = []group{{list: []filter{excludedPods(left)}}}
	}
	for _, m := range items(spec, "matchImageReferences") {
		if g := text(m, "glob"); g != "" {
			one.images.globs = append(one.images.globs, g)
		} else {
			one.images.unread = "images that expressions of " + one.ref.String() + " leave out, which are not evaluated"
		}
	}
	if text(spec, "failurePolicy") == "Ignore" {
		one.open = append(one.open, "images that Kyverno cannot check in time, since failurePolicy of "+one.ref.String()+" is Ignore")
	}
	if !one.demands(spec) {
		return nil
	}
	return []*rule{one}
}

// demands reads the validations, and tells whether signatures are asked for at all.
func (r *rule) demands(spec any) bool {
	asked := false
	for _, v := range items(spec, "validations") {
		expression := text(v, "expression")
		if !strings.Contains(expression, "verifyImageSignatures") && !strings.Contains(expression, "verifyAttestationSignatures") {
			continue
		}
		asked = true
		r.only = append(r.only, verifiedTypes(expression)...)
	}
	if asked && r.only == nil {
		r.vague = "the expressions of " + r.ref.String() + " are not evaluated"
	}
	return asked
}

// attestor names who has to have signed.
const attestor = `attestors(?:\.\w+|\[["'][\w-]+["']\])`

// The expressions that all images of some types of containers are verified, of which names have to be compared: one that counts
// signatures first, and one that looks at each image.
var (
	counted = regexp.MustCompile(`^\(?(` + listed + `)\)?\.map\((\w+),` + signedBy + `\)\.all\((\w+),(\w+)>0\)$`)
	each    = regexp.MustCompile(`^\(?(` + listed + `)\)?\.all\((\w+),` + signedBy + `>0\)$`)
)

const (
	listed   = `images\.\w+(?:\+images\.\w+)*`
	signedBy = `verify(?:Image|Attestation)Signatures\((\w+),(?:attestations\.\w+,)?\[` + attestor + `(?:,` + attestor + `)*\]\)`
)

// verifiedTypes tells of which types of containers an expression verifies all images; none where it cannot be told.
func verifiedTypes(expression string) []string {
	expression = bare(expression)
	found := counted.FindStringSubmatch(expression)
	if found == nil {
		found = each.FindStringSubmatch(expression)
	}
	if found == nil || found[2] != found[3] || len(found) > 4 && found[4] != found[5] {
		return nil
	}
	var types []string
	for _, list := range strings.Split(found[1], "+") {
		switch list {
		case "images.containers":
			types = append(types, ordinary)
		case "images.initContainers":
			types = append(types, inits)
		case "images.ephemeralContainers":
			types = append(types, ephemerals)
		}
	}
	return types
}

// resourcesHavePods tells that rules on resources take new pods in.
func resourcesHavePods(rules []any) bool {
	return slices.ContainsFunc(rules, func(r any) bool {
		operations := texts(r, "operations")
		return holds(texts(r, "apiGroups"), "") && holds(texts(r, "apiVersions"), "v1") &&
			(holds(operations, "CREATE") || len(operations) == 0) &&
			(holds(texts(r, "resources"), "pods") || slices.Contains(texts(r, "resources"), "*/*"))
	})
}

func holds(list []string, s string) bool {
	return slices.Contains(list, s) || slices.Contains(list, "*")
}

// excludedPods is what rules on resources that are left out take in: all pods, or those of some names.
func excludedPods(rules []any) filter {
	var f filter
	for _, r := range rules {
		if !resourcesHavePods([]any{r}) {
			continue
		}
		names := texts(r, "resourceNames")
		if len(names) == 0 {
			return filter{}
		}
		f.names = append(f.names, names...)
	}
	return f
}
