package resources

import "maps"

// folds says which branches are open. It is never changed once made.
type folds struct {
	// young tells that nobody has folded anything and not all was read, so that how much there is may still decide whether
	// namespaces are open; closed is what was decided.
	young, closed bool
	// set holds what somebody has opened, or closed, by key.
	set map[string]bool
}

// crowd is the number of top owners from which on namespaces are folded at first, herd that of nodes.
const (
	crowd = 50
	herd  = 10
)

// decide looks how much there is, as long as that may decide.
func (f *folds) decide(t *tree) *folds {
	if !f.young {
		return f
	}
	owners, _ := t.count()
	now := folds{young: !t.snapshot.Cover.Settled() || owners == 0, closed: owners >= crowd, set: f.set}
	if now.young == f.young && now.closed == f.closed {
		return f
	}
	return &now
}

// open tells whether what is below an item is shown.
func (f *folds) open(i *item) bool {
	if open, ok := f.set[i.key]; ok {
		return open
	}
	switch i.level {
	case space:
		return !f.closed
	case heading:
		return !f.closed && len(i.children) <= herd
	}
	return false
}

// with gives the folds in which some items are open, or closed.
func (f *folds) with(open bool, items ...*item) *folds {
	return &folds{closed: f.closed, set: with(f.set, open, items)}
}

// turned holds the branches that were opened or closed by hand under a filter. It is never changed once made.
type turned struct{ set map[string]bool }

func (t *turned) with(open bool, items ...*item) *turned { return &turned{with(t.set, open, items)} }

func with(set map[string]bool, open bool, items []*item) map[string]bool {
	now := maps.Clone(set)
	if now == nil {
		now = map[string]bool{}
	}
	for _, i := range items {
		now[i.key] = open
	}
	return now
}
