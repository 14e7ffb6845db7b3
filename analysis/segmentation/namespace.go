package segmentation

import (
	"slices"

	"canopy/analysis/network/policy"
	"canopy/model"
)

// judgePlace brings the findings on a namespace up to date.
func (r *round) judgePlace(name string) {
	p := r.places[name]
	if name == "" || !p.inhabited() {
		r.stand(namespaceRef(name), asPlace, nil)
		return
	}
	r.stand(namespaceRef(name), asPlace, gather(r.undenied(p), r.unlimited(p)))
}

// undenied judges whether a pod that comes to a namespace is isolated whatever its labels are.
func (r *round) undenied(p *place) *model.Finding {
	if r.rules["NW03"] == nil || p.subjects == 0 {
		return nil
	}
	var l []model.Evidence
	for d := range [...]policy.Direction{policy.Ingress, policy.Egress} {
		if !r.denied(p, policy.Direction(d)) {
			l = append(l, model.Evidence{Object: namespaceRef(p.name), Path: "metadata.name", Value: "no default deny of " + policy.Direction(d).String()})
		}
	}
	if len(l) == 0 {
		return nil
	}
	severity := model.Medium
	if p.open == [2]int{} || controlPlane(p.name) || len(l) == 1 && r.denied(p, policy.Ingress) {
		severity = model.Low
	}
	f := r.finding("NW03", severity, namespaceRef(p.name), lines(l...))
	v, reason := r.policiesSeen(p.name)
	return doubt(f, v, reason)
}

// policiesSeen says what policies that were not seen, or are not evaluated, leave of an answer about a namespace.
func (r *round) policiesSeen(name string) (model.Verdict, string) {
	for _, at := range [...]string{name, ""} {
		if ref, ok := r.foreign[at]; ok {
			return model.Unknown, ref.String() + " is not evaluated"
		}
	}
	v, reason := r.seen(name, policies)
	for _, gk := range policy.Kinds() {
		if v == model.Yes && gk != policies {
			v, reason = r.seen("", gk)
		}
	}
	for _, o := range r.ordered {
		if v == model.Yes && !r.means(&o.Subject, name) && r.may(&o.Subject, name) {
			v, reason = r.seen("", namespaces)
		}
	}
	return v, reason
}

// denied tells that a policy which selects every pod of a namespace isolates it, or that admin or baseline policies close it.
func (r *round) denied(p *place, d policy.Direction) bool {
	for ref := range p.policies {
		if f := r.form(ref); f != nil && f.Acts[d] && !f.Subject.Nothing && len(f.Subject.Pods) == 0 {
			return true
		}
	}
	var asked []*policy.Policy
	for _, f := range r.ordered {
		if len(f.Rules[d]) > 0 && !f.Subject.Nothing && len(f.Subject.Pods) == 0 && r.means(&f.Subject, p.name) {
			asked = append(asked, f)
		}
	}
	slices.SortFunc(asked, func(a, b *policy.Policy) int {
		if a.Tier != b.Tier {
			return int(a.Tier) - int(b.Tier)
		}
		if a.Priority != b.Priority {
			return int(a.Priority - b.Priority)
		}
		return a.Ref.Compare(b.Ref)
	})
	refs := make([]model.Ref, len(asked))
	for i, f := range asked {
		refs[i] = f.Ref
	}
	return r.closed(refs, d)
}

// unlimited judges whether a namespace may take as much as it likes.
func (r *round) unlimited(p *place) *model.Finding {
	if controlPlane(p.name) {
		return nil
	}
	var l []model.Evidence
	verdict, reason := model.Yes, ""
	if p.quotas == 0 {
		l = append(l, model.Evidence{Object: namespaceRef(p.name), Path: "metadata.name", Value: "no ResourceQuota"})
		verdict, reason = r.seen(p.name, quotas)
	}
	if p.limits == 0 {
		l = append(l, model.Evidence{Object: namespaceRef(p.name), Path: "metadata.name", Value: "no LimitRange"})
		// One that is known to be missing is enough.
		if v, why := r.seen(p.name, limits); len(l) == 1 || v == model.Yes {
			verdict, reason = v, why
		}
	}
	if len(l) == 0 {
		return nil
	}
	return doubt(r.finding("NW15", model.Low, namespaceRef(p.name), lines(l...)), verdict, reason)
}
