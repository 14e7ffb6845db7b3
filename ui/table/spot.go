package table

// spot is what the cursor is on, so that it can be found again among other rows.
type spot[R any] struct {
	none bool
	// onHead tells that it is the head of the group with this value; row is the first in it then.
	onHead bool
	value  string
	row    R
}

func (t *Table[R]) spot() spot[R] {
	if t.lines() == 0 {
		return spot[R]{none: true}
	}
	n, i := t.at(t.cursor)
	g := &t.rows.drawn[n]
	return spot[R]{onHead: i < 0, value: g.value, row: g.rows[max(i, 0)]}
}

// seek gives the line of a spot in the older arrangement, or where it would be. A row in a closed group is found at the
// head of that.
func (t *Table[R]) seek(s spot[R], old *Arrangement[R]) (line int, ok bool) {
	by := t.rows.by
	if s.onHead && by != nil && old.query.Group == t.rows.query.Group {
		g, ok := by.seek(t.rows.drawn, s.value)
		return t.head(g), ok
	}
	g, i, ok := t.find(s.row)
	if !ok {
		// Nearly always a row is the same in all that the order reads. This one changed, or it went.
		now, exists, known := t.rows.follow(old, s.row)
		n, m, found := 0, 0, false
		switch {
		case !known:
			n, m, found = t.search(t.schema.Key(s.row))
		case exists:
			n, m, found = t.find(now)
		}
		if found {
			g, i, ok = n, m, true
		}
	}
	if by != nil && i < 0 {
		return t.head(g), ok
	}
	if line, open := t.line(g, i); open {
		return line, ok
	}
	return t.head(g), ok
}

// find gives the group of a row and its place in there, by a binary search. Where there is no such row it gives the
// place where it would be, and -1 for that in a group that does not exist.
func (t *Table[R]) find(row R) (group, i int, ok bool) {
	if by := t.rows.by; by != nil {
		if group, ok = by.seek(t.rows.drawn, by.text(row)); !ok {
			return group, -1, false
		}
	}
	rows := t.rows.drawn[group].rows
	i = place(rows, row, t.schema.comparer(t.rows.query))
	return group, i, i < len(rows) && t.schema.Key(rows[i]) == t.schema.Key(row)
}

// search compares all keys.
func (t *Table[R]) search(key string) (group, i int, ok bool) {
	for g := range t.rows.drawn {
		for i, r := range t.rows.drawn[g].rows {
			if t.schema.Key(r) == key {
				return g, i, true
			}
		}
	}
	return 0, 0, false
}
