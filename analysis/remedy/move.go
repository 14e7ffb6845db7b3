package remedy

import (
	"slices"

	"canopy/model"
)

// Move is a finding that goes over from an object to the one that takes its place.
type Move struct {
	From, To *model.Finding
}

// Moves tells apart, of what a preview says closes and opens, the findings that only go over to an object that takes the
// place of another. One that becomes worse by that, or that was to be closed, is no move. The rest is as it was, in order.
func (f *Fix) Moves(closed, opened []*model.Finding) (moves []Move, closes, opens []*model.Finding) {
	places := map[model.Ref]model.Ref{}
	wanted := map[string]bool{}
	for i := range f.Documents {
		d := &f.Documents[i]
		if !d.Replaces.IsZero() {
			places[d.Replaces] = d.Step.Ref
		}
		for _, id := range d.Closes {
			wanted[id] = true
		}
	}
	byID := map[string]*model.Finding{}
	for _, o := range opened {
		byID[o.ID] = o
	}
	moved := map[string]bool{}
	for _, c := range closed {
		to, replaced := places[c.Object]
		now := byID[model.FindingID(c.Rule.ID, to)]
		if !replaced || now == nil || wanted[c.ID] || now.Severity > c.Severity {
			closes = append(closes, c)
			continue
		}
		moves = append(moves, Move{c, now})
		moved[now.ID] = true
	}
	opens = slices.DeleteFunc(slices.Clone(opened), func(o *model.Finding) bool { return moved[o.ID] })
	return moves, closes, opens
}
