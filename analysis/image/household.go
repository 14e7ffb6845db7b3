package image

import (
	"hash/maphash"
	"iter"
	"slices"

	"canopy/model"
	"canopy/model/record"
)

// household is the pods of one owner that run the same images by the same template and below the same controllers. What they have in
// common is held once.
type household struct {
	owner    *owner
	place    *place
	template record.Template
	sheet    *sheet
	// under are those that reports of its pods may be filed under: their controllers, but the owner, and byOwner tells that the owner
	// is one too. A pod without a controller is filed under by itself, and is its owner.
	under   []model.Ref
	byOwner bool
	entries []entry
	// ran tells that one of its containers has run.
	ran       bool
	residents []*resident
	said      []*saying
}

// entry is one place of a household with the image in it.
type entry struct {
	use  *use
	slot *slot
	mark
}

// mark is how an image runs in its place.
type mark struct {
	// ran tells that a container has run it, or that it has to be taken so, pins that one runs now what the spec says, bare that the runtime reports no repository with
	// the digest, known that the image is told by its digest.
	// pulled that the runtime reports to have pulled it by what the spec says.
	ran, pins, bare, known, pulled bool
}

// filed lists all that reports may be filed under.
func (h *household) filed() iter.Seq[model.Ref] {
	return func(yield func(model.Ref) bool) {
		for _, ref := range h.under {
			if !yield(ref) {
				return
			}
		}
		if h.byOwner {
			yield(h.owner.ref)
		}
	}
}

// sketch is what is read of a pod to find its household.
type sketch struct {
	owner     model.Ref
	namespace string
	template  record.Template
	under     []model.Ref
	byOwner   bool
	ran       bool
	sheet     *sheet
	ephemeral []slot
	ids       []string
	marks     []mark
}

// slot gives the place with a number: those of the template first.
func (k *sketch) slot(i int) *slot {
	if n := len(k.sheet.slots); i >= n {
		return &k.ephemeral[i-n]
	}
	return &k.sheet.slots[i]
}

// sum adds up what tells households apart.
func (k *sketch) sum(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, k.owner)
	maphash.WriteComparable(&h, k.template)
	h.WriteString(k.namespace)
	for i := range k.under {
		h.WriteString(k.under[i].Name)
	}
	for i, id := range k.ids {
		h.WriteString(id)
		maphash.WriteComparable(&h, k.marks[i])
	}
	for i := range k.ephemeral {
		h.WriteString(k.ephemeral[i].name)
	}
	return h.Sum64()
}

// sum is that of the sketch of any of its pods.
func (h *household) sum(seed maphash.Seed) uint64 {
	k := sketch{owner: h.owner.ref, namespace: h.place.name, template: h.template, under: h.under}
	for i := range h.entries {
		e := &h.entries[i]
		k.ids, k.marks = append(k.ids, e.use.item.id), append(k.marks, e.mark)
		if e.slot.kind == Ephemeral {
			k.ephemeral = append(k.ephemeral, *e.slot)
		}
	}
	return k.sum(seed)
}

// holds tells that the pod of a sketch belongs here.
func (h *household) holds(k *sketch) bool {
	if h.template != k.template || h.byOwner != k.byOwner || len(h.entries) != len(k.ids) || h.place.name != k.namespace || h.owner.ref != k.owner || !slices.Equal(h.under, k.under) {
		return false
	}
	for i := range h.entries {
		if e := &h.entries[i]; e.use.item.id != k.ids[i] || e.mark != k.marks[i] || e.slot.kind == Ephemeral && !e.slot.same(k.slot(i)) {
			return false
		}
	}
	return true
}

// found makes a household.
func (r *round) found(k *sketch, sum uint64) *household {
	h := &household{
		owner: r.owner(k.owner), place: r.place(k.namespace), template: k.template, sheet: k.sheet, under: slices.Clone(k.under),
		byOwner: k.byOwner, ran: k.ran,
	}
	r.households.put(sum, h)
	h.sheet.homes++
	h.owner.homes.add(h)
	h.entries = make([]entry, len(k.ids))
	for i, id := range k.ids {
		s := k.slot(i)
		u := r.use(h.owner, s, id, k.marks[i].known)
		h.entries[i] = entry{u, s, k.marks[i]}
		if !u.filedLike(h) {
			r.dirty.items[u.item] = struct{}{}
		}
		u.homes.add(h)
	}
	// The sketch is drawn over, and what was made for this one stays with it.
	k.ephemeral = nil
	return h
}

// filedLike tells that reports of a household may be filed under the same as those of another one that uses the image, so that no other
// report is of it on its account. Of many households only some are asked.
func (u *use) filedLike(h *household) bool {
	n := 0
	for o := range u.homes.all() {
		if n++; n > many {
			break
		}
		if o != h && o.place == h.place && o.byOwner == h.byOwner && slices.Equal(o.under, h.under) {
			return true
		}
	}
	return false
}

// dissolve takes a household away in which nobody lives.
func (r *round) dissolve(h *household) {
	r.households.drop(h.sum(r.seed), h)
	h.owner.homes.drop(h)
	for i := range h.entries {
		u := h.entries[i].use
		u.homes.drop(h)
		if !u.filedLike(h) {
			r.dirty.items[u.item] = struct{}{}
		}
	}
	r.release(h.template)
}
