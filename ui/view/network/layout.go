package network

import (
	"strconv"

	"canopy/ui/view"
)

// layout is how the room is shared out.
type layout struct {
	// width and height are those of the matrix with its headings.
	width, height int
	// names is the width of the names of rows, pitch that of a column, head the number of lines of the names of columns.
	names, pitch, head int
	// total is the width of each of the two totals of a row; 0 where there is no room for them.
	total int
	// rows and columns are how many are in sight, the first included.
	rows, columns int
	// text is the width of the text beside the matrix, or its height below it.
	text int
	side bool
	// said are the lines above the matrix, feet those below its rows.
	said, feet int
}

// Names of columns are written across, in a few lines, where there is room for so many letters in each; else downwards. No
// column is wider than widest.
const (
	across = 3
	widest = 16
)

// arrangePanes shares the room out, and keeps the cursor in sight.
func (s *Screen) arrangePanes() {
	l := layout{width: s.width, height: s.height, side: view.TwoPanes(s.width)}
	l.said = len(s.said())
	switch {
	case l.side:
		l.text = max(38, s.width*38/100)
		l.width -= l.text + 1
	case s.height >= 12:
		// A quarter, but for a line that divides.
		l.text = min(8, s.height/4)
		l.height -= l.text + 1
	}
	n := len(s.order.columns)
	l.names = max(len(outside)+1, min(s.order.wideRow, 28, l.width/4))
	if l.width >= 56 {
		l.total = max(4, len(strconv.Itoa(len(s.survey.names)))+1)
	}
	room := max(0, l.width-l.before()-l.after())
	left := l.height
	if !l.side {
		left -= l.said
	} else {
		left = s.height - l.said
	}
	if l.pitch = min(room/max(1, n), s.order.wideColumn+1, widest+1); l.pitch > across {
		l.head = max(1, min((s.order.wideColumn+l.pitch-2)/(l.pitch-1), 4, left/3))
	} else {
		l.pitch, l.head = 2, max(1, min(s.order.wideColumn, 12, left*2/5))
	}
	if l.width >= 56 && left-l.head >= 8 {
		l.feet = 1
	}
	l.rows = max(0, min(len(s.order.rows), left-l.head-l.feet))
	l.columns = max(0, min(n, room/l.pitch))
	if l.side {
		// What the matrix has no use for goes to the text.
		if used := l.before() + l.columns*l.pitch + l.after(); l.columns == n && used < l.width {
			used = max(used, 40)
			if extra := l.width - used; extra > 0 {
				l.width -= extra
				l.text += extra
			}
		}
	}
	s.lay = l
	s.follow()
	switch {
	case l.side:
		s.side.text.Resize(l.text, s.height-l.said)
	case s.side.reading:
		s.side.text.Resize(s.width, s.height)
	default:
		s.side.text.Resize(s.width, l.text)
	}
}

// before is what stands before the first column, after what stands behind the last.
func (l *layout) before() int { return 2 + l.names }

func (l *layout) after() int {
	if l.total == 0 {
		return 1
	}
	return 2 + 2*l.total
}

// follow moves the window so that the cursor is in it.
func (s *Screen) follow() {
	s.at.row = max(0, min(s.at.row, len(s.order.rows)-1))
	s.at.column = max(0, min(s.at.column, len(s.order.columns)-1))
	s.top = within(s.top, s.at.row, s.lay.rows, len(s.order.rows))
	s.left = within(s.left, s.at.column, s.lay.columns, len(s.order.columns))
	if len(s.order.rows) > 0 {
		s.at.rowName, s.at.columnName = s.order.rows[s.at.row], s.order.columns[s.at.column]
	}
}

// within is how many are out of sight before the window, the first aside, so that the selected one is in it.
func within(first, at, room, n int) int {
	first = max(0, min(first, n-room))
	switch {
	case at == 0 || room < 2:
	case at-1 < first:
		first = at - 1
	case at-1 >= first+room-1:
		first = at - room + 1
	}
	return max(0, first)
}

// visibleRows are the places of the rows in sight, visibleColumns those of the columns.
func (s *Screen) visibleRows() []int    { return visible(s.top, s.lay.rows) }
func (s *Screen) visibleColumns() []int { return visible(s.left, s.lay.columns) }

func visible(first, n int) []int {
	out := make([]int, n)
	for i := 1; i < n; i++ {
		out[i] = first + i
	}
	return out
}
