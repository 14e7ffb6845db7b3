package engine

import (
	"time"

	"canopy/analysis/network"
	"canopy/model"
)

// patience is how long the network waits, while a cluster is read, for the rest of what its rules need: it would be worked
// out anew with all that comes.
const patience = time.Second

// postponed is the network not worked out yet. Until it is, its rules count as loading, whatever they need: none of them
// reads as judged.
type postponed struct {
	// waits tells that something was noted and not worked out. due is when it will be, whatever has come by then; over tells
	// that this moment has passed.
	waits, over bool
	due         time.Time
}

// postpones tells that the network is not worked out now, and notes that it will be. That is so while the source is read for
// the first time and a kind that rules of the network need has not come.
func (e *Engine) postpones() bool {
	if e.settled || e.quiet || e.postponed.over || !e.awaitsNetwork() {
		return false
	}
	if !e.postponed.waits {
		e.postponed = postponed{waits: true, due: e.clock.Now().Add(patience)}
		e.states = nil
	}
	return true
}

// awaitsNetwork tells that a rule of the network needs a kind that is on its way.
func (e *Engine) awaitsNetwork() bool {
	if e.loaded == nil {
		e.loaded = ruleStates(e.rules, e.cluster.Coverage())
	}
	for _, r := range e.rules {
		if ofNetwork(r) && e.loaded[r.ID].Loading {
			return true
		}
	}
	return false
}

func ofNetwork(r *model.Rule) bool { return r.Theme == "network" }

// flushNetwork works out who reaches whom, and judges it.
func (e *Engine) flushNetwork() network.Delta {
	if e.postponed.waits {
		e.postponed, e.states, e.dirty = postponed{}, nil, true
	}
	reach, ways := e.reaching.flush(e.cluster)
	e.segmentation.Flush(e.cluster, e.reaching.network, e.reaching.ways, ways, e.findings)
	return reach
}

// catchUp works out what was postponed, for those who ask before everything was read.
func (e *Engine) catchUp() {
	if e.postponed.waits {
		e.flushNetwork()
	}
}

// judged gives the states of the rules. Those of the network load as long as it is postponed.
func (e *Engine) judged(coverage []model.Coverage) map[string]model.RuleState {
	states := ruleStates(e.rules, coverage)
	if !e.postponed.waits {
		return states
	}
	for _, r := range e.rules {
		if ofNetwork(r) && !states[r.ID].Loading {
			states[r.ID] = model.RuleState{Loading: true, Reason: "loading what other rules of the network need"}
		}
	}
	return states
}
