package command

import (
	"canopy/analysis/remedy"
	"canopy/model"
)

// Patches is what canopy fix -o json prints.
type Patches struct {
	// Documents are in the order in which they are to be applied.
	Documents []Patch `json:"documents"`
	Notes     []Note  `json:"notes"`
}

// Patch is one document of a fix.
type Patch struct {
	Step Step `json:"step"`
	// YAML is the text that Command takes as File: a partial object, a whole one, or a list of operations.
	YAML     string   `json:"yaml"`
	File     string   `json:"file"`
	Command  string   `json:"command"`
	Closes   []string `json:"closes"`
	Breakage string   `json:"breakage"`
	Evidence []string `json:"evidence"`
	// Sample is a document that may stand in the place of this one once it is filled in.
	Sample string `json:"sample,omitempty"`
	// ManagedBy names what would take a live change back.
	ManagedBy string `json:"managedBy,omitempty"`
}

// Step is the write that a document stands for.
type Step struct {
	Verb   model.StepVerb `json:"verb"`
	Object model.Ref      `json:"object"`
	// PatchType is the media type of a patch.
	PatchType string `json:"patchType,omitempty"`
}

// Note says what is to be done by hand about a finding.
type Note struct {
	Finding string   `json:"finding"`
	Reason  string   `json:"reason"`
	Steps   []string `json:"steps"`
	// Sample is a document that a step speaks of, to be copied and filled in.
	Sample string `json:"sample,omitempty"`
}

func newPatches(fix *remedy.Fix) *Patches {
	p := &Patches{Documents: []Patch{}, Notes: []Note{}}
	for i := range fix.Documents {
		d := &fix.Documents[i]
		p.Documents = append(p.Documents, Patch{
			Step: Step{d.Step.Verb, d.Step.Ref, string(d.Step.PatchType)}, YAML: string(d.YAML), File: d.File, Command: d.Command,
			Closes: append([]string{}, d.Closes...), Breakage: d.Breakage, Evidence: append([]string{}, d.Evidence...), Sample: d.Sample, ManagedBy: d.ManagedBy,
		})
	}
	for _, n := range fix.Notes {
		p.Notes = append(p.Notes, Note{n.Finding, n.Reason, append([]string{}, n.Steps...), n.Sample})
	}
	return p
}
