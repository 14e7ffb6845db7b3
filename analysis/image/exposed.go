package image

import (
	"slices"
	"strings"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/record"
)

// variant is pods of a household that have the same labels, so that Services and policies take them for alike.
type variant struct {
	home *household
	// first is the first of them by name.
	first *record.Pod
	pods  int
}

// variants lists those that run an image with a critical vulnerability, in the order of their first pods.
func (o *owner) variants() []*variant {
	type look struct {
		home   *household
		labels record.Labels
	}
	found := map[look]*variant{}
	var list []*variant
	for h := range o.homes.all() {
		if !slices.ContainsFunc(h.entries, entry.grave) {
			continue
		}
		for _, one := range h.residents {
			at := look{h, one.pod.Labels}
			v := found[at]
			if v == nil {
				v = &variant{home: h, first: one.pod}
				found[at] = v
				list = append(list, v)
			}
			if v.pods++; one.pod.Name < v.first.Name {
				v.first = one.pod
			}
		}
	}
	slices.SortFunc(list, func(a, b *variant) int { return a.first.Ref().Compare(b.first.Ref()) })
	return list
}

func (e entry) grave() bool { return e.use.ran && e.use.item.critical() > 0 }

// judgeExposed judges VP01 of an owner: whether what comes from outside gets to pods that run an image with a critical vulnerability.
func (r *round) judgeExposed(o *owner, asked *exposure.Reach) {
	if !o.grave || asked == nil {
		r.reach.walk(o, nil)
		r.exposed.Set(o, nil, r.out)
		return
	}
	variants := o.variants()
	r.reach.walk(o, r.pathsTo(variants))
	best, pods := exposure.Opening{}, 0
	var lines []model.Evidence
	shows := map[model.Evidence]struct{}{}
	var uses few[use]
	for _, v := range variants {
		openings := asked.To(v.first)
		if len(openings) == 0 {
			continue
		}
		pods += v.pods
		for _, w := range openings {
			if surer(w.Verdict, best.Verdict) {
				best = w
			}
			for _, e := range w.Shown(r.c, v.first) {
				if _, ok := shows[e]; !ok {
					shows[e] = struct{}{}
					lines = append(lines, e)
				}
			}
		}
		for i := range v.home.entries {
			if e := &v.home.entries[i]; e.grave() {
				uses.add(e.use)
			}
		}
	}
	if pods == 0 {
		r.exposed.Set(o, nil, r.out)
		return
	}
	shown := showing{finding: &model.Finding{Object: o.ref}}
	for _, u := range sorted(uses) {
		shown.lines = append(shown.lines, r.line(u, u.item.counted))
	}
	f := r.finding("VP01", model.Critical, o.ref, append(lines, shown.Evidence()...)...)
	if f != nil {
		f.Pods = pods
		switch best.Verdict {
		case network.Depends:
			f.Verdict, f.Reason = model.Depends, brief(best.Assumption)
		case network.NotEvaluated:
			f.Verdict, f.Reason = model.Unknown, brief(strings.TrimSpace("policies are not all evaluated: "+best.Assumption))
		}
	}
	r.exposed.Set(o, gather(f), r.out)
}

// surer tells that one verdict says more of what gets through than another; no verdict is Deny.
func surer(a, b network.Verdict) bool {
	rank := [...]int{network.Deny: 0, network.NotEvaluated: 1, network.Depends: 2, network.Allow: 3}
	return rank[a] > rank[b]
}
