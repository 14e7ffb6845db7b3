package table

// origin is an identity. It is not empty, so that no two have one address.
type origin struct{ _ byte }

// step is how the rows of an arrangement came about, so that who knows the ones before need look only at what changed.
type step[R any] struct {
	// rows is the identity of the set of rows, whatever their order, from that of the set before.
	rows, from *origin
	change[R]
}

func firstStep[R any]() step[R] { return step[R]{rows: &origin{}} }

func (s step[R]) next(gone, come []R) step[R] {
	return step[R]{&origin{}, s.rows, change[R]{gone, come}}
}

// follow tells what became of a row of an older arrangement, if that is known without looking at all rows. A ghost of
// then exists only if its row came back.
func (a *Arrangement[R]) follow(old *Arrangement[R], row R) (now R, exists, known bool) {
	switch {
	case a.step.rows == old.step.rows:
		return row, !old.Leaving(row), true
	case a.step.from != old.step.rows:
		return row, false, false
	}
	key := a.schema.Key(row)
	for _, r := range a.step.come {
		if a.schema.Key(r) == key {
			return r, true, true
		}
	}
	if old.Leaving(row) {
		return row, false, true
	}
	for _, r := range a.step.gone {
		if a.schema.Key(r) == key {
			return row, false, true
		}
	}
	return row, true, true
}
