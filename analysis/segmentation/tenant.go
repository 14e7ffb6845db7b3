package segmentation

import (
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// tenant is a top owner with the pods that run for it.
type tenant struct {
	ref      model.Ref
	variants []variant
	// own is what the owner's template shows, once it was asked for.
	own []workload.Hit
}

// variant is pods of one owner that have the same template and labels, so that policies tell them apart by their addresses
// at most.
type variant struct {
	// pod is the first of them by name.
	pod   *record.Pod
	pods  int
	sheet *sheet
	iso   network.Isolation
	// let holds what policies say of ways to the pods, once it was asked for.
	let map[alike]said
}

// house looks at what runs for an owner, and keeps who lives in its namespace. Pods that have ended do not count.
func (r *round) house(ref model.Ref) *tenant {
	if t := r.tenants[ref]; t != nil {
		return t
	}
	t := &tenant{ref: ref}
	r.tenants[ref] = t
	r.survey(t)
	p := r.places[ref.Namespace]
	if len(t.variants) == 0 && (p == nil || p.owners[ref] == nil) {
		return t
	}
	if p == nil {
		p = r.place(ref.Namespace)
	}
	o, before := p.owners[ref], len(p.owners)
	if o == nil {
		o = &owner{}
		p.owners[ref] = o
	}
	old := o.looks
	o.looks = nil
	for i := range t.variants {
		v := &t.variants[i]
		o.looks = append(o.looks, look{v.pod.Template, v.pod.Labels})
		v.sheet = r.take(v.pod.Template)
	}
	for _, l := range old {
		r.let(l.template)
	}
	r.shift(p, old, o.looks)
	r.subject(p, o, slices.ContainsFunc(t.variants, func(v variant) bool { return !v.sheet.host }))
	if len(t.variants) == 0 {
		r.opened(p, o, [2]bool{})
		r.unlead(ref, o)
		delete(p.owners, ref)
	}
	if (before == 0) != (len(p.owners) == 0) {
		r.dirty.places[p.name] = struct{}{}
		r.flipped[p.name] = struct{}{}
	}
	r.dirty.dns = r.dirty.dns || dnsNamespace(p.name)
	r.noteProxy(t)
	return t
}

// shift notes which looks came to a namespace, and which went.
func (r *round) shift(p *place, old, now []look) {
	changed := false
	for _, lists := range [...][2][]look{{old, now}, {now, old}} {
		for _, l := range lists[0] {
			if !slices.Contains(lists[1], l) {
				changed = true
				r.shifted[p.name] = append(r.shifted[p.name], l.labels)
			}
		}
	}
	if changed {
		r.dirty.worlds[p.name] = struct{}{}
		r.refusals.touch(p.name)
	}
}

// manyVariants is from how many on they are found by a map.
const manyVariants = 16

func (r *round) survey(t *tenant) {
	var places map[look]int
	for p := range r.net.PodsOf(r.c, t.ref) {
		if p.Finished() || r.c.TopOwner(p) != t.ref {
			continue
		}
		at := -1
		if places != nil {
			if i, ok := places[look{p.Template, p.Labels}]; ok {
				at = i
			}
		} else {
			at = slices.IndexFunc(t.variants, func(v variant) bool { return v.pod.Template == p.Template && v.pod.Labels == p.Labels })
		}
		if at < 0 {
			t.variants = append(t.variants, variant{pod: p, pods: 1})
			if places != nil {
				places[look{p.Template, p.Labels}] = len(t.variants) - 1
			} else if len(t.variants) == manyVariants {
				places = map[look]int{}
				for i := range t.variants {
					places[look{t.variants[i].pod.Template, t.variants[i].pod.Labels}] = i
				}
			}
			continue
		}
		v := &t.variants[at]
		v.pods++
		if p.Name < v.pod.Name {
			v.pod = p
		}
	}
	inorder.Sort(t.variants, func(a, b variant) int { return a.pod.Ref().Compare(b.pod.Ref()) })
}

// opened keeps how many owners of a namespace have pods that are not isolated.
func (r *round) opened(p *place, o *owner, now [2]bool) {
	for d := range now {
		if o.open[d] == now[d] {
			continue
		}
		if now[d] {
			p.open[d]++
		} else {
			p.open[d]--
		}
		if p.open[d] < 2 {
			r.dirty.places[p.name] = struct{}{}
		}
	}
	o.open = now
}

// subject keeps how many owners of a namespace have pods that policies can concern.
func (r *round) subject(p *place, o *owner, now bool) {
	if o.subject == now {
		return
	}
	o.subject = now
	if p.subjects == 0 || p.subjects == 1 && !now {
		r.flipped[p.name] = struct{}{}
	}
	if now {
		p.subjects++
	} else {
		p.subjects--
	}
	if p.subjects < 2 {
		r.dirty.places[p.name] = struct{}{}
	}
}

// shown proves by the labels of pods: by those that the owner gives to all of them, where all are concerned, else by those
// of a pod of each kind.
func (r *round) shown(t *tenant, concerned []*variant) model.Proof {
	if len(concerned) == len(t.variants) {
		if w, ok := r.c.Get(t.ref).(*record.Workload); ok {
			if path := record.TemplatePath(t.ref.Kind); path != "" {
				return &labelled{t.ref, path[:len(path)-len("spec")] + "metadata.labels", w.PodLabels}
			}
		}
	}
	if len(concerned) == 1 {
		return &labelled{concerned[0].pod.Ref(), "metadata.labels", concerned[0].pod.Labels}
	}
	var l []model.Evidence
	for i, v := range concerned {
		if i > most && len(concerned) > most+1 {
			l = append(l, make([]model.Evidence, len(concerned)-i)...)
			break
		}
		l = append(l, (&labelled{v.pod.Ref(), "metadata.labels", v.pod.Labels}).line())
	}
	return lines(capped(t.ref, l)...)
}

// count adds up the pods of variants.
func count(list []*variant) int {
	n := 0
	for _, v := range list {
		n += v.pods
	}
	return n
}
