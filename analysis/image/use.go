package image

import (
	"hash/maphash"
	"slices"

	"canopy/analysis/image/signature"
)

// item is an image that runs, with what is held of it.
type item struct {
	// id is its digest, or the reference where that is not known.
	id string
	// known tells that it is the digest, bare that a runtime reports no repository with it: it is that of the configuration.
	known, bare bool
	uses        few[use]
	// platforms counts the places that run it, by that of their nodes.
	platforms votes
	// pins are digests by which specs name it, where the runtime reports another.
	pins []string
	// judgement is shared by images of which the same is held, and is not changed.
	*judgement
	// shown is what is told of it, but for whether it is exposed; nil where it has to be put together anew.
	shown *Image
	// next is when time changes some of this, in seconds since 1970; 0 for never.
	next int64
	// place is where it stands among those that time changes, from 1 on; 0 for nowhere.
	place int
}

// digest is "" where it is not known.
func (it *item) digest() string {
	if it.known {
		return it.id
	}
	return ""
}

// use is a container, or a volume, of an owner, with the image in it.
type use struct {
	item  *item
	owner *owner
	// slot is the first place in which its reference stands: with the name, the type and the text by which it is told from others.
	slot  *slot
	homes few[household]
	// What follows is worked out of the households by derive. pin is the digest of the spec where the runtime reports another.
	pin string
	// stale is IM04, ran tells that a container has run it, bare that the runtime reports no repository with the digest.
	// pulled tells that it was pulled by its reference.
	stale, ran, bare, pulled bool
	// answer is the worst of all residents.
	answer *signature.Answer
}

// useKey is what uses are told apart by.
type useKey struct {
	item            *item
	owner           *owner
	container, text string
	kind            UseType
}

func (u *use) key() useKey { return useKey{u.item, u.owner, u.slot.name, u.slot.text, u.slot.kind} }

// residents counts the pods.
func (u *use) residents() (n int) {
	for h := range u.homes.all() {
		n += len(h.residents)
	}
	return n
}

// use finds, or makes, the use of an image in a place.
func (a *Analyser) use(o *owner, s *slot, id string, known bool) *use {
	it := a.items[id]
	if it == nil {
		it = &item{id: id, known: known, judgement: a.unjudged}
		a.items[id] = it
	}
	key := useKey{it, o, s.name, s.text, s.kind}
	sum := maphash.Comparable(a.seed, key)
	if u := a.uses.find(sum, func(u *use) bool { return u.key() == key }); u != nil {
		return u
	}
	u := &use{item: it, owner: o, slot: s, answer: a.unasked}
	a.uses.put(sum, u)
	it.uses.add(u)
	o.uses.add(u)
	a.dirty.items[it] = struct{}{}
	if s.tagged != "" {
		index(a.tags, s.tagged, u, true)
		a.dirty.tags[s.tagged] = struct{}{}
	}
	index(a.pinning, s.parsed.Digest, u, true)
	return u
}

// derive works out what follows from the households of a use, and takes it away where there are none. The image is judged anew only where
// something else follows than before.
func (r *round) derive(u *use) {
	it := u.item
	r.retell(it)
	if t := u.slot.tagged; t != "" && it.known {
		r.dirty.tags[t] = struct{}{}
	}
	if u.homes.one == nil {
		r.removeUse(u)
		return
	}
	var first *slot
	pin, stale, ran, bare, pulled := "", false, false, false, false
	for h := range u.homes.all() {
		for i := range h.entries {
			e := &h.entries[i]
			if e.use != u {
				continue
			}
			if first == nil || e.slot.at < first.at {
				first = e.slot
			}
			stale, ran, bare, pulled = stale || e.slot.stale, ran || e.ran, bare || e.bare, pulled || e.pulled
			if e.pins && it.known && e.slot.parsed.Digest != it.id {
				pin = e.slot.parsed.Digest
			}
		}
	}
	if first.at != u.slot.at || pin != u.pin || ran != u.ran || stale != u.stale || bare != u.bare {
		r.dirty.items[it] = struct{}{}
	}
	u.slot, u.pin, u.stale, u.ran, u.bare, u.pulled = first, pin, stale, ran, bare, pulled
	r.weigh(u)
}

func (r *round) removeUse(u *use) {
	it := u.item
	r.uses.drop(maphash.Comparable(r.seed, u.key()), u)
	it.uses.drop(u)
	u.owner.uses.drop(u)
	index(r.pinning, u.slot.parsed.Digest, u, false)
	index(r.tags, u.slot.tagged, u, false)
	r.dirty.items[it] = struct{}{}
}

// sorted lists uses in the order of owners and containers.
func sorted(uses few[use]) []*use {
	list := uses.list()
	slices.SortFunc(list, compareUses)
	return list
}
