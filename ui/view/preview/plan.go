package preview

import (
	"context"
	"slices"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/ui/view"
)

// plan is what was made of the findings. It is immutable.
type plan struct {
	// fix is nil where none of the findings holds any more, or where err says why there is none.
	fix *remedy.Fix
	err error
	// preview is what the documents would do, where there are any; blind says why that is not known.
	preview   *engine.Preview
	blind     error
	documents []difference
	// stays are the findings that no document closes.
	stays []*model.Finding
	// gone counts the findings that did not hold any more when the plan was made.
	gone int
	// at is the moment of the report that it was made of, findings and records are what that held.
	at       time.Time
	findings []*model.Finding
	records  map[model.Ref]model.Record
}

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
	p := &plan{at: now.Report.Time, records: map[model.Ref]model.Record{}}
	for _, id := range ids {
		if row := now.Row(id); row != nil {
			p.findings = append(p.findings, row.Finding)
			p.note(now.Report, row.Finding.Object)
		} else {
			p.gone++
		}
	}
	if len(p.findings) == 0 {
		return p
	}
	if p.fix, p.err = session.Fix(ctx, p.findings); p.err != nil {
		p.fix = nil
		return p
	}
	if len(p.fix.Documents) > 0 {
		p.preview, p.blind = session.WhatIf(ctx, p.fix.Plan)
	}
	for i := range p.fix.Documents {
		d := difference{document: &p.fix.Documents[i]}
		for _, id := range d.document.Closes {
			if row := now.Row(id); row != nil {
				d.closes = append(d.closes, row.Finding)
			}
		}
		d.lines, d.err = compare(ctx, session, d.document.Step)
		p.documents = append(p.documents, d)
		p.note(now.Report, d.document.Step.Ref)
	}
	if p.blind == nil {
		p.stays = staying(p)
	}
	return p
}

// note keeps what the inventory has of an object.
func (p *plan) note(r *model.Report, object model.Ref) {
	if r.Inventory != nil {
		p.records[object] = r.Inventory.Get(object)
	}
}

// staying lists the findings that would go on as they are.
func staying(p *plan) []*model.Finding {
	if p.preview == nil {
		return p.findings
	}
	ends := map[string]bool{}
	for _, list := range [][]*model.Finding{p.preview.Closed, p.preview.Changed} {
		for _, f := range list {
			ends[f.ID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(p.findings), func(f *model.Finding) bool { return ends[f.ID] })
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
