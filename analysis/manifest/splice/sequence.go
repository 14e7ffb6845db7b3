package splice

import "slices"

// sequence edits a list that is there; false where nothing of it would stay.
func (e *editor) sequence(n *node, want *value) (bool, error) {
	pairs := align(n, want)
	stays := rising(pairs)
	if !slices.Contains(stays, true) {
		return false, nil
	}
	gone := make([]bool, len(n.entries))
	from := make([]int, len(want.items))
	for i := range from {
		from[i] = -1
	}
	moved := map[int][]string{}
	for i, en := range n.entries {
		switch {
		case stays[i]:
			from[pairs[i]] = i
			if err := e.entry(n, en, want.items[pairs[i]]); err != nil {
				return false, err
			}
			continue
		case pairs[i] >= 0 && !n.flow && !en.value.tangled && !en.value.anchored && e.leads(en.start()):
			lines, err := e.lift(n, i, want.items[pairs[i]])
			if err != nil {
				return false, err
			}
			moved[pairs[i]] = lines
		}
		gone[i] = true
	}
	var all []fresh
	last := -1
	for j, item := range want.items {
		if from[j] >= 0 {
			last = from[j]
			continue
		}
		all = append(all, fresh{after: last, value: item, moved: moved[j]})
	}
	if n.flow {
		return true, e.rebuild(n, gone, all)
	}
	e.removeLines(n, gone)
	return true, e.addLines(n, gone, all)
}

// lift gives the text of an item that goes elsewhere in its list, with the changes that are to be made in it.
func (e *editor) lift(n *node, i int, want *value) ([]string, error) {
	part := *e
	part.edits = nil
	if err := part.entry(n, n.entries[i], want); err != nil {
		return nil, err
	}
	text, err := part.applyTo(e.headStart(n, i), e.extentEnd(n.entries[i]))
	if err != nil {
		return nil, err
	}
	short, _ := trimEOL(text)
	return []string{string(short)}, nil
}
