package secret

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/inorder"
)

// longest bounds what evidence says of one field, in bytes: who writes an object chooses how long it is.
const longest = 240

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// index is the path of an item of a list.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// list is a proof that stands by itself.
type list struct{ lines []model.Evidence }

// Evidence gives the lines.
func (l *list) Evidence() []model.Evidence { return l.lines }

// exposed writes what stands somewhere: what it is and how long, never the value.
func exposed(object model.Ref, prefix string, x *model.Exposure) model.Evidence {
	path := x.Path
	if prefix != "" {
		path = prefix + "." + path
	}
	return model.Evidence{Object: object, Path: path, Value: brief(workload.Described(x)), Print: x.Print}
}

// doubtful is the randomness, in tenths of a bit for each byte, below which a value that only its name calls a credential may as well
// be a word, as in package workload.
const doubtful = 30

// grade is how bad an exposure is.
func grade(x *model.Exposure) model.Severity {
	if !x.Sure && x.Entropy < doubtful {
		return model.Medium
	}
	return model.High
}

// day writes the date of a moment in seconds since 1970.
func day(at int64) string { return time.Unix(at, 0).UTC().Format(time.DateOnly) }

// moment writes a moment in seconds since 1970 as the API does.
func moment(at int64) string { return time.Unix(at, 0).UTC().Format(time.RFC3339) }

// order sorts lines by object and path, without duplicates. Lines that differ by their print alone stay as they are: prints differ from
// one process to the next.
func order(lines []model.Evidence) []model.Evidence {
	seen := make(map[model.Evidence]struct{}, len(lines))
	lines = slices.DeleteFunc(lines, func(e model.Evidence) bool {
		_, twice := seen[e]
		seen[e] = struct{}{}
		return twice
	})
	inorder.SortStable(lines, func(a, b model.Evidence) int {
		return cmp.Or(a.Object.Compare(b.Object), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Value, b.Value))
	})
	return lines
}
