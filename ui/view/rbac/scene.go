package rbac

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/ui/text"
	"canopy/ui/view"
)

// scene is what a picture shows: by what names bindings speak of a subject, and what each gives.
type scene struct {
	subject model.Subject
	// names are the subject itself, and its groups that are bound; grants stand in their order.
	names  []model.Subject
	grants []stroke
	why    string
}

// stroke is one binding of the picture, with the name that it speaks of, and what it gives.
type stroke struct {
	name   model.Subject
	link   *link
	rights []*right
}

// scene gathers what is to be drawn.
func (to *loader) scene(s model.Subject) (*scene, error) {
	q := question{world: to.world, mode: subjects, entry: &entry{subject: s}}
	a, err := to.answer(q, nil)
	if err != nil {
		return nil, err
	}
	f, err := to.folder(a.granted)
	if err != nil {
		return nil, err
	}
	through := byBinding(a.granted)
	out := &scene{subject: s, why: a.why}
	for _, name := range namesOf(s) {
		start := len(out.grants)
		for _, l := range a.links.Rows() {
			if l.subject != name {
				continue
			}
			rights := f.fold(through[l.binding])
			slices.SortFunc(rights, func(x, y *right) int { return cmp.Or(y.weight()-x.weight(), x.compare(y)) })
			out.grants = append(out.grants, stroke{name, l, rights})
		}
		inorder.SortStable(out.grants[start:], func(x, y stroke) int { return y.link.rank - x.link.rank })
		if name == s || len(out.grants) > start {
			out.names = append(out.names, name)
		}
	}
	return out, nil
}

// byBinding sorts permissions by the bindings that grant them.
func byBinding(granted []access.Granted) map[model.Ref][]access.Granted {
	out := map[model.Ref][]access.Granted{}
	for _, g := range granted {
		// Grants of one binding stand together.
		for from := 0; from < len(g.Via); {
			to := from + 1
			for to < len(g.Via) && g.Via[to].Binding == g.Via[from].Binding {
				to++
			}
			ref := g.Via[from].Binding
			out[ref] = append(out[ref], access.Granted{Permission: g.Permission, Via: g.Via[from:to:to]})
			from = to
		}
	}
	return out
}

// The columns of a picture at 98 cells; what is more goes to the roles. Groups stand indented below whom they belong to.
const (
	whoWidth  = 29
	bindWidth = 27
	joinWidth = 3
	roleLeast = 36
	indented  = 2
)

// brush draws a picture.
type brush struct {
	s                *view.Shared
	who, bind, role  int
	lines            []string
	rule, text, mark lipgloss.Style
}

// draw gives the lines of the picture in a width.
func (c *scene) draw(s *view.Shared, width int) []string {
	b := &brush{s: s, who: whoWidth, bind: bindWidth, rule: s.Theme.Rule, text: s.Theme.Text, mark: s.Theme.Warn}
	b.role = min(70, width-2-b.who-b.bind-2*joinWidth)
	if b.role < roleLeast {
		// On a narrow screen the boxes share what there is.
		room := max(24, width-2-2*joinWidth)
		b.who, b.bind = room*26/100, room*32/100
		b.role = room - b.who - b.bind
	}
	for i, name := range c.names {
		var mine []stroke
		for _, g := range c.grants {
			if g.name == name {
				mine = append(mine, g)
			}
		}
		b.name(c, name, mine, i == len(c.names)-1)
	}
	if len(c.grants) == 0 {
		b.lines = append(b.lines, "", " "+s.Theme.Faint.Render("no binding that was seen speaks of it, or of a group that it is always in"))
	}
	return b.lines
}

