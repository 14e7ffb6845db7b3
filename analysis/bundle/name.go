package bundle

import (
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/remedy"
	"canopy/model"
)

// longestName is how many bytes a name of a file has at most: file systems take 255, and others put something in front.
const longestName = 120

// named gives a fix whose documents have names of files that are safe, short and told apart on any file system, with the commands
// that use them.
func named(fix *remedy.Fix) *remedy.Fix {
	next := *fix
	next.Documents = slices.Clone(fix.Documents)
	taken := map[string]bool{}
	for i := range next.Documents {
		d := &next.Documents[i]
		first := safeName(d.File, fmt.Sprintf("%02d-%s", i+1, d.Step.Verb))
		if reserved(first) {
			first = "document-" + first
		}
		name := first
		// Where upper and lower case are one, so are names that differ in it.
		for n := 2; taken[strings.ToLower(name)]; n++ {
			name = fmt.Sprintf("%s-%d.yaml", strings.TrimSuffix(first, ".yaml"), n)
		}
		taken[strings.ToLower(name)] = true
		if command, ok := strings.CutSuffix(d.Command, d.File); ok && d.File != "" {
			d.Command = command + name
		}
		d.File = name
		opened(d)
	}
	return &next
}

// safeName cuts a name down to what any file system, shell and kustomize take as it is.
func safeName(name, fallback string) string {
	stem := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_' {
			return r
		}
		return '_'
	}, strings.TrimSuffix(name, ".yaml"))
	if stem = strings.TrimLeft(stem, "-._"); stem == "" {
		stem = fallback
	}
	return stem[:min(len(stem), longestName)] + ".yaml"
}

// reserved tells the names that other files of the folder have.
func reserved(name string) bool {
	name = strings.ToLower(name)
	return name == fixFile || name == guardFile || name == enforceFile || name == overlayFile ||
		strings.HasPrefix(name, "rollback") || strings.HasPrefix(name, "before")
}

// unnumbered takes the number of the step off a name.
func unnumbered(name string) string {
	number, rest, ok := strings.Cut(name, "-")
	if ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return rest
	}
	return name
}

// target names an object as kubectl takes it: resource, with version and group where it has one, name and namespace.
func target(ref model.Ref) string {
	resource := strings.ToLower(ref.Kind)
	if ref.Group != "" {
		resource += "." + ref.Version + "." + ref.Group
	}
	s := quote(resource) + " " + quote(ref.Name)
	if ref.Namespace != "" {
		s += " --namespace " + quote(ref.Namespace)
	}
	return s
}

// quote makes a word safe for a shell. Names in a capture may be anything.
func quote(s string) string {
	plain := func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._/:", r) {
			return r
		}
		return -1
	}
	if s != "" && s[0] != '-' && strings.Map(plain, s) == s {
		return s
	}
	return "'" + strings.ReplaceAll(clean(s), "'", `'\''`) + "'"
}
