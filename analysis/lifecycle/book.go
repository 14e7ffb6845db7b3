package lifecycle

import (
	"cmp"
	"slices"
	"sync"

	"canopy/model/inorder"
)

// book holds vulnerabilities, read for looking them up.
type book struct {
	entries []*entry

	mu    sync.Mutex
	asked map[question][]Hit
}

type question struct{ component, version string }

// askedLimit bounds the answers that are kept: versions come from the cluster, and there may be any number of them.
const askedLimit = 2048

// entry is a vulnerability as all sources tell it.
type entry struct {
	id   string
	told []told
	// systems are those that it is of; none is any.
	systems []string
}

// told is a vulnerability as one source tells it of some components.
type told struct {
	*Vulnerability
	spans []span
}

// span is a range of versions, read.
type span struct {
	from, last, before, fixed Version
	// hasFrom and the like tell which are there.
	hasFrom, hasLast, hasBefore, hasFixed bool
	fix                                   string
}

func newBook(all []Vulnerability) *book {
	b := &book{asked: map[question][]Hit{}}
	byID := map[string]*entry{}
	for i := range all {
		v := &all[i]
		e := byID[v.ID]
		if e == nil {
			e = &entry{id: v.ID}
			byID[v.ID] = e
			b.entries = append(b.entries, e)
		}
		t := told{Vulnerability: v}
		for _, r := range v.Ranges {
			t.spans = append(t.spans, newSpan(r))
		}
		e.told = append(e.told, t)
	}
	for _, e := range b.entries {
		e.systems = agreed(e.told)
	}
	return b
}

func newSpan(r Range) span {
	s := span{fix: r.Fixed}
	s.from, s.hasFrom = ParseVersion(r.Introduced)
	s.last, s.hasLast = ParseVersion(r.Last)
	s.before, s.hasBefore = ParseVersion(r.Before)
	s.fixed, s.hasFixed = ParseVersion(r.Fixed)
	return s
}

func (s *span) holds(v Version) bool {
	switch {
	case s.hasFrom && v.Compare(s.from) < 0:
		return false
	case s.hasLast:
		return v.Compare(s.last) <= 0
	case s.hasBefore:
		return v.Compare(s.before) < 0
	case s.hasFixed:
		return v.Compare(s.fixed) < 0
	}
	return true
}

// open tells that a range has no end.
func (s *span) open() bool { return !s.hasLast && !s.hasBefore && !s.hasFixed }

// of tells whether what the source says is about a component.
func (t *told) of(component string) bool {
	return len(t.Components) == 0 || slices.Contains(t.Components, component)
}

// affects tells whether a component is affected at a version, and whether by a range without end alone.
func (t *told) affects(component string, v Version) (yes, open bool) {
	if !t.of(component) {
		return false, false
	}
	open = true
	for i := range t.spans {
		if t.spans[i].holds(v) {
			yes = true
			open = open && t.spans[i].open()
		}
	}
	return yes, yes && open
}

// Affecting gives what a component may have at a version (1.33.4, without what providers append), the worst first.
func (t *Tables) Affecting(component, version string) []Hit {
	return t.book.affecting(component, version)
}

func (b *book) affecting(component, version string) []Hit {
	ask := question{component, version}
	b.mu.Lock()
	answer, known := b.asked[ask]
	b.mu.Unlock()
	if known {
		return slices.Clone(answer)
	}
	v, ok := ParseVersion(version)
	if !ok {
		return nil
	}
	for _, e := range b.entries {
		if hit, yes := e.hit(component, v); yes {
			answer = append(answer, hit)
		}
	}
	inorder.Sort(answer, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.ID, a.ID)) })
	b.mu.Lock()
	if len(b.asked) >= askedLimit {
		clear(b.asked)
	}
	b.asked[ask] = answer
	b.mu.Unlock()
	return slices.Clone(answer)
}

// hit says what the sources say of a version together.
func (e *entry) hit(component string, v Version) (Hit, bool) {
	hit := Hit{ID: e.id, Systems: e.systems}
	var affected, spared []*told
	for i := range e.told {
		t := &e.told[i]
		yes, open := t.affects(component, v)
		if !yes {
			spared = append(spared, t)
			continue
		}
		affected = append(affected, t)
		hit.Open = hit.Open || open
		hit.Score = max(hit.Score, t.Score)
	}
	if len(affected) == 0 {
		return Hit{}, false
	}
	for _, t := range affected {
		hit.Per = addSource(hit.Per, t.Source)
	}
	for _, t := range spared {
		// A source may tell of components apart: it does not contradict itself.
		if !slices.ContainsFunc(hit.Per, func(s *Source) bool { return s.Name == t.Source.Name }) {
			hit.Not = addSource(hit.Not, t.Source)
		}
	}
	for _, t := range append(affected, spared...) {
		hit.Summary, hit.URL, hit.Published = cmp.Or(hit.Summary, t.Summary), cmp.Or(hit.URL, t.URL), cmp.Or(hit.Published, t.Published)
	}
	hit.Fixed = fix(component, v, affected)
	hit.Lasting = hit.Open && hit.Fixed == "" && len(hit.Not) == 0 && remarks()[e.id].Lasting
	return hit, true
}

func addSource(list []*Source, s *Source) []*Source {
	if slices.ContainsFunc(list, func(o *Source) bool { return o.Name == s.Name }) {
		return list
	}
	return append(list, s)
}

// fix is the lowest version that a source names as the fix, of the same minor or the next above, and which none of them counts as
// affected.
func fix(component string, v Version, affected []*told) string {
	var best Version
	found := false
	for _, t := range affected {
		for i := range t.spans {
			s := &t.spans[i]
			if !s.hasFixed || s.fixed.Compare(v) <= 0 || found && s.fixed.Compare(best) >= 0 {
				continue
			}
			if !slices.ContainsFunc(affected, func(o *told) bool { yes, _ := o.affects(component, s.fixed); return yes }) {
				best, found = s.fixed, true
			}
		}
	}
	if !found {
		return ""
	}
	if best.Pre != "" {
		return best.Plain() + "-" + best.Pre
	}
	return best.Plain()
}
