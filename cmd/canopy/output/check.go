package output

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"canopy/model"
)

// Check is what a rung of the ladder says of one step of a plan.
type Check struct {
	// Step counts from 1; 0 is the whole plan.
	Step   int        `json:"step"`
	Object *model.Ref `json:"object,omitempty"`
	// Rung counts from 1; Name is what screens call it.
	Rung int    `json:"rung"`
	Name string `json:"name"`
	// Outcome is passed, warned, untestable or failed.
	Outcome string `json:"outcome"`
	Cause   string `json:"cause,omitempty"`
	Message string `json:"message"`
	// Warnings are those of the server, and what admission would change besides.
	Warnings []string `json:"warnings"`
	// Conflicts are the fields that somebody else manages.
	Conflicts []Conflict `json:"conflicts"`
}

// Conflict is a field that a step changes and that somebody else has written.
type Conflict struct {
	Manager   string `json:"manager"`
	Operation string `json:"operation"`
	Path      string `json:"path"`
}

// NewChecks gives checks of a plan as they are printed, by rung and step.
func NewChecks(plan model.Plan, checks []model.Check) []Check {
	list := make([]Check, 0, len(checks))
	for i := range checks {
		c := &checks[i]
		out := Check{
			Step: c.Step + 1, Rung: int(c.Rung), Name: c.Rung.String(), Outcome: outcomeWord(c.Outcome), Cause: string(c.Cause), Message: c.Message,
			Warnings: append([]string{}, c.Warnings...), Conflicts: []Conflict{},
		}
		if c.Step >= 0 && c.Step < len(plan.Steps) {
			out.Object = &plan.Steps[c.Step].Ref
		}
		for _, x := range c.Conflicts {
			out.Conflicts = append(out.Conflicts, Conflict(x))
		}
		list = append(list, out)
	}
	slices.SortStableFunc(list, func(a, b Check) int {
		if a.Rung != b.Rung {
			return a.Rung - b.Rung
		}
		return a.Step - b.Step
	})
	return list
}

func outcomeWord(o model.Outcome) string {
	return [...]string{"passed", "warned", "untestable", "failed"}[min(o, model.Failed)]
}

// about names what a check is of.
func (c *Check) about() (step, object string) {
	if c.Object == nil {
		return "all", ""
	}
	return strconv.Itoa(c.Step), Word(c.Object.String())
}

// says is the message, with what there is to read besides.
func (c *Check) says() string {
	var parts []string
	if c.Message != "" {
		parts = append(parts, c.Message)
	}
	for _, w := range c.Warnings {
		parts = append(parts, "warning: "+w)
	}
	for _, x := range c.Conflicts {
		parts = append(parts, x.Path+" is managed by "+Word(x.Manager))
	}
	return strings.Join(parts, "; ")
}

// CheckGrid is a table of checks for people.
func CheckGrid(checks []Check, style Style) *Grid {
	g := &Grid{Titles: []string{"STEP", "OBJECT", "RUNG", "OUTCOME", "SAYS"}, Fold: style.Width > 0 && !style.Wide}
	for i := range checks {
		step, object := checks[i].about()
		g.Add(step, object, checks[i].Name, checks[i].Outcome, checks[i].says())
	}
	return g
}

// CheckLine is a check in one line, for whoever waits.
func CheckLine(plan model.Plan, check model.Check) string {
	c := &NewChecks(plan, []model.Check{check})[0]
	line := c.Name
	if check.Outcome != model.Passed || check.Message == "" {
		line += " " + c.Outcome
	}
	if c.Object != nil {
		line = fmt.Sprintf("step %d of %d, %s %s: %s", c.Step, len(plan.Steps), plan.Steps[c.Step-1].Verb, Word(c.Object.String()), line)
	}
	if says := c.says(); says != "" {
		line += ": " + says
	}
	return line
}

// RungLine sums up how far a plan got.
func RungLine(checks []model.Check) string {
	untestable := 0
	for i := range checks {
		if checks[i].Outcome == model.Untestable {
			untestable++
		}
	}
	top := model.Highest(checks)
	line := fmt.Sprintf("rung %d of %d: %s", top, model.Rungs, top)
	if untestable > 0 {
		line += fmt.Sprintf("; %d not testable before it is done", untestable)
	}
	return line
}
