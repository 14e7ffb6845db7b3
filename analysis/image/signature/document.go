package signature

import (
	"fmt"
	"strings"
)

// validating writes the spec of an ImageValidatingPolicy. One of several signers is enough.
func (s *sample) validating(namespaces []string) map[string]any {
	var attestors []any
	var names []string
	for i, one := range s.signers {
		name := fmt.Sprintf("signer%d", i+1)
		names = append(names, "attestors."+name)
		by := map[string]any{}
		if key := one.keyed("data"); key != nil {
			by["key"] = key
		} else {
			by["keyless"] = map[string]any{"identities": []any{one.identity()}}
		}
		attestors = append(attestors, map[string]any{"name": name, "cosign": by})
	}
	constraints := map[string]any{"resourceRules": []any{map[string]any{
		"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE", "UPDATE"}, "resources": []any{"pods"},
	}}}
	if len(namespaces) > 0 {
		constraints["namespaceSelector"] = map[string]any{"matchExpressions": []any{map[string]any{
			"key": nameLabel, "operator": "In", "values": anys(namespaces),
		}}}
	}
	var validations []any
	for _, t := range [...]string{"containers", "initContainers", "ephemeralContainers"} {
		validations = append(validations, map[string]any{
			"expression": "images." + t + ".map(image, verifyImageSignatures(image, [" + strings.Join(names, ", ") + "])).all(e, e > 0)",
			"message":    "an image of " + t + " is not signed as it has to be",
		})
	}
	return map[string]any{
		"validationActions": []any{"Audit"}, "failurePolicy": "Ignore", "matchConstraints": constraints,
		"matchImageReferences":     objects("glob", s.globs),
		"validationConfigurations": map[string]any{"mutateDigest": false, "verifyDigest": false, "required": true},
		"attestors":                attestors, "validations": validations,
	}
}

// kyverno writes the spec of a ClusterPolicy. Kyverno refuses one that only audits and changes images.
func (s *sample) kyverno(namespaces []string) map[string]any {
	var entries []any
	for _, one := range s.signers {
		if key := one.keyed("publicKeys"); key != nil {
			entries = append(entries, map[string]any{"keys": key})
		} else {
			entries = append(entries, map[string]any{"keyless": one.identity()})
		}
	}
	resources := map[string]any{"kinds": []any{"Pod"}}
	if len(namespaces) > 0 {
		resources["namespaces"] = anys(namespaces)
	}
	return map[string]any{
		"validationFailureAction": "Audit", "failurePolicy": "Ignore", "background": false, "webhookTimeoutSeconds": 30,
		"rules": []any{map[string]any{
			"name": "verify-images", "match": map[string]any{"any": []any{map[string]any{"resources": resources}}},
			"verifyImages": []any{map[string]any{
				"imageReferences": anys(s.globs), "mutateDigest": false, "verifyDigest": false, "required": true,
				"attestors": []any{map[string]any{"count": 1, "entries": entries}},
			}},
		}},
	}
}

// policy writes the spec of a ClusterImagePolicy.
func (s *sample) policy() map[string]any {
	var authorities []any
	for i, one := range s.signers {
		a := map[string]any{"name": fmt.Sprintf("signer%d", i+1)}
		if key := one.keyed("data"); key != nil {
			a["key"] = key
		} else {
			a["keyless"] = map[string]any{"url": "https://fulcio.sigstore.dev", "identities": []any{one.identity()}}
		}
		authorities = append(authorities, a)
	}
	return map[string]any{"mode": "warn", "images": objects("glob", s.globs), "authorities": authorities}
}

func anys(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}

// objects writes a list of objects with one field.
func objects(field string, list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = map[string]any{field: s}
	}
	return all
}
