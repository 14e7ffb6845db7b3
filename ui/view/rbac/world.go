package rbac

import (
	"cmp"
	"context"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	access "canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// world is which subjects, bindings and roles there are, and what was found on them, at one moment. It is immutable.
type world struct {
	basis
	*store
	// report is what it was made for.
	report *model.Report
	// bindings are sorted; by finds them by the subjects that they name, bound by their roles.
	bindings map[model.Ref]*binding
	by       map[model.Subject][]*binding
	bound    map[model.Ref][]*binding
	labels   map[model.Ref]string
	found    map[model.Ref][]*view.Row
	provider access.Provider
	// namespaces are those whose objects are listed.
	namespaces view.Namespaces
	entries    [modes]*sheet.Batch[*entry]
}

// basis is what a world depends on beside its records.
type basis struct {
	digest  uint64
	settled bool
	shown   string
	server  string
	// attack tells where accounts stand; nil while that is not known.
	attack *model.Attack
}

// binding is a RoleBinding or a ClusterRoleBinding.
type binding struct {
	ref, role model.Ref
	// exists tells that the role was seen.
	exists bool
	// subjects are those that it names, in its order; zero for one that can match nobody.
	subjects []model.Subject
	// users tells of each whether it is an account that is named as a user.
	users []bool
	// label says whose the binding is, where it is not somebody's own: stock, Helm.
	label string
}

// cluster tells a ClusterRoleBinding.
func (b *binding) cluster() bool { return b.ref.Namespace == "" }

func newWorld() *world {
	w := &world{store: &store{}, report: &model.Report{}, by: map[model.Subject][]*binding{}}
	for i := range w.entries {
		w.entries[i] = &sheet.Batch[*entry]{}
	}
	return w
}

// next gives the world of a newer snapshot; this one where nothing has changed. On the writer it takes the records and no more,
// which are immutable.
func (w *world) next(ctx context.Context, session view.Session, now *view.Snapshot) (*world, error) {
	var records []model.Record
	n := &world{report: now.Report, namespaces: now.Namespaces, basis: basis{digest: now.Report.Digest, settled: now.Cover.Settled(), shown: shownKey(now.Namespaces), attack: now.Report.Attack}}
	err := session.Ask(ctx, func(c *cluster.Cluster, _ *access.Analyser, server string) {
		for _, k := range kept() {
			for r := range c.All(k.GroupKind()) {
				records = append(records, r)
			}
		}
		n.server, n.provider = server, access.ProviderOf(c, server)
	})
	if err != nil {
		return nil, err
	}
	if covers := coversOf(now.Report); w.holds(records, covers) {
		if w.provider == n.provider && w.basis == n.basis {
			return w, nil
		}
		n.store = w.store
	} else {
		n.store = newStore(records, covers)
	}
	n.fill(w)
	n.find(w, now.Report)
	n.list(w, now)
	return n, nil
}

func shownKey(n view.Namespaces) string {
	key := ""
	for _, name := range n.Names() {
		key += name + "\n"
	}
	return key
}

// fill reads the records. What was read of one for an earlier world is taken over.
func (w *world) fill(before *world) {
	w.bindings = map[model.Ref]*binding{}
	w.by, w.bound = map[model.Subject][]*binding{}, map[model.Ref][]*binding{}
	w.labels = map[model.Ref]string{}
	table, _ := stock.For(privilege.MinorOf(w.server))
	for ref, r := range w.records {
		same := before.server == w.server && before.records[ref] == r
		if same {
			w.labels[ref] = before.labels[ref]
		} else {
			w.labels[ref] = labelOf(table, r)
		}
		b := before.bindings[ref]
		role, named, ok := grantOf(r)
		switch {
		case !ok:
			continue
		case same && b != nil && b.exists == w.has(b.role):
		default:
			b = &binding{ref: ref, role: role, label: w.labels[ref], exists: w.has(role)}
			for i := range named {
				subject := subjectOf(&named[i], ref.Namespace)
				b.subjects = append(b.subjects, subject)
				b.users = append(b.users, named[i].Kind == rbacv1.UserKind && subject.Kind == model.AccountSubject)
			}
		}
		w.bindings[ref] = b
		w.bound[b.role] = append(w.bound[b.role], b)
		for i, s := range b.subjects {
			if !s.IsZero() && !slices.Contains(b.subjects[:i], s) {
				w.by[s] = append(w.by[s], b)
			}
		}
	}
}

// grantOf reads which role a binding gives to whom.
func grantOf(r model.Record) (role model.Ref, subjects []rbacv1.Subject, ok bool) {
	var named rbacv1.RoleRef
	switch t := r.(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		named, subjects = t.Object.RoleRef, t.Object.Subjects
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		named, subjects = t.Object.RoleRef, t.Object.Subjects
	default:
		return model.Ref{}, nil, false
	}
	role = model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: named.Kind, Namespace: r.GetNamespace(), Name: named.Name}
	if named.Kind == "ClusterRole" {
		role.Namespace = ""
	}
	return role, subjects, true
}

// subjectOf reads a subject of a binding. An account that is named as a user is an account.
func subjectOf(s *rbacv1.Subject, namespace string) model.Subject {
	subject := access.SubjectOf(s, namespace)
	if subject.Kind == model.UserSubject {
		if account, err := model.ParseSubject(subject.Name); err == nil && account.Kind == model.AccountSubject && access.AccountName(account.Namespace, account.Name) == subject.Name {
			return account
		}
	}
	return subject
}

// find sorts what was found on the objects of RBAC and on accounts. Rows that say the same are taken over.
func (w *world) find(before *world, r *model.Report) {
	w.found = map[model.Ref][]*view.Row{}
	if r.Findings == nil {
		return
	}
	was := make(map[*model.Finding]*view.Row, len(before.found))
	for _, rows := range before.found {
		for _, row := range rows {
			was[row.Finding] = row
		}
	}
	for f := range r.Findings.All() {
		if f.Object.Group != model.GroupRBAC && (f.Object.Group != "" || f.Object.Kind != "ServiceAccount") {
			continue
		}
		row := view.Judge(r, f)
		if row == nil {
			continue
		}
		if old := was[f]; old != nil && old.Same(row) {
			row = old
		}
		w.found[f.Object] = append(w.found[f.Object], row)
	}
	for _, rows := range w.found {
		slices.SortStableFunc(rows, worse)
	}
}

// worse orders what was found: the worst first, and of the same severity what is certain.
func worse(a, b *view.Row) int {
	certain := func(r *view.Row) int {
		if r.Verdict == model.Yes {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(b.Finding.Severity, a.Finding.Severity), cmp.Compare(certain(b), certain(a)), cmp.Compare(a.Finding.ID, b.Finding.ID))
}
