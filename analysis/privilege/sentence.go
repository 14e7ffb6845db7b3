package privilege

import (
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

func rulePath(i int) string    { return "rules[" + strconv.Itoa(i) + "]" }
func subjectPath(i int) string { return "subjects[" + strconv.Itoa(i) + "]" }

// longest bounds what evidence says of one rule, in bytes: who writes a role chooses how long it is.
const longest = 240

// phrase puts words together until there are enough of them.
type phrase struct{ strings.Builder }

func (p *phrase) full() bool { return p.Len() > longest }

// list adds words with commas between them.
func (p *phrase) list(words []string) {
	for i, w := range words {
		if p.full() {
			return
		}
		if i > 0 {
			p.WriteByte(',')
		}
		p.WriteString(w)
	}
}

// named adds the names to which a rule is limited.
func (p *phrase) named(names []string) {
	if len(names) > 0 {
		p.WriteString(" named ")
		p.list(names)
	}
}

// text gives what was put together, cut where it is too long.
func (p *phrase) text() string { return brief(p.String()) }

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// sentence says in short what a rule grants.
func sentence(r *rbacv1.PolicyRule) string {
	var p phrase
	p.list(r.Verbs)
	p.WriteByte(' ')
	if len(r.NonResourceURLs) > 0 && len(r.Resources) == 0 {
		p.list(r.NonResourceURLs)
		return p.text()
	}
	first := true
	for _, group := range r.APIGroups {
		for _, resource := range r.Resources {
			if p.full() {
				return p.text()
			}
			if !first {
				p.WriteByte(',')
			}
			first = false
			p.WriteString(qualified(group, resource))
		}
	}
	p.named(r.ResourceNames)
	return p.text()
}

// qualified writes a resource with its group, as kubectl does: deployments.apps.
func qualified(group, resource string) string {
	if group == "" || (group == "*" && resource == "*") {
		return resource
	}
	parent, sub, ok := strings.Cut(resource, "/")
	if !ok {
		return parent + "." + group
	}
	return parent + "." + group + "/" + sub
}
