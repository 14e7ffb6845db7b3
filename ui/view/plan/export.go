package plan

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// leave goes back to where the plan was asked for.
func (s *Screen) leave() tea.Cmd { return view.Send(view.Leave{Screen: s}) }

// cannotExport says why the documents cannot be written to files; "" where they can.
func (s *Screen) cannotExport() string {
	if why := s.empty(); why != "" {
		return why
	}
	if s.draft.fix == nil {
		return "it is a text of yours: there is nothing to write but that"
	}
	return ""
}

// stampOf is the moment of the plan, for names of files.
func (s *Screen) stampOf() string {
	return s.snapshot.Report.Time.In(s.shared.Zone).Format("20060102-150405")
}

// export asks for a folder and writes the documents into it.
func (s *Screen) export() tea.Cmd {
	session, fix := s.shared.Session, s.draft.fix
	return view.Send(view.Ask{Title: "write the documents into folder: ", Value: "canopy-fix-" + s.stampOf(), Done: func(folder string) tea.Cmd {
		return func() tea.Msg {
			if err := session.ExportFix(folder, fix); err != nil {
				return view.Note{Text: err.Error(), Bad: true}
			}
			return view.Note{Text: "wrote " + view.Count(len(fix.Documents), "document") + " into " + folder + ", with README.md, what takes them back and what keeps the findings from coming back"}
		}
	}})
}

// deed is what the screen can take back; nil for nothing.
func (s *Screen) deed() *Deed {
	switch {
	case s.phase == told:
		return s.told.back()
	case s.origin.deed != nil && !s.origin.deed.Undone:
		return s.origin.deed
	}
	return nil
}

// undo asks whether to take back what was written.
func (s *Screen) undo() tea.Cmd {
	d := s.deed()
	if d == nil {
		return nil
	}
	return s.confirmWith(&confirmation{plan: d.Undo, deed: d, back: s.phase})
}

// savedMsg tells that the undo of a deed is in a file.
type savedMsg struct {
	deed *Deed
	path string
	err  error
}

// saveUndo asks for a file, and writes what takes a deed back into it.
func (s *Screen) saveUndo() tea.Cmd {
	d := s.deed()
	if d == nil {
		return nil
	}
	return SaveUndo(s.shared, s, d)
}

// SaveUndo asks for a file, and writes what takes a deed back into it. It brings what came of it to a screen of this package.
func SaveUndo(shared *view.Shared, to view.Screen, d *Deed) tea.Cmd {
	session, undo := shared.Session, d.Undo
	name := "canopy-undo-" + d.at.In(shared.Zone).Format("20060102-150405")
	if d.number > 1 {
		name += fmt.Sprintf("-%d", d.number)
	}
	return view.Send(view.Ask{Title: "write the undo, which may hold secret values, to: ", Value: name + ".yaml", Done: func(path string) tea.Cmd {
		return view.Later(to, func() tea.Msg { return savedMsg{d, path, session.ExportUndo(path, undo)} })
	}})
}

// takeSaved notes that an undo is in a file.
func (s *Screen) takeSaved(m savedMsg) tea.Cmd {
	if m.err != nil {
		return view.Send(view.Note{Text: "the undo was not saved: " + m.err.Error(), Bad: true})
	}
	m.deed.Saved = true
	s.rewrite()
	return view.Send(view.Note{Text: "wrote the undo to " + m.path + ", which only you can read"})
}
