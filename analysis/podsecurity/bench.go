package podsecurity

import (
	"cmp"
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// bench gathers what breaks the level, by owner.
type bench struct {
	*judge
	c     *cluster.Cluster
	found map[model.Ref]*account
	// marks are the labels of the pods that there are or would be, for webhooks that choose by them.
	marks map[record.Labels]bool
}

// account is what is known of one owner.
type account struct {
	pods     int
	template bool
	// own are the breaks of its template, or of itself where it is a pod.
	own []fault
	// others holds where a template of a pod or ReplicaSet below it was met, the first by name; odd the pods that are judged by
	// themselves.
	others map[record.Template]model.Ref
	odd    []oddPod
	kind   string
}

// oddPod is a pod with containers to debug.
type oddPod struct {
	ref    model.Ref
	faults []fault
}

func (b *bench) owner(ref model.Ref) *account {
	a := b.found[ref]
	if a == nil {
		a = &account{kind: ref.Kind}
		b.found[ref] = a
	}
	return a
}

// workload judges the template of an owner. That of a ReplicaSet which still wants pods counts as its owner's.
func (b *bench) workload(w *record.Workload) {
	top := b.c.TopOwner(w)
	a := b.owner(top)
	if w.Template.IsZero() {
		return
	}
	b.marks[w.PodLabels] = true
	faults := b.template(w.Template)
	switch {
	case top == w.Ref():
		a.own = faults
	case w.Kind.Kind != "ReplicaSet" || w.Replicas <= 0:
		// A Job of a CronJob has made its pods; a ReplicaSet without replicas makes none.
		return
	case len(faults) > 0:
		a.meet(w.Template, w.Ref())
	}
	a.template = a.template || len(faults) > 0
}

func (b *bench) pod(p *record.Pod) {
	ref := p.Ref()
	top := b.c.TopOwner(p)
	a := b.owner(top)
	b.marks[p.Labels] = true
	faults := b.template(p.Template)
	if len(p.Ephemeral()) > 0 {
		t := p.Template.Decode()
		t.Spec = *p.Spec()
		faults = b.faults(t)
	}
	if len(faults) == 0 {
		return
	}
	a.pods++
	switch {
	case top == ref:
		a.own = faults
	case len(p.Ephemeral()) > 0:
		a.odd = append(a.odd, oddPod{ref, faults})
	default:
		a.meet(p.Template, ref)
	}
}

// meet notes where a template was met.
func (a *account) meet(t record.Template, ref model.Ref) {
	if a.others == nil {
		a.others = map[record.Template]model.Ref{}
	}
	if was, ok := a.others[t]; !ok || ref.Compare(was) < 0 {
		a.others[t] = ref
	}
}

// violators lists the owners that break the level, the most pods first.
func (b *bench) violators() []Violator {
	var list []Violator
	for ref, a := range b.found {
		if breaks := b.breaks(a); len(breaks) > 0 {
			list = append(list, Violator{Owner: ref, Pods: a.pods, Template: a.template, Breaks: breaks})
		}
	}
	inorder.Sort(list, func(x, y Violator) int { return cmp.Or(cmp.Compare(y.Pods, x.Pods), x.Owner.Compare(y.Owner)) })
	return list
}

// breaks lists what an owner breaks, each field once.
func (b *bench) breaks(a *account) []Break {
	var list []Break
	seen := map[mark]bool{}
	add := func(faults []fault, in model.Ref, kind string) {
		for i := range faults {
			if m := faults[i].mark(); !seen[m] {
				seen[m] = true
				list = append(list, faults[i].at(kind, in))
			}
		}
	}
	add(a.own, model.Ref{}, a.kind)
	odd := slices.Clone(a.odd)
	for t, ref := range a.others {
		odd = append(odd, oddPod{ref, b.template(t)})
	}
	inorder.Sort(odd, func(x, y oddPod) int { return x.ref.Compare(y.ref) })
	for _, p := range odd {
		add(p.faults, p.ref, p.ref.Kind)
	}
	return list
}
