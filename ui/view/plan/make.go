package plan

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/analysis/rollout"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/mask"
	"canopy/ui/view"
)

var (
	errAllLeft = errors.New("nothing would be left of the plan")
	errHidden  = errors.New("it may hold values that were never shown: save it to a file to read it")
)

// make makes a draft: the steps, what they would do, and what each changes. It may take a moment. An error means that what was
// asked for cannot be, so that what there was stays.
func (q request) make(ctx context.Context, session view.Session, now *view.Snapshot) (*draft, error) {
	d := &draft{at: now.Report.Time, records: map[model.Ref]model.Record{}}
	var err error
	switch {
	case q.origin.text != nil:
		err = q.propose(ctx, session, d)
	case q.origin.deed != nil:
		q.takeBack(d)
	default:
		err = q.fix(ctx, session, now, d)
	}
	if err != nil || d.broken() {
		return d, err
	}
	if q.before != nil {
		// It is as old as what it was made of.
		d.at, d.findings, d.gone = q.before.at, q.before.findings, q.before.gone
	}
	if len(d.plan.Steps) > 0 {
		d.preview, d.blind = session.WhatIf(ctx, d.plan)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	for i := range d.changes {
		c := &d.changes[i]
		if q.origin.deed == nil {
			// What is left out is compared with the object as it is, the rest with what earlier steps leave of it.
			plan, at := d.plan, c.place
			if at < 0 {
				plan, at = model.Plan{Steps: []model.Step{c.step}}, 0
			}
			c.rows, c.hidden, c.err = compareStep(ctx, session, plan, at, q.origin.text != nil)
		}
		d.note(now.Report, c.step.Ref)
	}
	if q.before != nil {
		for ref := range d.records {
			if r, ok := q.before.records[ref]; ok {
				d.records[ref] = r
			}
		}
	}
	if d.blind == nil {
		d.stays = d.staying()
	}
	d.judge()
	return d, nil
}

// fix makes the documents that end findings, or takes those that there are.
func (q request) fix(ctx context.Context, session view.Session, now *view.Snapshot, d *draft) error {
	for _, id := range q.origin.findings {
		if row := now.Row(id); row != nil {
			d.findings = append(d.findings, row.Finding)
			d.note(now.Report, row.Finding.Object)
		} else {
			d.gone++
		}
	}
	d.full = q.full
	if d.full == nil && q.origin.cut != nil {
		if d.full, d.err = session.Sever(ctx, *q.origin.cut); d.broken() {
			return nil
		}
	}
	if d.full == nil {
		if len(d.findings) == 0 {
			return nil
		}
		if d.full, d.err = session.Fix(ctx, d.findings); d.broken() {
			return nil
		}
	}
	d.fix, d.keep = d.full, q.keep
	if d.keep == nil {
		d.keep = slices.Repeat([]bool{true}, len(d.full.Documents))
	}
	if slices.Contains(d.keep, false) {
		if !slices.Contains(d.keep, true) {
			return errAllLeft
		}
		only, err := d.full.Only(d.keep)
		if err != nil {
			return err
		}
		d.fix = only
	}
	d.plan = d.fix.Plan
	place := 0
	for i := range d.full.Documents {
		c := change{step: d.full.Documents[i].Step, place: -1, document: &d.full.Documents[i], edited: q.edited[i]}
		if d.keep[i] {
			c.place, c.document, c.step = place, &d.fix.Documents[place], d.fix.Documents[place].Step
			place++
			for _, id := range c.document.Closes {
				if row := now.Row(id); row != nil {
					c.closes = append(c.closes, row.Finding)
				}
			}
		}
		d.changes = append(d.changes, c)
	}
	return nil
}

// propose reads what somebody is about to apply.
func (q request) propose(ctx context.Context, session view.Session, d *draft) error {
	if d.proposal, d.err = session.Propose(ctx, q.origin.text.data); d.broken() {
		return nil
	}
	d.keep = q.keep
	if d.keep == nil {
		d.keep = slices.Repeat([]bool{true}, len(d.proposal.Plan.Steps))
	}
	if len(d.keep) > 0 && !slices.Contains(d.keep, true) {
		return errAllLeft
	}
	d.plan.Title = d.proposal.Plan.Title
	for i, step := range d.proposal.Plan.Steps {
		c := change{step: step, place: -1}
		if d.keep[i] {
			c.place = len(d.plan.Steps)
			d.plan.Steps = append(d.plan.Steps, step)
		}
		d.changes = append(d.changes, c)
	}
	return nil
}

// takeBack gives the steps that take a deed back. Their bodies are never shown: what they change is known from the deed.
func (q request) takeBack(d *draft) {
	d.plan = q.origin.deed.Undo
	for i, step := range d.plan.Steps {
		c := change{step: step, place: i}
		c.rows = q.origin.deed.rows[touch{step.Verb, step.Ref}]
		d.changes = append(d.changes, c)
	}
}

// turned gives a difference the other way round.
func turned(rows []row) []row {
	out := make([]row, len(rows))
	for i, r := range rows {
		out[i] = row{r.kind, r.now, r.old}
		switch r.kind {
		case added:
			out[i].kind = removed
		case removed:
			out[i].kind = added
		}
	}
	return out
}

// compareStep gives the difference that a step of a plan would make to what the steps before it leave of its object. What comes from a
// text of the user is compared with values masked on both sides; hidden tells that there are some.
func compareStep(ctx context.Context, session view.Session, plan model.Plan, i int, foreign bool) (rows []row, hidden bool, err error) {
	step := plan.Steps[i]
	var object *unstructured.Unstructured
	if step.Verb != model.Create {
		// An earlier step may make what is not there yet.
		if object, err = session.Object(ctx, step.Ref); err != nil && !errors.Is(err, model.ErrNotFound) {
			return nil, false, err
		}
	}
	before, after, err := rollout.ShowStep(object, plan, i)
	if err == nil && foreign {
		if before, _, err = masked(before); err == nil {
			after, hidden, err = masked(after)
		}
	}
	if err != nil {
		return nil, false, err
	}
	rows, err = compare(string(before), string(after))
	return rows, hidden, err
}

// masked gives the YAML of an object with its values masked; hidden tells that there were some.
func masked(text []byte) (out []byte, hidden bool, err error) {
	if len(text) == 0 {
		return text, false, nil
	}
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &u.Object); err != nil {
		return nil, false, err
	}
	before := u.DeepCopy()
	mask.Object(u, detect.Default())
	shown, err := textOf(u)
	return []byte(shown), !reflect.DeepEqual(u.Object, before.Object), err
}

// documentText is the text of a change, as people use it: of what comes from a text of the user with values masked.
func (c *change) documentText() ([]byte, error) {
	if c.document != nil {
		return c.document.YAML, nil
	}
	u := &unstructured.Unstructured{}
	if len(c.step.Body) == 0 {
		return nil, errBare
	}
	if err := json.Unmarshal(c.step.Body, &u.Object); err != nil {
		return nil, errBare
	}
	if u.GetKind() == "" {
		// What is masked depends on the kind.
		u.SetAPIVersion(c.step.Ref.APIVersion())
		u.SetKind(c.step.Ref.Kind)
	}
	text, err := textOf(u)
	return []byte(text), err
}

var errBare = errors.New("the step has no document: it only names what goes")
