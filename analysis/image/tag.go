package image

import (
	"maps"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// split is a tag that is several images on machines of one type.
type split struct {
	verdict model.Verdict
	reason  string
	// digests are those that run, sorted, joined to one text.
	digests string
}

// runs is where a digest runs: on machines with which runtimes.
type runs map[*item]map[string]struct{}

// compare works out whether a tag is several images, and has the owners judged anew where that is something else than before.
func (r *round) compare(name string) {
	uses := r.tags[name]
	var now map[string]split
	if several(uses) {
		for architecture, list := range r.byArchitecture(uses) {
			if s, ok := r.splitOf(list); ok {
				if architecture == "" && s.verdict == model.Yes {
					s.verdict, s.reason = model.Depends, "of what type the machines are is not known"
				}
				if now == nil {
					now = map[string]split{}
				}
				now[architecture] = s
			}
		}
		if s, ok := r.across(uses); ok {
			if now == nil {
				now = map[string]split{}
			}
			now[anywhere] = s
		}
	}
	// Where machines became others, other owners may show the same.
	if maps.Equal(now, r.splits[name]) && (len(now) == 0 || !r.dirty.allTags) {
		return
	}
	if len(now) == 0 {
		delete(r.splits, name)
	} else {
		r.splits[name] = now
	}
	for u := range uses.all() {
		r.retell(u.item)
		r.dirty.owners[u.owner.ref] = struct{}{}
	}
}

// anywhere stands for machines of whatever type: no architecture is called so.
const anywhere = "*"

// across tells whether two among the images that run are known to be indexes. An index is of all types of machines, so that two under one
// tag are two images, wherever they run.
func (r *round) across(uses few[use]) (s split, ok bool) {
	var indexes []*item
	for u := range uses.all() {
		if it := u.item; it.known && u.ran && it.of == record.OfIndex && !slices.Contains(indexes, it) {
			indexes = append(indexes, it)
		}
	}
	apart := map[string]struct{}{}
	for i, one := range indexes {
		for _, other := range indexes[i+1:] {
			if r.differ(one, other) {
				apart[one.id], apart[other.id] = struct{}{}, struct{}{}
			}
		}
	}
	if len(apart) == 0 {
		return split{}, false
	}
	return split{verdict: model.Yes, digests: strings.Join(slices.Sorted(maps.Keys(apart)), ", ")}, true
}

// several tells that more than one digest runs.
func several(uses few[use]) bool {
	var first *item
	for u := range uses.all() {
		switch {
		case !u.item.known:
		case first == nil:
			first = u.item
		case u.item != first:
			return true
		}
	}
	return false
}

func (r *round) byArchitecture(uses few[use]) map[string]runs {
	found := map[string]runs{}
	for u := range uses.all() {
		if !u.item.known || !u.ran {
			continue
		}
		for h := range u.homes.all() {
			for _, one := range h.residents {
				m := r.machine(one.pod.Node())
				at := found[m.architecture]
				if at == nil {
					at = runs{}
					found[m.architecture] = at
				}
				if at[u.item] == nil {
					at[u.item] = map[string]struct{}{}
				}
				at[u.item][m.runtime] = struct{}{}
			}
		}
	}
	return found
}

// splitOf tells whether there are two among images that cannot be the same one.
func (r *round) splitOf(list runs) (s split, ok bool) {
	items := slices.SortedFunc(maps.Keys(list), func(a, b *item) int { return strings.Compare(a.id, b.id) })
	apart := map[string]struct{}{}
	for i, one := range items {
		for _, other := range items[i+1:] {
			if !r.differ(one, other) {
				continue
			}
			apart[one.id], apart[other.id] = struct{}{}, struct{}{}
			if share(list[one], list[other]) {
				s.verdict = model.Yes
			}
		}
	}
	if len(apart) == 0 {
		return split{}, false
	}
	if s.verdict != model.Yes {
		s.verdict, s.reason = model.Depends, "they run under different container runtimes, which may report different digests of one image"
	}
	s.digests = strings.Join(slices.Sorted(maps.Keys(apart)), ", ")
	return s, true
}

// differ tells that two digests are of the same kind, as far as is known, and not known to be of one image.
func (r *round) differ(one, other *item) bool {
	if one.bare != other.bare || one.of != record.OfUnknown && other.of != record.OfUnknown && one.of != other.of {
		return false
	}
	if r.isTwin(one, other.id) || r.isTwin(other, one.id) || slices.Contains(one.pins, other.id) || slices.Contains(other.pins, one.id) {
		return false
	}
	return !slices.ContainsFunc(r.shelf.byDigest[one.id], func(s *scan) bool {
		return slices.ContainsFunc(s.digests, func(d record.ScanDigest) bool { return d.Digest == other.id })
	})
}

// share tells that two sets have something in common.
func share(a, b map[string]struct{}) bool {
	for k := range a {
		if _, ok := b[k]; ok {
			return true
		}
	}
	return false
}

// splitsOf gives what an owner shows of a tag that is several images.
func (a *Analyser) splitsOf(u *use) (lines []split, where []string) {
	splits := a.splits[u.slot.tagged]
	if len(splits) == 0 || !u.ran || !u.item.known {
		return nil, nil
	}
	on := map[string]struct{}{}
	narrow := slices.ContainsFunc(slices.Collect(maps.Keys(splits)), func(at string) bool {
		return at != anywhere && splits[at].verdict == model.Yes && splits[at].digests == splits[anywhere].digests
	})
	if !narrow {
		// What one type of machine shows already is not told twice.
		on[anywhere] = struct{}{}
	}
	for h := range u.homes.all() {
		for _, one := range h.residents {
			on[a.machine(one.pod.Node()).architecture] = struct{}{}
		}
	}
	for _, architecture := range slices.Sorted(maps.Keys(splits)) {
		if _, ok := on[architecture]; ok && strings.Contains(splits[architecture].digests, u.item.id) {
			lines, where = append(lines, splits[architecture]), append(where, architecture)
		}
	}
	return lines, where
}
