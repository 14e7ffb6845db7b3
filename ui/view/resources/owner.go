package resources

import (
	"slices"

	"canopy/model"
	"canopy/model/record"
)

// owner makes the item of a top owner, with what is below it.
func (p *planter) owner(root *item, g *group, all *census) *item {
	if g.lone {
		i := p.pod(root, g.pods[0])
		i.own = p.take(i.ref)
		add(&i.score, i.own)
		join(&root.score, i.score)
		i.label = short(i.ref.Kind) + i.label
		i = p.keep(i)
		p.sum(root, i, all)
		p.load(i, []*item{i})
		return i
	}
	i := &item{key: keyOf(g.ref), ref: g.ref, level: owner, depth: 1, parent: root, record: g.record}
	i.label, i.judged = short(g.ref.Kind)+g.ref.Name, p.judged
	i.own = p.take(g.ref)
	add(&i.score, i.own)
	join(&root.score, i.score)
	w, _ := g.record.(*record.Workload)
	if w != nil {
		i.created, i.template = w.Created, p.made.of(w.Template)
	}
	if i.template != nil {
		i.posture = i.template.posture
	}
	var below census
	pods, rolling := p.below(i, g, &below)
	i.status, i.trouble = ownerStatus(w, rolling, &below)
	i.count(w, pods)
	root.pods += i.pods
	root.weak = root.weak || i.weak
	for _, one := range pods {
		if !one.finished() {
			root.wanted++
			root.ready += one.up()
		}
	}
	all.join(&below)
	i = p.keep(i)
	p.load(i, pods)
	return i
}

// below hangs the pods of an owner below it: below the owners between where pods of several run. It tells whether pods of
// several revisions do.
func (p *planter) below(i *item, g *group, c *census) (pods []*item, rolling bool) {
	between := map[string][]*record.Pod{}
	running := map[string]bool{}
	var names []string
	for _, one := range g.pods {
		name := ""
		if one.Owner != nil && (one.Owner.Name != g.ref.Name || one.Owner.Kind != g.ref.Kind) {
			name = one.Owner.Kind + "/" + one.Owner.Name
		}
		if between[name] == nil {
			names = append(names, name)
		}
		between[name] = append(between[name], one)
		if !one.Finished() {
			running[name] = true
		}
	}
	hang := func(above *item, list []*record.Pod) {
		for _, one := range list {
			child := p.pod(above, one)
			child.own, child.score = i.own, i.score
			child = p.keep(child)
			above.children, pods = append(above.children, child), append(pods, child)
			c.add(child.status, child.trouble)
		}
	}
	if len(names) <= 1 {
		hang(i, g.pods)
		return pods, false
	}
	slices.SortFunc(names, natural)
	for _, name := range names {
		if name == "" {
			hang(i, between[name])
			continue
		}
		from := len(pods)
		b := p.revision(i, between[name][0].Owner.Ref(g.ref.Namespace))
		hang(b, between[name])
		w, _ := b.record.(*record.Workload)
		var own census
		for _, one := range pods[from:] {
			own.add(one.status, one.trouble)
		}
		b.status, b.trouble = ownerStatus(w, false, &own)
		b.count(w, pods[from:])
		i.children = append(i.children, p.keep(b))
	}
	return pods, g.ref.Kind == "Deployment" && len(running) > 1
}

// revision makes the item of an owner between a top owner and its pods.
func (p *planter) revision(top *item, ref model.Ref) *item {
	b := &item{key: keyOf(ref), ref: ref, level: between, depth: 2, parent: top, own: top.own}
	b.label, b.judged, b.score = short(ref.Kind)+ref.Name, p.judged, top.score
	if w, ok := p.workloads[ref].(*record.Workload); ok {
		b.record, b.created, b.template = w, w.Created, p.made.of(w.Template)
	}
	if b.template != nil {
		b.posture = b.template.posture
	}
	return b
}

// pod makes the item of a pod. What was found on it is left to the caller.
func (p *planter) pod(above *item, r *record.Pod) *item {
	i := &item{key: keyOf(r.Ref()), ref: r.Ref(), level: pod, depth: above.depth + 1, parent: above, record: r}
	i.label, i.judged, i.created, i.node, i.nodes = r.Name, p.judged, r.Created, r.Node(), 1
	switch was := p.was[i.key]; {
	case was != nil && was.record == i.record:
		i.template = was.template
	case len(r.Ephemeral()) > 0:
		i.template = newTemplate(r.Template, r.Ephemeral())
	default:
		i.template = p.made.of(r.Template)
	}
	if i.template != nil {
		i.posture = i.template.posture
	}
	i.status, i.trouble = podStatus(r)
	i.ready, i.wanted = podReady(r, i.template)
	if !r.Finished() {
		i.pods = 1
		i.weak = p.asks.refuses(i.template)
	}
	return i
}

// finished tells that the item is a pod that has run to its end.
func (i *item) finished() bool { return i.pods == 0 }

// up is 1 for a pod that is ready.
func (i *item) up() int {
	if r, ok := i.record.(*record.Pod); ok && r.Ready && !r.Finished() {
		return 1
	}
	return 0
}

// count sums up the pods of an owner: how many are ready, where they run, and the least strict level of all.
func (i *item) count(w *record.Workload, pods []*item) {
	i.wanted = -1
	known := 0
	for _, one := range pods {
		i.posture = i.posture.worse(one.posture)
		i.weak = i.weak || one.weak
		if one.finished() {
			continue
		}
		i.pods++
		known += one.up()
		switch {
		case one.node == "":
		case i.nodes == 0:
			i.node, i.nodes = one.node, 1
		case i.node != one.node:
			i.nodes = 2
		}
	}
	if i.nodes > 1 {
		i.node, i.nodes = "", distinct(pods)
	}
	switch {
	case w != nil && w.Replicas >= 0:
		i.ready, i.wanted = int(w.Ready), int(w.Replicas)
	case len(pods) > 0:
		i.ready, i.wanted = known, i.pods
	case w != nil && w.Kind.Kind == "DaemonSet":
		i.ready = int(w.Ready)
	}
}

func distinct(pods []*item) int {
	nodes := map[string]bool{}
	for _, one := range pods {
		if one.node != "" && !one.finished() {
			nodes[one.node] = true
		}
	}
	return len(nodes)
}

// sum counts a pod that nobody owns with its namespace.
func (p *planter) sum(root, i *item, all *census) {
	all.add(i.status, i.trouble)
	if !i.finished() {
		root.pods++
		root.wanted++
		root.ready += i.up()
		root.weak = root.weak || i.weak
	}
}

// load notes on which nodes the pods of an owner run: what was found on it counts once for each.
func (p *planter) load(i *item, pods []*item) {
	seen := map[string]bool{}
	for _, one := range pods {
		if one.node == "" || one.finished() {
			continue
		}
		l := p.on(one.node)
		if !seen[one.node] {
			seen[one.node] = true
			join(&l.score, i.score)
		}
		l.pods++
		l.ready += one.up()
		l.posture = l.posture.worse(one.posture)
		l.census.add(one.status, one.trouble)
	}
}

func (p *planter) on(node string) *load {
	n, ok := p.places[node]
	if !ok {
		n = len(p.plot.loads)
		p.places[node] = n
		p.plot.loads = append(p.plot.loads, load{node: node})
	}
	return &p.plot.loads[n]
}
