package command

import (
	"fmt"
	"iter"
	"slices"

	"canopy/analysis/network"
)

// pair is two ends that something is said about.
type pair struct{ src, dst network.End }

// tally sums up what is said about a pair that was named.
type tally struct {
	allowed, denied, unsure int
	// pairs lists the ends of it, each once, in their order, with all that is said about them by policies.
	pairs []pair
	said  map[pair][]string
}

func add(entries iter.Seq[network.Entry]) *tally {
	t := &tally{said: map[pair][]string{}}
	for e := range entries {
		switch e.Verdict {
		case network.Allow:
			t.allowed++
		case network.Deny:
			t.denied++
		default:
			t.unsure++
		}
		if !e.Via.IsZero() {
			// Of the same pair more is said elsewhere.
			continue
		}
		p := pair{e.Src, e.Dst}
		if t.said[p] == nil {
			t.pairs = append(t.pairs, p)
		}
		t.said[p] = append(t.said[p], saying(&e))
	}
	return t
}

// saying is what an entry says, whoever it is about.
func saying(e *network.Entry) string {
	return fmt.Sprintf("%s %s %q", e.Verdict, e.Connections, e.Assumption)
}

// status gives the exit status of a pair that was named. What depends on something counts before what is allowed: who asks
// whether all is well must not hear so while a part is open.
func (t *tally) status(a *asked) error {
	switch {
	case t.unsure > 0:
		return errUnknown
	case t.allowed > 0:
		return nil
	case t.denied > 0:
		return errNo
	case a.alone:
		return nil
	}
	// Nothing runs there, or nothing was seen of it.
	return errUnknown
}

// maxExplained is how many pairs are explained: further ones are counted.
const maxExplained = 4

// explanations explains the pairs of pods, workloads and addresses that were named.
func (f *flows) explanations(a *asked, t *tally) (list []*network.Explanation, more int) {
	if a.crowd {
		// Of namespaces only the entries are told: there are too many pairs in them to choose from.
		return nil, 0
	}
	for _, p := range t.pairs {
		if len(list) == maxExplained {
			more++
			continue
		}
		example := f.example(a, t, p)
		e, err := f.explain(example.src, example.dst)
		if err != nil {
			e = &network.Explanation{Src: p.src, Dst: p.dst, Notes: []string{"no explanation: " + err.Error()}}
		}
		list = append(list, e)
	}
	return list, more
}

// example gives two pods of a pair of which the same is said. Any will do, but where policies tell replicas apart.
func (f *flows) example(a *asked, t *tally, p pair) pair {
	if p.src.Class == "" && p.dst.Class == "" {
		return p
	}
	q := a.question(network.End{Ref: p.src.Ref, Block: p.src.Block}, network.End{Ref: p.dst.Ref, Block: p.dst.Block})
	q.Level = network.Pods
	var at pair
	var said []string
	for e := range f.entries(q) {
		if next := (pair{e.Src, e.Dst}); next != at {
			if slices.Equal(said, t.said[p]) {
				return at
			}
			at, said = next, nil
		}
		said = append(said, saying(&e))
	}
	if slices.Equal(said, t.said[p]) {
		return at
	}
	return p
}
