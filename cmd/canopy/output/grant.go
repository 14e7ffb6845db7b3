package output

import (
	"cmp"
	"fmt"
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/text"
)

// Place is a line of a file.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// String is the form that editors jump to; "" for no place.
func (p *Place) String() string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Grant is an rbac.Grant with where it stands, if it was read from files.
type Grant struct {
	rbac.Grant
	// SubjectAt is the subject in its binding, RuleAt the rule in its role.
	SubjectAt *Place `json:"subjectAt,omitempty"`
	RuleAt    *Place `json:"ruleAt,omitempty"`
}

// spot is a field of an object.
type spot struct {
	object model.Ref
	path   string
}

// locations says where grants stand in files.
type locations map[spot]*Place

func subjectSpot(g *rbac.Grant) spot {
	return spot{g.Binding, fmt.Sprintf("subjects[%d]", g.Subject)}
}

func ruleSpot(g *rbac.Grant) spot { return spot{g.RuleObject(), fmt.Sprintf("rules[%d]", g.Rule)} }

// locate finds the places of grants; where is nil for a source that was not read from files. Subjects come apart from rules,
// since these often stand in different files, and a locator is quick within one.
func locate(where model.Locator, lists ...[]rbac.Grant) locations {
	if where == nil {
		return nil
	}
	found := locations{}
	for _, of := range [...]func(*rbac.Grant) spot{subjectSpot, ruleSpot} {
		var spots []spot
		for _, list := range lists {
			for i := range list {
				spots = append(spots, of(&list[i]))
			}
		}
		slices.SortFunc(spots, func(a, b spot) int { return cmp.Or(a.object.Compare(b.object), cmp.Compare(a.path, b.path)) })
		for _, s := range slices.Compact(spots) {
			if file, line, ok := where.Locate(s.object, s.path); ok {
				found[s] = &Place{file, line}
			}
		}
	}
	return found
}

// grants gives grants with their places; never nil, so that no reader meets null.
func (p locations) grants(list []rbac.Grant) []Grant {
	out := make([]Grant, len(list))
	for i := range list {
		g := &list[i]
		out[i] = Grant{*g, p[subjectSpot(g)], p[ruleSpot(g)]}
	}
	return out
}

// arrow leads from a binding to its role.
func arrow(c text.Charset) string {
	if c == text.ASCII {
		return " -> "
	}
	return " → "
}

// named is the kind of an object and its name.
func named(r model.Ref) string {
	if r.Namespace == "" {
		return Word(r.Kind) + " " + Word(r.Name)
	}
	return Word(r.Kind) + " " + Word(r.Namespace+"/"+r.Name)
}

// through is by what binding and role a grant holds. Beside a column that says where it holds, the kind of the binding and
// the namespace of both go without saying, but in the wide form.
func (g *Grant) through(style Style) string {
	if style.Wide {
		return named(g.Binding) + arrow(style.Charset) + named(g.Role)
	}
	return Word(g.Binding.Name) + arrow(style.Charset) + Word(g.Role.Kind) + " " + Word(g.Role.Name)
}

// chain is a grant in words, from the subject to the rule.
func (g *Grant) chain(c text.Charset) string {
	s := named(g.Binding)
	if g.Subject >= 0 {
		s += fmt.Sprintf(" subject %d (%s)", g.Subject, Word(g.Match))
	}
	s += arrow(c) + named(g.Role)
	rule := fmt.Sprintf(" rule %d (%s)", g.Rule, g.allows())
	switch {
	case g.AggregatedFrom == nil:
		return s + rule
	case g.Computed:
		return s + ", which gathers " + named(*g.AggregatedFrom) + rule
	}
	return s + rule + ", gathered from " + named(*g.AggregatedFrom)
}

// allows is what of the rule matches.
func (g *Grant) allows() string { return Word(g.Verb) + " " + Word(g.Resource) }

// rule is the index of the rule, with the role that it counts in where that is not the one that is bound.
func (g *Grant) rule() string {
	if g.Computed {
		return fmt.Sprintf("%d of %s", g.Rule, named(g.RuleObject()))
	}
	return fmt.Sprint(g.Rule)
}

// standing says where a grant stands; "" where it came from no file.
func (g *Grant) standing() string {
	switch {
	case g.SubjectAt == nil && g.RuleAt == nil:
		return ""
	case g.SubjectAt == nil:
		return "rule " + g.RuleAt.String()
	case g.RuleAt == nil:
		return "subject " + g.SubjectAt.String()
	}
	return "subject " + g.SubjectAt.String() + ", rule " + g.RuleAt.String()
}
