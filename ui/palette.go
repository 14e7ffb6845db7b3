package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// command is something that the palette can do.
type command struct {
	text, note, off string
	do              func() tea.Cmd
}

// recentLimit bounds the commands that stand first in the palette because they were used.
const recentLimit = 20

// openPalette lets a command be typed. What was used last stands first.
func (r *root) openPalette() tea.Cmd {
	commands := r.commands()
	rank := func(c command) int {
		if i := slices.Index(r.recent, c.text); i >= 0 {
			return i
		}
		return len(r.recent)
	}
	known := map[string]bool{}
	for _, c := range commands {
		known[c.text] = true
	}
	// What was typed with a text of its own stands first as well.
	for i := len(r.recent) - 1; i >= 0; i-- {
		if typed := r.recent[i]; !known[typed] {
			commands = append(commands, command{text: typed, note: "again", do: func() tea.Cmd { cmd, _ := r.free(typed); return cmd }})
		}
	}
	slices.SortStableFunc(commands, func(a, b command) int { return rank(a) - rank(b) })
	c := &chooser{title: "command", whole: true}
	for _, command := range commands {
		c.items = append(c.items, choice{Item: view.Item{Text: command.text, Note: command.note}, off: command.off})
	}
	c.done = func(chosen []int) tea.Cmd {
		command := commands[chosen[0]]
		r.remember(command.text)
		return command.do()
	}
	c.free = r.free
	r.openChooser(c)
	return nil
}

func (r *root) remember(text string) {
	r.recent = slices.DeleteFunc(r.recent, func(s string) bool { return s == text })
	r.recent = slices.Insert(r.recent, 0, text)
	r.recent = r.recent[:min(len(r.recent), recentLimit)]
}

// commands lists what can be done: every action, then every choice by its name.
func (r *root) commands() []command {
	var list []command
	for i := range r.shared.Keys {
		b := &r.shared.Keys[i]
		if b.Action == keys.Palette {
			continue
		}
		_, does := r.label(b)
		c := command{text: string(b.Action), note: does, do: func() tea.Cmd { return r.act(b.Action) }}
		if o := r.offer(b.Action); !o.Known {
			c.off = r.elsewhere(b.Action)
		} else {
			c.off = o.Why
		}
		list = append(list, c)
	}
	list = append(list, command{text: "all namespaces", note: "show everything", do: func() tea.Cmd { return r.show(nil) }})
	for _, n := range r.namespaces() {
		list = append(list, command{text: "namespace " + n, note: "show only this one", do: func() tea.Cmd { return r.show([]string{n}) }})
	}
	for i := range r.palettes {
		p := r.palettes[i]
		list = append(list, command{text: "theme " + p.Name, note: "colours", do: func() tea.Cmd { return r.wear(p) }})
	}
	for _, background := range []string{"auto", "dark", "light"} {
		list = append(list, command{text: "background " + background, note: "colours for a background", do: func() tea.Cmd { return r.paint(background) }})
	}
	list = append(list, r.tableCommands()...)
	if c, ok := r.top().(commander); ok {
		for _, own := range c.Commands() {
			list = append(list, command{text: own.Text, note: own.Note, off: own.Off, do: own.Do})
		}
	}
	for _, rule := range r.shared.Session.Rules() {
		list = append(list, command{text: "explain " + rule.ID, note: rule.Title, do: func() tea.Cmd { return r.open(view.Place{Screen: view.Explain, Rule: rule.ID}) }})
	}
	return list
}

// commander is a screen with commands of its own.
type commander interface{ Commands() []view.Command }

// tableCommands lists what can be done with the table of the screen.
func (r *root) tableCommands() []command {
	t, ok := r.top().(view.Tabular)
	if !ok {
		return nil
	}
	var list []command
	for _, c := range t.Columns() {
		for _, reverse := range []bool{false, true} {
			text, note := "sort "+c.Name, "by this column"
			if reverse {
				text, note = text+" reverse", "by this column, the other way round"
			}
			list = append(list, command{text: text, note: note, do: func() tea.Cmd {
				cmd, ok := t.SortBy(c.Name, reverse)
				if !ok {
					r.note = view.Note{Text: "sort: the column " + c.Name + " has no order"}
				}
				return cmd
			}})
		}
	}
	for _, g := range append([]string{""}, t.Groups()...) {
		text := "group " + g
		if g == "" {
			text = "group by nothing"
		}
		list = append(list, command{text: text, note: "rows under headings", do: func() tea.Cmd { return t.GroupBy(g) }})
	}
	return append(list,
		command{text: "fold all", note: "close all groups or branches", do: func() tea.Cmd { return t.FoldAll(true) }},
		command{text: "unfold all", note: "open all groups or branches", do: func() tea.Cmd { return t.FoldAll(false) }},
		command{text: "copy rows", note: "the marked rows, or all that are shown, with their columns", do: func() tea.Cmd {
			lines := t.Lines()
			return r.copy(strings.Join(lines, "\n"), view.Count(len(lines)-1, "row"))
		}},
	)
}

// free takes commands with a text that no list can hold.
func (r *root) free(typed string) (tea.Cmd, bool) {
	word, rest, _ := strings.Cut(strings.TrimSpace(typed), " ")
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return nil, false
	}
	again := word + " " + rest
	switch word {
	case "filter":
		if f, ok := r.top().(view.Filtered); ok {
			r.remember(again)
			return f.SetFilter(rest), true
		}
	case "go":
		ref, err := model.ParseRef(rest)
		if err != nil {
			return view.Send(view.Note{Text: err.Error(), Bad: true}), true
		}
		r.remember(again)
		return r.open(view.Place{Screen: view.Detail, Object: ref}), true
	case "finding":
		r.remember(again)
		return r.open(view.Place{Screen: view.Detail, Finding: rest}), true
	case "who-can":
		r.remember(again)
		return r.open(view.Place{Screen: view.WhoCan, Query: strings.Join(strings.Fields(rest), " ")}), true
	case "subject":
		who, err := model.ParseSubject(rest)
		if err != nil {
			return view.Send(view.Note{Text: err.Error(), Bad: true}), true
		}
		r.remember(again)
		return r.open(view.Place{Screen: view.RBAC, Subject: who}), true
	case view.Paths, view.Path, view.Cuts, "blast":
		if p, ok := pathWords(word, rest); ok {
			r.remember(again)
			return r.open(p), true
		}
	case "columns":
		if t, ok := r.top().(view.Tabular); ok {
			if unknown := t.SetColumns(strings.FieldsFunc(rest, func(c rune) bool { return c == ',' || c == ' ' })); len(unknown) > 0 {
				return view.Send(view.Note{Text: fmt.Sprintf("columns: no %s here", strings.Join(unknown, ", ")), Bad: true}), true
			}
			r.remember(again)
			return nil, true
		}
	}
	return nil, false
}
