package ui

import (
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/theme"
	"canopy/ui/view"
)

// namespaces lists the names of those that are known, from findings and from the inventory.
func (r *root) namespaces() []string {
	names := map[string]bool{}
	if inventory := r.feed.shown.Report.Inventory; inventory != nil {
		for record := range inventory.All() {
			if ref := record.Ref(); ref.Group == "" && ref.Kind == "Namespace" {
				names[ref.Name] = true
			} else if ref.Namespace != "" {
				names[ref.Namespace] = true
			}
		}
	}
	for _, row := range r.feed.shown.Rows {
		if n := row.Finding.Object.Namespace; n != "" {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// chooseNamespaces lets those be chosen that are shown.
func (r *root) chooseNamespaces() tea.Cmd {
	names := r.namespaces()
	items := []view.Item{{Text: "all namespaces", Note: "and what is in none"}}
	for _, n := range names {
		items = append(items, view.Item{Text: n, Chosen: r.feed.namespaces[n]})
	}
	r.pick(view.Pick{Title: "namespaces: space marks several, enter shows them", Items: items, Many: true, One: true, Done: func(chosen []int) tea.Cmd {
		var shown []string
		for _, i := range chosen {
			if i == 0 {
				return r.show(nil)
			}
			shown = append(shown, names[i-1])
		}
		return r.show(shown)
	}})
	return nil
}

// show limits what is shown to namespaces; none shows everything.
func (r *root) show(names []string) tea.Cmd {
	r.feed.namespaces = view.NewNamespaces(names)
	return r.make()
}

func (r *root) chooseTheme() tea.Cmd {
	var items []view.Item
	for _, p := range r.palettes {
		items = append(items, view.Item{Text: p.Name, Chosen: p.Name == r.settings.Palette.Name})
	}
	r.pick(view.Pick{Title: "colours", Items: items, Done: func(chosen []int) tea.Cmd { return r.wear(r.palettes[chosen[0]]) }})
	return nil
}

func (r *root) wear(p theme.Palette) tea.Cmd {
	r.settings.Palette = p
	return r.restyle()
}

func (r *root) paint(background string) tea.Cmd {
	r.settings.Background = background
	return r.restyle()
}

// chooseColumns lets the columns of the table be chosen.
func (r *root) chooseColumns() tea.Cmd {
	t := r.top().(view.Tabular)
	columns := t.Columns()
	items := make([]view.Item, len(columns))
	for i, c := range columns {
		items[i] = view.Item{Text: c.Name, Note: c.Title, Chosen: c.Shown}
	}
	r.pick(view.Pick{Title: "columns: space marks, enter shows them", Items: items, Many: true, Done: func(chosen []int) tea.Cmd {
		names := make([]string, len(chosen))
		for n, i := range chosen {
			names[n] = columns[i].Name
		}
		t.SetColumns(names)
		return nil
	}})
	return nil
}

// nextGroup groups by the next thing, and after the last by nothing.
func (r *root) nextGroup() tea.Cmd {
	t := r.top().(view.Tabular)
	groups := append([]string{""}, t.Groups()...)
	now := max(0, slices.Index(groups, t.GroupedBy()))
	next := groups[(now+1)%len(groups)]
	r.note = view.Note{Text: "grouped by " + next}
	if next == "" {
		r.note.Text = "no groups"
	}
	return t.GroupBy(next)
}

// marked are the bookmarks of the cluster that is looked at.
func (r *root) marked() []view.Place { return r.bookmarks[r.shared.Session.Name()] }

// toggleBookmark keeps the place, or lets it go. Bookmarks last as long as the program: Canopy leaves nothing behind.
func (r *root) toggleBookmark() tea.Cmd {
	p := r.top().Place()
	if t, ok := r.top().(interface{ Spot() view.Place }); ok {
		p = t.Spot()
	}
	if s := r.hint(); (p.Screen == view.Findings || p.Screen == view.Resources) && !s.Object.IsZero() {
		// In a list it is the selected thing that one wants to come back to.
		list := p.Screen
		p = view.Place{Screen: view.Detail, Object: s.Object}
		if f := s.Finding(); f != nil && list == view.Findings {
			p = view.Place{Screen: view.Detail, Finding: f.ID}
		}
	}
	name, marks := r.shared.Session.Name(), r.marked()
	if i := slices.Index(marks, p); i >= 0 {
		r.bookmarks[name] = slices.Delete(slices.Clone(marks), i, i+1)
		r.note = view.Note{Text: "bookmark gone: " + p.String()}
		return nil
	}
	r.bookmarks[name] = append(slices.Clone(marks), p)
	r.note = view.Note{Text: "bookmark: " + p.String() + "; it lasts until you leave"}
	return nil
}

func (r *root) chooseBookmark() tea.Cmd {
	marks := slices.Clone(r.marked())
	items := make([]view.Item, len(marks))
	for i, p := range marks {
		items[i] = view.Item{Text: p.String()}
	}
	r.pick(view.Pick{Title: "bookmarks", Items: items, Done: func(chosen []int) tea.Cmd { return r.open(marks[chosen[0]]) }})
	return nil
}
