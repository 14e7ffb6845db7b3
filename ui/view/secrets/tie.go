package secrets

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/secret"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// The parts of what is known of one Secret, in the order in which they are shown.
const (
	readsIt  = "can read it"
	usesIt   = "use it"
	leaksIt  = "hold its value in plain text"
	foundOn  = "found on it"
	partsNum = 4
)

func parts() []string { return []string{readsIt, usesIt, leaksIt, foundOn} }

// tie is a row: somebody who reads a Secret, something that has it, a place where it leaks, or a finding. It is immutable.
type tie struct {
	part  string
	place int
	// One of these is set.
	reader  *secret.Reader
	use     *secret.Reference
	copy    *model.Evidence
	finding *model.Finding
	// What columns show is clean.
	who, how, reach, via string
}

// ID tells rows apart.
func (t *tie) ID() string {
	return t.part + "\n" + t.who + "\n" + t.how + "\n" + t.via + "\n" + strconv.Itoa(t.place)
}

// Same tells whether another row says the same.
func (t *tie) Same(o *tie) bool {
	if t.who != o.who || t.how != o.how || t.reach != o.reach || t.via != o.via || t.finding != o.finding || (t.reader == nil) != (o.reader == nil) {
		return false
	}
	return t.reader == nil || t.reader.Subject == o.reader.Subject && slices.Equal(t.reader.Via, o.reader.Via)
}

func (t *tie) compare(o *tie) int {
	return cmp.Or(t.byDanger(o), cmp.Compare(t.ID(), o.ID()))
}

// byDanger goes by the parts, and puts the widest first.
func (t *tie) byDanger(o *tie) int {
	return cmp.Or(cmp.Compare(slices.Index(parts(), t.part), slices.Index(parts(), o.part)), cmp.Compare(o.width(), t.width()))
}

// width tells how far somebody reads, and how bad a finding is.
func (t *tie) width() int {
	switch {
	case t.finding != nil:
		return int(t.finding.Severity)
	case t.reader == nil:
		return 0
	case t.reader.Everywhere:
		return 2
	case t.reader.Wide:
		return 1
	}
	return 0
}

// ties lists all that is tied to a Secret.
func ties(o *one, findings []*model.Finding) []*tie {
	var rows []*tie
	for i := range o.readers {
		r := &o.readers[i]
		t := &tie{part: readsIt, reader: r, who: text.Clean(r.Subject.String()), how: strings.Join(r.Verbs, " "), reach: "this one"}
		switch {
		case r.Everywhere:
			t.reach = "! cluster"
		case r.Wide:
			t.reach = "~ namespace"
		}
		names := make([]string, len(r.Via))
		for n, v := range r.Via {
			names[n] = bound(v)
		}
		t.via = text.Clean(view.Few(names, 3))
		rows = append(rows, t)
	}
	for i := range o.secret.References {
		r := &o.secret.References[i]
		rows = append(rows, &tie{part: usesIt, use: r, who: text.Clean(r.From.String()), how: text.Clean(howOf(r)), via: text.Clean(r.Path)})
	}
	for i := range o.secret.Copies {
		c := &o.secret.Copies[i]
		rows = append(rows, &tie{part: leaksIt, copy: c, who: text.Clean(c.Object.String()), how: text.Clean(c.Value), via: text.Clean(c.Path)})
	}
	for _, f := range findings {
		rows = append(rows, &tie{part: foundOn, finding: f, who: text.Clean(f.Rule.ID + " " + f.Rule.Title), how: f.Severity.String()})
	}
	seen := map[string]int{}
	for _, t := range rows {
		id := t.ID()
		t.place, seen[id] = seen[id], seen[id]+1
	}
	return rows
}

// bound names a binding: by its name where it is one of the cluster, else with its namespace before it. What kind it is of stands beside
// the list, where there is room for it.
func bound(v model.Ref) string {
	if v.Namespace == "" {
		return v.Name
	}
	return v.Namespace + "/" + v.Name
}

func tieSchema(s *view.Shared) *table.Schema[*tie] {
	who := sheet.Grow(sheet.Searched(sheet.Column("WHO", 22, 36, 0, func(t *tie) string { return t.who })))
	who.Compare = (*tie).byDanger
	reach := sheet.Searched(sheet.Column("REACH", 11, 11, 1, func(t *tie) string { return t.reach }))
	reach.Style = func(t *tie) lipgloss.Style {
		if t.width() > 0 && t.finding == nil {
			return s.Theme.Warn
		}
		return s.Theme.Text
	}
	how := sheet.Searched(sheet.Column("HOW", 14, 26, 0, func(t *tie) string { return t.how }))
	how.Style = func(t *tie) lipgloss.Style {
		if t.finding != nil {
			return s.Theme.Severity(t.finding.Severity)
		}
		return s.Theme.Text
	}
	part := sheet.Field("part", "", func(t *tie) string { return t.part })
	part.Known = parts()
	part.Order = func(value string) (int, bool) {
		i := slices.Index(parts(), value)
		return partsNum - i, i >= 0
	}
	return &table.Schema[*tie]{
		Key: (*tie).ID, Compare: (*tie).compare,
		Columns: []table.Column[*tie]{
			who, how, reach, sheet.Grow(sheet.Searched(sheet.Column("VIA", 14, 40, 2, func(t *tie) string { return t.via }))),
		},
		Fields: []table.Field[*tie]{
			part, sheet.Field("who", "", func(t *tie) string { return t.who }), sheet.Field("reach", "", func(t *tie) string { return strings.TrimLeft(t.reach, "!~ ") }),
		},
	}
}
