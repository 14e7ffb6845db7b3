package plan

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// button is something to press. Off says why it cannot be pressed now.
type button struct {
	label, off string
	do         func() tea.Cmd
}

// more is a label that leads to a question.
func (s *Screen) more(label string) string {
	if s.shared.Glyphs.Charset == text.ASCII {
		return label + "..."
	}
	return label + "…"
}

// buttons lists what can be pressed. The first is what does nothing to a cluster.
func (s *Screen) buttons() []button {
	switch s.phase {
	case trying:
		return []button{{"Stop", "", s.stop}}
	case confirming:
		return s.confirm.buttons(s)
	case writing:
		return []button{{"Stop", "", s.stop}}
	case told:
		return s.told.buttons(s)
	}
	apply := button{s.more("Apply"), s.unfit(), s.apply}
	export := button{"Export", s.cannotExport(), s.export}
	if s.origin.deed != nil {
		apply.label, export = s.more("Take back"), button{s.more("Save undo"), s.empty(), s.saveUndo}
	}
	list := []button{{"Cancel", "", s.leave}, export, {"Dry-run", s.locked(), s.try}}
	if s.refusal() != "" && s.origin.deed == nil {
		list = append(list, button{"Make anew", "", s.make})
	}
	return append(list, apply)
}

// home is the button that is chosen before anybody chooses one: it does nothing to a cluster. Where something would take the change
// back it is the one that leads to where the change belongs.
func (s *Screen) home() int {
	if s.phase == looking && s.draft != nil && len(s.draft.managers()) > 0 && s.cannotExport() == "" {
		return 1
	}
	return 0
}

// empty says why there is nothing to do with the plan; "" where there is.
func (s *Screen) empty() string {
	switch {
	case s.draft == nil || s.making:
		return "the change is being worked out"
	case len(s.draft.plan.Steps) == 0:
		return "there is no document"
	}
	return ""
}

// locked says why the server can neither be asked nor written to; "" where it can.
func (s *Screen) locked() string {
	if why := s.empty(); why != "" {
		return why
	}
	if err := s.shared.Session.Writable(); err != nil {
		return err.Error()
	}
	if w := s.ledger.Writing(); w != "" {
		return "wait: " + w
	}
	return ""
}

// unfit says why the plan cannot be written; "" where it can, once the server was asked and the user has confirmed it.
func (s *Screen) unfit() string {
	if why := s.locked(); why != "" {
		return why
	}
	return cmp.Or(s.draft.incomplete(), s.refusal())
}

// refusal names the rung that has failed, and says what to do; "" where none has. Nothing that has failed is written.
func (s *Screen) refusal() string {
	for r := model.RungParsed; r <= model.RungSyntheticPod; r++ {
		if worst, ok := model.Worst(s.all(), r); !ok || worst != model.Failed {
			continue
		}
		switch {
		case s.origin.deed != nil:
			return r.String() + " has failed: Save undo keeps what takes it back"
		case s.origin.text != nil:
			return r.String() + " has failed: edit the text, or Make anew reads the cluster again"
		}
		return r.String() + " has failed: Export hands the plan on, Make anew makes another"
	}
	return ""
}

// press presses the button that is chosen.
func (s *Screen) press() tea.Cmd {
	list := s.buttons()
	if s.button >= len(list) {
		return nil
	}
	b := list[s.button]
	if b.off != "" {
		return view.Send(view.Note{Text: strings.TrimRight(b.label, "….") + ": " + b.off})
	}
	return b.do()
}

// step goes to another button; it tells whether there is one.
func (s *Screen) step(by int) bool {
	to := s.button + by
	if to < 0 || to >= len(s.buttons()) {
		return false
	}
	s.button = to
	return true
}

// span is where a button is drawn.
type span struct{ from, to int }

// row draws the buttons on one line, with a hint at its end, and tells where each is.
func (s *Screen) buttonRow(width int) (string, []span) {
	t := &s.shared.Theme
	var b strings.Builder
	var spans []span
	at := 1
	b.WriteString(" ")
	for i, button := range s.buttons() {
		label := "  " + button.label + "  "
		style := t.Button
		if button.off != "" {
			style = t.Off
		}
		if i == s.button {
			label = "[ " + button.label + " ]"
			if s.pressing() {
				style = t.ButtonFocused
			}
		}
		cells := text.Width(label)
		if at+cells > width {
			break
		}
		spans = append(spans, span{at, at + cells})
		b.WriteString(style.Render(label))
		at += cells
		if at < width {
			b.WriteString(" ")
			at++
		}
	}
	hint, style, whole := s.hint()
	least := text.Width(s.shared.Clean(hint))
	if !whole {
		least = min(least, hintLeast)
	}
	if room := width - at - 2; hint != "" && room >= least {
		hint = s.shared.Cut(hint, room)
		b.WriteString(strings.Repeat(" ", width-at-1-text.Width(hint)) + style.Render(hint))
	}
	return view.Pad(b.String(), width), spans
}

// hintLeast is the room that a hint needs to say something.
const hintLeast = 16

// pressing tells that enter presses a button.
func (s *Screen) pressing() bool {
	return s.focus == pressed || s.phase == confirming || s.phase == writing || s.phase == told
}

// command is the button as one types it, and what it does.
func (b *button) command() (name, note string) {
	name = strings.ToLower(strings.TrimRight(b.label, "….~"))
	switch name {
	case "cancel":
		note = "leave the plan; nothing is written"
	case "close":
		note = "leave the plan"
	case "dry-run":
		note = "ask the server what it says of the plan; it keeps nothing"
	case "apply":
		note = "ask the server, which keeps nothing, and then you whether to write the plan"
	case "make anew":
		note = "make the plan anew from what is there now"
	case "export":
		note = "write the documents into a folder"
	case "stop":
		note = "end what is under way"
	case "undo":
		name, note = "undo this plan", "ask whether to take back what was written"
	case "undo the rest", "take back":
		note = "ask whether to take back what was written"
	case "save undo":
		note = "write what takes the change back into a file that only you can read"
	default:
		note = "write it, once you have confirmed it"
	}
	return name, note
}
