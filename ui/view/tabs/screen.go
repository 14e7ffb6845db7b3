// Package tabs holds lists that answer sides of one question. One of them is shown at a time, below a line that names them all, and
// below that a line that says how far the work is that was asked for here.
package tabs

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/work"
)

// Side is a list, such as a sheet.
type Side interface {
	view.Screen
	view.Filtered
	view.Tabular
	Deep() bool
	Up() tea.Cmd
	Marked() int
	Unmark()
	Label(a keys.Action) (label, does string)
	Legend() []string
}

// Tab is a side with its name.
type Tab struct {
	Name string
	Side Side
}

// Screen shows one of its sides. It satisfies view.Screen, view.Filtered and view.Tabular.
type Screen struct {
	shared        *view.Shared
	place         view.Place
	tabs          []Tab
	at            int
	width, height int
	snapshot      *view.Snapshot
	job           *work.Job
	// laid is the number of lines that were above the side when it was laid out.
	laid int
}

// New gives the screen of a place. The sides tell how far the job is; nil is none.
func New(shared *view.Shared, place view.Place, job *work.Job, tabs ...Tab) *Screen {
	return &Screen{shared: shared, place: place, tabs: tabs, job: job, snapshot: view.NewSnapshot()}
}

// Side is the one that is shown.
func (s *Screen) Side() Side { return s.tabs[s.at].Side }

// Snapshot is the newest that was shown.
func (s *Screen) Snapshot() *view.Snapshot { return s.snapshot }

// Turn goes to another side by name.
func (s *Screen) Turn(name string) tea.Cmd {
	for i, t := range s.tabs {
		if t.Name == name {
			return s.turn(i)
		}
	}
	return nil
}

func (s *Screen) turn(to int) tea.Cmd {
	s.at = to
	s.lay()
	s.Side().Restyle()
	return s.Side().Show(s.snapshot)
}

// Place is the question.
func (s *Screen) Place() view.Place { return s.place }

// Crumbs are those of the side.
func (s *Screen) Crumbs() []string { return s.Side().Crumbs() }

// Aside is that of the side.
func (s *Screen) Aside() string { return s.Side().Aside() }

// Resize lays the side out.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.lay()
}

// Restyle takes the look anew.
func (s *Screen) Restyle() { s.Side().Restyle() }

// Show shows the snapshot on the side; the others get it once they are turned to.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return s.Side().Show(snapshot)
}

// Update takes news of the job. All else goes to the sides by itself.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	if told, ok := msg.(work.Told); ok {
		return told.Take(s)
	}
	return nil
}

// head are the lines above the side.
func (s *Screen) head() []string {
	var lines []string
	if len(s.tabs) > 1 && s.height >= 6 {
		lines = append(lines, s.bar())
	}
	if s.job != nil && s.height >= 4 {
		if line := s.job.Line(); line != "" {
			stop := s.shared.Keys.Show(keys.Back) + " stops it"
			drawn, _ := s.shared.Bar(s.width,
				view.Part{Text: s.shared.Cut(line, max(10, s.width-len(stop)-5)), Style: s.shared.Theme.Notice}, view.Part{Text: stop, Style: s.shared.Theme.Faint, Right: true})
			lines = append(lines, drawn)
		}
	}
	return lines
}

// bar names the sides, and the key that turns to the next.
func (s *Screen) bar() string {
	parts := make([]view.Part, 0, len(s.tabs)+1)
	for i, t := range s.tabs {
		style, name := s.shared.Theme.Tab, t.Name
		if i == s.at {
			style, name = s.shared.Theme.TabActive, "["+name+"]"
		}
		parts = append(parts, view.Part{Text: name, Style: style})
	}
	if key := s.shared.Keys.Show(keys.Turn); key != "" {
		parts = append(parts, view.Part{Text: key + " turns", Style: s.shared.Theme.Faint, Rank: 1, Right: true})
	}
	line, _ := s.shared.Bar(s.width, parts...)
	return line
}

func (s *Screen) lay() {
	s.laid = len(s.head())
	s.Side().Resize(s.width, max(0, s.height-s.laid))
}

// View draws the lines and the side.
func (s *Screen) View() string {
	head := s.head()
	if len(head) != s.laid {
		s.lay()
	}
	lines := head
	if s.height > len(head) {
		lines = append(lines, strings.Split(s.Side().View(), "\n")...)
	}
	return view.Block(lines, s.width, s.height)
}

// Click turns to a side by its name, or goes to the side.
func (s *Screen) Click(x, y int) tea.Cmd {
	if y == 0 && len(s.tabs) > 1 && s.laid > 0 {
		at := 1
		for i, t := range s.tabs {
			width := view.Width(t.Name)
			if i == s.at {
				width += 2
			}
			if x >= at && x < at+width {
				return s.turn(i)
			}
			at += width + 2
		}
		return nil
	}
	if y < s.laid {
		return nil
	}
	return s.Side().Click(x, y-s.laid)
}

// Wheel moves what is under the pointer.
func (s *Screen) Wheel(x, y, lines int) { s.Side().Wheel(x, y-s.laid, lines) }
