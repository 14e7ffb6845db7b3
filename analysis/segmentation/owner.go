package segmentation

import (
	"canopy/analysis/network/policy"
	"canopy/model"
)

// judgeOwner brings the findings on a top owner up to date.
func (r *round) judgeOwner(ref model.Ref) {
	t := r.house(ref)
	if len(t.variants) == 0 {
		r.stand(ref, asOwner, nil)
		return
	}
	place := r.place(ref.Namespace)
	o := place.owners[ref]
	r.unlead(ref, o)
	for i := range t.variants {
		t.variants[i].iso = r.net.Isolation(t.variants[i].pod)
	}
	in, inOpen := r.open(t, policy.Ingress)
	out, outOpen := r.open(t, policy.Egress)
	r.opened(place, o, [2]bool{policy.Ingress: inOpen, policy.Egress: outOpen})
	list := gather(in, out, r.metadataInReach(t), r.nameless(t), r.crossing(t), r.proxy(t))
	r.stand(ref, asOwner, append(list, r.exposed(t)...))
}

// open judges whether policies isolate the pods in a direction, and tells whether they leave any open for all that is seen.
func (r *round) open(t *tenant, d policy.Direction) (*model.Finding, bool) {
	var concerned []*variant
	listens, certain, unknown := false, false, ""
	for i := range t.variants {
		v := &t.variants[i]
		if v.iso.Exempt != "" || len(v.iso.By[d]) > 0 || r.closed(v.iso.Ordered[d], d) {
			continue
		}
		concerned = append(concerned, v)
		listens = listens || v.sheet.listens
		if v.iso.Unknown == "" {
			certain = true
		} else if unknown == "" {
			unknown = v.iso.Unknown
		}
	}
	if len(concerned) == 0 {
		return nil, false
	}
	id, severity := "NW01", model.High
	switch {
	case d == policy.Egress:
		id, severity = "NW02", model.Medium
	case !listens:
		severity = model.Medium
	}
	if controlPlane(t.ref.Namespace) {
		severity = model.Low
	}
	f := r.finding(id, severity, t.ref, r.shown(t, concerned))
	if f != nil {
		f.Pods = count(concerned)
	}
	if !certain {
		doubt(f, model.Unknown, unknown)
	}
	return f, true
}

// closed tells that policies which are asked in order refuse what comes from, or goes to, any pod, unless an exception
// stands before. Those that ask for the same priority may be asked in either order, so a refusal counts only where none
// of them accepts.
func (r *round) closed(ordered []model.Ref, d policy.Direction) bool {
	passed := false
	for i := 0; i < len(ordered); {
		first := r.form(ordered[i])
		refuses, accepts, passes := false, false, false
		for ; i < len(ordered); i++ {
			p := r.form(ordered[i])
			if p == nil || first == nil || p.Tier != first.Tier || p.Priority != first.Priority {
				break
			}
			if passed && p.Tier == policy.Admin {
				continue
			}
			switch action, ok := covering(p, d); {
			case !ok:
			case action == policy.Deny:
				refuses = true
			case action == policy.Allow:
				accepts = true
			case action == policy.Pass:
				passes = true
			}
		}
		if first == nil {
			i++
			continue
		}
		switch {
		case accepts:
			return false
		case passes:
			passed = true
		case refuses:
			return true
		}
	}
	return false
}

// covering gives the action of the first rule of a policy that matches every pod on every port.
func covering(p *policy.Policy, d policy.Direction) (policy.Action, bool) {
	for i := range p.Rules[d] {
		rule := &p.Rules[d][i]
		if rule.FailClosed {
			if rule.Action != policy.Allow {
				return policy.Deny, true
			}
			continue
		}
		if rule.Ports.Full() && everyPod(rule) {
			return rule.Action, true
		}
	}
	return policy.Pass, false
}

// everyPod tells that a rule matches every pod of every namespace.
func everyPod(rule *policy.Rule) bool {
	if rule.Anyone {
		return true
	}
	for i := range rule.Peers {
		if s := rule.Peers[i].Pods; s != nil && !s.Nothing && s.Namespace == "" && len(s.Namespaces) == 0 && len(s.Pods) == 0 {
			return true
		}
	}
	return false
}
