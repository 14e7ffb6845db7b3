package resources

import (
	"cmp"

	"canopy/model"
	"canopy/ui/table"
)

// newSieve says what a filter looks at. The table itself knows nothing of it: what passes is shown with all that is above it.
func newSieve() *table.Schema[*item] {
	searched := func(name string, of func(*item) string) table.Column[*item] {
		return table.Column[*item]{Name: name, Searched: true, Text: of}
	}
	return &table.Schema[*item]{
		Key:     func(i *item) string { return i.key },
		Compare: func(a, b *item) int { return cmp.Compare(a.key, b.key) },
		Columns: []table.Column[*item]{
			searched("resource", called), searched("namespace", spaceOf), searched("owner", above), searched("status", func(i *item) string { return i.status }),
			searched("node", machineOf), searched("image", images), searched("account", account), searched("ip", addresses),
		},
		Fields: []table.Field[*item]{
			{Name: "ns", Also: "namespace", Text: spaceOf},
			{Name: "kind", Text: func(i *item) string { return i.ref.Kind }},
			{Name: "node", Text: machineOf},
			{Name: "posture", Text: func(i *item) string { return i.posture.String() }},
			{Name: "sev", Also: "severity", Text: severity, Order: severityRank},
			{Name: "status", Text: func(i *item) string { return i.status }},
		},
	}
}

// called is the kind with the name, as references are written.
func called(i *item) string {
	if i.level == heading {
		return ""
	}
	return i.ref.Kind + "/" + i.ref.Name
}

// spaceOf is the namespace that an item is in, or that it is.
func spaceOf(i *item) string {
	if i.level == heading || i.level == machine {
		return ""
	}
	return home(i.ref)
}

// machineOf is the node that an item is, or runs on.
func machineOf(i *item) string {
	if i.level == machine {
		return i.ref.Name
	}
	return i.node
}

// severity is the worst that holds on an item or below; "" where nothing does.
func severity(i *item) string {
	if worst, ok := i.score.Worst(); ok && i.level != heading {
		return worst.String()
	}
	return ""
}

func severityRank(value string) (int, bool) {
	s, ok := model.ParseSeverity(value)
	return int(s), ok
}

// sift holds what passes a filter, and what is above that.
type sift struct {
	passes map[string]bool
	// leads holds what has something below that passes; opened those of them that are opened to show it.
	leads, opened map[string]bool
}

// sieved sifts a tree; nil where the filter lets everything through.
func sieved(t *tree, schema *table.Schema[*item], filter string) *sift {
	if filter == "" {
		return nil
	}
	var all []*item
	for _, root := range t.roots() {
		root.each(func(i *item) { all = append(all, i) })
	}
	s := &sift{passes: map[string]bool{}, leads: map[string]bool{}, opened: map[string]bool{}}
	for i := range schema.Arrange(all, table.Query{Column: -1, Filter: filter}).All() {
		if i.level != heading {
			s.passes[i.key] = true
		}
	}
	for _, root := range t.roots() {
		s.lead(root)
	}
	return s
}

// lead notes what leads to something that passes, and tells whether an item or anything below does. An owner that passes
// itself shows no more of what is below than usual: it is what was looked for.
func (s *sift) lead(i *item) bool {
	below := false
	for _, c := range i.children {
		below = s.lead(c) || below
	}
	if below {
		s.leads[i.key] = true
		if i.depth == 0 || !s.passes[i.key] {
			s.opened[i.key] = true
		}
	}
	return below || s.passes[i.key]
}

// shows tells whether an item is shown where all above it is open.
func (s *sift) shows(i *item) bool { return s == nil || s.passes[i.key] || s.leads[i.key] }
