package rbac

import (
	"cmp"
	"strconv"
	"strings"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// link is a row of the second pane: one subject of one binding, and so what joins a subject and a role. It is comparable.
type link struct {
	binding, role model.Ref
	// index is the place of the subject in the binding; -1 where the binding names nobody.
	index   int
	subject model.Subject
	// group is the group through which the binding speaks of who is looked at; by says the same in short: "itself", whom the
	// group stands for, or that it is named as a user. Clean, as are the others: what the row shows.
	group, by, name, roleName, who, scope, label string
	severity                                     string
	worst                                        model.Severity
	rank                                         int
	// note says what is odd: a role that does not exist.
	note string
}

func (l *link) ID() string { return refID(l.binding) + "\n" + strconv.Itoa(l.index) }

func (l *link) Same(o *link) bool { return *l == *o }

// compare puts what is one's own before what one has by a group.
func (l *link) compare(o *link) int {
	return cmp.Or(compareBool(l.group != "", o.group != ""), l.binding.Compare(o.binding), cmp.Compare(l.index, o.index))
}

// How a match is called that is no group; asUser is that of an account whose user name a binding names.
const (
	itself = "itself"
	asUser = "as a user"
)

func (w *world) link(b *binding, index int, by string) *link {
	l := &link{
		binding: b.ref, role: b.role, index: index, by: text.Clean(by), group: text.Clean(by),
		name: qualified(b.ref), roleName: qualified(b.role), scope: scopeOf([]*binding{b}), label: b.label,
	}
	if l.by = crowdName(by); l.by == by {
		l.by, l.group = text.Clean(by), ""
	}
	if index >= 0 {
		l.subject = b.subjects[index]
		l.who = text.Clean(l.subject.String())
		if l.subject.IsZero() {
			l.who, l.note = "nobody", "this subject can match nobody"
		}
	}
	if !b.exists {
		l.note = w.missing(b.role, "the role does not exist")
	}
	var e entry
	e.grade(w.found[b.ref])
	e.grade(w.found[b.role])
	l.severity, l.worst, l.rank = e.severity, e.worst, e.rank
	return l
}

// crowdName says in a word or two whom a group stands for that needs no binding to be in; the name of any other.
func crowdName(group string) string {
	switch group {
	case access.Authenticated:
		return "everybody"
	case access.Unauthenticated:
		return "anybody"
	case access.AllAccounts:
		return "all accounts"
	case access.Nodes:
		return "all nodes"
	}
	if ns, ok := strings.CutPrefix(group, access.AllAccounts+":"); ok {
		return text.Clean("accounts of " + ns)
	}
	return group
}

// links makes the rows that stand beside an entry.
func (w *world) links(m mode, e *entry) []*link {
	var list []*link
	switch m {
	case subjects:
		return w.grants(e.subject)
	case bindings:
		if b := w.bindings[e.ref]; b != nil {
			for i := range b.subjects {
				list = append(list, w.link(b, i, itself))
			}
		}
	case roles:
		for _, b := range w.bound[e.ref] {
			for i := range b.subjects {
				list = append(list, w.link(b, i, itself))
			}
			if len(b.subjects) == 0 {
				list = append(list, w.link(b, -1, ""))
			}
		}
	}
	return list
}

// grants lists the bindings that speak of a subject, or of a group that it is always in, each once, by the first subject
// that matches (appliesTo of pkg/registry/rbac/validation/rule.go).
func (w *world) grants(s model.Subject) []*link {
	names := namesOf(s)
	var list []*link
	seen := map[*binding]bool{}
	for _, name := range names {
		for _, b := range w.by[name] {
			if seen[b] {
				continue
			}
			seen[b] = true
			for i, named := range b.subjects {
				if by, ok := matches(names, named); ok {
					if by == itself && b.users[i] {
						by = asUser
					}
					list = append(list, w.link(b, i, by))
					break
				}
			}
		}
	}
	return list
}

// namesOf lists by what bindings speak of a subject: itself first, then the groups that it is always in.
func namesOf(s model.Subject) []model.Subject {
	names := []model.Subject{s}
	for _, g := range access.UserOf(s).Groups {
		if group := (model.Subject{Kind: model.GroupSubject, Name: g}); group != s {
			names = append(names, group)
		}
	}
	return names
}

// matches tells by which name a subject of a binding speaks of somebody.
func matches(names []model.Subject, named model.Subject) (by string, ok bool) {
	for i, name := range names {
		if name == named && !named.IsZero() {
			if i == 0 {
				return itself, true
			}
			return name.Name, true
		}
	}
	return "", false
}

// groupsOf names the groups that a subject is always in, beside itself.
func groupsOf(s model.Subject) string {
	var names []string
	for _, name := range namesOf(s)[1:] {
		names = append(names, name.Name)
	}
	return strings.Join(names, ", ")
}

// qualified names an object by its namespace and name. What has no namespace is the cluster's.
func qualified(r model.Ref) string {
	if r.Namespace == "" {
		return text.Clean(r.Name)
	}
	return text.Clean(r.Namespace + "/" + r.Name)
}

// called names an object as kubectl does, with its namespace: RoleBinding ops/ops-exec.
func called(r model.Ref) string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}

// findingsOf lists what was found on objects, each once, the worst first.
func (w *world) findingsOf(refs ...model.Ref) []*view.Row {
	var rows []*view.Row
	seen := map[model.Ref]bool{}
	for _, ref := range refs {
		if !seen[ref] {
			seen[ref] = true
			rows = append(rows, w.found[ref]...)
		}
	}
	return rows
}
