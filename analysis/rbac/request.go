package rbac

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Words are a question as people write it.
type Words struct {
	Verb string
	// Resource is resource, resource.group, either with /subresource, or a URL that begins with /.
	Resource string
	// Name may be empty.
	Name string
	// Namespace is empty for all at once, "*" for any one (WhoCan).
	Namespace string
}

// Request gives the question that the API server would put to its authorizers (k8s.io/apiserver
// pkg/endpoints/request/requestinfo.go). Warnings say what was read otherwise than it was written, or stands for nothing.
func (d *Discovery) Request(w Words) (at Attributes, warnings []string, err error) {
	switch {
	case w.Verb == "":
		return at, nil, errors.New("a verb is missing, such as get")
	case w.Resource == "":
		return at, nil, errors.New("a resource is missing, such as pods, or a URL, such as /metrics")
	case strings.HasPrefix(w.Resource, "/"):
		return requestURL(w)
	}
	at = Attributes{Verb: w.Verb, Name: w.Name, Namespace: w.Namespace}
	warn := func(format string, words ...any) { warnings = append(warnings, fmt.Sprintf(format, words...)) }
	var known bool
	at.Group, at.Resource, at.Subresource, known = d.Resolve(w.Resource)
	if at.Resource == "" {
		return at, nil, fmt.Errorf("resource %q: want resource, resource.group or resource/subresource", w.Resource)
	}
	if strings.Contains(at.Name, "/") {
		return at, nil, fmt.Errorf("name %q: no name holds a slash: give the namespace apart, with -n", at.Name)
	}
	if name, ok := d.slashed(&at, known); ok {
		// kubectl takes TYPE/NAME. Read as a subresource it would be a wrong answer to a question that nobody asked.
		return at, nil, fmt.Errorf("%s have no subresource %q: for the object of that name write %s %s", at.Resource, name, at.Resource, name)
	}
	if !known {
		warn("no such resource: %s; a rule may name it all the same", w.Resource)
	} else if groups := d.Groups(at.Resource); len(groups) > 1 && !strings.Contains(w.Resource, ".") {
		warn("%s are in the groups %s; asked of %s", at.Resource, strings.Join(quoted(groups), ", "), quoted([]string{at.Group})[0])
	}
	for _, text := range d.verb(&at) {
		warn("%s", text)
	}
	d.place(&at, warn)
	return at, warnings, nil
}

// slashed tells that what stands behind the slash of a resource that is known is no subresource of it.
func (d *Discovery) slashed(at *Attributes, known bool) (name string, ok bool) {
	if known || at.Subresource == "" || at.Subresource == "*" || at.Resource == "*" {
		return "", false
	}
	_, _, _, whole := d.Resolve(at.Resource)
	return at.Subresource, whole
}

func quoted(groups []string) []string {
	list := make([]string, len(groups))
	for i, g := range groups {
		list[i] = g
		if g == "" {
			list[i] = `"" (core)`
		}
	}
	return list
}

// verb says what is odd about the verb of a request. What never names an object loses its name.
func (d *Discovery) verb(at *Attributes) (warnings []string) {
	if verbs := d.Verbs(at.Group, at.Combined()); verbs != nil && at.Verb != "*" && !slices.Contains(verbs, at.Verb) && !strings.Contains(at.Verb, ":") {
		text := fmt.Sprintf("%s have no verb %q", at.Combined(), at.Verb)
		if lower := strings.ToLower(at.Verb); lower != at.Verb {
			text += ": verbs are written in lower case"
		}
		warnings = append(warnings, text)
	}
	if at.Name == "" || at.Subresource != "" {
		return warnings
	}
	switch at.Verb {
	case "create":
		warnings = append(warnings, "a plain create names no object; asked as one by update or server-side apply, which does")
	case "deletecollection":
		warnings = append(warnings, "deletecollection names no object: the name is ignored")
		at.Name = ""
	case "list", "watch":
		warnings = append(warnings, fmt.Sprintf("asked as %s with the field selector metadata.name=%s", at.Verb, at.Name))
	}
	return warnings
}

// place gives a request the namespace in which it is made.
func (d *Discovery) place(at *Attributes, warn func(string, ...any)) {
	namespaced, known := d.Namespaced(at.Group, at.Resource)
	if !known || namespaced {
		return
	}
	given := at.Namespace
	at.Namespace = ""
	if at.Group == "" && at.Resource == "namespaces" && at.Name != "" {
		switch at.Verb {
		case "list", "watch", "create":
		default:
			at.Namespace = at.Name
		}
	}
	if given != "" && given != "*" && given != at.Namespace {
		warn("%s belong to no namespace: %s is ignored", at.Resource, given)
	}
}

// requestURL gives the question of a request that is for no resource.
func requestURL(w Words) (Attributes, []string, error) {
	at := Attributes{Verb: w.Verb, URL: w.Resource}
	if w.Name != "" {
		return at, nil, fmt.Errorf("%s %s: a URL has no name after it", w.Resource, w.Name)
	}
	parts := strings.Split(strings.Trim(w.Resource, "/"), "/")
	if (parts[0] == "api" && len(parts) >= 3) || (parts[0] == "apis" && len(parts) >= 4) {
		return at, nil, fmt.Errorf("%s is the path of a resource, which no rule on URLs grants: write the resource", w.Resource)
	}
	var warnings []string
	if w.Namespace != "" && w.Namespace != "*" {
		warnings = append(warnings, "a URL belongs to no namespace: "+w.Namespace+" is ignored")
	}
	switch w.Verb {
	case "*", "get", "head", "post", "put", "patch", "delete", "options":
	default:
		warnings = append(warnings, fmt.Sprintf("the verb of a URL is an HTTP method in lower case; %q is none", w.Verb))
	}
	return at, warnings, nil
}
