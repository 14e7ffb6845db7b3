package attack

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/record"
)

// sketchBinding draws a binding: its subjects lead to it, and it leads to what its role opens.
func (a *Analyser) sketchBinding(w *World, ref model.Ref) *sketch {
	s := &sketch{}
	b, ok := w.Access.Binding(ref)
	who := subjects(b.Subjects, ref.Namespace)
	if !ok || len(who) == 0 {
		return s
	}
	d := &bindingSketch{sketch: s, a: a, w: w, ref: ref, me: key{kind: binding, ref: ref}, place: ref.Namespace}
	stock := w.Privilege.Stock(w.Access, ref)
	for _, one := range who {
		d.belongs(one)
		if !stock && one.Kind != model.AccountSubject {
			s.sources = append(s.sources, identityOf(one))
		}
	}
	open, whole := w.Privilege.Openings(w.Access, ref)
	maker := w.Privilege.Creators(w.Access, ref)
	if len(open) == 0 && !whole && !maker {
		return s
	}
	if d.place == "" {
		d.place = everywhere
	} else {
		s.spaces = append(s.spaces, ref.Namespace)
	}
	if whole || slices.ContainsFunc(open, func(o privilege.Opening) bool { return d.takes(&o) }) {
		d.me.extra = takesAll
	}
	s.link(key{kind: role, ref: b.Role}, d.me)
	s.link(d.me, key{kind: given, ref: b.Role})
	for _, one := range who {
		s.link(identityOf(one), d.me)
	}
	if whole {
		s.add(a.step(d.me, key{kind: admin}, everything, Proven, ""))
	}
	for i := range open {
		d.open(&open[i])
	}
	d.claim(who, maker, open, whole)
	return s
}

// subjects lists those that can match somebody, each once.
func subjects(list []rbacv1.Subject, namespace string) []model.Subject {
	var who []model.Subject
	for i := range list {
		one := rbac.SubjectOf(&list[i], namespace)
		if one.Kind == model.UserSubject {
			// A user with the name of an account is that account to the API server.
			if account, err := model.ParseSubject(one.String()); err == nil {
				one = account
			}
		}
		if !one.IsZero() && !slices.Contains(who, one) {
			who = append(who, one)
		}
	}
	return who
}

// bindingSketch is the sketch of one binding.
type bindingSketch struct {
	*sketch
	a     *Analyser
	w     *World
	ref   model.Ref
	me    key
	place string
}

// belongs draws the groups that a user or a group is in by itself. Accounts have their own drawing, and what every cluster has is drawn
// once.
func (d *bindingSketch) belongs(one model.Subject) {
	if ns, ok := namespaceOf(one); ok {
		// Its place draws it.
		d.spaces = append(d.spaces, ns)
		return
	}
	if one.Kind == model.AccountSubject || one.Name == rbac.AllAccounts || one == anonymous {
		return
	}
	for _, name := range rbac.UserOf(one).Groups {
		if group := (model.Subject{Kind: model.GroupSubject, Name: name}); group != one {
			d.add(d.a.member(identityOf(one), identityOf(group)))
		}
	}
}

// takesAll begins what is extra of a vertex of bindings that give all of the cluster. What else they give leads to everything too, which
// says nothing of what is reached by it.
const takesAll = "all"

// takes tells an opening that gives all of the cluster.
func (d *bindingSketch) takes(o *privilege.Opening) bool {
	return len(o.Names) == 0 && (o.Edge.Leads == "cluster" || d.place == everywhere && o.Edge.Takeover)
}

// takes tells the vertex of bindings that give all of the cluster.
func (k key) takes() bool {
	return (k.kind == binding || k.kind == joint) && strings.HasPrefix(k.extra, takesAll)
}

