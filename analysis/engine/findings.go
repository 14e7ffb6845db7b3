package engine

import (
	"iter"
	"maps"
	"slices"

	"github.com/tidwall/btree"

	"canopy/model"
)

// findings is the set of all findings. A snapshot of it costs nothing: the set shares its nodes with the snapshot and
// copies those that it changes afterwards.
type findings struct {
	set btree.Map[string, entry]
	// counts holds, for each rule, how many findings of each severity hold, and how many may.
	counts map[string]*count
	digest uint64
	// touched, while not nil, collects the ids that were put or dropped.
	touched map[string]struct{}
	// moves, while watched, collects what came, went or got another severity.
	moves   []move
	watched bool
}

type entry struct {
	finding *model.Finding
	hash    uint64
}

type count struct {
	open    [model.Critical + 1]int
	unknown int
}

func newFindings() *findings { return &findings{counts: map[string]*count{}} }

// Put adds a finding, or replaces the one with its id.
func (f *findings) Put(finding *model.Finding) {
	e := entry{finding, hash(finding)}
	old, replaced := f.set.Set(finding.ID, e)
	if replaced {
		f.tally(old, -1)
	}
	if f.watched && (!replaced || old.finding.Severity != finding.Severity) {
		f.moves = append(f.moves, move{old.finding, finding})
	}
	f.tally(e, 1)
	f.touch(finding.ID)
}

// Drop removes a finding.
func (f *findings) Drop(id string) {
	if old, ok := f.set.Delete(id); ok {
		f.tally(old, -1)
		if f.watched {
			f.moves = append(f.moves, move{before: old.finding})
		}
		f.touch(id)
	}
}

func (f *findings) touch(id string) {
	if f.touched != nil {
		f.touched[id] = struct{}{}
	}
}

func (f *findings) tally(e entry, by int) {
	// A sum that wraps does not depend on the order in which findings came.
	f.digest += e.hash * uint64(by)
	c := f.counts[e.finding.Rule.ID]
	if c == nil {
		c = &count{}
		f.counts[e.finding.Rule.ID] = c
	}
	if e.finding.Verdict == model.Yes {
		c.open[e.finding.Severity] += by
	} else {
		c.unknown += by
	}
}

// snapshot gives the set as it is now.
func (f *findings) snapshot() *snapshot { return &snapshot{set: f.set.Copy()} }

// record starts to collect the ids that change; the function it gives ends that and lists them, sorted.
func (f *findings) record() func() []string {
	f.touched = map[string]struct{}{}
	return func() []string {
		ids := slices.Sorted(maps.Keys(f.touched))
		f.touched = nil
		return ids
	}
}

// watch starts to collect moves; the function it gives ends that and gives them, to be used at once.
func (f *findings) watch() func() []move {
	// What few changes need is not kept for all.
	if cap(f.moves) > 1024 {
		f.moves = nil
	}
	clear(f.moves)
	f.moves, f.watched = f.moves[:0], true
	return func() []move {
		f.watched = false
		return f.moves
	}
}

// snapshot is a model.FindingSet.
type snapshot struct {
	set *btree.Map[string, entry]
}

func (s *snapshot) Len() int { return s.set.Len() }

func (s *snapshot) Get(id string) *model.Finding {
	e, _ := s.set.Get(id)
	return e.finding
}

func (s *snapshot) All() iter.Seq[*model.Finding] {
	return func(yield func(*model.Finding) bool) {
		s.set.Scan(func(_ string, e entry) bool { return yield(e.finding) })
	}
}
