package resources

import "slices"

// hang gives the tree in which every item points to its parent of now.
func (t *tree) hang() *tree {
	if t.hung {
		return t
	}
	n := *t
	n.hung = true
	n.plots = make([]*plot, len(t.plots))
	for i, p := range t.plots {
		n.plots[i] = p.hang()
	}
	return &n
}

// hang gives the plot of which every item points to its parent of now.
func (p *plot) hang() *plot {
	if p.root.hangs() {
		return p
	}
	n := *p
	root := *p.root
	root.children = slices.Clone(p.root.children)
	root.rehang()
	n.root = &root
	return &n
}

// hangs tells that all below an item point to their parents.
func (i *item) hangs() bool {
	for _, c := range i.children {
		if c.parent != i || !c.hangs() {
			return false
		}
	}
	return true
}

// rehang makes the items below point to those that are above them in this tree.
func (i *item) rehang() {
	for n, c := range i.children {
		if c.parent != i {
			moved := *c
			moved.parent = i
			moved.children = slices.Clone(c.children)
			c = &moved
			i.children[n] = c
		}
		c.rehang()
	}
}
