package capture

import (
	"errors"
	"fmt"
)

// Limits bounds what a capture may make us hold. A zero field takes the default. Whatever goes over is named as a problem
// and skipped.
type Limits struct {
	// FileBytes is the most that one file may hold once it is unpacked; 2 GiB.
	FileBytes int64
	// TotalBytes is the most that all files may hold once they are unpacked; 4 GiB.
	TotalBytes int64
	// DocumentBytes is the most that one document, or one item of a list, may take; 64 MiB.
	DocumentBytes int64
	// Depth is how deep fields may be nested; 100. The deepest schemas of real custom resources stay below 60.
	Depth int
	// Aliases is how many nodes the aliases of one YAML document may expand to; 100,000.
	Aliases int
	// Entries is how many files an archive or a directory may hold; 200,000.
	Entries int
	// Ratio is how many times its size a compressed file may unpack to, once it has given 16 MiB; 400. A pod listed a
	// thousand times stays below, a bomb reaches 1000.
	Ratio int64
	// Problems is how many problems are kept; 1,000. Those beyond are counted.
	Problems int
}

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30

	// ratioFloor is how much a compressed file may give before its ratio counts.
	ratioFloor = 16 * mib
	// maxLists is how deep lists may hold lists.
	maxLists = 8
)

func (l Limits) withDefaults() Limits {
	or := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	orInt := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	or(&l.FileBytes, 2*gib)
	or(&l.TotalBytes, 4*gib)
	or(&l.DocumentBytes, 64*mib)
	or(&l.Ratio, 400)
	orInt(&l.Depth, 100)
	orInt(&l.Aliases, 100_000)
	orInt(&l.Entries, 200_000)
	orInt(&l.Problems, 1000)
	return l
}

// ErrLimit is what every error for something too large wraps.
var ErrLimit = errors.New("over the limit")

func overLimit(what string, limit int64) error {
	unit := ""
	switch {
	case limit >= gib && limit%gib == 0:
		limit, unit = limit/gib, " GiB"
	case limit >= mib && limit%mib == 0:
		limit, unit = limit/mib, " MiB"
	}
	return fmt.Errorf("%s is %w of %d%s", what, ErrLimit, limit, unit)
}
