package output

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Permissions is what canopy can prints of one subject.
type Permissions struct {
	Subject model.Subject `json:"subject"`
	// Groups are those that the subject is taken to be in.
	Groups      []string     `json:"groups"`
	Permissions []Permission `json:"permissions"`
	// Complete tells that all that could grant it something was seen; Reason says what was not.
	Complete bool   `json:"complete"`
	Reason   string `json:"reason,omitempty"`
	// Bypass tells that the subject passes every authorizer, whatever is in the list.
	Bypass   bool     `json:"bypass,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Permission is one thing that a subject may do, with all through which it may.
type Permission struct {
	rbac.Permission
	Via []Grant `json:"via"`
}

// NewPermissions makes what is shown of what a subject may do. Groups are those of the user but for the subject itself.
// Reason is empty where all that could grant something was seen; where is nil for a source that was not read from files.
func NewPermissions(subject model.Subject, user rbac.User, list []rbac.Granted, reason string, where model.Locator, warnings []string) *Permissions {
	out := &Permissions{
		Subject: subject, Groups: []string{}, Permissions: make([]Permission, len(list)),
		Complete: reason == "", Reason: reason, Bypass: user.In(rbac.Masters), Warnings: warnings,
	}
	for _, g := range user.Groups {
		if subject.Kind != model.GroupSubject || g != subject.Name {
			out.Groups = append(out.Groups, g)
		}
	}
	lists := make([][]rbac.Grant, len(list))
	for i := range list {
		lists[i] = list[i].Via
	}
	at := locate(where, lists...)
	for i := range list {
		out.Permissions[i] = Permission{list[i].Permission, at.grants(list[i].Via)}
	}
	return out
}

// ResourceName is a resource with its group as kubectl writes it: pods/exec, deployments.apps/scale, *.* for all of all groups.
func ResourceName(group, resource string) string {
	if group == "" {
		return resource
	}
	name, sub, ok := strings.Cut(resource, "/")
	name += "." + group
	if ok {
		name += "/" + sub
	}
	return name
}

// Write writes the permissions for people: a row for what the same binding grants on the same thing.
func (p *Permissions) Write(w io.Writer, style Style) error {
	above := p.above()
	if len(p.Permissions) == 0 {
		for _, line := range above {
			if _, err := io.WriteString(w, style.Charset.Cut(line, maxLine)+"\n"); err != nil {
				return err
			}
		}
		return nil
	}
	g := &Grid{Titles: []string{"NAMESPACE", "RESOURCE", "NAME", "VERBS", "THROUGH"}, Above: above}
	if style.Wide {
		g.Titles = append(g.Titles, "MATCH", "RULE", "FILE")
	}
	for _, row := range p.rows(style) {
		g.Add(row...)
	}
	return g.Write(w, style)
}

// above says what the list rests on. That somebody passes every authorizer comes first.
func (p *Permissions) above() []string {
	var lines []string
	if p.Bypass {
		lines = append(lines, rbac.Masters+" passes every authorizer: "+p.Subject.String()+" may do everything, whatever is bound")
	}
	head := p.Subject.String() + ": " + Numbered(len(p.Permissions), "permission")
	if len(p.Groups) > 0 {
		head += ", as a member of " + strings.Join(p.Groups, ", ")
	}
	lines = append(lines, head)
	if p.Subject.Kind == model.UserSubject {
		lines = append(lines, "what other groups a user is in is known to the authenticator alone: name them with --group")
	}
	if !p.Complete {
		lines = append(lines, "there may be more: "+p.Reason)
	}
	return lines
}

// rows joins the verbs that stand for the same thing in the same grant, in the order of the permissions.
func (p *Permissions) rows(style Style) [][]string {
	type line struct {
		cells, verbs []string
	}
	var order []*line
	lines := map[string]*line{}
	for i := range p.Permissions {
		one := &p.Permissions[i]
		for j := range one.Via {
			cells := grantCells(one, &one.Via[j], style)
			key := fmt.Sprintf("%q", cells)
			l := lines[key]
			if l == nil {
				l = &line{cells: cells}
				lines[key] = l
				order = append(order, l)
			}
			if !slices.Contains(l.verbs, one.Verb) {
				l.verbs = append(l.verbs, one.Verb)
			}
		}
	}
	rows := make([][]string, len(order))
	for i, l := range order {
		l.cells[verbsCell] = words(l.verbs)
		rows[i] = l.cells
	}
	return rows
}

// verbsCell is the column of the verbs, which are filled in last.
const verbsCell = 3

func grantCells(p *Permission, g *Grant, style Style) []string {
	name := ""
	if p.Name != "" || p.Unnamed {
		name = Word(p.Name)
	}
	namespace, thing := Word(p.Namespace), Word(ResourceName(p.Group, p.Resource))
	if p.URL != "" {
		namespace, thing = "-", Word(p.URL)
	}
	cells := []string{namespace, thing, name, "", g.through(style)}
	if style.Wide {
		cells = append(cells, subjectCell(g), ruleCell(g), g.RuleAt.String())
	}
	return cells
}

// subjectCell is which subject of the binding matches, and how.
func subjectCell(g *Grant) string {
	if g.Subject < 0 {
		return "-"
	}
	return fmt.Sprintf("%d %s", g.Subject, Word(g.Match))
}

// ruleCell is the rule with the role that it came from.
func ruleCell(g *Grant) string {
	if g.AggregatedFrom == nil || g.Computed {
		return g.rule()
	}
	return g.rule() + " from " + named(*g.AggregatedFrom)
}

// Numbered is a number of things in words.
func Numbered(n int, thing string) string {
	switch n {
	case 0:
		return "no " + thing
	case 1:
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
