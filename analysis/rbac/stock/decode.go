package stock

import (
	"cmp"
	_ "embed" // the table
	"fmt"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model/inorder"
)

// objectsFile is written by cmd/canopy-stock. A line is a comment (#), the date, a minor version, an object, or, after a
// tab, a part of that object:
//
//	date 2026-11-25
//	minor 37 v1.37.2 CHECKSUM
//	KIND [NAMESPACE/]NAME
//		label KEY=VALUE
//		aggregate KEY=VALUE
//		rule VERBS APIGROUPS RESOURCES [RESOURCENAMES]
//		urls VERBS PATHS
//		role KIND NAME
//		subject KIND [NAMESPACE/]NAME
//
// The parts of an object stand in an order in which those of each version are in theirs. An object ends in the versions
// that have it (#29-31,34) where not all do, a part where not all do that have the object.
//
//go:embed objects.txt
var objectsFile string

// file is the decoded table.
type file struct {
	date    string
	patches []patch
	entries map[key]*entry
	order   []key // sorted as references are
}

// key names an object.
type key struct{ kind, namespace, name string }

// spans are minor versions, ascending.
type spans []span

type span struct{ from, to int }

func (s spans) has(minor int) bool {
	for _, one := range s {
		if one.from <= minor && minor <= one.to {
			return true
		}
	}
	return false
}

// decode reads the table. It panics where the table is at fault, which a test would have shown: no input leads here.
func decode(text string) *file {
	f := &file{entries: map[key]*entry{}}
	var last *entry
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		body, versions, ranged := strings.Cut(line, " #")
		words := strings.Split(strings.TrimPrefix(body, "\t"), " ")
		in := f.minors()
		if last != nil && line[0] == '\t' {
			in = last.in
		}
		if ranged {
			in = parseSpans(versions)
		}
		ok := len(words) > 1
		switch {
		case !ok:
		case words[0] == "date":
			f.date = words[1]
		case words[0] == "minor":
			minor, err := strconv.Atoi(words[1])
			if ok = err == nil && len(words) == 4; ok {
				f.patches = append(f.patches, patch{minor, words[2], words[3]})
			}
		case line[0] != '\t':
			namespace, name := splitName(words[1])
			last = &entry{key: key{words[0], namespace, name}, in: in}
			f.entries[last.key] = last
			f.order = append(f.order, last.key)
		default:
			p := part{in: in, text: body}
			ok = last != nil && p.decode(words[0], words[1:])
			last.parts = append(last.parts, p)
		}
		if !ok {
			panic(fmt.Sprintf("the table of stock RBAC objects: line %d: %q", i+1, line))
		}
	}
	inorder.Sort(f.order, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
	})
	return f
}

// decode reads a part of an object, and tells whether there is such a part.
func (p *part) decode(what string, words []string) bool {
	key, value, pair := strings.Cut(words[0], "=")
	switch n := len(words); {
	case what == "label" && pair:
		p.label = words[0]
	case what == "aggregate" && pair:
		p.selector = &metav1.LabelSelector{MatchLabels: map[string]string{key: value}}
	case what == "urls" && n == 2:
		p.rule = &rbacv1.PolicyRule{Verbs: splitList(words[0]), NonResourceURLs: splitList(words[1])}
	case what == "rule" && (n == 3 || n == 4):
		p.rule = &rbacv1.PolicyRule{Verbs: splitList(words[0]), APIGroups: splitList(words[1]), Resources: splitList(words[2])}
		if n == 4 {
			p.rule.ResourceNames = splitList(words[3])
		}
	case what == "role" && n == 2:
		p.role = &rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: words[0], Name: words[1]}
	case what == "subject" && n == 2:
		namespace, name := splitName(words[1])
		s := withGroup(rbacv1.Subject{Kind: words[0], Namespace: namespace, Name: name})
		p.subject = &s
	default:
		return false
	}
	return true
}

// splitList reads a list. The core group, which has no name, is written as core, which no group, verb, resource or path
// of Kubernetes is called.
func splitList(s string) []string {
	list := strings.Split(s, ",")
	for i, word := range list {
		if word == "core" {
			list[i] = ""
		}
	}
	return list
}

func splitName(s string) (namespace, name string) {
	if before, after, ok := strings.Cut(s, "/"); ok {
		return before, after
	}
	return "", s
}

func parseSpans(s string) spans {
	var all spans
	for _, one := range strings.Split(s, ",") {
		from, to, ok := strings.Cut(one, "-")
		if !ok {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil {
			panic("the table of stock RBAC objects: versions " + s)
		}
		all = append(all, span{first, last})
	}
	return all
}

// minors are all versions of the table.
func (f *file) minors() spans {
	if len(f.patches) == 0 {
		return nil
	}
	return spans{{f.patches[0].minor, f.patches[len(f.patches)-1].minor}}
}
