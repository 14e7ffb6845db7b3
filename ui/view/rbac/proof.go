package rbac

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"

	"canopy/ui/view/sheet"
)

// proof is one grant of what is looked at: a rule of a role that a binding gives to somebody. It is immutable.
type proof struct {
	access.Grant
	// verbs and resources are the words of the rule that grant it.
	verbs, resources []string
	// where, via, roleName and rule are what the row shows, clean.
	binding, via, roleName, rule, words string
	label                               string
	edges                               []*model.Edge
}

func (p *proof) ID() string {
	from := ""
	if p.AggregatedFrom != nil {
		from = refID(*p.AggregatedFrom)
	}
	return refID(p.Binding) + "\n" + strconv.Itoa(p.Subject) + "\n" + refID(p.Role) + "\n" + strconv.Itoa(p.Rule) + "\n" + from
}

func (p *proof) Same(o *proof) bool {
	return sameGrant(p.Grant, o.Grant) && p.words == o.words && p.label == o.label && slices.Equal(p.edges, o.edges)
}

func (p *proof) compare(o *proof) int {
	return cmp.Or(p.Binding.Compare(o.Binding), p.Role.Compare(o.Role), cmp.Compare(p.Rule, o.Rule), cmp.Compare(p.Subject, o.Subject), cmp.Compare(p.ID(), o.ID()))
}

// proofs sums grants up by rule.
func (f *folder) proofs(granted []access.Granted) []*proof {
	at := map[string]*proof{}
	var list []*proof
	for i := range granted {
		g := &granted[i]
		edges := f.opens(&g.Permission)
		for _, v := range g.Via {
			one := &proof{Grant: v}
			p := at[one.ID()]
			if p == nil {
				p = one
				at[one.ID()] = p
				list = append(list, p)
			}
			p.verbs, p.resources = add(p.verbs, v.Verb), add(p.resources, wordOf(&g.Permission))
			p.edges = joinEdges(p.edges, edges)
		}
	}
	for _, p := range list {
		p.binding, p.roleName = qualified(p.Binding), qualified(p.Role)
		p.via = text.Clean(viaWords(p.Match))
		p.rule = "rules[" + strconv.Itoa(p.Rule) + "]"
		p.words = text.Clean(strings.Join(sortVerbs(p.verbs), ",") + " " + strings.Join(p.resources, ","))
		p.label = f.labelOf(&p.Grant)
	}
	return list
}

// wordOf writes what a permission is for.
func wordOf(p *access.Permission) string {
	t := thingOf(p)
	return t.String()
}

func add(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

// viaWords says how a subject of a binding matches.
func viaWords(match string) string {
	kind, name, ok := strings.Cut(match, ":")
	switch {
	case ok && kind == "group":
		return name
	case ok && kind == "user":
		return asUser
	}
	return itself
}

func proofSchema() *table.Schema[*proof] {
	return &table.Schema[*proof]{
		Key: (*proof).ID, Compare: (*proof).compare,
		Columns: []table.Column[*proof]{
			sheet.Grow(sheet.Searched(sheet.Column("BINDING", 10, 24, 0, func(p *proof) string { return p.binding }))),
			sheet.Searched(sheet.Column("VIA", 6, 24, 1, func(p *proof) string { return p.via })),
			sheet.Grow(sheet.Searched(sheet.Column("ROLE", 8, 24, 0, func(p *proof) string { return p.roleName }))),
			sheet.Column("RULE", 8, 9, 2, func(p *proof) string { return p.rule }),
			sheet.Grow(sheet.Searched(sheet.Column("GRANTS", 10, 28, 3, func(p *proof) string { return p.words }))),
			sheet.Column("FROM", 5, 8, 4, func(p *proof) string { return p.label }),
		},
		Fields: []table.Field[*proof]{
			field("binding", "", func(p *proof) string { return p.binding }), field("role", "", func(p *proof) string { return p.roleName }),
			field("via", "", func(p *proof) string { return p.via }), field("from", "", func(p *proof) string { return p.label }),
			field("ns", "namespace", func(p *proof) string { return p.Binding.Namespace }),
		},
	}
}
