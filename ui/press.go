package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// press does what a key stands for.
func (r *root) press(key tea.KeyPressMsg) tea.Cmd {
	r.nextNote()
	name := key.String()
	switch {
	case name == "ctrl+c":
		// Whatever the settings say, and whatever has the keyboard, there is a way out.
		return r.quit()
	case r.chooser != nil:
		return r.typed(keys.Typing().Action(name), key, r.chooser.do, r.chooser.edit)
	case r.prompt != nil:
		return r.typed(keys.Typing().Action(name), key, r.prompt.do, r.prompt.edit)
	}
	a := r.keys().Action(name)
	if a == keys.None {
		r.idle(name)
		return nil
	}
	return r.act(a)
}

// idle says that a key does nothing, unless something else is to be said. A key that is held says it in the same place.
func (r *root) idle(name string) {
	if help := r.shared.Keys.Show(keys.Help); help != "" && r.note.Text == "" {
		r.note = view.Note{Text: keys.Name(name) + " does nothing: " + help + " lists keys"}
	}
}

// typed gives a key to what has the keyboard.
func (r *root) typed(a keys.Action, key tea.KeyPressMsg, do func(*root, keys.Action) tea.Cmd, edit func(*root, tea.Msg) tea.Cmd) tea.Cmd {
	switch a {
	case keys.Quit:
		return r.quit()
	case keys.None:
		r.warned = false
		return edit(r, key)
	}
	r.warned = false
	return do(r, a)
}

// paste gives pasted text to what has the keyboard.
func (r *root) paste(msg tea.PasteMsg) tea.Cmd {
	switch {
	case r.chooser != nil:
		return r.chooser.edit(r, msg)
	case r.prompt != nil && r.prompt.paste != nil && strings.ContainsAny(strings.TrimSpace(msg.Content), "\r\n"):
		take := r.prompt.paste
		r.prompt = nil
		// Terminals send a carriage return at the end of a pasted line.
		return take(strings.ReplaceAll(strings.ReplaceAll(msg.Content, "\r\n", "\n"), "\r", "\n"))
	case r.prompt != nil:
		return r.prompt.edit(r, msg)
	}
	return nil
}

// nextNote forgets the note that was seen, and shows the next.
func (r *root) nextNote() {
	r.note = view.Note{}
	if len(r.notes) > 0 {
		r.note, r.notes = r.notes[0], r.notes[1:]
	}
}

// act does an action where it can be done, and says why not otherwise.
func (r *root) act(a keys.Action) tea.Cmd {
	if a == keys.None {
		return nil
	}
	if o := r.offer(a); !o.OK() {
		why := o.Why
		if !o.Known {
			why = r.elsewhere(a)
		}
		r.note = view.Note{Text: string(a) + ": " + why}
		return nil
	}
	if a != keys.Quit {
		r.warned = false
	}
	if do, ok := r.general(a); ok {
		return do()
	}
	if o := r.top().Can(a); o.OK() && !o.Program {
		return r.top().Do(a)
	}
	return r.onSubject(a)
}

// general gives what the program itself does; false for what is left to the screen.
func (r *root) general(a keys.Action) (func() tea.Cmd, bool) {
	switch a {
	case keys.Overview, keys.Findings, keys.RBAC, keys.Network, keys.Images, keys.Secrets, keys.Nodes, keys.Paths, keys.Resources:
		return func() tea.Cmd { return r.open(view.Place{Screen: string(a)}) }, true
	case keys.Palette:
		return r.openPalette, true
	case keys.Help:
		return r.openHelp, true
	case keys.Back:
		return r.back, true
	case keys.Earlier:
		return func() tea.Cmd { return r.travel(-1) }, true
	case keys.Later:
		return func() tea.Cmd { return r.travel(1) }, true
	case keys.Namespace:
		return r.chooseNamespaces, true
	case keys.Context:
		return r.askContexts, true
	case keys.Theme:
		return r.chooseTheme, true
	case keys.Bookmark:
		return r.toggleBookmark, true
	case keys.Bookmarks:
		return r.chooseBookmark, true
	case keys.Pause:
		return r.hold, true
	case keys.Mouse:
		return r.toggleMouse, true
	case keys.Redraw:
		return r.redraw, true
	case keys.Suspend:
		return func() tea.Cmd { return tea.Suspend }, true
	case keys.Quit:
		return r.quit, true
	case keys.Propose:
		return func() tea.Cmd { r.propose("", proposing); return nil }, true
	case keys.Undo:
		return r.chooseUndo, true
	case keys.Filter:
		return r.openFilter, true
	case keys.Columns:
		return r.chooseColumns, true
	case keys.Group:
		return r.nextGroup, true
	}
	return nil, false
}

// back stops the work that goes on here, else it closes what is open: the filter, then the marks, then the panes one went into, then the screen. A filter that the screen was opened with is what the
// screen is about, so it goes with the screen.
func (r *root) back() tea.Cmd {
	if w, ok := r.top().(worker); ok && w.Working() {
		w.Stop()
		return nil
	}
	if f, ok := r.top().(view.Filtered); ok && f.Filter() != r.last().filter {
		return f.SetFilter(r.last().filter)
	}
	if m, ok := r.top().(marker); ok && m.Marked() > 0 {
		m.Unmark()
		return nil
	}
	if d, ok := r.top().(deep); ok && d.Deep() {
		return d.Up()
	}
	return r.up()
}

func (r *root) toggleMouse() tea.Cmd {
	r.mouse = !r.mouse
	r.note = view.Note{Text: "the terminal has the mouse: select text with it; " + r.shared.Keys.Show(keys.Mouse) + " takes it back"}
	if r.mouse {
		r.note.Text = "clicks and the wheel work here; " + r.shared.Keys.Show(keys.Mouse) + " gives the mouse to the terminal"
	}
	return nil
}

// redraw draws the screen anew, and lets it try again what has failed.
func (r *root) redraw() tea.Cmd {
	if r.top().Can(keys.Redraw).OK() {
		return tea.Batch(tea.ClearScreen, r.top().Do(keys.Redraw))
	}
	return tea.ClearScreen
}
