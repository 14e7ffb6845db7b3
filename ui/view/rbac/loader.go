package rbac

import (
	"context"

	"canopy/analysis/privilege"
	"canopy/model"
	"canopy/ui/view"
)

// loader is what commands answer questions with. It shares nothing with the loop.
type loader struct {
	ctx     context.Context //nolint:containedctx // that of the program, as in view.Shared
	shared  view.Shared
	session view.Session
	world   *world
	report  *model.Report
	width   int
}

func newLoader(s *view.Shared, w *world, r *model.Report, width int) *loader {
	return &loader{ctx: s.Running, shared: *s, session: s.Session, world: w, report: r, width: width}
}

// marks tells which steps of an attack permissions open.
func (to *loader) marks() (*privilege.Marks, error) {
	if to.shared.Edges == nil {
		return privilege.NewMarks()
	}
	return to.shared.Edges()
}

// folder sums up permissions of the world.
func (to *loader) folder() (*folder, error) {
	marks, err := to.marks()
	if err != nil {
		return nil, err
	}
	return &folder{marks: marks, minor: privilege.MinorOf(to.world.server), label: func(r model.Ref) string { return to.world.labels[r] }}, nil
}
