package inorder_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/model/inorder"
)

// card is larger than a word. Its suit decides the order, its number tells equal ones apart.
type card struct {
	suit   int
	number int
	text   string
	// more makes it large.
	more [4]string
}

func bySuit(a, b card) int { return cmp.Compare(a.suit, b.suit) }

func pack(r *rand.Rand, n, suits int) []card {
	cards := make([]card, n)
	for i := range cards {
		cards[i] = card{suit: r.IntN(suits), number: i, text: fmt.Sprint(i), more: [4]string{fmt.Sprint(-i)}}
	}
	return cards
}

// The package slices says what is right, down to where equal items end up.
func TestAsSlices(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		for _, suits := range []int{1, 3, n + 1, 1000} {
			cards := pack(r, n, suits)
			switch n % 3 {
			case 1:
				slices.SortFunc(cards, bySuit)
			case 2:
				slices.SortFunc(cards, func(a, b card) int { return bySuit(b, a) })
			}
			want, stable := slices.Clone(cards), slices.Clone(cards)
			slices.SortFunc(want, bySuit)
			slices.SortStableFunc(stable, bySuit)
			if got := inorder.Collect(slices.Values(cards), bySuit); !slices.Equal(got, want) {
				t.Fatalf("%d cards of %d suits: collected as\n%v, want\n%v", n, suits, got, want)
			}
			got := slices.Clone(cards)
			if inorder.Sort(got, bySuit); !slices.Equal(got, want) {
				t.Fatalf("%d cards of %d suits: sorted as\n%v, want\n%v", n, suits, got, want)
			}
			if inorder.SortStable(cards, bySuit); !slices.Equal(cards, stable) {
				t.Fatalf("%d cards of %d suits: sorted stably as\n%v, want\n%v", n, suits, cards, stable)
			}
		}
	}
}

func BenchmarkSort(b *testing.B) {
	for _, n := range []int{2, 10, 100, 10000} {
		cards := pack(rand.New(rand.NewPCG(1, 2)), n, n)
		work := make([]card, n)
		for _, way := range []struct {
			name string
			sort func([]card, func(a, b card) int)
		}{
			{"slices", slices.SortFunc[[]card]},
			{"inorder", inorder.Sort[card]},
			{"slices-stable", slices.SortStableFunc[[]card]},
			{"inorder-stable", inorder.SortStable[card]},
		} {
			b.Run(fmt.Sprintf("%s/%d", way.name, n), func(b *testing.B) {
				for b.Loop() {
					copy(work, cards)
					way.sort(work, bySuit)
				}
			})
		}
	}
}
