package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/disruption"
	"canopy/analysis/upgrade"
)

func (d *Nodes) planGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"STEP", "WHAT", "OBJECT", "FROM", "TO", "DRAIN", "WHY"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Plan {
		s := &d.Plan[i]
		drain := "-"
		if s.Drains {
			drain = drains(s)
		}
		g.Add(strconv.Itoa(i+1), s.What, changed(s), cmp.Or(s.From, "-"), cmp.Or(s.To, "-"), drain, s.Why)
	}
	switch {
	case len(d.Plan) == 0:
		g.Above = []string{"plan: nothing to do that is known"}
	case d.Target == "":
		g.Above = []string{"plan: " + count(len(d.Plan), "step") + "; to which version is not known; " + d.where()}
	default:
		g.Above = []string{"plan: " + count(len(d.Plan), "step") + " to " + d.Target + "; " + d.where()}
	}
	for _, b := range d.Blockers {
		before := "before " + b.Minor
		if b.Step > 0 {
			before += ", step " + strconv.Itoa(b.Step)
		}
		g.Below = append(g.Below, before+": "+b.Object.String()+": "+b.Says)
	}
	for _, u := range d.Unknown {
		g.Below = append(g.Below, "not known: "+u)
	}
	return g
}

// changed names what a step changes: of a pool that a provider exchanges as a whole all of it.
func changed(s *upgrade.Step) string {
	if s.Pool == "" || len(s.Nodes) == 0 {
		return s.Object.String()
	}
	return "pool " + s.Pool + ", " + count(len(s.Nodes), "node")
}

// where says where the commands are.
func (d *Nodes) where() string {
	if d.narrow {
		return "its commands stand below"
	}
	return "canopy nodes NODE has the commands of a node, -o json all"
}

// commands writes what is to be run, by whoever reads it, place by place.
func (d *Nodes) commands() string {
	var b strings.Builder
	for i := range d.Plan {
		s := &d.Plan[i]
		fmt.Fprintf(&b, "\nstep %d, %s %s; nothing of it is run by canopy, and what stands in CAPITAL LETTERS is to be filled in\n", i+1, s.What, Word(changed(s)))
		for k := range s.Obstacles {
			o := &s.Obstacles[k]
			mark := "  the drain: "
			if o.Blocks {
				mark = "  blocks the drain: "
			}
			b.WriteString(mark + disruption.Line(o.Owner.String()+": "+o.Says) + "\n")
		}
		for _, line := range s.Commands {
			b.WriteString("  " + line + "\n")
		}
	}
	return b.String()
}

// drains says what a drain stumbles over.
func drains(s *upgrade.Step) string {
	var blocks []string
	others := 0
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		if !o.Blocks {
			others++
			continue
		}
		name := o.Owner.Name
		if !o.Budget.IsZero() {
			name = o.Budget.Name
		}
		if !slices.Contains(blocks, Word(name)) {
			blocks = append(blocks, Word(name))
		}
	}
	switch {
	case s.Safe:
		return "safe"
	case len(blocks) > 0:
		return "blocked by " + strings.Join(blocks, ", ")
	}
	return fmt.Sprintf("%d to look at", others)
}
