package main

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMergedLinesComeBack lays random versions over each other, of few different lines so that they stand in many orders.
func TestMergedLinesComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		o := &object{}
		versions := make([][]string, 6)
		for minor := range versions {
			for range random.IntN(7) {
				versions[minor] = append(versions[minor], string(rune('a'+random.IntN(5))))
			}
			if err := o.add(minor, versions[minor]); err != nil {
				t.Fatal(err)
			}
		}
		for minor, want := range versions {
			var got []string
			for _, l := range o.lines {
				if slices.Contains(l.minors, minor) {
					got = append(got, l.text)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("version %d of %v comes back as %v", minor, versions, got)
			}
		}
	}
}

func TestVersionRanges(t *testing.T) {
	all := []int{29, 30, 31, 32, 33}
	for want, minors := range map[string][]int{"": all, " #29": {29}, " #29-30,32-33": {29, 30, 32, 33}, " #29,31,33": {29, 31, 33}} {
		if got := versions(minors, all); got != want {
			t.Errorf("%v is written %q, not %q", minors, got, want)
		}
	}
}
