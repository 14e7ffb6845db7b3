package rbac

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// mode says what is listed first.
type mode uint8

const (
	subjects mode = iota
	bindings
	roles
	modes
)

func (m mode) String() string { return [...]string{"subjects", "bindings", "roles"}[m] }

// entry is a row of the first pane: a subject, a binding or a role. It is comparable.
type entry struct {
	// subject or ref is set.
	subject model.Subject
	ref     model.Ref
	// name is what it is called, kind and namespace what they say, all clean.
	name, kind, namespace string
	// severity is that of the worst finding, with a mark where it is not certain; rank orders them, and is 0 for none.
	severity string
	worst    model.Severity
	rank     int
	findings int
	// row is the worst of what was found.
	row *view.Row
	// leads tells that attack paths lead from it to cluster-admin; exposed is who gets to it then.
	leads   bool
	exposed model.Exposed
	// grants counts the bindings that name it; of a binding, its subjects.
	grants int
	// scope says where it holds: "all" for the whole cluster.
	scope string
	label string
	// note says what is odd about it.
	note string
}

func (e *entry) ID() string {
	if !e.subject.IsZero() {
		return subjectID(e.subject)
	}
	return refID(e.ref)
}

func subjectID(s model.Subject) string { return string(s.Kind) + "\n" + s.Namespace + "\n" + s.Name }

func refID(r model.Ref) string { return r.Kind + "\n" + r.Namespace + "\n" + r.Name }

func (e *entry) Same(o *entry) bool { return *e == *o }

func (e *entry) compare(o *entry) int {
	return cmp.Or(e.subject.Compare(o.subject), e.ref.Compare(o.ref))
}

// grade notes the worst of some findings.
func (e *entry) grade(rows []*view.Row) {
	for _, r := range rows {
		e.findings++
		rank := 2*int(r.Finding.Severity) + 1
		if r.Verdict == model.Yes {
			rank++
		}
		if rank > e.rank {
			e.rank, e.severity, e.worst, e.row = rank, r.Severity(), r.Finding.Severity, r
		}
	}
}

// mark is the severity, with a sign before it where it leads to cluster-admin.
func (e *entry) mark() string {
	if e.leads {
		return ">" + e.severity
	}
	return e.severity
}

// order is by what entries are sorted: what leads to cluster-admin stands beside what may be critical, and beside what is where the internet
// gets to it. What Kubernetes ships stands where its findings put it, since that is so in every cluster.
func (e *entry) order() int {
	const apart = 4
	if !e.leads || e.label == isStock {
		return e.rank * apart
	}
	least := 2*int(model.Critical) + 1
	if e.exposed == model.ExposedToInternet {
		least++
	}
	return max(e.rank, least)*apart + int(e.exposed) + 1
}

// list makes the rows of the first pane in all modes.
func (w *world) list(before *world, now *view.Snapshot) {
	shown := now.Namespaces
	whole := w.settled
	var lists [modes][]*entry
	for s, named := range w.by {
		if showSubject(shown, s, named) {
			lists[subjects] = append(lists[subjects], w.subjectEntry(s, named))
		}
	}
	for ref := range w.records {
		switch ref.Kind {
		case "ServiceAccount":
			s := accountOf(ref)
			if shown.Show(ref) && w.by[s] == nil {
				lists[subjects] = append(lists[subjects], w.subjectEntry(s, nil))
			}
		case "Role", "ClusterRole":
			if shown.Show(ref) || slices.ContainsFunc(w.bound[ref], func(b *binding) bool { return shown.Show(b.ref) }) {
				lists[roles] = append(lists[roles], w.roleEntry(ref))
			}
		default:
			if b := w.bindings[ref]; b != nil && shown.Show(ref) {
				lists[bindings] = append(lists[bindings], w.bindingEntry(b))
			}
		}
	}
	for m := range lists {
		w.entries[m] = sheet.NewBatch(before.entries[m], mode(m).String()+w.shown, whole, lists[m], (*entry).compare)
	}
}

