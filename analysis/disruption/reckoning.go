package disruption

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// reckoning is what a budget comes to, worked out as the disruption controller does (getExpectedPodCount and updatePdbStatus of
// pkg/controller/disruption).
type reckoning struct {
	// pods are those that it selects and that have not run to their end, healthy those that are ready and stay.
	pods, healthy int
	// expected is what percentages are of, wanted how many have to be healthy, well how many are where all of them are there and well.
	expected, wanted, well int
	// allowed is how many may be evicted now.
	allowed int
	// why says why it allows none with all of them well; "" where it does. doubt is what that rests on and was not seen.
	why, doubt string
	// limit is the field that says how many, text what it says.
	limit, text string
	// owners are the first of those that say how many replicas they want, scaled counts all of these. The rest is not kept: of many
	// budgets on one set of pods each would hold all owners.
	owners []share
	scaled int
	// twice are the first of the budgets that select some of its pods too, twins counts them all; wholly tells that no pod is its alone.
	twice  []*budget
	twins  int
	wholly bool
}

// mostNamed is how many owners, or budgets, are named by one finding; the rest is counted.
const mostNamed = 20

// share is what an owner adds.
type share struct {
	ref model.Ref
	tally
	scale
	replicas int
}

// scale is how the disruption controller finds the number of replicas of an owner.
type scale uint8

const (
	// known owners say how many replicas they want.
	known scale = iota
	// guessed ones were not seen, or are of a kind that has a scale which Canopy does not read: what is there is counted.
	guessed
	// bare pods have no controller: percentages leave them out.
	bare
	// unscaled owners have none, and the controller fails over them where it needs one.
	unscaled
)

// scaleOf finds the number of replicas of an owner.
func scaleOf(c *cluster.Cluster, ref model.Ref, pods int) (int, scale) {
	switch r := c.Get(ref).(type) {
	case *record.Workload:
		if scaled(ref) {
			return int(r.Replicas), known
		}
		return pods, unscaled
	case *record.Pod:
		if r.Owner == nil && !mirrored(r) {
			return pods, bare
		}
		// It names a controller that makes no such pods: a Node, where it is the mirror of a static pod.
		return pods, unscaled
	}
	switch ref.Group + "/" + ref.Kind {
	case "apps/DaemonSet", "batch/Job", "batch/CronJob":
		return pods, unscaled
	}
	return pods, guessed
}

// reckon works out what a budget comes to.
func (b *budget) reckon(c *cluster.Cluster) *reckoning {
	r := &reckoning{}
	shares, twins, alone := map[model.Ref]tally{}, map[*budget]struct{}{}, false
	for g := range b.groups {
		peopled := false
		for o, t := range g.tallies {
			shares[o.ref] = shares[o.ref].plus(t)
			n, _ := scaleOf(c, o.ref, t.pods)
			peopled = peopled || n > 0 || t.pods > 0
		}
		if alone = alone || peopled && len(g.budgets) == 1; !peopled || len(g.budgets) == 1 {
			continue
		}
		for _, other := range g.budgets {
			if other != b {
				twins[other] = struct{}{}
			}
		}
	}
	r.twins = len(twins)
	r.wholly = r.twins > 0 && !alone
	for other := range twins {
		r.twice = least(r.twice, other, func(x, y *budget) int { return x.ref.Compare(y.ref) })
	}
	list := make([]share, 0, len(shares))
	for ref, t := range shares {
		s := share{ref: ref, tally: t}
		if s.replicas, s.scale = scaleOf(c, ref, t.pods); s.scale == known {
			r.scaled++
			r.owners = least(r.owners, s, func(x, y share) int { return x.ref.Compare(y.ref) })
		}
		list = append(list, s)
	}
	b.settle(r, list)
	return r
}

// least keeps the mostNamed least items of those that were seen, sorted.
func least[T any](kept []T, item T, compare func(x, y T) int) []T {
	if len(kept) == mostNamed && compare(item, kept[mostNamed-1]) >= 0 {
		return kept
	}
	at, _ := slices.BinarySearchFunc(kept, item, compare)
	kept = slices.Insert(kept, at, item)
	return kept[:min(len(kept), mostNamed)]
}

