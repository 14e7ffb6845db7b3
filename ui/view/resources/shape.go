package resources

import (
	"cmp"
	"maps"
	"slices"

	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
)

// job says what is to be shown, and how.
type job struct {
	snapshot *view.Snapshot
	folds    *folds
	turned   *turned
	filter   string
	column   int
	reverse  bool
}

// shape is what a job came to. It is immutable.
type shape struct {
	job
	tree *tree
	sift *sift
	// rows are those of each root, by its key.
	rows map[string]*bed
	widths
	silent
}

// widths are how many cells columns need: those of nodes, of the status, of what is ready, and of the counts of findings.
type widths struct{ node, status, ready, counts int }

// silent tells whether there are rows without a severity, by what that means.
type silent [unjudged + 1]bool

func (w *widths) join(o widths) {
	w.node, w.status, w.ready, w.counts = max(w.node, o.node), max(w.status, o.status), max(w.ready, o.ready), max(w.counts, o.counts)
}

// bed holds the rows of a root.
type bed struct {
	root *item
	rows []*row
	widths
	silent
}

func newShape() *shape {
	s := view.NewSnapshot()
	return &shape{
		job:  job{snapshot: s, folds: &folds{young: true}, turned: &turned{}},
		tree: &tree{snapshot: s}, rows: map[string]*bed{}, widths: least(),
	}
}

// query asks the table for the rows that are shown.
func (j *job) query() table.Query {
	return table.Query{Column: j.column, Reverse: j.reverse, Filter: onlyShown}
}

// next makes the shape of another job, and the arrangement of its rows out of the one of this shape.
func (s *shape) next(j job, m *maker, now *table.Arrangement[*row]) (*shape, *table.Arrangement[*row]) {
	n := &shape{job: j, tree: s.tree, sift: s.sift, rows: map[string]*bed{}}
	if j.snapshot != s.snapshot {
		n.tree = s.tree.grow(j.snapshot)
	}
	if !m.steady(j.column) {
		n.tree = n.tree.hang()
	}
	n.folds = j.folds.decide(n.tree)
	if !n.tree.same(s.tree) || j.filter != s.filter {
		n.sift = sieved(n.tree, m.sieve, j.filter)
	}
	c := n.compare(s, &layer{folds: n.folds, sift: n.sift, turned: j.turned.set})
	n.widths = least()
	for _, b := range n.rows {
		n.join(b.widths)
		for i, is := range b.silent {
			n.silent[i] = n.silent[i] || is
		}
	}
	// What is read for the first time, or comes with another choice of namespaces, is no news.
	news := s.snapshot.Cover.Settled() && j.snapshot.Cover.Settled() && maps.Equal(s.snapshot.Namespaces, j.snapshot.Namespaces)
	if quiet := !news || len(c.gone)+len(c.come) == 0; quiet && c.count() > now.Total()/2 {
		// It is cheaper to begin anew.
		return n, m.schema.Arrange(n.all(), j.query())
	}
	now = c.replace(now, m.steady(s.column))
	if !m.steady(s.column) {
		c.gone = n.haunt(c.gone)
		now = now.Apply(nil, c.gone)
	}
	if news {
		now = now.Stir(c.gone, c.come)
	} else {
		now = now.Apply(c.gone, c.come)
	}
	return n, now.With(j.query())
}

// least are the widths of the titles, with the sign of the order, and of small figures, so that columns seldom move.
func least() widths {
	return widths{len("NODE") + 1, len("STATUS") + 1, len("READY") + 1, len("10C 100H 100M")}
}

// measure finds the widest texts of those columns that are not worth more than they need.
func (b *bed) measure() {
	for _, r := range b.rows {
		if r.shown {
			b.join(widths{cells(where(r)), cells(r.status), len(ready(r)), len(counted(r, "^"))})
			b.silent[r.silence()] = true
		}
	}
}

func cells(t string) int { return view.Width(text.Clean(t)) }

// replace puts what changed in the place of what it was. Where the order depends on what is above a row, rows of before and of
// now must not be compared, so that what was goes first, and with it what is gone.
func (c *changes) replace(rows *table.Arrangement[*row], steady bool) *table.Arrangement[*row] {
	if steady {
		return rows.Apply(c.before, c.after)
	}
	return rows.Apply(slices.Concat(c.before, c.gone), nil).Apply(nil, c.after)
}

// haunt hangs what is gone below what is there now, so that it fades in its place.
func (s *shape) haunt(gone []*row) []*row {
	slices.SortFunc(gone, func(a, b *row) int { return cmp.Compare(a.depth, b.depth) })
	moved := map[string]*item{}
	out := make([]*row, len(gone))
	for n, r := range gone {
		i := *r.item
		if p := i.parent; p != nil {
			if up := moved[p.key]; up != nil {
				i.parent = up
			} else if up := s.tree.find(home(p.ref), p.key); up != nil {
				i.parent = up
			}
		}
		ghost := *r
		ghost.item = &i
		moved[i.key], out[n] = &i, &ghost
	}
	return out
}

// changes is what differs between the rows of two shapes: before and after hold both forms of what changed.
type changes struct {
	before, after, gone, come []*row
}

func (c *changes) count() int { return len(c.before) + len(c.gone) + len(c.come) }

// compare makes the rows, and tells how they differ from those of an earlier shape.
func (s *shape) compare(old *shape, l *layer) *changes {
	var c changes
	untouched := s.folds == old.folds && s.turned == old.turned && s.sift == old.sift
	for _, root := range s.tree.roots() {
		was := old.rows[root.key]
		if was != nil && untouched && was.root == root {
			s.rows[root.key] = was
			continue
		}
		var before map[string]*row
		if was != nil {
			before = make(map[string]*row, len(was.rows))
			for _, r := range was.rows {
				before[r.key] = r
			}
		}
		b := &bed{root: root, rows: l.rows(make([]*row, 0, len(before)+1), root, true, before)}
		b.measure()
		s.rows[root.key] = b
		for _, r := range b.rows {
			switch o := before[r.key]; {
			case o == nil:
				c.come = append(c.come, r)
			case o != r:
				c.before, c.after = append(c.before, o), append(c.after, r)
			}
			delete(before, r.key)
		}
		for _, o := range before {
			c.gone = append(c.gone, o)
		}
	}
	for key, b := range old.rows {
		if s.rows[key] == nil {
			c.gone = append(c.gone, b.rows...)
		}
	}
	return &c
}

// all gives the rows of all roots.
func (s *shape) all() []*row {
	var all []*row
	for _, root := range s.tree.roots() {
		all = append(all, s.rows[root.key].rows...)
	}
	return all
}
