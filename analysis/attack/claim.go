package attack

import (
	"iter"
	"slices"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
)

// becoming tells that somebody may become any account of the place of a binding, of which these are the openings, and which other bindings
// that takes. Somebody is one of these subjects: himself and his groups.
func becoming(open []privilege.Opening, whole bool, who []model.Subject) (with []model.Ref, ok bool) {
	if whole {
		return nil, true
	}
	for i := range open {
		o := &open[i]
		if o.Edge.Leads != "accounts" || len(o.Names) > 0 {
			continue
		}
		if len(o.Who) == 0 {
			return nil, true
		}
		if !ok && slices.ContainsFunc(o.Who, func(s model.Subject) bool { return slices.Contains(who, s) }) {
			with, ok = o.With, true
		}
	}
	return with, ok
}

// claim draws that who may make accounts, and may become any account of the place, can have what was granted to accounts that nobody has
// made. Where a binding gives one of the two, another of its subject may give the other.
func (d *bindingSketch) claim(who []model.Subject, maker bool, open []privilege.Opening, whole bool) {
	if _, becomes := becoming(open, whole, nil); maker && becomes {
		d.add(d.a.step(d.me, all(claimable, d.place), "I-06", Proven, ""))
		return
	}
	if maker && d.place != everywhere {
		d.claimNamed(open)
	}
	for _, one := range who {
		closure := []model.Subject{one}
		for _, name := range rbac.UserOf(one).Groups {
			if group := (model.Subject{Kind: model.GroupSubject, Name: name}); group != one {
				closure = append(closure, group)
			}
		}
		with, becomes := becoming(open, whole, closure)
		if !maker && !becomes {
			continue
		}
		if maker && becomes {
			d.claimBy(one, append([]model.Ref{d.ref}, with...), d.place)
			continue
		}
		for other := range d.others(closure) {
			mine, place := d.ref.Namespace, d.place
			if other.Ref == d.ref || mine != "" && other.Ref.Namespace != "" && mine != other.Ref.Namespace {
				continue
			}
			if mine == "" && other.Ref.Namespace != "" {
				place = other.Ref.Namespace
			}
			// The one by which accounts are made comes first: it is what is shown.
			if becomes {
				if d.w.Privilege.Creators(d.w.Access, other.Ref) {
					d.claimBy(one, append([]model.Ref{other.Ref, d.ref}, with...), place)
				}
				continue
			}
			list, all := d.w.Privilege.Openings(d.w.Access, other.Ref)
			if more, ok := becoming(list, all, closure); ok {
				d.claimBy(one, append([]model.Ref{d.ref, other.Ref}, more...), place)
			}
		}
	}
}

// claimNamed draws that accounts by name, which nobody has made, can be claimed by the binding alone.
func (d *bindingSketch) claimNamed(open []privilege.Opening) {
	for i := range open {
		o := &open[i]
		if o.Edge.Leads != "accounts" || o.Resource != "serviceaccounts" || len(o.Who) > 0 || o.Through {
			continue
		}
		for _, name := range o.Names {
			who := model.Subject{Kind: model.AccountSubject, Namespace: d.place, Name: name}
			if !exists(d.w.Cluster, d.place, name) && !d.w.Privilege.Own(who) {
				d.add(d.a.step(d.me, identityOf(who), "I-06", doubted(o.Doubt), o.Reason))
			}
		}
	}
}

// claimBy draws that somebody claims accounts of a place by several bindings.
func (d *bindingSketch) claimBy(one model.Subject, bindings []model.Ref, place string) {
	var each []model.Ref
	for _, r := range bindings {
		if !slices.Contains(each, r) {
			each = append(each, r)
		}
	}
	d.add(d.a.step(d.join([]model.Subject{one}, "I-06", each), all(claimable, place), "I-06", Proven, ""))
}

// others goes through the bindings of subjects, and has this one drawn anew when those change.
func (d *bindingSketch) others(list []model.Subject) iter.Seq[rbac.Binding] {
	for _, s := range list {
		d.wants = append(d.wants, want{joint, s.String()})
	}
	return func(yield func(rbac.Binding) bool) {
		for _, s := range list {
			for b := range d.w.Access.BindingsTo(s) {
				if !yield(b) {
					return
				}
			}
		}
	}
}

// reopened has a binding drawn anew, and those that look for others of its subjects.
func (a *Analyser) reopened(w *World, ref model.Ref) {
	a.dirty[key{kind: binding, ref: ref}] = struct{}{}
	if b, ok := w.Access.Binding(ref); ok {
		a.touchOthers(subjects(b.Subjects, ref.Namespace))
	}
}

// touchOthers has the bindings drawn anew that look for others of these subjects.
func (a *Analyser) touchOthers(who []model.Subject) {
	for _, one := range who {
		a.named(joint, one.String())
	}
}
