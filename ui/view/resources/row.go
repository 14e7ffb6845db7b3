package resources

// row is an item as it stands in the table. It is immutable.
type row struct {
	*item
	// branch tells that something is below it, open that this is shown.
	branch, open bool
	// shown tells that all above it is open, and that the filter lets it through.
	shown bool
	// way tells that it is shown for what is below it alone.
	way bool
}

// layer makes rows.
type layer struct {
	folds *folds
	sift  *sift
	// turned holds the branches that were opened or closed by hand under the filter, by key.
	turned map[string]bool
}

// open tells whether what is below an item is shown.
func (l *layer) open(i *item) bool {
	if l.sift == nil {
		return l.folds.open(i)
	}
	if open, ok := l.turned[i.key]; ok {
		return open
	}
	return l.sift.opened[i.key] || l.folds.open(i)
}

// rows gives those of an item and all below, with those of earlier ones by key that say the same.
func (l *layer) rows(to []*row, i *item, shown bool, was map[string]*row) []*row {
	r := row{item: i, shown: shown && l.sift.shows(i)}
	for _, c := range i.children {
		r.branch = r.branch || l.sift.shows(c)
	}
	r.open = r.branch && l.open(i)
	r.way = l.sift != nil && !l.sift.passes[i.key]
	if old := was[i.key]; old != nil && *old == r {
		to = append(to, old)
	} else {
		now := r
		to = append(to, &now)
	}
	for _, c := range i.children {
		to = l.rows(to, c, r.shown && r.open, was)
	}
	return to
}
