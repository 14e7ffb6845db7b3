package live

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

func TestRing(t *testing.T) {
	r := newRing(3)
	put := func(uid types.UID, at int64, count int32) { r.put(uid, model.Event{Time: at, Count: count}) }
	check := func(want string, wantDropped int) {
		t.Helper()
		events, dropped := r.events()
		got := ""
		for _, e := range events {
			got += fmt.Sprintf("%d/%d ", e.Time, e.Count)
		}
		if got != want || dropped != wantDropped {
			t.Errorf("got %q, %d dropped; want %q, %d", got, dropped, want, wantDropped)
		}
	}
	check("", 0)
	put("b", 2, 1)
	put("a", 1, 1)
	put("c", 3, 1)
	check("1/1 2/1 3/1 ", 0)
	put("a", 5, 2) // seen again: moves to the end
	check("2/1 3/1 5/2 ", 0)
	put("a", 4, 1) // an older state, as from another list
	check("2/1 3/1 5/2 ", 0)
	put("d", 6, 1)
	check("3/1 5/2 6/1 ", 1)
	put("e", 1, 1) // older than all: not taken
	check("3/1 5/2 6/1 ", 2)
}
