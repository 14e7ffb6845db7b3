package rbac

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"

	"canopy/ui/view/sheet"
)

// question says of what the second and the third pane are to tell. It is comparable.
type question struct {
	world *world
	mode  mode
	entry *entry
	// through is the binding whose rules alone are shown; zero for all.
	through model.Ref
	// apart tells that wildcards are taken apart.
	apart bool
	// inventory is the version of what runs.
	inventory uint64
}

// about is what the second and the third pane tell of an entry. It is immutable.
type about struct {
	question
	links   *sheet.Batch[*link]
	granted []access.Granted
	rights  *sheet.Batch[*right]
	// why says what was not seen of what could grant the subject more; "" where all was.
	why string
	// users are what runs as the account.
	users []user
}

// answer works an answer out. What an earlier one has of the same entry in the same world is taken over. Commands call it.
func (to *loader) answer(q question, before *about) (*about, error) {
	a := &about{question: q}
	if before == nil {
		before = &about{}
	}
	if before.world == q.world && before.mode == q.mode && before.entry == q.entry {
		a.links, a.granted, a.why = before.links, before.granted, before.why
	} else {
		a.ask()
	}
	id := q.mode.String() + "\n" + q.entry.ID()
	if a.links == nil {
		a.links = sheet.NewBatch(before.links, id, q.world.settled, q.world.links(q.mode, q.entry), (*link).compare)
	}
	a.users = usersOf(to.report.Inventory, q.entry.subject)
	if before.rights != nil && a.links == before.links && before.world == q.world && before.through == q.through && before.apart == q.apart {
		// Nothing but what runs has changed.
		a.rights = before.rights
		return a, nil
	}
	all := a.granted
	if q.apart {
		all = apart(all, q.world.discovery)
		id += "\napart"
	}
	f, err := to.folder(all)
	if err != nil {
		return nil, err
	}
	granted := throughOnly(all, q.through)
	a.rights = sheet.NewBatch(before.rights, id+"\n"+refID(q.through), q.world.settled, f.fold(granted), (*right).compare)
	return a, nil
}

// ask lists what is granted.
func (a *about) ask() {
	e := a.entry
	a.world.ask(func(c *cluster.Cluster, x *access.Analyser) {
		switch a.mode {
		case subjects:
			u := access.UserOf(e.subject)
			a.granted = x.Permissions(u, a.world.discovery)
			_, a.why = x.Complete(c, u, a.world.provider)
		case bindings:
			if b, ok := x.Binding(e.ref); ok {
				a.granted = throughOnly(permissionsOf(x, &b, a.world.discovery), e.ref)
			}
		case roles:
			a.granted = rulesOf(x, e.ref)
		}
	})
}

// permissionsOf lists what a binding grants to its first subject, which is what it grants to any.
func permissionsOf(x *access.Analyser, b *access.Binding, d *access.Discovery) []access.Granted {
	for i := range b.Subjects {
		if s := subjectOf(&b.Subjects[i], b.Ref.Namespace); !s.IsZero() {
			return x.Permissions(access.UserOf(s), d)
		}
	}
	return nil
}

// rulesOf lists what a role grants, whoever is bound to it.
func rulesOf(x *access.Analyser, role model.Ref) []access.Granted {
	rules, _ := x.Rules(role)
	var list []access.Granted
	at := map[access.Permission]int{}
	for _, r := range rules {
		g := access.Grant{Role: role, Rule: r.Index}
		if r.Role != role {
			from := r.Role
			g.AggregatedFrom, g.Computed = &from, true
		}
		// What nobody holds is all that the rule grants.
		_, missing := access.Covers(nil, []rbacv1.PolicyRule{*r.PolicyRule})
		for _, p := range missing {
			p.Namespace = role.Namespace
			g.Verb, g.Resource = p.Verb, p.Resource
			if p.URL != "" {
				g.Resource = p.URL
			}
			i, ok := at[p]
			if !ok {
				i = len(list)
				at[p] = i
				list = append(list, access.Granted{Permission: p})
			}
			list[i].Via = append(list[i].Via, g)
		}
	}
	return list
}

// throughOnly leaves what is granted through one binding; all where it is zero.
func throughOnly(granted []access.Granted, through model.Ref) []access.Granted {
	if through.IsZero() {
		return granted
	}
	var list []access.Granted
	for _, g := range granted {
		if via := slices.DeleteFunc(slices.Clone(g.Via), func(v access.Grant) bool { return v.Binding != through }); len(via) > 0 {
			list = append(list, access.Granted{Permission: g.Permission, Via: via})
		}
	}
	return list
}

// apart takes the wildcards of permissions apart into what there is.
func apart(granted []access.Granted, d *access.Discovery) []access.Granted {
	var list []access.Granted
	at := map[access.Permission]int{}
	for _, g := range granted {
		for _, p := range d.Expand(g.Permission) {
			i, ok := at[p]
			if !ok {
				i = len(list)
				at[p] = i
				list = append(list, access.Granted{Permission: p})
			}
			list[i].Via = append(list[i].Via[:len(list[i].Via):len(list[i].Via)], g.Via...)
		}
	}
	return list
}
