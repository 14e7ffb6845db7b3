package overview

import "canopy/ui/keys"

// list is the selection and the window of a list. Under the selected row there may be lines that say more of it.
type list struct {
	count, cursor, top, height int
	// extra is the number of lines under the selected row, tall that of the lines that always stand under row talls.
	extra, tall, talls int
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

// do moves the selection, where the action is a movement.
func (l *list) do(a keys.Action) {
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
	}
}

func (l *list) move(by int) { l.choose(l.cursor + by) }

func (l *list) choose(row int) {
	l.held = true
	l.cursor = row
	l.scroll()
}

// wheel moves the window, and takes the selection along where that would leave it.
func (l *list) wheel(lines int) {
	if l.fits(0) >= l.count {
		return
	}
	l.held = true
	l.top = max(0, min(l.top+lines, l.count-1))
	l.settle()
	from, to := l.span()
	l.cursor = max(from, min(l.cursor, to-1))
	l.scroll()
}

// size is how many lines a row takes.
func (l *list) size(row int) int {
	n := 1
	if row == l.talls {
		n += l.tall
	}
	if row == l.cursor {
		n += l.extra
	}
	return n
}

// fits gives the row after the last that begins within the window, were the window to begin with a row.
func (l *list) fits(from int) int {
	row := from
	for line := 0; row < l.count && line < l.height; row++ {
		line += l.size(row)
	}
	return row
}

// scroll puts the cursor onto a row and the window around it with what stands below it, without a gap below the last row.
func (l *list) scroll() {
	l.cursor = max(0, min(l.cursor, l.count-1))
	l.top = max(0, min(l.top, l.cursor))
	// From the cursor upwards as many rows as there is room for.
	first := l.cursor
	for room := l.height - l.size(l.cursor); first > 0 && room >= l.size(first-1); first-- {
		room -= l.size(first - 1)
	}
	l.top = max(l.top, first)
	l.settle()
}

// settle leaves no gap below the last row.
func (l *list) settle() {
	room := l.height
	for row := l.count - 1; row >= 0 && room >= l.size(row); row-- {
		room -= l.size(row)
		if row < l.top {
			l.top = row
		}
	}
}

// at gives the row on a line of the window.
func (l *list) at(line int) (int, bool) {
	if line < 0 || line >= l.height {
		return 0, false
	}
	row := l.top
	for ; row < l.count; row++ {
		if line -= l.size(row); line < 0 {
			return row, true
		}
	}
	return row, false
}

// span gives the first row of the window and the one after the last.
func (l *list) span() (from, to int) { return l.top, l.fits(l.top) }

// draw gives the lines of the window; always are those under the tall row, more those under the selected one.
func (l *list) draw(row func(i int) string, always, more []string) []string {
	lines := make([]string, 0, l.height)
	from, to := l.span()
	for i := from; i < to; i++ {
		lines = append(lines, row(i))
		if i == l.talls {
			lines = append(lines, always...)
		}
		if i == l.cursor {
			lines = append(lines, more...)
		}
	}
	return lines[:min(len(lines), l.height)]
}
