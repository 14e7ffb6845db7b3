package plan

import (
	"slices"
	"time"

	"canopy/analysis/engine"
	"canopy/analysis/proposal"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/ui/view"
)

// draft is a plan with what is known of it without a server. It is immutable.
type draft struct {
	// plan holds the steps that are not left out.
	plan    model.Plan
	changes []change
	// full is the fix with all that was edited, fix that without what is left out; both are nil for a plan that is none, where no
	// finding holds any more, and where err says why there is none.
	full, fix *remedy.Fix
	err       error
	// keep tells, for each change, that it is not left out.
	keep []bool
	// proposal is what was read of a text; nil where the plan is none.
	proposal *proposal.Proposal
	// preview is what the steps would do, where there are any; blind says why that is not known.
	preview *engine.Preview
	blind   error
	// stays are the findings that no document closes.
	stays []*model.Finding
	// gone counts the findings that did not hold any more when the plan was made.
	gone int
	// at is the moment of the report that it was made of, findings and records are what that held.
	at       time.Time
	findings []*model.Finding
	records  map[model.Ref]model.Record
	// checks are those of the rungs that need no server.
	checks []model.Check
}

// change is one step with what is known of it.
type change struct {
	step model.Step
	// place is that of the step in the plan; -1 where it is left out.
	place int
	// document is what people use of it; nil for a step of no fix.
	document *remedy.Document
	closes   []*model.Finding
	// edited tells that the user has changed the document.
	edited bool
	// rows is the difference it makes, and err says why there is none.
	rows []row
	err  error
	// hidden tells that the difference may lack values, which are never shown.
	hidden bool
}

// broken forgets what could not be made, and tells that there is a reason for it.
func (d *draft) broken() bool {
	if d.err == nil {
		return false
	}
	d.full, d.proposal = nil, nil
	return true
}

// incomplete says why a plan must not be written though it can be looked at; "" where it may be. Values of Secrets are never read,
// and of a text that could only be read in part nobody knows what the rest would have done.
func (d *draft) incomplete() string {
	if d.proposal == nil {
		return ""
	}
	for _, ref := range d.proposal.Masked {
		if slices.ContainsFunc(d.plan.Steps, func(s model.Step) bool { return s.Ref == ref }) {
			return "the values of the Secret " + ref.String() + " are not in the plan, since Canopy never reads them: leave it out, and apply it with kubectl"
		}
	}
	if n := len(d.proposal.Problems); n > 0 {
		p := d.proposal.Problems[0]
		return view.Count(n, "part") + " of the text could not be taken: mend it first: " + where(p.Document, p.Line) + p.Text
	}
	return ""
}

// managed names what would take the change back; "" where nothing is known to.
func (c *change) managed() string {
	if c.document == nil {
		return ""
	}
	return c.document.ManagedBy
}

// breakage is the class of what it may break; "" where that is not known.
func (c *change) breakage() string {
	if c.document == nil {
		return ""
	}
	return c.document.Breakage
}

// note keeps what the inventory has of an object.
func (d *draft) note(r *model.Report, object model.Ref) {
	if r.Inventory != nil {
		d.records[object] = r.Inventory.Get(object)
	}
}

// left counts the changes that are left out.
func (d *draft) left() int {
	n := 0
	for i := range d.changes {
		if d.changes[i].place < 0 {
			n++
		}
	}
	return n
}

// at gives the change of a step of the plan; nil where there is none.
func (d *draft) of(step int) *change {
	for i := range d.changes {
		if d.changes[i].place == step && step >= 0 {
			return &d.changes[i]
		}
	}
	return nil
}

// closes lists the ids of the findings that the plan is to end, and would.
func (d *draft) closes() []string {
	if d.preview == nil {
		return nil
	}
	asked := map[string]bool{}
	for _, f := range d.findings {
		asked[f.ID] = true
	}
	var ids []string
	for _, f := range d.preview.Closed {
		if d.fix == nil || asked[f.ID] {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// managers names what would take changes back, each once.
func (d *draft) managers() []string {
	var names []string
	for i := range d.changes {
		if by := d.changes[i].managed(); by != "" && d.changes[i].place >= 0 && !slices.Contains(names, by) {
			names = append(names, by)
		}
	}
	return names
}

// sources say where changes belong that something would take back, each once.
func (d *draft) sources() []string {
	var list []string
	for i := range d.changes {
		c := &d.changes[i]
		if c.place >= 0 && c.managed() != "" && c.document.Source != "" && !slices.Contains(list, c.document.Source) {
			list = append(list, c.document.Source)
		}
	}
	return list
}

// worst gives the worst class of what the changes may break; ok is false where no change has one.
func (d *draft) worst() (class string, ok bool) {
	order := []string{"none", "likely-safe", "needs-evidence", "outage"}
	at := -1
	for i := range d.changes {
		if d.changes[i].place >= 0 {
			at = max(at, slices.Index(order, d.changes[i].breakage()))
		}
	}
	if at < 0 {
		return "", false
	}
	return order[at], true
}

// staying lists the findings that would go on as they are.
func (d *draft) staying() []*model.Finding {
	if d.preview == nil {
		return d.findings
	}
	ends := map[string]bool{}
	for _, list := range [][]*model.Finding{d.preview.Closed, d.preview.Changed} {
		for _, f := range list {
			ends[f.ID] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(d.findings), func(f *model.Finding) bool { return ends[f.ID] })
}

// judge makes the checks of the rungs that need no server.
func (d *draft) judge() {
	for i := range d.changes {
		c := &d.changes[i]
		if c.place < 0 {
			continue
		}
		check := model.Check{Rung: model.RungParsed, Step: c.place}
		if c.err != nil {
			check.Outcome, check.Cause, check.Message = model.Failed, model.CauseInvalid, c.err.Error()
		}
		d.checks = append(d.checks, check)
	}
	if len(d.plan.Steps) == 0 {
		return
	}
	check := model.Check{Rung: model.RungWhatIf, Step: model.WholePlan}
	switch {
	case d.blind != nil:
		check.Outcome, check.Cause, check.Message = model.Untestable, model.CauseOther, d.blind.Error()
	case d.preview != nil && slices.ContainsFunc(d.preview.Opened, func(f *model.Finding) bool { return f.Verdict == model.Yes }):
		check.Outcome, check.Message = model.Warned, "it opens "+view.Count(len(d.preview.Opened), "finding")
	}
	d.checks = append(d.checks, check)
}
