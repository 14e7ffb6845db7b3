package network

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	p, _ := s.ends()
	switch a {
	case keys.NextPane, keys.PrevPane:
		s.side.reading = !s.side.reading
		s.arrangePanes()
	case keys.Open:
		return view.Send(view.Go{Place: s.place(p)})
	case keys.Reach:
		return view.Send(view.Go{Place: view.Place{Screen: view.Reach, Object: s.Subject().Object, Ports: s.order.sieve.words}})
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return view.Send(view.Go{Place: view.Place{Screen: string(a)}})
	case keys.Ports:
		return askPorts(s.order.sieve.words, func(ports string) tea.Cmd { return s.SetFilter(withPorts(s.wanted.filter, ports)) })
	case keys.Turn:
		return s.wish(func(w *wish) { w.turned = !w.turned })
	case keys.Sort:
		return s.wish(func(w *wish) { w.by, w.reverse = (w.by+1)%sortings, false })
	case keys.Reverse:
		return s.wish(func(w *wish) { w.reverse = !w.reverse })
	default:
		if s.side.reading {
			if a == keys.Copy {
				return view.Send(view.Copy{Text: s.side.text.Plain(), What: "the text"})
			}
			s.side.text.Do(a)
			return nil
		}
		s.move(a)
	}
	return s.next()
}

// move moves the cursor.
func (s *Screen) move(a keys.Action) {
	switch a {
	case keys.Up:
		s.at.row--
	case keys.Down:
		s.at.row++
	case keys.PageUp:
		s.at.row -= max(1, s.lay.rows-2)
	case keys.PageDown:
		s.at.row += max(1, s.lay.rows-2)
	case keys.First:
		s.at.row = 0
	case keys.Last:
		s.at.row = len(s.order.rows) - 1
	case keys.Left:
		s.at.column--
	case keys.Right:
		s.at.column++
	case keys.PageLeft:
		s.at.column -= max(1, s.lay.columns-2)
	case keys.PageRight:
		s.at.column += max(1, s.lay.columns-2)
	}
	s.follow()
}

// askPorts lets ports be typed. What is no port is told, and asked again.
func askPorts(now string, done func(ports string) tea.Cmd) tea.Cmd {
	return askAgain("ports that count: ", now, done)
}

func askAgain(title, now string, done func(ports string) tea.Cmd) tea.Cmd {
	return view.Send(view.Ask{
		Title: title, Value: now, Hint: "5432/TCP, 8000-8080, udp; nothing counts all",
		Done: func(typed string) tea.Cmd {
			if _, err := parsePorts(typed); err != nil {
				return askAgain(err.Error()+"; ports: ", typed, done)
			}
			return done(typed)
		},
	})
}

// Click selects a cell, and opens it at the second click. A click on a name goes to its row or column.
func (s *Screen) Click(x, y int) tea.Cmd {
	if s.lay.side && x > s.lay.width || !s.lay.side && s.lay.text > 0 && y > s.lay.height || s.side.reading && !s.lay.side {
		s.side.reading = true
		s.arrangePanes()
		return s.next()
	}
	s.side.reading = false
	row, column := s.under(x, y)
	before := s.at
	if row >= 0 {
		s.at.row = row
	}
	if column >= 0 {
		s.at.column = column
	}
	again := row >= 0 && column >= 0 && before.row == s.at.row && before.column == s.at.column
	s.follow()
	if p, ok := s.ends(); again && ok {
		return view.Send(view.Go{Place: s.place(p)})
	}
	return s.next()
}

// under is the row and the column at a point; -1 for none.
func (s *Screen) under(x, y int) (row, column int) {
	row, column = -1, -1
	if i := y - s.lay.said - s.lay.head; i >= 0 && i < s.lay.rows {
		row = s.visibleRows()[i]
	}
	if i := x - s.lay.before(); i > 0 && i/s.lay.pitch < s.lay.columns && y >= s.lay.said {
		column = s.visibleColumns()[i/s.lay.pitch]
	}
	return row, column
}

// Wheel moves the rows in sight, or the text.
func (s *Screen) Wheel(x, y, lines int) {
	if s.lay.side && x > s.lay.width || !s.lay.side && (s.side.reading || s.lay.text > 0 && y > s.lay.height) {
		s.side.text.Wheel(lines)
		return
	}
	s.at.row += lines
	s.follow()
}
