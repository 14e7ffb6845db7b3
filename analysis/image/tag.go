package image

import (
	"maps"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// group is a repository and tag with all that runs something under it.
type group struct {
	uses map[*use]struct{}
	// splits are the types of machines on which it is several images, by architecture.
	splits map[string]split
}

// split is a tag that is several images on machines of one type.
type split struct {
	verdict model.Verdict
	reason  string
	// digests are those that run, sorted, joined to one text.
	digests string
}

func (a *Analyser) group(tag string) *group {
	g := a.groups[tag]
	if g == nil {
		g = &group{uses: map[*use]struct{}{}}
		a.groups[tag] = g
	}
	return g
}

// runs is where a digest runs: on machines with which runtimes.
type runs map[*item]map[string]struct{}

// compare works out whether a tag is several images, and has the owners judged anew where that is something else than before.
func (r *round) compare(tag string) {
	g := r.groups[tag]
	if g == nil {
		return
	}
	if len(g.uses) == 0 {
		delete(r.groups, tag)
		return
	}
	now := map[string]split{}
	if g.several() {
		for architecture, list := range r.byArchitecture(g) {
			if s, ok := r.splitOf(list); ok {
				if architecture == "" && s.verdict == model.Yes {
					s.verdict, s.reason = model.Depends, "of what type the machines are is not known"
				}
				now[architecture] = s
			}
		}
	}
	// Where machines became others, other owners may show the same.
	if maps.Equal(now, g.splits) && (len(now) == 0 || !r.dirty.allGroups) {
		return
	}
	g.splits = now
	for u := range g.uses {
		r.retell(u.item)
		r.dirty.owners[u.owner] = struct{}{}
	}
}

// several tells that more than one digest runs.
func (g *group) several() bool {
	var first *item
	for u := range g.uses {
		if first == nil {
			first = u.item
		}
		if u.item != first {
			return true
		}
	}
	return false
}

func (r *round) byArchitecture(g *group) map[string]runs {
	found := map[string]runs{}
	for u := range g.uses {
		if u.kind == Volume || !u.ran {
			continue
		}
		for h := range u.residents {
			m := r.machine(h.node)
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
	return found
}

// splitOf tells whether there are two among images that cannot be the same one.
func (r *round) splitOf(list runs) (s split, ok bool) {
	items := slices.SortedFunc(maps.Keys(list), func(a, b *item) int { return strings.Compare(a.digest, b.digest) })
	apart := map[string]struct{}{}
	for i, one := range items {
		for _, other := range items[i+1:] {
			if !r.differ(one, other) {
				continue
			}
			apart[one.digest], apart[other.digest] = struct{}{}, struct{}{}
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
	if slices.Contains(r.twins(one.digest), other.digest) || slices.Contains(one.pins, other.digest) || slices.Contains(other.pins, one.digest) {
		return false
	}
	return !slices.ContainsFunc(r.shelf.byDigest[one.digest], func(s *scan) bool {
		return slices.ContainsFunc(s.digests, func(d record.ScanDigest) bool { return d.Digest == other.digest })
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
	g := a.groups[u.tagged()]
	if g == nil || len(g.splits) == 0 || !u.ran || u.item.digest == "" {
		return nil, nil
	}
	on := map[string]struct{}{}
	for h := range u.residents {
		on[a.machine(h.node).architecture] = struct{}{}
	}
	for _, architecture := range slices.Sorted(maps.Keys(g.splits)) {
		if _, ok := on[architecture]; ok && strings.Contains(g.splits[architecture].digests, u.item.digest) {
			lines, where = append(lines, g.splits[architecture]), append(where, architecture)
		}
	}
	return lines, where
}
