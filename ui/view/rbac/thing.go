package rbac

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	access "canopy/analysis/rbac"
	"canopy/ui/text"
)

// thing is what verbs are about: one resource, or one URL.
type thing struct {
	group, resource, name, url string
	unnamed                    bool
}

func thingOf(p *access.Permission) thing {
	return thing{p.Group, p.Resource, p.Name, p.URL, p.Unnamed}
}

// String names a thing as kubectl does: pods/exec, deployments.apps, secrets named db.
func (t thing) String() string {
	if t.url != "" {
		if t.url == "*" {
			return "every URL (*)"
		}
		return t.url
	}
	name := resourceName(t.group, t.resource)
	switch {
	case t.unnamed:
		return name + ", requests without a name"
	case t.name != "":
		return name + " named " + t.name
	}
	return name
}

// key names a thing so that no two share a name.
func (t thing) key() string {
	if t.url != "" {
		return "URL " + quoted(t.url)
	}
	key := quoted(t.resource)
	if t.group != "" {
		// A group may have dots: those of a resource are in quotes.
		key += "." + word(t.group, "")
	}
	switch {
	case t.unnamed:
		return key + " unnamed"
	case t.name != "":
		return key + " named " + quoted(t.name)
	}
	return key
}

// resourceName writes a resource with its group. What the wildcard stands for is said in words.
func resourceName(group, resource string) string {
	switch {
	case resource == "*" && group == "*":
		return "every resource (*)"
	case resource == "*" && group == "":
		return "every core resource (*)"
	case resource == "*":
		return "every resource of " + group
	case group == "*":
		return resource + " of any group"
	case group == "":
		return resource
	}
	parent, sub, ok := strings.Cut(resource, "/")
	if !ok {
		return parent + "." + group
	}
	return parent + "." + group + "/" + sub
}

// usual are the verbs in the order in which people list them.
func usual() []string {
	return []string{"*", "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
}

func sortVerbs(list []string) []string {
	order := usual()
	place := func(v string) int {
		if i := slices.Index(order, v); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	return list
}

// quoted writes a word so that it cannot be taken for more than one.
func quoted(s string) string { return word(s, ".") }

// word writes a word in quotes where a character in it parts words.
func word(s, parts string) string {
	if s == "" || strings.ContainsAny(s, " ,\"\\"+parts) || s != text.Clean(s) {
		return strconv.Quote(s)
	}
	return s
}

func quoteAll(list []string) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = quoted(s)
	}
	return strings.Join(words, ",")
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
