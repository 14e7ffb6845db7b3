package ui

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
)

// typedLimit is the longest text that can be typed, in characters.
const typedLimit = 400

// prompt is a line that is typed in place of the status line: the filter, or what a screen asks for.
type prompt struct {
	title string
	input textinput.Model
	// end is the width of what stands at the end of the line.
	end int
	// live takes what is typed so far; done takes it at the end; both may be nil.
	live, done func(text string) tea.Cmd
	hint       string
	// paste takes pasted text of several lines; nil where such a text is one line as well.
	paste func(text string) tea.Cmd
	// before is what it was when the prompt was opened, which comes back where it is given up.
	before string
	// complete gives how the line could go on, offers what it gave last, and cursor the one that tab takes.
	complete func(typed string) []view.Completion
	offers   []view.Completion
	cursor   int
}

func newInput(mark string) textinput.Model {
	in := textinput.New()
	in.Prompt = mark
	in.CharLimit = typedLimit
	in.SetStyles(textinput.Styles{})
	// The terminal draws the cursor: one of our own blinks, and that is bytes while nothing happens. It pastes as well:
	// reading its clipboard would start a program.
	in.SetVirtualCursor(false)
	in.KeyMap.Paste.SetEnabled(false)
	return in
}

// focus gives a line the keyboard. The command that the library gives for it lets a cursor of its own blink.
func focus(in *textinput.Model) { _ = in.Focus() }

// edit passes a message on to a line that is typed. What is pasted is no more to be trusted than what the cluster says.
func edit(in *textinput.Model, msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	*in, cmd = in.Update(msg)
	if v := in.Value(); text.Clean(v) != v {
		in.SetValue(text.Clean(v))
	}
	return cmd
}

// openFilter lets the filter of the screen be typed.
func (r *root) openFilter() tea.Cmd {
	f, ok := r.top().(view.Filtered)
	if !ok {
		return nil
	}
	r.openPrompt(&prompt{title: "/", before: f.Filter(), live: f.SetFilter})
	return nil
}

// ask lets a line be typed that a screen has asked for.
func (r *root) ask(msg view.Ask) {
	r.openPrompt(&prompt{title: msg.Title, hint: msg.Hint, before: msg.Value, done: msg.Done, complete: msg.Complete, paste: msg.Paste})
}

func (r *root) openPrompt(p *prompt) {
	p.input = newInput(r.shared.Clean(p.title))
	p.input.SetValue(p.before)
	p.input.CursorEnd()
	r.prompt = p
	p.resize(r.width)
	p.offer()
	focus(&p.input)
}

func (p *prompt) resize(width int) {
	end := min(width/2, 60)
	if p.live == nil {
		end = text.Width(p.hint)
		if width-text.Width(p.input.Prompt)-end < 32 {
			// What is typed needs the room.
			end = 0
		}
	}
	p.end = end
	p.input.SetWidth(max(1, width-text.Width(p.input.Prompt)-end-4))
}

func (p *prompt) do(r *root, a keys.Action) tea.Cmd {
	switch a {
	case keys.Open:
		if f, ok := r.top().(view.Filtered); ok && p.live != nil && f.FilterProblem() != "" {
			// A filter that is wrong lets everything through, which would look like an answer.
			r.note = view.Note{Text: f.FilterProblem(), Bad: true}
			return nil
		}
		r.prompt = nil
		if p.done != nil {
			return p.done(p.input.Value())
		}
	case keys.Back:
		r.prompt = nil
		if p.live != nil {
			return p.live(p.before)
		}
	case keys.NextPane:
		p.take()
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown:
		if p.complete != nil {
			p.move(a)
			return nil
		}
		// The list can be moved in while it is narrowed.
		if p.live != nil && r.top().Can(a).OK() {
			return r.top().Do(a)
		}
	}
	return nil
}

func (p *prompt) edit(_ *root, msg tea.Msg) tea.Cmd {
	before := p.input.Value()
	cmd := edit(&p.input, msg)
	if p.input.Value() != before {
		p.offer()
	}
	if p.live != nil && p.input.Value() != before {
		return tea.Batch(cmd, p.live(p.input.Value()))
	}
	return cmd
}

// view draws the line that is typed, with the position of the screen at its end.
func (p *prompt) view(r *root, position string) string {
	t := &r.shared.Theme
	problem := ""
	if f, ok := r.top().(view.Filtered); ok && p.live != nil {
		problem = f.FilterProblem()
	}
	end, style := position, t.Faint
	switch {
	case problem != "":
		end, style = problem, t.Alarm
	case p.live == nil:
		end = p.hint
	}
	end = r.shared.Cut(end, p.end)
	left := r.width - text.Width(end) - 3
	return view.Pad(" "+view.Pad(ansi.Truncate(p.input.View(), left, ""), left)+" "+style.Render(end), r.width)
}

func (p *prompt) caret(line int) *tea.Cursor {
	c := p.input.Cursor()
	if c == nil {
		return nil
	}
	c.X++
	c.Y = line
	return c
}

// overlay draws a piece over a drawn line, from a cell on.
func overlay(line, piece string, left, width int) string {
	return view.Pad(ansi.Truncate(line, left, ""), left) + piece + ansi.TruncateLeft(line, left+width, "")
}