// open draws what one opening leads to.
func (d *bindingSketch) open(o *privilege.Opening) {
	from := d.me
	if len(o.Who) > 0 {
		// Only those who hold other bindings too get on.
		all := append(slices.Clone(o.With), d.ref)
		slices.SortFunc(all, model.Ref.Compare)
		name := o.Edge.ID
		if d.takes(o) {
			name = takesAll + " " + name
		}
		from = d.join(o.Who, name, all)
	}
	sure := doubted(o.Doubt)
	step := func(to key) { d.add(d.a.step(from, to, o.Edge.ID, sure, o.Reason)) }
	if d.takes(o) {
		step(key{kind: admin})
	}
	if o.Resource == "nodes" {
		d.onNodes(o, step)
		return
	}
	switch o.Edge.Leads {
	case "cluster":
		step(key{kind: admin})
	case "accounts":
		d.some(accounts, o.Names, step)
	case "pods":
		d.some(pods, o.Names, step)
	case "secrets":
		d.some(secrets, o.Names, step)
	case "nodes":
		switch {
		case len(o.Names) > 0:
		case o.Lax:
			d.spaces = append(d.spaces, d.place)
			step(all(lax, d.place))
		default:
			step(all(machines, everywhere))
		}
	case "kubelets":
		if len(o.Names) == 0 {
			step(all(kubelets, everywhere))
		}
	case "namespace":
		if len(o.Names) == 0 {
			step(all(accounts, d.place))
			step(all(pods, d.place))
			step(all(secrets, d.place))
			if o.Root {
				d.add(d.a.step(from, all(machines, everywhere), o.Edge.ID, doubted(o.RootDoubt), o.RootReason))
			}
		}
	case "identities":
		d.persons(o, step)
	}
}

// onNodes leads to what named nodes have: the inside of the pods on them, or their identities.
func (d *bindingSketch) onNodes(o *privilege.Opening, step func(key)) {
	for _, name := range o.Names {
		switch o.Edge.Leads {
		case "pods":
			d.wants = append(d.wants, want{entered, name})
			step(enteredOf(name))
		case "accounts":
			step(identityOf(nodeUser(name)))
		}
	}
}

// join gives the vertex that several bindings lead to together, through one for each of them: whichever is taken away, nobody gets on.
// Whichever of them draws it, it is the same.
func (d *bindingSketch) join(who []model.Subject, edge string, bindings []model.Ref) key {
	name := edge
	for _, r := range bindings {
		name += " " + r.Namespace + "/" + r.Name
	}
	var last key
	for i, r := range bindings {
		next := key{kind: joint, ref: r, extra: name}
		if i > 0 {
			d.link(last, next)
		}
		for _, one := range who {
			if i == 0 {
				d.link(identityOf(one), next)
			}
		}
		last = next
	}
	return last
}

// some leads to all of a kind in the place, or to those with a name that are there.
func (d *bindingSketch) some(of kind, names []string, step func(key)) {
	if len(names) == 0 {
		step(all(of, d.place))
		return
	}
	for _, name := range names {
		d.wants = append(d.wants, want{of, name})
		if d.place != everywhere {
			d.one(of, d.place, name, step)
			continue
		}
		for ns := range d.a.places {
			d.one(of, ns, name, step)
		}
	}
	if d.place == everywhere {
		// Where there was no place yet there may be one of the name.
		d.wants = append(d.wants, want{space, everywhere})
	}
}

func (d *bindingSketch) one(of kind, namespace, name string, step func(key)) {
	c := d.w.Cluster
	switch of {
	case accounts:
		if exists(c, namespace, name) && (d.place != everywhere || name != defaultAccount || c.Get(model.KindByName("ServiceAccount").Ref(namespace, name)) != nil) {
			step(identityOf(model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name}))
		}
	case pods:
		if p, ok := c.Get(model.KindByName("Pod").Ref(namespace, name)).(*record.Pod); ok && !p.Finished() {
			step(key{kind: workload, ref: c.TopOwner(p)})
		}
	case secrets:
		if ref := model.KindByName("Secret").Ref(namespace, name); c.Get(ref) != nil {
			step(key{kind: secret, ref: ref})
		}
	}
}

// persons leads to the users or groups that an opening names. Without names the edge leads to all of the cluster, since users and groups
// that hold it exist in every cluster.
func (d *bindingSketch) persons(o *privilege.Opening, step func(key)) {
	kind := model.UserSubject
	switch o.Resource {
	case "groups":
		kind = model.GroupSubject
	case "users":
	default:
		return
	}
	for _, name := range o.Names {
		step(identityOf(model.Subject{Kind: kind, Name: name}))
	}
}
