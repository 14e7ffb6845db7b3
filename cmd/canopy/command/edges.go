package command

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// edgeList is what canopy rules --edges prints.
type edgeList struct {
	Edges []*model.Edge `json:"edges"`
}

// runEdges prints the steps of attack: all, or the one with an id.
func (r *run) runEdges(format string, ids []string) error {
	edges, err := catalogue.Edges()
	if err != nil {
		return err
	}
	list := edgeList{edges}
	grid := func() *output.Grid { return edgeGrid(list.Edges, format == string(output.Wide)) }
	if len(ids) > 0 {
		i := edgeIndex(edges, ids[0])
		if i < 0 {
			return fmt.Errorf("edge %q: no such edge; canopy rules --edges lists them", ids[0])
		}
		list.Edges = edges[i : i+1]
		grid = func() *output.Grid { return edgeSheet(edges[i]) }
	}
	if format == string(output.Markdown) {
		return r.write("", func(w io.Writer) error { return output.WriteEdges(w, list.Edges) })
	}
	return r.print(format, list, grid)
}

// edgeIndex finds an edge by its id; -1 where there is none.
func edgeIndex(edges []*model.Edge, id string) int {
	return slices.IndexFunc(edges, func(e *model.Edge) bool { return strings.EqualFold(e.ID, id) })
}

func edgeGrid(edges []*model.Edge, wide bool) *output.Grid {
	g := &output.Grid{Titles: []string{"ID", "SCOPE", "FROM", "TO", "COST", "RULE", "TITLE"}}
	if wide {
		g.Titles = append(g.Titles, "CLASS", "GIVES", "MITRE", "CONDITION")
	}
	for _, e := range edges {
		row := []string{e.ID, e.Scope, e.From, e.To, strconv.Itoa(e.Cost), e.Rule, e.Title}
		if wide {
			row = append(row, e.Class, e.Leads, strings.Join(e.MITRE, " "), e.Condition)
		}
		g.Add(row...)
	}
	return g
}

// edgeSheet is one step of an attack from top to bottom.
func edgeSheet(e *model.Edge) *output.Grid {
	g := &output.Grid{Titles: []string{e.ID, e.Title}, Fold: true}
	g.Add("leads", "from "+e.From+" to "+e.To)
	g.Add("scope", e.Scope)
	for _, line := range output.EdgeLines(e) {
		g.Add(line.Name, line.Text)
	}
	return g
}
