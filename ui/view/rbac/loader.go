package rbac

import (
	"context"

	"canopy/analysis/privilege"
	access "canopy/analysis/rbac"
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

// folder sums up permissions of the world. Those in the list are all that their holder has: some open steps together.
func (to *loader) folder(all []access.Granted) (*folder, error) {
	load := to.shared.Edges
	if load == nil {
		load = privilege.NewMarks
	}
	edges, err := load()
	if err != nil {
		return nil, err
	}
	minor := privilege.MinorOf(to.world.server)
	return &folder{edges, edges.Together(all, minor), minor, map[access.Permission][]*model.Edge{}, func(r model.Ref) string { return to.world.labels[r] }}, nil
}
