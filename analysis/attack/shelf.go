package attack

import (
	"hash/maphash"
	"maps"

	"canopy/model"
)

// shelves is how many parts what is published has: the less stands in one, the less is copied for one change.
const shelves = 256

// shelf holds where objects stand, for reports. A report shares with the next what did not change.
type shelf struct {
	seed  maphash.Seed
	parts [shelves]map[model.Ref]model.Standing
	// lent tells which parts a report holds, so that they must not be changed any more.
	lent [shelves]bool
}

func newShelf() shelf { return shelf{seed: maphash.MakeSeed()} }

func partOf(seed maphash.Seed, ref model.Ref) int {
	return int(maphash.String(seed, ref.Namespace+"/"+ref.Name) % shelves)
}

// put notes where an object stands, and tells whether that is elsewhere than before.
func (s *shelf) put(ref model.Ref, now model.Standing) bool {
	i := partOf(s.seed, ref)
	if s.parts[i][ref] == now {
		return false
	}
	if s.lent[i] {
		s.parts[i], s.lent[i] = maps.Clone(s.parts[i]), false
	}
	if now == (model.Standing{}) {
		delete(s.parts[i], ref)
		return true
	}
	if s.parts[i] == nil {
		s.parts[i] = map[model.Ref]model.Standing{}
	}
	s.parts[i][ref] = now
	return true
}

// published is a shelf as a report has it.
type published struct {
	seed  maphash.Seed
	parts [shelves]map[model.Ref]model.Standing
}

// Of gives where an object stands.
func (p *published) Of(ref model.Ref) model.Standing { return p.parts[partOf(p.seed, ref)][ref] }

func (s *shelf) publish() *published {
	for i := range s.lent {
		s.lent[i] = true
	}
	return &published{s.seed, s.parts}
}
