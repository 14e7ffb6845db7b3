package command

import (
	"cmp"
	"context"
	"fmt"

	"canopy/analysis/engine"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// Preview is what canopy fix --preview prints. A field that is null was not evaluated: paths of attack and pairs of pods wait until
// everything was read.
type Preview struct {
	Closed []output.Finding `json:"closed"`
	Opened []output.Finding `json:"opened"`
	// Changed lists findings that go on with other evidence, as they would be.
	Changed []output.Finding `json:"changed"`
	// Moved lists findings that go over to an object that takes the place of another, and are neither closed nor opened.
	Moved []Moved `json:"moved"`
	// Stays lists, by id, the findings that were asked for and go on as they are.
	Stays []Staying `json:"stays"`
	// Breakage says by the id of a closed finding what the document that closes it may break.
	Breakage map[string]string `json:"breakage"`
	// PathsCut counts the sources that would no longer lead to cluster-admin, PathsOpened those that would. The lists name them.
	PathsCut        *int              `json:"pathsCut"`
	PathsOpened     *int              `json:"pathsOpened"`
	PathsCutFrom    []output.PathNode `json:"pathsCutFrom"`
	PathsOpenedFrom []output.PathNode `json:"pathsOpenedFrom"`
	// PairsOpened and PairsClosed list between which pods connections would become possible, or no longer be.
	PairsOpened []output.Shift `json:"pairsOpened"`
	PairsClosed []output.Shift `json:"pairsClosed"`
	// PermissionsLost lists what RBAC would grant no longer, by subject as bindings name it.
	PermissionsLost []rbac.Loss `json:"permissionsLost"`
	Assumptions     []string    `json:"assumptions"`

	stays           []output.Finding
	opens, shuts    []network.Shift
	asked, apart    int
	closed, changed int
}

// Moved is a finding that goes over: the id that it had, and what it will be.
type Moved struct {
	From string         `json:"from"`
	To   output.Finding `json:"to"`
}

// Staying is a finding that no document closes, and why.
type Staying struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// previewOf finds what a fix of the findings asked for would change.
func (s *session) previewOf(ctx context.Context, report *model.Report, asked []*model.Finding, fix *remedy.Fix) (*Preview, error) {
	found, err := s.whatIf(ctx, fix.Plan)
	if err != nil {
		return nil, err
	}
	return newPreview(report, asked, fix, found, s.source.Locator()), nil
}

func newPreview(report *model.Report, asked []*model.Finding, fix *remedy.Fix, found *engine.Preview, where model.Locator) *Preview {
	moves, closes, opens := fix.Moves(found.Closed, found.Opened)
	p := &Preview{
		PathsCutFrom: output.PathNodes(found.PathsCut, found.PathsKnown), PathsOpenedFrom: output.PathNodes(found.PathsOpened, found.PathsKnown),
		Closed: previewed(report, closes, where), Opened: previewed(report, opens, where), Moved: []Moved{},
		Changed: previewed(report, found.Changed, where), Stays: []Staying{}, Breakage: map[string]string{},
		PairsOpened: output.Shifts(found.PairsOpened, found.PairsKnown), PairsClosed: output.Shifts(found.PairsClosed, found.PairsKnown),
		opens: found.PairsOpened, shuts: found.PairsClosed,
		PermissionsLost: append([]rbac.Loss{}, found.Lost...), Assumptions: append([]string{}, found.Assumptions...),
	}
	if found.PathsKnown {
		cut, opened := len(found.PathsCut), len(found.PathsOpened)
		p.PathsCut, p.PathsOpened = &cut, &opened
	}
	for _, m := range moves {
		p.Moved = append(p.Moved, Moved{m.From.ID, output.NewFinding(report, m.To, where)})
	}
	lot := map[string]*int{}
	for _, f := range closes {
		lot[f.ID] = &p.closed
	}
	for _, f := range found.Changed {
		lot[f.ID] = &p.changed
	}
	reasons := map[string]string{}
	for _, n := range fix.Notes {
		reasons[n.Finding] = cmp.Or(reasons[n.Finding], n.Reason)
	}
	counted := map[string]bool{}
	for _, f := range asked {
		if counted[f.ID] {
			continue
		}
		counted[f.ID] = true
		p.asked++
		if n := lot[f.ID]; n != nil {
			*n++
			continue
		}
		p.Stays = append(p.Stays, Staying{f.ID, reasons[f.ID]})
		p.stays = append(p.stays, output.NewFinding(report, f, where))
	}
	p.apart = len(p.Closed) + len(p.Changed) - p.closed - p.changed
	for i := range fix.Documents {
		for _, id := range fix.Documents[i].Closes {
			if lot[id] == &p.closed {
				p.Breakage[id] = fix.Documents[i].Breakage
			}
		}
	}
	return p
}

func previewed(report *model.Report, findings []*model.Finding, where model.Locator) []output.Finding {
	list := []output.Finding{}
	for _, f := range findings {
		list = append(list, output.NewFinding(report, f, where))
	}
	return list
}

func previewGrid(p *Preview) *output.Grid {
	g := &output.Grid{Titles: []string{"CHANGE", "SEVERITY", "RULE", "OBJECT", "BREAKAGE", "TITLE"}}
	add := func(change string, findings []output.Finding, title func(i int) string) {
		for i := range findings {
			f := &findings[i]
			g.Add(change, f.Severity.String(), f.Rule, f.Object.String(), p.Breakage[f.ID], title(i))
		}
	}
	add("closes", p.Closed, func(i int) string { return p.Closed[i].Title })
	add("opens", p.Opened, func(i int) string { return p.Opened[i].Title })
	moved := make([]output.Finding, len(p.Moved))
	for i := range p.Moved {
		moved[i] = p.Moved[i].To
	}
	add("moves", moved, func(i int) string { return moved[i].Title + " (as before, on what takes the old object's place)" })
	add("changes", p.Changed, func(i int) string { return p.Changed[i].Title + " (goes on with other evidence)" })
	add("stays", p.stays, func(i int) string {
		if reason := p.Stays[i].Reason; reason != "" {
			return p.stays[i].Title + " (" + reason + ")"
		}
		return p.stays[i].Title
	})
	for _, line := range output.Losses(p.PermissionsLost) {
		g.Below = append(g.Below, "loses: "+line)
	}
	g.Below = append(g.Below, output.PathShiftLines(p.PathsCutFrom, p.PathsOpenedFrom)...)
	for _, line := range output.ShiftLines(p.opens) {
		g.Below = append(g.Below, "opens: "+line)
	}
	for _, line := range output.ShiftLines(p.shuts) {
		g.Below = append(g.Below, "closes: "+line)
	}
	for _, a := range p.Assumptions {
		g.Below = append(g.Below, "assumes: "+a)
	}
	g.Below = append(g.Below, p.total())
	if p.PathsCut == nil {
		g.Below = append(g.Below, "paths of attack were not evaluated: not everything was read")
	}
	return g
}

// total adds up to the findings that were asked for; what comes besides is told apart.
func (p *Preview) total() string {
	line := fmt.Sprintf("of %d asked for: %d closed, %d changed, %d stay; %d opened", p.asked, p.closed, p.changed, len(p.stays), len(p.Opened))
	if p.apart > 0 {
		line += fmt.Sprintf("; %d more closed or changed besides", p.apart)
	}
	return line
}
