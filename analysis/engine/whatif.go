package engine

import (
	"context"
	"errors"
	"maps"
	"slices"

	"canopy/analysis/attack"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/analysis/rollout"
	"canopy/model"
)

// Preview is what a plan would change, found by making the change, looking, and taking it back.
type Preview struct {
	// Closed lists the findings that would end, Opened those that would begin, by id.
	Closed, Opened []*model.Finding
	// Changed lists those that would go on with other evidence, as they would be.
	Changed []*model.Finding
	// Lost lists what subjects would be permitted no longer, as far as RBAC was seen.
	Lost []rbac.Loss
	// PairsOpened and PairsClosed list the connections between pods that would become possible, and those that would not be any
	// more. PairsKnown tells that they were worked out, which waits for everything to be read.
	PairsOpened, PairsClosed []network.Shift
	PairsKnown               bool
	// PathsCut and PathsOpened list the sources from which cluster-admin could no longer be reached, and those from which it could be.
	// PathsKnown tells that they were worked out, which waits for everything to be read.
	PathsCut, PathsOpened []attack.Node
	PathsKnown            bool
	// Assumptions names what the preview rests on and cannot see.
	Assumptions []string
}

var errNotTakenBack = errors.New("what-if: the state after taking the change back differs from the state before; the analysis was built anew and the preview dropped")

// WhatIf tells what a plan would change. It is a transaction on the writer: nothing is published between.
func (e *Engine) WhatIf(ctx context.Context, plan model.Plan) (*Preview, error) {
	var p *Preview
	var failure error
	err := e.do(ctx, func() { p, failure = e.whatIf(plan) })
	if err != nil {
		return nil, err
	}
	return p, failure
}

func (e *Engine) whatIf(plan model.Plan) (*Preview, error) {
	changes, assumptions, err := rollout.Expand(e.cluster, plan)
	if err != nil {
		return nil, err
	}
	// What is taken back needs no place in the inventory, nor among the edits.
	e.quiet = true
	defer func() { e.quiet = false }()
	before, digest := e.findings.snapshot(), e.findings.digest
	touched := e.findings.record()
	inverses := make([]model.Change, len(changes))
	e.concerned = map[model.Subject]struct{}{}
	defer func() { e.concerned = nil }()
	e.held = true
	for i, c := range changes {
		inverses[i] = model.Change{Ref: c.Ref, Record: e.cluster.Get(c.Ref)}
		e.apply(c)
	}
	came := e.flush()
	ids := touched()
	after := e.findings.snapshot()
	subjects := slices.SortedFunc(maps.Keys(e.concerned), model.Subject.Compare)
	kept := e.access.Hold(subjects, nil)
	for i := len(inverses) - 1; i >= 0; i-- {
		e.apply(inverses[i])
	}
	e.held = false
	e.flush()
	if e.leaving() {
		return nil, context.Canceled
	}
	if e.findings.digest != digest {
		e.rebuild()
		return nil, errNotTakenBack
	}
	p := &Preview{
		Assumptions: assumptions, Lost: rbac.Lost(e.access.Hold(subjects, nil), kept),
		PairsOpened: came.Opened, PairsClosed: came.Closed, PairsKnown: e.settled,
		PathsOpened: came.opened, PathsCut: came.closed, PathsKnown: e.settled,
	}
	for _, id := range ids {
		switch old, now := before.Get(id), after.Get(id); {
		case old == nil && now != nil:
			p.Opened = append(p.Opened, now)
		case old != nil && now == nil:
			p.Closed = append(p.Closed, old)
		case old != nil && !old.Equal(now):
			p.Changed = append(p.Changed, now)
		}
	}
	return p, nil
}
