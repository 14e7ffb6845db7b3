package privilege

import (
	"math/bits"

	"canopy/model"
)

// opening is an edge that is open to somebody, by one way or several.
type opening struct {
	edge int
	// needs are those that the role meets of ways that are open.
	needs set
	// grips has a bit for each grip in which one of the ways is held.
	grips uint16
	// sink tells that it gives the whole cluster.
	sink bool
	// why says what decides where that is not known; "" where one way is certain.
	why string
	// with are other bindings of a subject that are needed too.
	with []support
}

// support is a grant through another binding.
type support struct {
	binding model.Ref
	role    *role
	need    int
}

// take adds a way that is open. What an uncertain one rests on is told only where none is certain.
func (o *opening) take(e *edge, w *way, needs *set, g grip, why string, cluster bool) {
	if why != "" {
		g |= unsure
	}
	if !o.certain() && (o.why == "" || why == "") {
		o.why = why
	}
	o.needs.join(needs)
	o.grips |= 1 << g
	o.sink = o.sink || (g == 0 && e.Takeover && (cluster || len(w.Namespaces) > 0))
}

func (o *opening) is() bool { return o.grips != 0 }

// whole tells that one way is held for good.
func (o *opening) whole() bool { return o.grips&1 != 0 }

// any tells whether some way is held in a grip of which none of these holds.
func (o *opening) without(g grip) bool {
	for have := range grips {
		if o.grips&(1<<have) != 0 && have&g == 0 {
			return true
		}
	}
	return false
}

func (o *opening) certain() bool { return o.without(unsure) }

// mild counts what makes the edge milder, in the strongest of its ways: that it is for named objects alone, and that nothing
// is gained.
func (o *opening) mild() int {
	least := 2
	for have := range grips {
		if o.grips&(1<<have) != 0 {
			least = min(least, bits.OnesCount8(uint8(have&(named|limited))))
		}
	}
	return least
}
