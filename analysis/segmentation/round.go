package segmentation

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// round brings the findings up to date with what was touched. What it works out for many it keeps until it ends.
type round struct {
	*Analyser
	c    *cluster.Cluster
	net  *network.Analyser
	ways *exposure.Analyser
	out  analysis.Findings

	tenants map[model.Ref]*tenant
	forms   map[model.Ref]*policy.Policy
	// metadata and names hold answers for pods that the same policies isolate.
	metadata map[string]answer
	names    map[string]dnsAnswer
	living   map[string][]resident
	// surnames are the labels of namespaces, scopes the namespaces that selectors look into.
	surnames map[string]surname
	scopes   map[string]map[string]struct{}
	// shifted are the labels of pods that came to look otherwise, by namespace; flipped are namespaces that have pods now, or
	// have none any more.
	shifted map[string][]record.Labels
	flipped map[string]struct{}
}

// Flush judges what was touched, and what follows from the ways in that changed. The analysers that it rests on are up to date.
func (a *Analyser) Flush(c *cluster.Cluster, net *network.Analyser, ways *exposure.Analyser, wd exposure.Delta, out analysis.Findings) {
	r := &round{
		Analyser: a, c: c, net: net, ways: ways, out: out,
		tenants: map[model.Ref]*tenant{}, forms: map[model.Ref]*policy.Policy{}, metadata: map[string]answer{}, names: map[string]dnsAnswer{},
		living: map[string][]resident{}, surnames: map[string]surname{}, scopes: map[string]map[string]struct{}{}, shifted: map[string][]record.Labels{}, flipped: map[string]struct{}{},
	}
	r.hear(wd)
	if a.dirty.empty() {
		return
	}
	if a.dirty.all {
		r.touchAll()
	}
	for ref := range a.dirty.owners {
		r.house(ref)
	}
	r.spread()
	if moved := r.cloud.moved(); r.learnDNS() || moved {
		r.touchAllOwners()
	}
	r.cross()
	for ref := range a.dirty.owners {
		r.judgeOwner(ref)
	}
	for name := range a.dirty.places {
		r.judgePlace(name)
	}
	for ref := range a.dirty.ordered {
		r.compare(ref)
	}
	for ref := range a.dirty.policies {
		r.judgePolicy(ref)
	}
	r.settleRefusals()
	r.settleConflicts()
	for ref := range a.dirty.objects {
		r.judgeObject(ref)
	}
	r.judgePlugin()
	for name := range a.dirty.places {
		a.leave(name)
	}
	a.dirty = newDirt()
}

// many is from how many namespaces on what rests on them is no longer asked for each.
const many = 64

// hear takes what the other analysers say has changed. Which pairs of pods have another answer is too much to go by: when a
// pod that is open goes, that is all of them. What rests on policies, on labels and on looks is noted with their changes.
func (r *round) hear(wd exposure.Delta) {
	d := &r.dirty
	for _, name := range wd.Namespaces {
		r.hearWays(name)
	}
	s := r.net.State()
	if s.Enforcement != r.state.Enforcement || s.Plugin != r.state.Plugin || s.Why != r.state.Why || !sameForeign(s.Foreign, r.state.Foreign) {
		r.state, r.foreign = s, map[string]model.Ref{}
		for _, f := range s.Foreign {
			if first, ok := r.foreign[f.Namespace]; !ok || f.Ref.Compare(first) < 0 {
				r.foreign[f.Namespace] = f.Ref
			}
		}
		d.all = true
	}
}

// sameForeign compares two lists of policies, of which the newer is mostly the older itself.
func sameForeign(a, b []network.Foreign) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// spread has all judged anew that rests on policies of the whole cluster which changed, and on pods that look otherwise.
func (r *round) spread() {
	for name := range r.places {
		if slices.ContainsFunc(r.dirty.subjects, func(s policy.Selector) bool { return r.may(&s, name) }) {
			r.touchPlace(name)
		}
	}
	if len(r.shifted) > many {
		// That they look there is likely, and asking each whether it does takes longer.
		for ref := range r.watchers {
			r.dirty.policies[ref] = struct{}{}
		}
	}
	for name, labels := range r.shifted {
		for ref := range r.place(name).policies {
			r.dirty.policies[ref] = struct{}{}
		}
		if len(r.shifted) > many {
			continue
		}
		_, flipped := r.flipped[name]
		for ref, list := range r.watchers {
			if slices.ContainsFunc(list, func(w watched) bool { return r.sees(&w, name, labels, flipped) }) {
				r.dirty.policies[ref] = struct{}{}
			}
		}
	}
}

// touchAll has everything judged anew.
func (r *round) touchAll() {
	d := &r.dirty
	d.dns = true
	r.touchAllOwners()
	for name, p := range r.places {
		d.places[name], d.worlds[name] = struct{}{}, struct{}{}
		for ref := range p.policies {
			d.policies[ref] = struct{}{}
		}
		r.refusals.touch(name)
	}
	for ref := range r.ordered {
		d.policies[ref], d.ordered[ref] = struct{}{}, struct{}{}
	}
	for at := range r.stood {
		if at.part == asObject {
			d.objects[at.Ref] = struct{}{}
		}
	}
	for rec := range r.c.All(services) {
		d.objects[rec.Ref()] = struct{}{}
	}
	for _, gk := range r.c.Kinds() {
		if gk != ingresses && (gk.Group != model.GroupGateway || gk.Kind != "Gateway") && (gk.Group != model.GroupRoute || gk.Kind != "Route") {
			continue
		}
		for rec := range r.c.All(gk) {
			d.objects[rec.Ref()] = struct{}{}
		}
	}
}

func (r *round) touchAllOwners() {
	for name := range r.places {
		r.touchOwners(name)
	}
}

// form reads a policy; nil where there is none.
func (r *round) form(ref model.Ref) *policy.Policy {
	if p := r.ordered[ref]; p != nil {
		return p
	}
	p, ok := r.forms[ref]
	if !ok {
		if rec := r.c.Get(ref); rec != nil {
			p, _ = policy.Read(rec)
		}
		r.forms[ref] = p
	}
	return p
}

// key tells apart the policies that concern pods in one direction.
func key(namespace string, refs ...[]model.Ref) string {
	text := make([]byte, 0, 64)
	text = append(text, namespace...)
	for _, l := range refs {
		text = append(text, 0, 0)
		for _, ref := range l {
			text = append(text, 0)
			text = append(text, ref.Kind...)
			text = append(text, 0)
			text = append(text, ref.Namespace...)
			text = append(text, '/')
			text = append(text, ref.Name...)
		}
	}
	return string(text)
}

// seen says what a kind that was not seen whole, in a namespace or everywhere, makes of an answer.
func (r *round) seen(namespace string, kinds ...schema.GroupKind) (model.Verdict, string) {
	verdict, reason := model.Yes, ""
	for _, k := range kinds {
		cov := r.c.Seen(k, namespace)
		v := model.Yes
		switch cov.State {
		case model.Partial:
			v = model.Depends
		case model.Denied, model.Absent:
			v = model.Unknown
		}
		if v == model.Yes || verdict == model.Unknown {
			continue
		}
		verdict, reason = v, k.Kind+" "+string(cov.State)
		if cov.Reason != "" && cov.Reason != string(cov.State) {
			reason += ": " + cov.Reason
		}
	}
	return verdict, reason
}

// sorted gives references in order, without duplicates.
func sorted(refs []model.Ref) []model.Ref {
	inorder.Sort(refs, model.Ref.Compare)
	return slices.Compact(refs)
}
