package sheet

import (
	"slices"

	"canopy/ui/table"
)

// Row is a row of a list. It is immutable, and a pointer: the constraint asks for methods alone, so that the compiler makes the code of
// lists once for all of them, and not once for each.
type Row[R any] interface {
	// ID tells rows apart.
	ID() string
	// Same tells whether another row with this id says the same.
	Same(R) bool
}

// Batch is what a list shows. It is immutable, in the order of the schema.
type Batch[R Row[R]] struct {
	// of says what the rows are about: those of something else are no news.
	of string
	// whole tells that nothing is still on its way: then a new row is news.
	whole bool
	rows  []R
}

// NewBatch sorts rows, and takes from an earlier batch about the same those that say the same. Whole tells that nothing is
// still on its way: then a row that comes later is news.
func NewBatch[R Row[R]](before *Batch[R], of string, whole bool, rows []R, compare func(a, b R) int) *Batch[R] {
	slices.SortFunc(rows, compare)
	if before != nil && before.of == of {
		was := before.rows
		for i, r := range rows {
			for len(was) > 0 && compare(was[0], r) < 0 {
				was = was[1:]
			}
			if len(was) > 0 && was[0].ID() == r.ID() && was[0].Same(r) {
				rows[i] = was[0]
			}
		}
		if before.whole == whole && slices.EqualFunc(before.rows, rows, Is[R]) {
			return before
		}
	}
	return &Batch[R]{of, whole, rows}
}

// Is tells whether two rows are the very same one.
func Is[R Row[R]](a, b R) bool { return any(a) == any(b) }

// Rows lists the rows. The caller must not change them.
func (b *Batch[R]) Rows() []R { return b.rows }

// changes compares two batches about the same. A row that changed is in both.
func changes[R Row[R]](before, now []R, compare func(a, b R) int) (gone, come []R) {
	for len(before) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(before) > 0 && compare(before[0], now[0]) < 0:
			gone, before = append(gone, before[0]), before[1:]
		case len(before) == 0 || compare(before[0], now[0]) > 0:
			come, now = append(come, now[0]), now[1:]
		default:
			if !Is(before[0], now[0]) {
				gone, come = append(gone, before[0]), append(come, now[0])
			}
			before, now = before[1:], now[1:]
		}
	}
	return gone, come
}

// Of says what the rows are about.
func (b *Batch[R]) Of() string { return b.of }

// Whole tells that nothing was still on its way.
func (b *Batch[R]) Whole() bool { return b.whole }

// Before gives the batch of an answer; nil where there was none.
func (a *Answer[R]) Before() *Batch[R] {
	if a == nil {
		return nil
	}
	return a.Batch
}

// Steady gives the answer before where another says the same: then nothing is drawn anew.
func Steady[R Row[R]](before, a *Answer[R]) *Answer[R] {
	if before != nil && before.Batch == a.Batch && before.Aside == a.Aside && before.Empty == a.Empty && before.Scope == a.Scope && slices.Equal(before.Said, a.Said) {
		return before
	}
	return a
}

// Within makes a field of which the value of a filter may stand anywhere.
func Within[R any](name, also string, of func(R) string) table.Field[R] {
	f := Field(name, also, of)
	f.Within = true
	return f
}
