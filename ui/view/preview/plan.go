package preview

import (
	"context"
	"slices"

	"github.com/aymanbagabas/go-udiff"

	"canopy/analysis/remedy"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/ui/view"
)

// difference is one document with what it would change.
type difference struct {
	document *remedy.Document
	closes   []*model.Finding
	// lines is the difference, a line each, not clean; err says why there is none.
	lines []string
	err   error
}

// newPlan makes a fix, asks what it would do, and compares every object with what it would be. It may take a moment.
func newPlan(ctx context.Context, session view.Session, now *view.Snapshot, ids []string) *plan {
	p := &plan{}
	var findings []*model.Finding
	for _, id := range ids {
		if row := now.Row(id); row != nil {
			findings = append(findings, row.Finding)
		} else {
			p.gone++
		}
	}
	if len(findings) == 0 {
		return p
	}
	if p.fix, p.err = session.Fix(ctx, findings); p.err != nil {
		return p
	}
	if len(p.fix.Documents) > 0 {
		if p.preview, p.err = session.WhatIf(ctx, p.fix.Plan); p.err != nil {
			return p
		}
	}
	p.stays = staying(findings, p)
	for i := range p.fix.Documents {
		d := difference{document: &p.fix.Documents[i]}
		for _, id := range d.document.Closes {
			if row := now.Row(id); row != nil {
				d.closes = append(d.closes, row.Finding)
			}
		}
		d.lines, d.err = compare(ctx, session, d.document.Step)
		p.documents = append(p.documents, d)
	}
	return p
}

// staying lists the findings that would go on as they are.
func staying(findings []*model.Finding, p *plan) []*model.Finding {
	if p.preview == nil {
		return findings
	}
	var stays []*model.Finding
	for _, f := range findings {
		same := func(o *model.Finding) bool { return o.ID == f.ID }
		if !slices.ContainsFunc(p.preview.Closed, same) && !slices.ContainsFunc(p.preview.Changed, same) {
			stays = append(stays, f)
		}
	}
	return stays
}

// around is how many lines around a change are shown.
const around = 3

// compare gives the difference between an object and what a step would make of it.
func compare(ctx context.Context, session view.Session, step model.Step) ([]string, error) {
	var before, after []byte
	var err error
	if step.Verb == model.Create {
		before, after, err = rollout.Show(nil, step)
	} else {
		object, failure := session.Object(ctx, step.Ref)
		if failure != nil {
			return nil, failure
		}
		before, after, err = rollout.Show(object, step)
	}
	if err != nil {
		return nil, err
	}
	edits := udiff.Lines(string(before), string(after))
	unified, err := udiff.ToUnifiedDiff("", "", string(before), edits, around)
	if err != nil {
		return nil, err
	}
	var lines []string
	for i, h := range unified.Hunks {
		if i > 0 {
			lines = append(lines, "@")
		}
		for _, l := range h.Lines {
			sign := " "
			switch l.Kind {
			case udiff.Delete:
				sign = "-"
			case udiff.Insert:
				sign = "+"
			}
			lines = append(lines, sign+l.Content)
		}
	}
	return lines, nil
}
