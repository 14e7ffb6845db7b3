package table

import (
	"runtime"
	"slices"
	"sync"
)

// share is how many rows a processor is woken for.
const share = 10_000

// passing gives the rows that pass the filter; those given where there is none. All processors look for them: who types is
// waiting.
func (a *Arrangement[R]) passing(rows []R) []R {
	parts := min(runtime.GOMAXPROCS(0), len(rows)/share)
	switch {
	case len(a.filter) == 0:
		return rows
	case parts < 2:
		return a.sieve(rows)
	}
	found, failed := make([][]R, parts), make([]any, parts)
	var wait sync.WaitGroup
	for i := range parts {
		wait.Go(func() {
			// A schema that panics does so where somebody can catch it.
			defer func() { failed[i] = recover() }()
			found[i] = a.sieve(rows[i*len(rows)/parts : (i+1)*len(rows)/parts])
		})
	}
	wait.Wait()
	for _, cause := range failed {
		if cause != nil {
			panic(cause)
		}
	}
	return slices.Concat(found...)
}

func (a *Arrangement[R]) sieve(rows []R) []R {
	var out []R
	for _, r := range rows {
		if a.schema.passes(a.filter, r) {
			out = append(out, r)
		}
	}
	return out
}
