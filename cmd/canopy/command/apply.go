package command

import (
	"context"
	"fmt"
	"strings"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// outageClass is the class of breakage of what may take a service down.
const outageClass = "outage"

// applyFix carries a fix out.
func (r *run) applyFix(ctx context.Context, s *session, flags *fixFlags, asked []*model.Finding, fix *remedy.Fix) error {
	if len(fix.Documents) == 0 {
		if len(asked) == 0 {
			r.warn("canopy: there is nothing to fix")
			return r.printOutcome(flags.format, newOutcome(s.source.Name, &errand{}, &model.Trial{}))
		}
		return &shortfall{text: errNothing.Error()}
	}
	left := 0
	if flags.confirm.yes {
		if err := flags.refuse(fix); err != nil {
			return err
		}
	} else if !flags.overrideOwner {
		var err error
		if fix, left, err = r.askOwners(ctx, fix); err != nil {
			return err
		}
	}
	e := &errand{
		plan: fix.Plan, closes: closedBy(fix), format: flags.format, flags: &flags.confirm,
		question: fmt.Sprintf("apply %s to %s?", changeCount(len(fix.Plan.Steps)), output.Word(s.source.Name)),
		show:     func(i int) []string { return aboutDocument(&fix.Documents[i]) },
	}
	if err := r.carryOut(ctx, s, e); err != nil || left == 0 {
		return err
	}
	return &shortfall{text: changeCount(left) + " left to the source that manages the object; " + exportHint}
}

// exportHint says how a change gets to its source.
const exportHint = "canopy fix --out FOLDER writes what to change there"

// askOwners asks, for each document whose object something else manages, where the change is to be made: at its source, which
// leaves the document out, or here all the same. It gives the fix that is left, and how many documents were left out.
func (r *run) askOwners(ctx context.Context, fix *remedy.Fix) (*remedy.Fix, int, error) {
	keep, left := make([]bool, len(fix.Documents)), 0
	for i := range fix.Documents {
		d := &fix.Documents[i]
		keep[i] = true
		if d.ManagedBy == "" {
			continue
		}
		r.warn(fmt.Sprintf("%s is managed by %s, which may take the change back", output.Word(d.Step.Ref.String()), d.ManagedBy))
		if d.Source != "" {
			r.warn("    " + d.Source)
		}
		answer, err := r.reply(ctx, "export instead, which leaves it as it is here, or override? type export or override: ")
		if err != nil {
			return nil, 0, err
		}
		if keep[i] = answer == "override"; !keep[i] {
			left++
		}
	}
	switch left {
	case 0:
		return fix, 0, nil
	case len(keep):
		return nil, 0, &shortfall{text: "nothing was written: " + exportHint}
	}
	rest, err := fix.Only(keep)
	if err != nil {
		return nil, 0, &shortfall{text: "nothing was written: what is left to the source is needed by the rest: " + err.Error() + "; " + exportHint}
	}
	return rest, left, nil
}

// closedBy lists the findings that a fix is to end.
func closedBy(fix *remedy.Fix) []string {
	var ids []string
	for i := range fix.Documents {
		ids = append(ids, fix.Documents[i].Closes...)
	}
	return sortedOnce(ids)
}

// aboutDocument tells what there is to know before a document is applied.
func aboutDocument(d *remedy.Document) []string {
	var lines []string
	for _, id := range d.Closes {
		lines = append(lines, "closes "+id)
	}
	lines = append(lines, "breakage: "+d.Breakage)
	for _, e := range d.Evidence {
		lines = append(lines, "- "+e)
	}
	if d.ManagedBy != "" {
		lines = append(lines, "managed by "+d.ManagedBy+", which may take the change back: change it there")
	}
	return lines
}

// refuse says what is not done without being asked, and by what flag it is.
func (f *fixFlags) refuse(fix *remedy.Fix) error {
	var outages, managed []string
	for i := range fix.Documents {
		d := &fix.Documents[i]
		object := output.Word(d.Step.Ref.String())
		if d.Breakage == outageClass && !f.outage {
			outages = append(outages, object)
		}
		if d.ManagedBy != "" && !f.overrideOwner {
			managed = append(managed, object+" ("+d.ManagedBy+")")
		}
	}
	var said []string
	if len(outages) > 0 {
		said = append(said, "may take a service down: "+few(outages)+"; --accept-outage applies it all the same")
	}
	if len(managed) > 0 {
		said = append(said, "managed elsewhere, where it is to be changed: "+few(managed)+"; --override-owner changes it here all the same")
	}
	if len(said) == 0 {
		return nil
	}
	return fmt.Errorf("fix --apply --yes: nothing was written: %s; without --yes it is asked", strings.Join(said, "; "))
}
