package table

// recall forgets the marks of rows that went, and notes what became of the others.
func (t *Table[R]) recall(old *Arrangement[R]) {
	now := &t.rows.step
	t.marks.list = nil
	switch {
	case len(t.marks.rows) == 0 || now.rows == old.step.rows:
		return
	case now.from == old.step.rows:
		t.recallChanged()
	default:
		t.recallAll()
	}
	if t.marks.hasLast {
		t.marks.last, t.marks.hasLast = t.marks.rows[t.schema.Key(t.marks.last)]
	}
}

// recallChanged looks at what changed.
func (t *Table[R]) recallChanged() {
	was := map[string]bool{}
	for _, r := range t.rows.step.gone {
		if k := t.schema.Key(r); t.has(k) {
			was[k] = true
			delete(t.marks.rows, k)
		}
	}
	if len(was) == 0 {
		return
	}
	for _, r := range t.rows.step.come {
		if k := t.schema.Key(r); was[k] {
			t.marks.rows[k] = r
		}
	}
}

// recallAll looks at all rows: these have another history than those before.
func (t *Table[R]) recallAll() {
	found := make(map[string]R, len(t.marks.rows))
	for _, r := range t.rows.sorted {
		if k := t.schema.Key(r); t.has(k) {
			found[k] = r
		}
	}
	t.marks.rows = found
}
