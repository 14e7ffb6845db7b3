// Package inorder sorts values that are more than a pointer or a word. It gives just the order that the package slices
// gives, yet the compiler writes a tenth of the code for each type, since only numbers are sorted: slices.SortFunc is
// twenty kilobytes for every struct, and moves the structs about while it sorts. Pointers, strings and numbers are better
// off with slices, which sorts all pointers by the same code.
package inorder

import (
	"iter"
	"slices"
)

// Sort puts items in the order that compare says. Those that are equal may change places.
func Sort[T any](items []T, compare func(a, b T) int) {
	places := numbers(len(items))
	slices.SortFunc(places, func(i, j int) int { return compare(items[i], items[j]) })
	move(items, places)
}

// SortStable puts items in the order that compare says, and leaves those that are equal in the order they had.
func SortStable[T any](items []T, compare func(a, b T) int) {
	places := numbers(len(items))
	slices.SortStableFunc(places, func(i, j int) int { return compare(items[i], items[j]) })
	move(items, places)
}

// Collect gives what a sequence yields, sorted.
func Collect[T any](seq iter.Seq[T], compare func(a, b T) int) []T {
	items := slices.Collect(seq)
	Sort(items, compare)
	return items
}

// numbers gives those from 0 up to n, without n.
func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// move puts at each index the item that stood at places[index]. It follows the circles in which items change places, so
// that each is moved once, and ticks off those that are done in places.
func move[T any](items []T, places []int) {
	for i := range places {
		if places[i] == i {
			continue
		}
		first, at := items[i], i
		for places[at] != i {
			from := places[at]
			items[at], places[at] = items[from], at
			at = from
		}
		items[at], places[at] = first, at
	}
}
