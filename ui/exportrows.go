package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// exportRows asks for a file name and writes the rows of a screen to it, as they are shown: titles first, cells apart by tabs.
func (r *root) exportRows(lines []string) tea.Cmd {
	if len(lines) < 2 {
		r.note = view.Note{Text: "export: no row is shown"}
		return nil
	}
	titles, rows := strings.Split(lines[0], "\t"), make([][]string, len(lines)-1)
	for i, l := range lines[1:] {
		rows[i] = strings.Split(l, "\t")
	}
	session := r.shared.Session
	r.ask(view.Ask{
		Title: "export " + view.Count(len(rows), "row") + " to: ", Hint: "also .csv .txt",
		Value: "canopy-" + r.top().Place().Screen + "-" + r.feed.shown.Report.Time.In(r.shared.Zone).Format("20060102-150405") + ".json",
		Done: func(path string) tea.Cmd {
			return func() tea.Msg {
				if err := session.ExportRows(path, titles, rows); err != nil {
					return view.Note{Text: err.Error(), Bad: true}
				}
				return view.Note{Text: "wrote " + view.Count(len(rows), "row") + " to " + path}
			}
		},
	})
	return nil
}
