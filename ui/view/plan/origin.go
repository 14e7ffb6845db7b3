package plan

import (
	"path/filepath"
	"slices"

	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// origin is what a plan is made of: findings to end, a text that somebody is about to apply, or a deed to take back.
type origin struct {
	findings []string
	text     *source
	deed     *Deed
	// cut is an edit that takes attack paths away.
	cut *model.Cut
}

// source is YAML that somebody is about to apply.
type source struct {
	// name is the path of its file, or what it is called where it has none.
	name string
	data []byte
}

// New gives the plan that ends findings. What-if begins with what it would do, else it begins with the documents.
func New(shared *view.Shared, ledger *Ledger, findings []string, whatIf bool) *Screen {
	s := newScreen(shared, ledger, origin{findings: slices.Clone(findings)})
	s.place = view.FixOf(findings)
	if whatIf {
		s.focus = effects
	}
	return s
}

// NewProposal gives the plan of a text that somebody is about to apply.
func NewProposal(shared *view.Shared, ledger *Ledger, name string, data []byte) *Screen {
	s := newScreen(shared, ledger, origin{text: &source{name, data}})
	s.place = view.Place{Screen: view.Proposal, Query: name}
	return s
}

// NewCut gives the plan that carries out a cut of attack paths.
func NewCut(shared *view.Shared, ledger *Ledger, c model.Cut) *Screen {
	s := newScreen(shared, ledger, origin{cut: &c})
	s.place = view.CutOf(c)
	return s
}

// NewUndo gives the plan that takes a deed back.
func NewUndo(shared *view.Shared, ledger *Ledger, d *Deed) *Screen {
	s := newScreen(shared, ledger, origin{deed: d})
	s.place = view.Place{Screen: view.Undo, Query: d.ID()}
	return s
}

// name says of what the plan is.
func (o *origin) name() string {
	switch {
	case o.text != nil:
		return "of " + filepath.Base(o.text.name)
	case o.deed != nil:
		return "to undo what was done at " + o.deed.Clock
	}
	if o.cut != nil {
		return "of a cut: " + text.Clean(o.cut.Object.String())
	}
	return "for " + view.Count(len(o.findings), "finding")
}

// request is what a draft is to be made of.
type request struct {
	origin origin
	// full is a fix that was made already, nil for a new one; keep what of it is not left out, nil for all.
	full   *remedy.Fix
	keep   []bool
	edited map[int]bool
	// before is the draft that this one goes on from: its findings and its moment stay. nil for a new one.
	before *draft
}
