package remedy

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"

	"canopy/model"
)

// badRef says why an object's name or namespace must not stand in a command; "" where it may. An API server takes only
// segments of a path as names, and a capture may hold anything.
func badRef(ref model.Ref) string {
	if ref.Namespace != "" {
		if why := badName(ref.Namespace); why != "" {
			return "its namespace " + why
		}
	}
	bad := badName
	if ref.Group == model.GroupRBAC {
		bad = badRightsName
	}
	if why := bad(ref.Name); why != "" {
		return "its name " + why
	}
	return ""
}

// badRightsName is badName for roles and bindings, of which Kubernetes asks no more than that they are segments of a path
// (pkg/apis/rbac/validation). What does not print, or might be taken for something else, stands in no command all the same.
func badRightsName(name string) string {
	why := badName(name)
	if why != oddCharacters || strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return why
	}
	return ""
}

const oddCharacters = "holds characters that Kubernetes does not allow"

func badName(name string) string {
	const longestName = 253
	switch {
	case name == "":
		return "is empty"
	case len(name) > longestName:
		return "is longer than Kubernetes allows"
	case len(content.IsPathSegmentName(name)) > 0:
		return "is no segment of a path"
	case name[0] == '-':
		return "starts with a dash, so that kubectl would take it for an option"
	case strings.IndexFunc(name, func(r rune) bool { return fileRune(r) == '_' && r != '_' && r != ':' }) >= 0:
		return oddCharacters
	}
	return ""
}
