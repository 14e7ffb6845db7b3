package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/text"
)

// filterLimit is the longest filter in characters.
const filterLimit = 200

func newInput() textinput.Model {
	in := textinput.New()
	in.Prompt = "/"
	in.CharLimit = filterLimit
	in.SetStyles(textinput.Styles{})
	// The terminal draws the cursor: one of our own blinks, and that is bytes while nothing happens. It pastes as well:
	// reading its clipboard would start a program.
	in.SetVirtualCursor(false)
	in.KeyMap.Paste.SetEnabled(false)
	return in
}

// press does what a key stands for.
func (r *root) press(key tea.KeyPressMsg) tea.Cmd {
	action := r.bindings().Action(key.String())
	if action == keys.None && r.mode == typing {
		return r.edit(key)
	}
	if r.mode == helping && action != keys.Help && action != keys.Back && action != keys.Quit {
		// What moves out of sight would surprise.
		return nil
	}
	return r.act(action)
}

// bindings is the table of keys that holds now.
func (r *root) bindings() keys.Map {
	switch {
	case r.mode == typing:
		return keys.Typing()
	case r.mode == helping:
		return keys.Browse().Label(keys.Back, "close")
	case r.input.Value() != "":
		return keys.Browse().Label(keys.Back, "clear filter")
	}
	return keys.Browse()
}

func (r *root) act(action keys.Action) tea.Cmd {
	switch action {
	case keys.Up:
		r.table.Move(-1)
	case keys.Down:
		r.table.Move(1)
	case keys.PageUp:
		r.table.Page(-1)
	case keys.PageDn:
		r.table.Page(1)
	case keys.Home:
		r.table.Home()
	case keys.End:
		r.table.End()
	case keys.Filter:
		r.mode = typing
		return r.input.Focus()
	case keys.Accept:
		r.leaveFilter()
	case keys.Back:
		return r.back()
	case keys.Sort:
		r.wanted.query.Column = r.shown.schema.NextColumn(r.wanted.query.Column)
		r.wanted.query.Reverse = false
		return r.start()
	case keys.Reverse:
		r.wanted.query.Reverse = !r.wanted.query.Reverse
		return r.start()
	case keys.Help:
		r.toggleHelp()
	case keys.Quit:
		return tea.Quit
	}
	return nil
}

func (r *root) toggleHelp() {
	if r.mode == helping {
		r.mode = browsing
	} else {
		r.mode = helping
	}
}

// back closes the help where it is open; else it takes the filter away.
func (r *root) back() tea.Cmd {
	if r.mode == helping {
		r.mode = browsing
		return nil
	}
	r.leaveFilter()
	r.input.Reset()
	return r.filter()
}

func (r *root) leaveFilter() {
	r.mode = browsing
	r.input.Blur()
}

// edit passes a key on to the filter.
func (r *root) edit(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	r.input, cmd = r.input.Update(msg)
	// What is pasted is no more to be trusted than what the cluster says.
	if v := r.input.Value(); text.Clean(v) != v {
		r.input.SetValue(text.Clean(v))
	}
	return tea.Batch(cmd, r.filter())
}

func (r *root) paste(msg tea.PasteMsg) tea.Cmd {
	if r.mode != typing {
		return nil
	}
	return r.edit(msg)
}

// filter asks for the rows that the text in the filter lets through.
func (r *root) filter() tea.Cmd {
	r.wanted.query.Filter = r.input.Value()
	return r.start()
}
