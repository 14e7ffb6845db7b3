package segmentation

import (
	"math/rand/v2"
	"testing"

	"canopy/analysis/network/policy"
)

type labels map[string]string

func (l labels) Lookup(key string) (string, bool) { v, ok := l[key]; return v, ok }

// TestSelectorsAgainstAllLabels compares what is said of two selectors with what they do to every set of labels of a small
// world.
func TestSelectorsAgainstAllLabels(t *testing.T) {
	keys, values := []string{"a", "b"}, []string{"x", "y", "z"}
	var every []labels
	for i := range 4 {
		for j := range 4 {
			l := labels{}
			if i < 3 {
				l["a"] = values[i]
			}
			if j < 3 {
				l["b"] = values[j]
			}
			every = append(every, l)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	random := func() policy.Requirements {
		var list policy.Requirements
		for range r.IntN(3) {
			q := policy.Requirement{Key: keys[r.IntN(2)], Operator: policy.Operator(r.IntN(4))}
			if q.Operator == policy.In || q.Operator == policy.NotIn {
				for _, v := range values {
					if r.IntN(2) == 0 {
						q.Values = append(q.Values, v)
					}
				}
				if len(q.Values) == 0 {
					q.Values = []string{"x"}
				}
			}
			list = append(list, q)
		}
		return list
	}
	var met, apart, held int
	for range 20000 {
		a, b := random(), random()
		both, inside := false, true
		for _, l := range every {
			both = both || a.Match(l) && b.Match(l)
			inside = inside && (!b.Match(l) || a.Match(l))
		}
		got := compatible(a, b)
		// Values beyond those of the small world may meet what these do not.
		if both && !got {
			t.Fatalf("%s and %s: not compatible, and yet they meet", a, b)
		}
		if got && !both {
			l := labels{"a": "other", "b": "other"}
			some := false
			for _, x := range []labels{l, {"a": "other"}, {"b": "other"}, {"a": "other", "b": "x"}, {"a": "other", "b": "y"}, {"a": "other", "b": "z"}, {"a": "x", "b": "other"}, {"a": "y", "b": "other"}, {"a": "z", "b": "other"}} {
				some = some || a.Match(x) && b.Match(x)
			}
			if !some {
				t.Fatalf("%s and %s: compatible, and nothing meets both", a, b)
			}
		}
		if implied(a, b) {
			held++
			if !inside {
				t.Fatalf("%s does not follow from %s", a, b)
			}
		}
		if got {
			met++
		} else {
			apart++
		}
	}
	if met < 1000 || apart < 1000 || held < 1000 {
		t.Errorf("%d meet, %d do not, %d follow: too few of one", met, apart, held)
	}
}
