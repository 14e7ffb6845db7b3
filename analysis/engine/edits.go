package engine

import (
	"slices"
	"strings"
	"time"

	"canopy/model"
)

const (
	// kept is how many edits are held, the newest.
	kept = 200
	// goesOn is how long an edit takes in what follows from it.
	goesOn = 30 * time.Second
	// windsUp is how long the edit of a deleted owner takes in the end of what it owned: pods have half a minute to go.
	windsUp = 2 * time.Minute
	// phrases is how many phrases the detail of an edit has.
	phrases = 8
)

// edits keeps what changed since the source had settled.
type edits struct {
	// list is in the order of time.
	list []*edit
	// newest finds the newest edit of each object that has one in the list.
	newest   map[model.Ref]*edit
	graves   graves
	sequence uint64
	dropped  int
	// published is what the last report had, the newest first; stale tells that it is so no more.
	published []model.Edit
	shifted   []Shifted
	stale     bool
}

// edit is an edit as the writer keeps it while it may go on.
type edit struct {
	published model.Edit
	phrases   []string
	more      bool
	// ledger is nil while no finding came or went.
	ledger *ledger
	reach  balance
	paths  turns
	stale  bool
}

func newEdits() *edits { return &edits{newest: map[model.Ref]*edit{}, graves: newGraves()} }

// add takes what happened to an object: into its newest edit, where that goes on, or as a new one. What exists now, or no
// more, is always an edit of its own, so that nothing that lasted a moment only is hidden.
func (s *edits) add(now time.Time, object model.Ref, verb model.EditVerb, phrases []string, moves []move, came *consequences) {
	e := s.newest[object]
	if e != nil && verb == model.EditChanged && e.lasts(now) {
		e.post(phrases, moves, came)
		s.stale = true
		return
	}
	e = &edit{published: model.Edit{Time: now, Verb: verb, Object: object}}
	e.post(phrases, moves, came)
	if verb == model.EditChanged && e.void() {
		return
	}
	s.sequence++
	e.published.Sequence = s.sequence
	if len(s.list) == kept {
		s.forget(s.list[0])
		s.list[0] = nil
		s.list = s.list[1:]
	}
	s.list = append(s.list, e)
	s.newest[object] = e
	s.stale = true
}

func (s *edits) forget(e *edit) {
	s.dropped++
	if object := e.published.Object; s.newest[object] == e {
		delete(s.newest, object)
	}
}

// snapshot gives the edits as they are now, the newest first.
func (s *edits) snapshot(now time.Time) ([]model.Edit, int) {
	if !s.stale {
		return s.published, s.dropped
	}
	s.stale = false
	s.published, s.shifted = make([]model.Edit, 0, len(s.list)), nil
	for _, e := range slices.Backward(s.list) {
		if e.stale {
			e.render()
		}
		if !e.lasts(now) {
			e.phrases, e.ledger = nil, nil
		}
		s.published = append(s.published, e.published)
		if p := &e.published; !e.reach.void() {
			s.shifted = append(s.shifted, Shifted{p.Time, p.Sequence, p.Verb, p.Object, e.reach.opened, e.reach.closed})
		}
	}
	return s.published, s.dropped
}

// lasts tells that the edit takes in what follows.
func (e *edit) lasts(now time.Time) bool {
	age := now.Sub(e.published.Time)
	if e.published.Verb == model.EditDeleted {
		return age < windsUp
	}
	return age < goesOn
}

func (e *edit) post(words []string, moves []move, came *consequences) {
	e.stale = true
	e.reach.post(&came.Delta)
	e.paths.post(came)
	for _, w := range words {
		w = bound(w, longestWords)
		switch {
		case slices.Contains(e.phrases, w):
		case len(e.phrases) < phrases:
			e.phrases = append(e.phrases, w)
		default:
			e.more = true
		}
	}
	if e.ledger == nil && slices.ContainsFunc(moves, move.turns) {
		e.ledger = &ledger{}
	}
	if e.ledger != nil {
		for _, m := range moves {
			e.ledger.post(m)
		}
	}
}

// void tells that the edit says nothing but that something changed.
func (e *edit) void() bool {
	if len(e.phrases) > 0 || !e.reach.void() || !e.paths.void() {
		return false
	}
	if e.ledger == nil {
		return true
	}
	return e.ledger.opened.count()+e.ledger.closed.count() == 0
}

// render makes what is published of the edit. Slices are made anew, since reports have the old ones.
func (e *edit) render() {
	e.stale = false
	p := &e.published
	p.Detail = strings.Join(e.phrases, ", ")
	switch {
	case e.more:
		p.Detail += ", and more"
	case p.Verb == model.EditChanged && e.void():
		p.Detail = "findings came and went"
	}
	e.reach.render()
	p.PairsOpened, p.PairsClosed = pairs(e.reach.opened), pairs(e.reach.closed)
	p.PathsOpened, p.PathsClosed = e.paths.count()
	if e.ledger == nil {
		return
	}
	var worst model.Severity
	p.Opened, p.Worst = e.ledger.opened.list()
	p.Closed, worst = e.ledger.closed.list()
	p.OpenedCount, p.ClosedCount = e.ledger.opened.count(), e.ledger.closed.count()
	if p.OpenedCount == 0 {
		p.Worst = worst
	}
}
