package image

import (
	"slices"

	"canopy/analysis/image/signature"
	"canopy/model/record"
)

// saying is what is demanded of the images of pods of a household, and proven: one answer for each place. Pods of which the same is
// said share it.
type saying struct {
	answers []*signature.Answer
	// pods counts them, at is the place in the household.
	pods, at int
}

// alike is how many others are looked at before something is said anew: where nothing is demanded all are alike, and where much is
// proven no two are, since each has its own time.
const alike = 4

// ask asks what is demanded of the images of a pod, and proven. What is said as before is kept as it was, since most is.
func (r *round) ask(h *resident) {
	home := h.home
	now := r.answers[:0]
	for i := range home.entries {
		now = append(now, r.answer(h, &home.entries[i], i, now))
	}
	r.answers = now
	if h.said != nil && said(h.said.answers, now) {
		return
	}
	old := h.unsay()
	for i := range home.entries {
		if old == nil || !old.answers[i].Equal(now[i]) {
			r.dirty.uses[home.entries[i].use] = struct{}{}
		}
	}
	for _, s := range home.said[:min(alike, len(home.said))] {
		if said(s.answers, now) {
			h.said = s
			s.pods++
			return
		}
	}
	h.said = &saying{slices.Clone(now), 1, len(home.said)}
	home.said = append(home.said, h.said)
}

func said(a, b []*signature.Answer) bool { return slices.EqualFunc(a, b, (*signature.Answer).Equal) }

// unsay takes back what was said of a pod, and gives it.
func (h *resident) unsay() *saying {
	s := h.said
	if h.said = nil; s == nil {
		return nil
	}
	if s.pods--; s.pods == 0 {
		list := h.home.said
		last := len(list) - 1
		list[s.at] = list[last]
		list[s.at].at = s.at
		list[last] = nil
		h.home.said = list[:last]
	}
	return s
}

// answer asks about one place of a pod. Where nothing can be demanded or proven all places of a namespace have one answer.
func (r *round) answer(h *resident, e *entry, i int, before []*signature.Answer) *signature.Answer {
	plain := len(r.proofs) == 0 && r.signatures.Plain(h.pod)
	if plain && i > 0 {
		return before[0]
	}
	now := r.signatures.Answer(r.c, signature.Question{
		Namespace: h.home.place.name, Pod: h.pod, Reference: e.slot.parsed, Digest: e.use.item.digest(), Pinned: e.pins, Given: r.given(e),
	})
	if !plain {
		return &now
	}
	p := h.home.place
	if p.plain == nil || !p.plain.Equal(&now) {
		p.plain = &now
	}
	return p.plain
}

// given lists the local proofs for what runs and for what the spec pins, in a stable order.
func (r *round) given(e *entry) []*record.Signature {
	if len(r.proofs) == 0 {
		return nil
	}
	digest := e.use.item.digest()
	list := r.proofs[digest]
	if pin := e.slot.parsed.Digest; pin != digest && (e.pins || digest == "") {
		list = slices.Concat(list, r.proofs[pin])
	}
	return list
}

// weigh takes the worst answer of all pods for a use.
func (r *round) weigh(u *use) {
	var worst *signature.Answer
	for h := range u.homes.all() {
		for i := range h.entries {
			if h.entries[i].use != u {
				continue
			}
			for _, s := range h.said {
				if worst == nil || worse(s.answers[i], worst) {
					worst = s.answers[i]
				}
			}
		}
	}
	if worst == nil {
		return
	}
	if !u.answer.Equal(worst) {
		r.dirty.owners[u.owner.ref] = struct{}{}
	}
	u.answer = worst
}

// worse orders answers: a check that has failed is the worst, then what is not known, then what is not proven.
func worse(a, b *signature.Answer) bool {
	if a.Refuted != b.Refuted {
		return a.Refuted
	}
	if x, y := grade(a.Verdict), grade(b.Verdict); x != y {
		return x > y
	}
	if a.Reason != b.Reason {
		return a.Reason < b.Reason
	}
	return a.At < b.At
}

func grade(v signature.Verdict) int {
	switch v {
	case signature.Verified:
		return 0
	case signature.NotRequired:
		return 1
	case signature.Unproven:
		return 2
	}
	return 3
}
