package enforce

import (
	"cmp"
	"slices"

	"charm.land/lipgloss/v2"

	"canopy/analysis/podsecurity"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// violator is an owner that the level refuses. It is immutable.
type violator struct {
	of *podsecurity.Violator
	// name and checks are clean.
	name, checks string
	// findings are those on the owner whose rules find what it breaks.
	findings []*model.Finding
}

func newViolator(v *podsecurity.Violator, found []*model.Finding) *violator {
	n := &violator{of: v, name: text.Clean(v.Owner.String()), checks: text.Clean(checksOf(v))}
	for _, f := range found {
		if slices.ContainsFunc(v.Breaks, func(b podsecurity.Break) bool { return b.Rule == f.Rule.ID }) {
			n.findings = append(n.findings, f)
		}
	}
	return n
}

// ID tells owners apart.
func (v *violator) ID() string { return v.of.Owner.Group + "\n" + v.of.Owner.String() }

// Same tells whether another row says the same.
func (v *violator) Same(o *violator) bool {
	return v.of.Pods == o.of.Pods && v.of.Template == o.of.Template && slices.Equal(v.of.Breaks, o.of.Breaks) && slices.Equal(v.findings, o.findings)
}

func (v *violator) compare(o *violator) int { return v.of.Owner.Compare(o.of.Owner) }

// fresh says what becomes of a new pod. One that nobody owns would be refused if somebody made it again.
func (v *violator) fresh() string {
	if v.of.Template || v.of.Owner.Kind == "Pod" && v.of.Owner.Group == "" {
		return "refused"
	}
	return "made"
}

// podsColumn is the column that the list is sorted by at first.
const podsColumn = 1

func schemaOf(s *view.Shared) *table.Schema[*violator] {
	pods := sheet.Count("PODS", 5, 0, func(v *violator) int { return v.of.Pods })
	fresh := sheet.Styled(sheet.Column("NEW PODS", 8, 8, 1, (*violator).fresh), func(v *violator) lipgloss.Style {
		if v.fresh() == "refused" {
			return s.Theme.Alarm
		}
		return s.Theme.Text
	})
	return &table.Schema[*violator]{
		Key: (*violator).ID, Compare: (*violator).compare,
		Columns: []table.Column[*violator]{
			sheet.Grow(sheet.Searched(sheet.Column("OWNER", 16, 30, 0, func(v *violator) string { return v.name }))),
			pods, fresh,
			sheet.Grow(sheet.Searched(sheet.Column("BREAKS", 12, 30, 1, func(v *violator) string { return v.checks }))),
			sheet.Hidden(sheet.Count("FOUND", 5, 3, func(v *violator) int { return len(v.findings) })),
		},
		Fields: []table.Field[*violator]{
			sheet.Field("kind", "", func(v *violator) string { return v.of.Owner.Kind }),
			sheet.Field("new", "", (*violator).fresh),
			{Name: "check", Text: func(v *violator) string { return v.checks }, Within: true},
		},
	}
}

// Describe writes what an owner breaks, and where.
func (t *topic) Describe(q *sheet.Quest, v *violator) ([]string, error) {
	p := page.New(&q.Shared, q.Width, false)
	p.Para(p.In(p.Ink.Strong, v.of.Owner.String()))
	p.Para(p.In(p.Ink.Text, view.Count(v.of.Pods, "pod")+" that run break it"))
	if v.of.Template {
		p.Para(p.In(p.Ink.Warn, "Its template breaks it: no new pod would be made."))
	}
	level := ""
	breaks := slices.Clone(v.of.Breaks)
	inorder.SortStable(breaks, func(a, b podsecurity.Break) int { return cmp.Compare(a.Level, b.Level) })
	for _, b := range breaks {
		if b.Level != level {
			level = b.Level
			p.Gap()
			p.Para(p.In(p.Ink.Header, level))
		}
		p.Hang(" "+p.In(p.Ink.Warn, q.Shared.Glyphs.Fail)+" ", "   ", p.In(p.Ink.Text, b.Check+": "+b.Detail))
		if b.Path != "" {
			p.Hang("   ", "   ", p.In(p.Ink.Value, b.Path))
		}
		if b.Rule != "" {
			p.Hang("   ", "   ", p.In(p.Ink.Faint, b.Rule))
		}
	}
	p.Gap()
	if n := len(v.findings); n > 0 {
		p.Para(p.In(p.Ink.Text, view.Count(n, "finding")+" of Canopy tell of this; a fix ends what can be ended by YAML."))
	} else {
		p.Para(p.In(p.Ink.Faint, "No finding of Canopy tells of this."))
	}
	return p.Lines(), nil
}
