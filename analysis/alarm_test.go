package analysis

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestAlarms holds that alarms ring in order, however they were moved, and each once.
func TestAlarms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var l Alarms[int]
	all := make([]*Alarm[int], 40)
	for i := range all {
		all[i] = &Alarm[int]{Of: i}
	}
	for step := range 4000 {
		l.Set(all[r.IntN(len(all))], int64(r.IntN(30)))
		var want []int64
		for _, a := range all {
			if a.Due() > 0 {
				want = append(want, a.Due())
			}
		}
		if len(want) != l.Len() || len(want) > 0 && slices.Min(want) != l.Next().Unix() {
			t.Fatal(fmt.Sprint(want, " next ", l.Next()))
		}
		if step%100 > 0 {
			continue
		}
		var rung []int64
		dues := map[int]int64{}
		for i, a := range all {
			dues[i] = a.Due()
		}
		l.Ring(15, func(i int) { rung = append(rung, dues[i]) })
		due := slices.DeleteFunc(want, func(at int64) bool { return at > 15 })
		slices.Sort(due)
		if !slices.Equal(rung, due) {
			t.Fatalf("rang at %v, want %v", rung, due)
		}
	}
	l = Alarms[int]{}
	if at := l.Next(); at != (time.Time{}) {
		t.Errorf("without any the next is %s", at)
	}
}
