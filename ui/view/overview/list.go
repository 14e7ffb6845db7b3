package overview

import "canopy/ui/keys"

// list is the selection and the window of a list. Under the selected row there may be lines that say more of it.
type list struct {
	count, cursor, top, height int
	// extra is the number of lines under the selected row.
	extra int
	// held tells that the selection is on a row by choice. Before the first movement, and after home, it is on the top of
	// the list, whatever row that is: the worst one must not come in out of sight.
	held bool
}

// refill tells that the rows are others: what was selected is now at the place that find gives. Where it is gone the
// selection takes the place it had.
func (l *list) refill(count int, find func() (int, bool)) {
	l.count = count
	if !l.held {
		l.cursor, l.top = 0, 0
		return
	}
	if i, ok := find(); ok {
		if l.top > 0 {
			l.top += i - l.cursor
		}
		l.cursor = i
	}
	l.scroll()
}

// do moves the selection, and tells whether the action was a movement.
func (l *list) do(a keys.Action) bool {
	switch a {
	case keys.Up:
		l.move(-1)
	case keys.Down:
		l.move(1)
	case keys.PageUp:
		l.move(-max(1, l.height-1))
	case keys.PageDown:
		l.move(max(1, l.height-1))
	case keys.First:
		l.held, l.cursor, l.top = false, 0, 0
	case keys.Last:
		l.move(l.count)
	default:
		return false
	}
	return true
}

func (l *list) move(by int) { l.choose(l.cursor + by) }

func (l *list) choose(row int) {
	l.held = true
	l.cursor = row
	l.scroll()
}

// wheel moves the window, and takes the selection along where that would leave it.
func (l *list) wheel(lines int) {
	if l.count+l.extra <= l.height {
		return
	}
	l.held = true
	l.top = max(0, min(l.top+lines, l.count-max(1, l.height-l.extra)))
	l.cursor = max(l.top, min(l.cursor, l.top+max(1, l.height-l.extra)-1))
	l.scroll()
}

// scroll puts the cursor onto a row and the window around it with what stands below it, without a gap below the last row.
func (l *list) scroll() {
	l.cursor = max(0, min(l.cursor, l.count-1))
	extra := min(l.extra, max(0, l.height-1))
	l.top = max(0, min(l.top, l.cursor, l.count+extra-l.height))
	l.top = max(l.top, l.cursor+1+extra-l.height, 0)
}

// at gives the row on a line of the window.
func (l *list) at(line int) (int, bool) {
	row := l.top + line
	if row > l.cursor && l.cursor >= l.top {
		row = max(l.cursor, row-l.extra)
	}
	return row, line >= 0 && line < l.height && row < l.count
}

// span gives the first row of the window and the one after the last.
func (l *list) span() (from, to int) {
	room := l.height
	if l.cursor >= l.top && l.cursor < l.top+room {
		room = max(l.cursor-l.top+1, room-l.extra)
	}
	return l.top, min(l.count, l.top+room)
}

// draw gives the lines of the window; more are those under the selected row.
func (l *list) draw(row func(i int) string, more []string) []string {
	lines := make([]string, 0, l.height)
	from, to := l.span()
	for i := from; i < to; i++ {
		lines = append(lines, row(i))
		if i == l.cursor {
			lines = append(lines, more...)
		}
	}
	return lines[:min(len(lines), l.height)]
}