// later gives the one of two references that stands later in the order, so that what is named does not depend on the order in which
// owners are gone through.
func later(x, y model.Ref) model.Ref {
	if x.Compare(y) < 0 {
		return y
	}
	return x
}

// settle fills in the numbers.
func (b *budget) settle(r *reckoning, owners []share) {
	spec, status := &b.record.Object.Spec, &b.record.Object.Status
	sum, without, vague := 0, model.Ref{}, model.Ref{}
	for _, s := range owners {
		r.pods += s.pods
		r.healthy += s.healthy
		r.well += s.replicas
		switch s.scale {
		case known, guessed:
			sum += s.replicas
			if s.scale == guessed {
				vague = later(vague, s.ref)
			}
		case unscaled:
			without = later(without, s.ref)
		}
	}
	counted := false
	switch limit := spec.MaxUnavailable; {
	case limit != nil:
		r.limit, r.text, counted = "maxUnavailable", limit.String(), true
	case spec.MinAvailable != nil:
		limit = spec.MinAvailable
		r.limit, r.text, counted = "minAvailable", limit.String(), limit.Type == intstr.String
	}
	r.expected = r.well
	if counted {
		r.expected = sum
		if !vague.IsZero() && without.IsZero() && observed(status) && status.ExpectedPods > 0 {
			// The controller has asked for the scale that Canopy does not read.
			r.well += int(status.ExpectedPods) - sum
			r.expected, vague = int(status.ExpectedPods), model.Ref{}
		}
	}
	bad := r.want(spec.MinAvailable, spec.MaxUnavailable)
	if r.allowed = r.healthy - r.wanted; r.expected <= 0 || r.allowed < 0 {
		r.allowed = 0
	}
	switch fails := failed(status); {
	case r.well == 0 && r.pods == 0:
		// Nothing is kept from being evicted.
	case r.limit == "":
		r.why = "neither minAvailable nor maxUnavailable is set, and without them it allows none"
	case bad != "":
		r.why = bad
	case counted && !without.IsZero():
		r.why = Brief(without.String()) + " has no number of replicas, so its controller cannot work out a " + r.kind() + " and allows none"
	case counted && r.expected <= 0 && r.well > 0:
		r.why = "no controller owns its pods, and only a number in minAvailable counts such"
	case r.well-r.wanted <= 0 && r.well > 0:
		r.why = r.because()
	case fails != "":
		r.why = fails
	}
	if r.why != "" {
		r.allowed = 0
	}
	if !vague.IsZero() {
		r.doubt = "how many replicas " + Brief(vague.String()) + " wants was not seen; what is there was counted"
	}
}

// never says why it can allow none; "" where it can.
func (r *reckoning) never() string {
	if r.why == "" && r.wholly {
		return "every pod that it selects is selected by " + Brief(r.twice[0].ref.String()) + " too, and the API evicts no pod of two budgets"
	}
	return r.why
}

// want works out how many have to be healthy; it says what is wrong with a limit that cannot be read.
func (r *reckoning) want(least, most *intstr.IntOrString) string {
	limit := most
	if most == nil {
		limit = least
	}
	if limit == nil {
		return ""
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(limit, r.expected, true)
	if err != nil {
		return r.limit + " " + Brief(r.text) + " is neither a number nor a percentage, so its controller allows none"
	}
	if r.wanted = n; most != nil {
		r.wanted = max(0, r.expected-n)
	}
	return ""
}

func (r *reckoning) kind() string {
	if r.limit == "maxUnavailable" {
		return r.limit
	}
	return "percentage"
}

// because says why all that are well are wanted.
func (r *reckoning) because() string {
	switch {
	case r.limit == "maxUnavailable":
		return "maxUnavailable is " + Brief(r.text)
	case r.text == "100%":
		return "minAvailable is 100%"
	case r.text == fmt.Sprint(r.wanted):
		return fmt.Sprintf("minAvailable is %d, and it selects %s", r.wanted, replicas(r.well))
	}
	return fmt.Sprintf("minAvailable is %s, which of %s, rounded up, is %d", Brief(r.text), replicas(r.expected), r.wanted)
}

func replicas(n int) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}
