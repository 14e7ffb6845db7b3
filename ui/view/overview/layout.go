package overview

import (
	"canopy/ui/view"
)

// pane is a part of the screen that can have the focus.
type pane int

// The panes, the most important first.
const (
	fix pane = iota
	changed
	themes
	cover
	panes
)

// rect is a part of the screen, in cells.
type rect struct{ x, y, width, height int }

func (r rect) holds(x, y int) bool {
	return x >= r.x && x < r.x+r.width && y >= r.y && y < r.y+r.height
}

// place is where a pane is: the line of its title, and its body. A pane for which there is no room but for the title sums
// itself up there.
type place struct {
	title, body rect
}

// arrange gives the panes their places. It is called after all that may move something.
func (s *Screen) arrange() {
	s.places, s.rule, s.risk = [panes]place{}, 0, rect{}
	left := s.width
	if view.TwoPanes(s.width) {
		left = s.width * 55 / 100
		s.rule = left
	}
	for p := range panes {
		s.lists[p].extra, s.lists[p].tall = 0, 0
	}
	s.formula = s.formulaLines(left)
	s.paths = s.pathLines(left, s.pathHeight())
	s.risk = rect{0, 0, left, s.riskHeight() + len(s.paths) + len(s.formula)}
	free := s.risk.height
	if s.height >= 24 {
		free++
	}
	if s.rule == 0 {
		s.write(left)
		s.stack(rect{0, free, left, s.height - free}, fix, changed, themes, cover)
	} else {
		right := s.width - left - 1
		s.write(right)
		s.stack(rect{0, free, left, s.height - free}, fix)
		s.stack(rect{left + 1, 0, right, s.height}, changed, themes, cover)
	}
	for p := range panes {
		body := s.places[p].body
		s.lists[p].height = body.height
		if p == fix {
			s.lists[p].talls, s.lists[p].tall = s.fix.tall(body.height)
		}
		s.lists[p].extra = len(s.said(p, body.width, s.spare(p)))
		s.lists[p].scroll()
	}
	s.coverage.Resize(s.places[cover].body.width, s.places[cover].body.height)
}

func (s *Screen) riskHeight() int {
	switch {
	case s.height >= 10:
		return 2
	case s.height >= 4:
		return 1
	}
	return 0
}

// pathHeight is how many lines there are for paths.
func (s *Screen) pathHeight() int {
	switch {
	case s.height >= 24:
		return 2
	case s.height >= 12:
		return 1
	}
	return 0
}

// spare is how many lines a pane may use to say more of what is selected.
func (s *Screen) spare(p pane) int {
	l := &s.lists[p]
	free := l.height - l.count - l.tall
	switch {
	case p == cover || p == themes && p != s.focus:
		return 0
	case p == changed && p != s.focus && l.height < 6:
		return 0
	case l.height >= 9 || free >= 2:
		return 2
	case p != themes && l.height >= 5 || free == 1:
		return 1
	}
	return 0
}

// stack puts panes below each other. Where there is not even room for the titles only one pane is shown: that which has
// the focus, else the first.
func (s *Screen) stack(r rect, stacked ...pane) {
	if r.height <= 0 {
		return
	}
	focused := -1
	for i, p := range stacked {
		if p == s.focus {
			focused = i
		}
	}
	if r.height < len(stacked)+3 {
		i := max(0, focused)
		stacked, focused = stacked[i:i+1], min(focused, 0)
	}
	room := r.height - len(stacked)
	between := 0
	if room-len(stacked)+1 >= 24 {
		between = 1
		room -= len(stacked) - 1
	}
	want, least := make([]int, len(stacked)), make([]int, len(stacked))
	for i, p := range stacked {
		want[i], least[i] = s.want(p), minimum(p, room, s.rule > 0)
	}
	y := r.y
	for i, height := range share(room, want, least, focused) {
		if len(stacked) == 1 {
			height = room
		}
		s.places[stacked[i]] = place{rect{r.x, y, r.width, 1}, rect{r.x, y + 1, r.width, height}}
		y += 1 + height + between
	}
}

// want is how many lines a pane has a use for.
func (s *Screen) want(p pane) int {
	switch p {
	case fix:
		return max(8, len(s.fix.owners)+3)
	case changed:
		if s.still() && len(s.changed.rows) == 0 {
			return 1
		}
		// In steps, so that what is below does not move with each edit.
		for _, step := range []int{6, 12, 24} {
			if len(s.changed.rows)+2 <= step {
				return step
			}
		}
		return len(s.changed.rows) + 2
	case themes:
		return len(s.themes) + 1
	}
	return s.coverage.Len()
}

// minimum is what a pane gets while another has the focus.
func minimum(p pane, room int, two bool) int {
	levels := [panes][3]int{fix: {3, 5, 8}, changed: {2, 3, 5}, themes: {0, 9, 9}, cover: {0, 0, 5}}
	if two {
		levels = [panes][3]int{fix: {3, 5, 8}, changed: {2, 4, 6}, themes: {8, 9, 9}, cover: {1, 3, 5}}
	}
	switch {
	case room < 15:
		return levels[p][0]
	case room < 23:
		return levels[p][1]
	}
	return levels[p][2]
}

// share divides lines among panes: each gets its least or what it wants of that, the one with the focus no less than a
// few, and what is left goes to it and then to the first ones. Where there is too little the last ones give first.
func share(room int, want, least []int, focused int) []int {
	const few = 6
	got := make([]int, len(want))
	for i := range got {
		got[i] = min(want[i], least[i])
		if i == focused {
			got[i] = min(want[i], max(least[i], few))
		}
		room -= got[i]
	}
	take := func(i int) {
		n := min(got[i], max(0, -room))
		got[i] -= n
		room += n
	}
	give := func(i int) {
		n := min(want[i]-got[i], max(0, room))
		got[i] += n
		room -= n
	}
	for i := len(got) - 1; i >= 0; i-- {
		if i != focused {
			take(i)
		}
	}
	if focused >= 0 {
		take(focused)
		give(focused)
	}
	for i := range got {
		give(i)
	}
	return got
}