// name draws one name with all its bindings: boxes on the left, in the middle and on the right.
func (b *brush) name(c *scene, name model.Subject, mine []stroke, last bool) {
	left := b.whoBox(c, name, last)
	var joins, middle, right []string
	for i, g := range mine {
		role := b.roleBox(g)
		bind := b.box(b.bind, b.severity(g.link), g.link.name, strings.TrimSuffix(g.link.binding.Kind+", "+g.link.label, ", "))
		more := i < len(mine)-1
		for line := range max(len(role), len(bind)) {
			join, arrow := "   ", "   "
			switch {
			case line == 1:
				join, arrow = b.join(i, more), b.s.Glyphs.Rule+b.s.Glyphs.Rule+b.s.Glyphs.ArrowRight
			case i > 0 && line == 0, more && line > 1:
				join = " " + b.s.Glyphs.VRule + " "
			}
			joins = append(joins, join)
			middle = append(middle, at(bind, line, b.bind))
			right = append(right, b.rule.Render(arrow)+at(role, line, b.role))
		}
	}
	spine := " "
	if !last {
		spine = b.s.Glyphs.VRule
	}
	for line := range max(len(left), len(middle)) {
		join, bind, role := "   ", "", ""
		if line < len(middle) {
			join, bind, role = joins[line], middle[line], right[line]
		}
		who := view.Pad(b.rule.Render(spine), b.who)
		if line < len(left) {
			who = left[line]
		}
		b.lines = append(b.lines, " "+who+b.rule.Render(join)+bind+role)
	}
	if !last {
		b.lines = append(b.lines, " "+b.rule.Render(spine))
	}
}

// whoBox draws the box of a name: that of whom the picture is about, or that of a group, which hangs on the line below it.
func (b *brush) whoBox(c *scene, name model.Subject, last bool) []string {
	if name == c.subject {
		return b.box(b.who, b.s.Theme.Strong, name.String(), kindOf(name))
	}
	box := b.box(b.who-indented, b.text, name.Name, "group it is always in")
	for i := range box {
		sign := b.s.Glyphs.VRule + " "
		switch {
		case i == 1 && last:
			sign = b.s.Glyphs.LastBranch + b.s.Glyphs.Rule
		case i == 1:
			sign = b.s.Glyphs.Branch + b.s.Glyphs.Rule
		case i > 1 && last:
			sign = "  "
		}
		box[i] = b.rule.Render(sign) + box[i]
	}
	return box
}

// join is what leads from a name to one of its bindings.
func (b *brush) join(i int, more bool) string {
	g := &b.s.Glyphs
	switch {
	case i == 0 && !more:
		return g.Rule + g.Rule + g.Rule
	case i == 0:
		return g.Rule + g.TeeDown + g.Rule
	case more:
		return " " + g.Branch + g.Rule
	}
	return " " + g.LastBranch + g.Rule
}

func (b *brush) severity(l *link) lipgloss.Style {
	if l.rank > 0 {
		return b.s.Theme.Severity(l.worst)
	}
	return b.text
}

// roleBox draws a role with the rights in it that count.
func (b *brush) roleBox(g stroke) []string {
	const most = 3
	style := b.text
	kind := g.link.role.Kind
	switch {
	case g.link.note != "":
		style, kind = b.mark, kind+": "+g.link.note
	case len(g.rights) == 0:
		kind += ": grants nothing"
	default:
		kind += ", " + view.Count(len(g.rights), "right")
	}
	if g.link.severity != "" {
		kind = g.link.severity + " " + kind
	}
	var marked []string
	for _, r := range g.rights {
		if r.danger == 0 {
			break
		}
		if len(marked) == most {
			rest := 0
			for _, o := range g.rights {
				if o.danger > 0 {
					rest++
				}
			}
			marked = append(marked, fmt.Sprintf("and %d more that count", rest-most))
			break
		}
		marked = append(marked, strings.TrimSpace(r.marks+" "+r.resource+": "+r.verbs))
	}
	return b.box(b.role, style, g.link.roleName, append([]string{kind}, marked...)...)
}

// box draws a box of this width around a title and lines.
func (b *brush) box(width int, style lipgloss.Style, title string, lines ...string) []string {
	g := &b.s.Glyphs
	inner := max(0, width-4)
	edge := strings.Repeat(g.Rule, max(0, width-2))
	side := b.rule.Render(g.VRule)
	row := func(t string, style lipgloss.Style) string {
		return side + " " + style.Render(b.s.Fit(text.Clean(t), inner)) + " " + side
	}
	out := []string{b.rule.Render(g.TopLeft + edge + g.TopRight), row(title, style)}
	for i, l := range lines {
		how := b.s.Theme.Faint
		if i > 0 {
			how = b.mark
		}
		out = append(out, row(l, how))
	}
	return append(out, b.rule.Render(g.BottomLeft+edge+g.BottomRight))
}

// at is a line of a block, or blanks as wide.
func at(block []string, line, width int) string {
	if line < len(block) {
		return view.Pad(block[line], width)
	}
	return strings.Repeat(" ", max(0, width))
}
