package engine

import (
	"time"

	"canopy/model"
	"canopy/model/record"
)

// buried is how many deleted owners are remembered at most.
const buried = 1000

// graves remembers owners of pods that were deleted a short while ago, so that the end of what they owned is told of them.
type graves struct {
	byRef map[model.Ref]grave
	queue []grave
}

type grave struct {
	record model.Record
	time   time.Time
}

func newGraves() graves { return graves{byRef: map[model.Ref]grave{}} }

// bury takes an owner of pods that was deleted.
func (g *graves) bury(r model.Record, now time.Time) {
	if _, ok := r.(*record.Workload); !ok {
		return
	}
	for len(g.queue) > 0 && (len(g.queue) == buried || now.Sub(g.queue[0].time) >= windsUp) {
		if ref := g.queue[0].record.Ref(); g.byRef[ref] == g.queue[0] {
			delete(g.byRef, ref)
		}
		g.queue[0] = grave{}
		g.queue = g.queue[1:]
	}
	n := grave{r, now}
	g.byRef[r.Ref()] = n
	g.queue = append(g.queue, n)
}

// find gives an owner that was deleted a short while ago; nil where there is none.
func (g *graves) find(ref model.Ref, now time.Time) model.Record {
	if found, ok := g.byRef[ref]; ok && now.Sub(found.time) < windsUp {
		return found.record
	}
	return nil
}
