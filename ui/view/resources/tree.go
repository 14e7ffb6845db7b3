package resources

import (
	"maps"
	"slices"

	"canopy/model"
	"canopy/ui/view"
)

// tree is what the inventory of one snapshot holds, in its order: the nodes of the cluster, then the namespaces by name. It is
// immutable.
type tree struct {
	snapshot *view.Snapshot
	// records are all of the inventory; plots point into them.
	records []model.Record
	// nodes is nil where there are none to be shown.
	nodes  *item
	plots  []*plot
	judged bool
	// hung tells that every item points to the parent that it has in this tree.
	hung bool
}

// grow makes the tree of a snapshot. What did not change since this one is taken from it. It goes through all that is there,
// so commands call it.
func (t *tree) grow(s *view.Snapshot) *tree {
	judged, news := judged(s.Report), t.news(s)
	if s.Report.Inventory == t.snapshot.Report.Inventory && len(news) == 0 && judged == t.judged && maps.Equal(s.Namespaces, t.snapshot.Namespaces) {
		n := *t
		n.snapshot = s
		return &n
	}
	n := &tree{snapshot: s, judged: judged, records: make([]model.Record, 0, len(t.records)+64)}
	if s.Report.Inventory != nil {
		for r := range s.Report.Inventory.All() {
			n.records = append(n.records, r)
		}
	}
	above, rest := n.split()
	namespaces := map[string]*spaceRecord{}
	var machines []*nodeRecord
	for _, r := range above {
		switch r := r.(type) {
		case *spaceRecord:
			namespaces[r.Name] = r
		case *nodeRecord:
			if s.Namespaces.Show(r.Ref()) {
				machines = append(machines, r)
			}
		}
	}
	for name := range rest {
		if _, ok := namespaces[name]; !ok {
			namespaces[name] = nil
		}
	}
	old := map[string]*plot{}
	for _, p := range t.plots {
		old[p.root.ref.Name] = p
	}
	fresh := map[string]*planter{}
	for name, namespace := range namespaces {
		if !s.Namespaces.Show(model.KindByName("Namespace").Ref("", name)) {
			continue
		}
		p := &planter{name: name, records: rest[name], namespace: namespace, judged: judged}
		if was := old[name]; was != nil && !news[name] && p.unchanged(was) {
			n.plots = append(n.plots, was)
		} else {
			fresh[name] = p
		}
	}
	found := found(s.Rows, fresh)
	for name, p := range fresh {
		p.found = found[name]
		n.plots = append(n.plots, p.plant(old[name]))
	}
	slices.SortFunc(n.plots, func(a, b *plot) int { return byName(a.root, b.root) })
	n.nodes = ground(machines, n.loads(), onNodes(s.Rows), judged, t.nodes)
	return n
}

// split gives the records that are in no namespace, and the others by namespace.
func (t *tree) split() (above []model.Record, rest map[string][]model.Record) {
	rest = map[string][]model.Record{}
	for from := 0; from < len(t.records); {
		name, to := t.records[from].GetNamespace(), from+1
		for to < len(t.records) && t.records[to].GetNamespace() == name {
			to++
		}
		run := t.records[from:to:to]
		if name == "" {
			above = run
		} else {
			rest[name] = run
		}
		from = to
	}
	return above, rest
}

// unchanged tells that a plot would come out as the earlier one is, findings aside.
func (p *planter) unchanged(was *plot) bool {
	if p.judged != was.judged || (p.namespace == nil) != (was.namespace == nil) {
		return false
	}
	if p.namespace != nil && was.namespace != model.Record(p.namespace) {
		return false
	}
	return slices.Equal(p.records, was.records)
}

// besides are the rules that judge by what is not in every cluster: a list of allowed registries, scans that tell when an image was
// built, an API server that runs as a pod, data on versions that reaches to this day. That they say nothing stands on the overview, and is no doubt about what
// runs.
func besides(rule string) bool {
	switch rule {
	case "IM03", "IM09", "SE05", "VP01", "VP02", "VP03", "VP04", "VP05", "VP06", "VP07", "VP08", "VP09":
		return true
	}
	return false
}

// judged tells that nothing stood in the way of finding more.
func judged(r *model.Report) bool {
	for id, s := range r.Rules {
		if besides(id) && !s.Loading {
			continue
		}
		if s.Loading || s.Verdict != model.Yes {
			return false
		}
	}
	return len(r.Rules) > 0 && r.Settled()
}

// news names the namespaces in which findings came or went.
func (t *tree) news(s *view.Snapshot) map[string]bool {
	news := map[string]bool{}
	gone, come := t.snapshot.Changes(s)
	for _, rows := range [][]*view.Row{gone, come} {
		for _, r := range rows {
			news[home(r.Finding.Object)] = true
		}
	}
	return news
}

// home is the namespace under which an object is shown.
func home(r model.Ref) string {
	if r.Namespace == "" && r.Group == "" && r.Kind == "Namespace" {
		return r.Name
	}
	return r.Namespace
}

// found gives the findings of those namespaces that are made anew, by object.
func found(rows []*view.Row, in map[string]*planter) map[string]map[model.Ref][]*view.Row {
	found := map[string]map[model.Ref][]*view.Row{}
	for name := range in {
		found[name] = map[model.Ref][]*view.Row{}
	}
	for _, r := range rows {
		if of := found[home(r.Finding.Object)]; of != nil {
			ref := plain(r.Finding.Object)
			of[ref] = append(of[ref], r)
		}
	}
	return found
}

// loads sums up by node what the namespaces run on it.
func (t *tree) loads() map[string]*load {
	sums := map[string]*load{}
	for _, p := range t.plots {
		for i := range p.loads {
			l := &p.loads[i]
			sum := sums[l.node]
			if sum == nil {
				sum = &load{}
				sums[l.node] = sum
			}
			join(&sum.score, l.score)
			sum.posture = sum.posture.worse(l.posture)
			sum.ready, sum.pods = sum.ready+l.ready, sum.pods+l.pods
			sum.census.join(&l.census)
		}
	}
	return sums
}

// onNodes gives the findings on nodes by name.
func onNodes(rows []*view.Row) map[string][]*view.Row {
	found := map[string][]*view.Row{}
	for _, r := range rows {
		if o := r.Finding.Object; o.Namespace == "" && o.Group == "" && o.Kind == "Node" {
			found[o.Name] = append(found[o.Name], r)
		}
	}
	return found
}

// same tells that two trees hold the same items.
func (t *tree) same(o *tree) bool { return t.nodes == o.nodes && slices.Equal(t.plots, o.plots) }

// roots lists what stands at the root.
func (t *tree) roots() []*item {
	var roots []*item
	if t.nodes != nil {
		roots = append(roots, t.nodes)
	}
	for _, p := range t.plots {
		roots = append(roots, p.root)
	}
	return roots
}

// find gives the item of a key; nil where there is none.
func (t *tree) find(namespace, key string) *item {
	for _, root := range t.roots() {
		if root.level == heading || namespace == "" || root.ref.Name == namespace {
			if i := root.find(key); i != nil {
				return i
			}
		}
	}
	return nil
}

// plot gives that of a namespace; nil where there is none.
func (t *tree) plot(namespace string) *plot {
	for _, p := range t.plots {
		if p.root.ref.Name == namespace {
			return p
		}
	}
	return nil
}

// count tells how many top owners and pods there are.
func (t *tree) count() (owners, pods int) {
	for _, p := range t.plots {
		owners, pods = owners+p.owners, pods+p.pods
	}
	return owners, pods
}
