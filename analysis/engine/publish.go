package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// publish makes the report of now and tells the subscribers. Its cost does not depend on the size of the cluster.
func (e *Engine) publish() {
	e.dirty, e.awaited = false, false
	e.sequence++
	coverage := e.cluster.Coverage()
	if e.states == nil {
		e.states, e.lacking = ruleStates(e.rules, coverage), lacking(coverage)
	}
	r := &model.Report{
		Source: e.source, Time: e.clock.Now(), Sequence: e.sequence, Objects: map[string]int{}, Coverage: coverage,
		Rules: e.judged(e.states), Findings: e.findings.snapshot(), Digest: e.findings.digest,
		Inventory: e.inventory.snapshot(),
	}
	if e.settled {
		r.Attack = e.attacks.Attack(e.world(), e.missing())
	}
	r.Edits, r.EditsDropped = e.edits.snapshot(r.Time)
	shifted := e.edits.shifted
	e.shifted.Store(&shifted)
	for _, gk := range e.cluster.Kinds() {
		// Kinds of other groups may have the name of a built-in one.
		if model.BuiltIn(gk) != nil || model.KindByName(gk.Kind) == nil || model.BuiltIn(model.KindByName(gk.Kind).GroupKind()) == nil {
			r.Objects[gk.Kind] += e.cluster.Len(gk)
		}
	}
	for id, c := range e.findings.counts {
		if e.states[id].Loading {
			continue
		}
		for s, n := range c.open {
			r.Score[s] += n
		}
		r.Unknown += c.unknown
	}
	e.report.Store(r)
	e.notify()
}

func (e *Engine) notify() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for ch := range e.subscribers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Subscribe gives a channel that holds a token whenever a report came out since the last look, and the function that ends
// the subscription.
func (e *Engine) Subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.subscribers[ch] = struct{}{}
	return ch, func() {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		delete(e.subscribers, ch)
	}
}

// Settle waits until the source has said of every kind how much of it can be seen and all of that is in a report, which it
// gives. Where the context ends first it gives the newest report with the context's error.
func (e *Engine) Settle(ctx context.Context) (*model.Report, error) {
	news, cancel := e.Subscribe()
	defer cancel()
	for {
		settled := false
		err := e.do(ctx, func() {
			// Publishing here while something loads would wake this very loop.
			if settled = e.idle() && e.cluster.Settled(); settled {
				e.publish()
			}
			e.awaited = !settled
		})
		if err != nil || settled {
			return e.Report(), err
		}
		select {
		case <-news:
		case <-ctx.Done():
			return e.Report(), ctx.Err()
		}
	}
}

// ruleStates says for each rule whether the kinds it needs were seen.
func ruleStates(rules []*model.Rule, coverage []model.Coverage) map[string]model.RuleState {
	byKind := map[schema.GroupKind][]model.Coverage{}
	for _, c := range coverage {
		byKind[c.Kind] = append(byKind[c.Kind], c)
	}
	states := make(map[string]model.RuleState, len(rules))
	for _, r := range rules {
		states[r.ID] = ruleState(r.NeedKinds(), byKind)
	}
	return states
}

// ruleState is the worst of what is known of the kinds: loading before unseen before partly seen.
func ruleState(needs []schema.GroupKind, byKind map[schema.GroupKind][]model.Coverage) model.RuleState {
	var loading, unseen, partly []string
	for _, gk := range needs {
		list := byKind[gk]
		complete, incomplete, isLoading := 0, 0, len(list) == 0
		reason := ""
		for _, c := range list {
			switch c.State {
			case model.Loading:
				isLoading = true
			case model.Complete:
				complete++
			case model.Partial:
				complete++
				incomplete++
				// The whole cluster comes before its namespaces: what it lacks is the reason.
				reason = cmp.Or(reason, c.Reason)
			default:
				incomplete++
				reason = cmp.Or(reason, fmt.Sprintf("%s: %s", c.State, c.Reason))
			}
		}
		switch {
		case isLoading:
			loading = append(loading, gk.Kind)
		case complete == 0:
			unseen = append(unseen, gk.Kind+" "+reason)
		case incomplete > 0:
			partly = append(partly, gk.Kind+" "+reason)
		}
	}
	switch {
	case len(loading) > 0:
		return model.RuleState{Loading: true, Reason: "loading " + strings.Join(loading, ", ")}
	case len(unseen) > 0:
		return model.RuleState{Reason: strings.Join(unseen, "; ")}
	case len(partly) > 0:
		return model.RuleState{Verdict: model.Depends, Reason: strings.Join(partly, "; ")}
	}
	return model.RuleState{Verdict: model.Yes}
}
