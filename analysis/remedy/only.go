package remedy

import (
	"cmp"
	"fmt"
	"slices"

	"canopy/model"
	"canopy/model/inorder"
)

// requirement is a document without which another must not stand.
type requirement struct {
	verb model.StepVerb
	ref  model.Ref
	// why ends the sentence "… cannot go without …, ".
	why string
}

// Only gives the fix with just the documents whose place in keep is true. An error says which document cannot go without which:
// a deletion without what takes the object's place, a binding without its role, a policy that isolates without those that let
// through. Findings that need a document which was left out are taken off Closes and noted.
func (f *Fix) Only(keep []bool) (*Fix, error) {
	if len(keep) != len(f.Documents) {
		return nil, fmt.Errorf("the fix has %d documents, and %d were named", len(f.Documents), len(keep))
	}
	for i := range f.Documents {
		if !keep[i] {
			continue
		}
		if j, why := f.lacks(i, keep); j >= 0 {
			return nil, fmt.Errorf("document %d (%s) cannot go without document %d (%s): %s", i+1, f.Documents[i].says(), j+1, f.Documents[j].says(), why)
		}
	}
	next := f.clone()
	for i := range f.Documents {
		if !keep[i] {
			next.unsettle(i, "document "+f.Documents[i].File+" was left out of the plan, and the finding needs it")
		}
	}
	next.Plan.Steps = nil
	next.Documents = slices.DeleteFunc(next.Documents, func(d Document) bool {
		return !keep[slices.IndexFunc(f.Documents, func(o Document) bool { return o.File == d.File })]
	})
	for i := range next.Documents {
		next.Documents[i].name(i + 1)
		next.Plan.Steps = append(next.Plan.Steps, next.Documents[i].Step)
	}
	return next, nil
}

// lacks finds a document without which a kept one must not stand and that is not kept; -1 where there is none.
func (f *Fix) lacks(i int, keep []bool) (int, string) {
	d := &f.Documents[i]
	for j := range f.Documents {
		o := &f.Documents[j]
		if j == i || keep[j] {
			continue
		}
		if d.Step.Verb == model.Delete && o.Replaces == d.Step.Ref {
			return j, "it takes the place of what is deleted"
		}
		if j < i && o.Step.Ref == d.Step.Ref {
			return j, "both change the same object, and the second builds on the first"
		}
		for _, r := range d.requires {
			if r.ref == o.Step.Ref && r.verb == o.Step.Verb {
				return j, r.why
			}
		}
	}
	return -1, ""
}

func (d *Document) says() string { return string(d.Step.Verb) + " " + d.Step.Ref.String() }

// require has a document need another.
func (d *Document) require(verb model.StepVerb, ref model.Ref, why string) {
	d.requires = append(d.requires, requirement{verb, ref, why})
}

// isFor lists the findings that a document is for, those that it ends among others.
func (d *Document) isFor(id string) bool {
	return slices.Contains(d.about, id) || slices.Contains(d.means, id) || slices.Contains(d.Closes, id)
}

// unsettle takes the findings off Closes that may rest on document i, and notes why: those that it is for, and those that a later
// document ends without being for them, since what comes before may have had a part in that.
func (f *Fix) unsettle(i int, why string) {
	for j := range f.Documents {
		d := &f.Documents[j]
		d.Closes = slices.DeleteFunc(d.Closes, func(id string) bool {
			aside := j > i && d.family() == f.Documents[i].family() && !slices.Contains(d.about, id) && !slices.Contains(d.means, id)
			if !f.Documents[i].isFor(id) && !aside {
				return false
			}
			f.Notes = append(f.Notes, Note{Finding: id, Reason: why})
			return true
		})
	}
	inorder.SortStable(f.Notes, func(a, b Note) int { return cmp.Compare(a.Finding, b.Finding) })
}

// family tells documents apart whose findings are judged together.
func (d *Document) family() string {
	switch {
	case d.segment:
		return "network"
	case casts(d.Step.Ref):
		return model.GroupRBAC
	}
	return d.Step.Ref.String()
}

// Findings lists, by id, the findings that the documents are for, sorted. What a preview closes of them is what the fix is to
// close once a document was edited.
func (f *Fix) Findings() []string {
	var ids []string
	for i := range f.Documents {
		ids = slices.Concat(ids, f.Documents[i].about, f.Documents[i].means, f.Documents[i].Closes)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Managed lists what would take a live change of one of the documents back, such as "Helm release web", each once, sorted.
// Where there is one, the change belongs in its source.
func (f *Fix) Managed() []string {
	var list []string
	for i := range f.Documents {
		if by := f.Documents[i].ManagedBy; by != "" {
			list = append(list, by)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