// showSubject tells whether a subject is listed: it is in a namespace that is shown, or something is granted to it there.
func showSubject(shown view.Namespaces, s model.Subject, named []*binding) bool {
	return shown == nil || shown[s.Namespace] || slices.ContainsFunc(named, func(b *binding) bool { return shown.Show(b.ref) })
}

func accountOf(ref model.Ref) model.Subject {
	return model.Subject{Kind: model.AccountSubject, Namespace: ref.Namespace, Name: ref.Name}
}

// objectOf is the object that stands for a subject: only accounts have one.
func objectOf(s model.Subject) model.Ref {
	if s.Kind != model.AccountSubject {
		return model.Ref{}
	}
	return model.KindByName("ServiceAccount").Ref(s.Namespace, s.Name)
}

func (w *world) subjectEntry(s model.Subject, named []*binding) *entry {
	e := &entry{subject: s, name: text.Clean(s.String()), kind: kindOf(s), namespace: text.Clean(s.Namespace), grants: len(named)}
	e.grade(w.found[objectOf(s)])
	graded := map[model.Ref]bool{}
	stock := len(named) > 0
	for _, b := range named {
		e.grade(w.found[b.ref])
		if !graded[b.role] {
			graded[b.role] = true
			e.grade(w.found[b.role])
		}
		stock = stock && b.label == isStock
	}
	e.scope = scopeOf(named)
	if stock {
		e.label = isStock
	}
	if at := w.attack.Standing(objectOf(s)); s.Kind == model.AccountSubject && at.Effect == model.LeadsToCluster {
		e.leads, e.exposed = true, at.Exposure
	}
	if s.Kind == model.AccountSubject && !w.has(objectOf(s)) {
		e.note = w.missing(objectOf(s), "no such account")
	}
	return e
}

// missing says of an object that was not seen that it is not there, or that nobody knows.
func (w *world) missing(ref model.Ref, words string) string {
	if stateOf(w.report, ref.GroupKind(), ref.Namespace).State == model.Complete {
		return words
	}
	return "not seen"
}

func kindOf(s model.Subject) string {
	switch s.Kind {
	case model.AccountSubject:
		return "account"
	case model.GroupSubject:
		return "group"
	}
	return "user"
}

// scopeOf says in which namespaces bindings hold.
func scopeOf(list []*binding) string {
	var names []string
	for _, b := range list {
		if b.cluster() {
			return everywhere
		}
		if !slices.Contains(names, b.ref.Namespace) {
			names = append(names, b.ref.Namespace)
		}
	}
	slices.Sort(names)
	return places(names)
}

// everywhere is how the namespaces are called of what holds in the whole cluster.
const everywhere = "all"

// places names namespaces: the first, and how many more.
func places(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1, 2:
		return text.Clean(strings.Join(names, ", "))
	default:
		return text.Clean(names[0]) + " + " + strconv.Itoa(n-1) + " more"
	}
}

func (w *world) bindingEntry(b *binding) *entry {
	e := &entry{ref: b.ref, name: qualified(b.ref), kind: b.ref.Kind, namespace: text.Clean(b.ref.Namespace), grants: len(b.subjects), label: b.label}
	e.scope = scopeOf([]*binding{b})
	e.grade(w.found[b.ref])
	switch {
	case !b.exists:
		e.note = w.missing(b.role, "its role does not exist")
	case len(b.subjects) == 0:
		e.note = "names nobody"
	}
	return e
}

func (w *world) roleEntry(ref model.Ref) *entry {
	e := &entry{ref: ref, name: qualified(ref), kind: ref.Kind, namespace: text.Clean(ref.Namespace), grants: len(w.bound[ref]), label: w.labels[ref]}
	e.scope = scopeOf(w.bound[ref])
	e.grade(w.found[ref])
	if e.grants == 0 {
		e.note = "not bound"
	}
	return e
}
