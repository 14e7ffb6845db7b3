package resources

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
	"canopy/ui/view"
)

// plot is the part of a tree that is about one namespace. It is immutable, and goes from tree to tree while nothing in it
// changes.
type plot struct {
	root *item
	// records are what it was made of, with namespace the object of the namespace itself.
	records   []model.Record
	namespace model.Record
	judged    bool
	// owners counts the top owners, pods the pods.
	owners, pods int
	// loads says what runs on which nodes.
	loads []load
	// elsewhere are findings on objects of the namespace that have no row.
	elsewhere []*view.Row
}

// load is what a namespace runs on one node.
type load struct {
	node        string
	score       view.Score
	posture     posture
	ready, pods int
	census      census
}

// planter makes the plot of one namespace.
type planter struct {
	name      string
	records   []model.Record
	namespace *spaceRecord
	// found are the findings by object; what was taken is gone from it.
	found  map[model.Ref][]*view.Row
	judged bool
	asks   enforcement

	workloads map[model.Ref]model.Record
	made      templates
	// was are the items of an earlier tree by key.
	was    map[string]*item
	groups map[model.Ref]*group
	order  []*group
	places map[string]int
	plot   *plot
}

// group is a top owner with its pods.
type group struct {
	ref    model.Ref
	record model.Record
	pods   []*record.Pod
	// lone tells that it is a pod that nobody owns.
	lone bool
}

// plant makes the plot; items of an earlier one are kept where they say the same.
func (p *planter) plant(was *plot) *plot {
	p.plot = &plot{records: p.records, judged: p.judged}
	p.made, p.places = templates{}, map[string]int{}
	if was != nil {
		p.was = make(map[string]*item, was.owners+was.pods)
		was.root.each(func(i *item) {
			p.made.remember(i)
			p.was[i.key] = i
		})
	}
	root := &item{ref: model.KindByName("Namespace").Ref("", p.name), level: space}
	root.key = keyOf(root.ref)
	root.label, root.wanted, root.judged = p.name, 0, p.judged
	if p.namespace != nil {
		p.plot.namespace, root.record = p.namespace, p.namespace
		root.created = p.namespace.Created
		p.asks = enforced(p.namespace.Labels)
		root.posture = p.asks.posture
		if p.namespace.Deleted != 0 {
			root.status, root.trouble = "Terminating", leaving
		}
	}
	p.sort()
	root.own = p.take(root.ref)
	add(&root.score, root.own)
	var below census
	for _, g := range p.order {
		root.children = append(root.children, p.owner(root, g, &below))
	}
	for _, rows := range p.found {
		p.plot.elsewhere = append(p.plot.elsewhere, rows...)
	}
	worstFirst(p.plot.elsewhere)
	add(&root.score, p.plot.elsewhere)
	if root.status == "" && len(below.words) > 0 {
		root.status, root.trouble = below.String(), below.worst
	}
	p.plot.owners = len(p.order)
	inorder.Sort(p.plot.loads, func(a, b load) int { return cmp.Compare(a.node, b.node) })
	p.plot.root = p.keep(root)
	return p.plot
}

// keep gives the item of the earlier tree where it says the same.
func (p *planter) keep(i *item) *item {
	if was := p.was[i.key]; was != nil && was.same(i) {
		return was
	}
	return i
}

// sort puts the pods to the owners that answer for them.
func (p *planter) sort() {
	p.workloads, p.groups = map[model.Ref]model.Record{}, map[model.Ref]*group{}
	for _, r := range p.records {
		if w, ok := r.(*record.Workload); ok {
			p.workloads[w.Ref()] = r
		}
	}
	get := func(ref model.Ref) model.Record { return p.workloads[ref] }
	var last *record.Pod
	var lastGroup *group
	for _, r := range p.records {
		switch t := r.(type) {
		case *record.Workload:
			if ref := t.Ref(); cluster.TopOwner(get, t) == ref {
				p.group(ref).record = t
			}
		case *record.Pod:
			p.plot.pods++
			mirror := t.Annotations.Has(corev1.MirrorPodAnnotationKey)
			// Pods of one owner mostly stand one after the other.
			if last == nil || mirror || t.Owner == nil || *t.Owner != *last.Owner {
				top := cluster.TopOwner(get, t)
				lastGroup, last = p.group(plain(top)), nil
				if lastGroup.lone = top == t.Ref(); lastGroup.lone {
					lastGroup.record = t
				} else if lastGroup.record == nil {
					lastGroup.ref = top
				}
				if t.Owner != nil && !mirror && !lastGroup.lone {
					last = t
				}
			}
			lastGroup.pods = append(lastGroup.pods, t)
		}
	}
	slices.SortFunc(p.order, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.ref.Kind, b.ref.Kind), natural(a.ref.Name, b.ref.Name), a.ref.Compare(b.ref))
	})
}

func (p *planter) group(ref model.Ref) *group {
	g := p.groups[ref]
	if g == nil {
		g = &group{ref: ref}
		p.groups[ref] = g
		p.order = append(p.order, g)
	}
	return g
}

// take gives the findings of an object, the worst first.
func (p *planter) take(ref model.Ref) []*view.Row {
	ref = plain(ref)
	rows := p.found[ref]
	delete(p.found, ref)
	worstFirst(rows)
	return rows
}

// worstFirst puts what holds before what may, in each severity.
func worstFirst(rows []*view.Row) {
	slices.SortFunc(rows, func(a, b *view.Row) int {
		return cmp.Or(cmp.Compare(b.Finding.Severity, a.Finding.Severity), cmp.Compare(doubt(a), doubt(b)), cmp.Compare(a.Finding.ID, b.Finding.ID))
	})
}

func doubt(r *view.Row) int {
	if r.Verdict == model.Yes {
		return 0
	}
	return 1
}

// add counts rows.
func add(s *view.Score, rows []*view.Row) {
	for _, r := range rows {
		if r.Verdict == model.Yes {
			s.Holds[r.Finding.Severity]++
		} else {
			s.Undecided++
		}
	}
}

// join sums up two scores.
func join(s *view.Score, o view.Score) {
	for i, n := range o.Holds {
		s.Holds[i] += n
	}
	s.Undecided += o.Undecided
}
