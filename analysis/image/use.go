package image

import (
	"maps"
	"slices"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/signature"
	"canopy/model"
)

// item is an image that runs, with what is held of it.
type item struct {
	// id is its digest, or the reference where that is not known.
	id, digest string
	// bare tells that a runtime reports no repository with the digest: it is that of the configuration.
	bare bool
	uses map[*use]struct{}
	// pins are digests by which specs name it, where the runtime reports another.
	pins []string
	judgement
	// shown is what is told of it, but for whether it is exposed; nil where it has to be put together anew.
	shown *Image
	// place is where it stands among those that time changes, from 1 on; 0 for nowhere.
	place int
}

// use is a container, or a volume, of an owner, with the image in it.
type use struct {
	useKey
	parsed    reference.Reference
	residents map[*resident]int
	// What follows is worked out of the residents by derive. under are those that reports may be filed under, path is where the
	// reference stands, pin the digest of the spec where the runtime reports another.
	under []model.Ref
	path  string
	pin   string
	// stale is IM04, ran tells that a container has run it, bare that the runtime reports no repository with the digest.
	stale, ran, bare bool
	// answer is the worst of all residents.
	answer signature.Answer
}

type useKey struct {
	item      *item
	owner     model.Ref
	container string
	kind      UseType
	text      string
}

// tagged is what a registry is asked for; "" where the reference pins a digest, or cannot be read.
func (k *use) tagged() string {
	s := slot{parsed: k.parsed}
	return s.tagged()
}

// use finds, or makes, the use of an image in a place.
func (a *Analyser) use(h *resident, s *slot, id imageID) *use {
	name := id.digest
	if name == "" {
		if name = s.tagged(); name == "" {
			name = s.text
		}
	}
	it := a.items[name]
	if it == nil {
		it = &item{id: name, digest: id.digest, uses: map[*use]struct{}{}}
		a.items[name] = it
	}
	key := useKey{item: it, owner: h.owner, container: s.name, kind: s.kind, text: s.text}
	u := a.uses[key]
	if u == nil {
		u = &use{useKey: key, parsed: s.parsed, residents: map[*resident]int{}, answer: signature.Answer{Verdict: signature.NotRequired}}
		a.uses[key] = u
		it.uses[u] = struct{}{}
		a.dirty.items[it] = struct{}{}
		if t := u.tagged(); t != "" && it.digest != "" {
			a.group(t).uses[u] = struct{}{}
			a.dirty.groups[t] = struct{}{}
		}
		a.named(u, true)
	}
	return u
}

// named keeps which uses ask for a reference, and which pin a digest.
func (a *Analyser) named(u *use, there bool) {
	index(a.asked, u.tagged(), u, there)
	index(a.pinning, u.parsed.Digest, u, there)
}

// index notes, or forgets, that something is found by a text; "" finds nothing.
func index[T comparable](sets map[string]map[T]struct{}, text string, one T, there bool) {
	if text == "" {
		return
	}
	set := sets[text]
	switch {
	case there && set == nil:
		sets[text] = map[T]struct{}{one: {}}
	case there:
		set[one] = struct{}{}
	default:
		if delete(set, one); len(set) == 0 {
			delete(sets, text)
		}
	}
}

// derive works out what follows from the pods of a use, and takes it away where there are none. The image is judged anew only where
// something else follows than before.
func (r *round) derive(u *use) {
	it := u.item
	r.retell(it)
	if t := u.tagged(); t != "" && it.digest != "" {
		r.dirty.groups[t] = struct{}{}
	}
	if len(u.residents) == 0 {
		r.removeUse(u)
		return
	}
	under, path, pin, stale, ran, bare := map[model.Ref]struct{}{}, "", "", false, false, false
	for h := range u.residents {
		for _, ref := range h.under {
			under[ref] = struct{}{}
		}
		for i := range h.entries {
			e := &h.entries[i]
			if e.use != u {
				continue
			}
			if path == "" || e.slot.path < path {
				path = e.slot.path
			}
			stale, ran, bare = stale || e.slot.stale, ran || e.ran, bare || e.bare
			if e.pins && e.slot.parsed.Digest != it.digest && it.digest != "" {
				pin = e.slot.parsed.Digest
			}
		}
	}
	refs := slices.SortedFunc(maps.Keys(under), model.Ref.Compare)
	if !slices.Equal(refs, u.under) || path != u.path || pin != u.pin || ran != u.ran || stale != u.stale || bare != u.bare {
		u.under, u.path, u.pin, u.stale, u.ran, u.bare = refs, path, pin, stale, ran, bare
		r.dirty.items[it] = struct{}{}
	}
	r.weigh(u)
}

func (r *round) removeUse(u *use) {
	it := u.item
	delete(r.uses, u.useKey)
	delete(it.uses, u)
	r.named(u, false)
	if t := u.tagged(); t != "" {
		if g := r.groups[t]; g != nil {
			delete(g.uses, u)
		}
	}
	r.dirty.items[it] = struct{}{}
}
