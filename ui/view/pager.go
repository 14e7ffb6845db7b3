package view

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/keys"
)

// Pager shows a window of a text, and searches in it. It is a plain struct that its screen owns. Drawing costs what the
// window costs.
type Pager struct {
	shared *Shared
	// lines are drawn, plain holds them without styles, for the search.
	lines, plain  []string
	width, height int
	top, left     int
	// widest is the width of the longest line.
	widest int
	search string
	// hits are the lines that hold what is searched, hit the place in them.
	hits []int
	hit  int
}

// NewPager gives an empty one.
func NewPager(s *Shared) *Pager { return &Pager{shared: s} }

// Resize sets the size of the window.
func (p *Pager) Resize(width, height int) {
	p.width, p.height = max(0, width), max(0, height)
	p.scroll()
}

// SetLines replaces the text by lines that are drawn already. The window stays where it is as far as it can, and so does the
// match of a search.
func (p *Pager) SetLines(lines []string) {
	if slices.Equal(p.lines, lines) {
		return
	}
	line, text := p.current()
	p.lines = lines
	p.plain = make([]string, len(lines))
	p.widest = 0
	for i, l := range lines {
		p.plain[i] = ansi.Strip(l)
		p.widest = max(p.widest, ansi.StringWidth(p.plain[i]))
	}
	p.find()
	p.stay(line, text)
	p.scroll()
}

// current is the line of the match that one is at, and what it says; -1 where there is none.
func (p *Pager) current() (line int, text string) {
	if len(p.hits) == 0 {
		return -1, ""
	}
	return p.hits[p.hit], p.plain[p.hits[p.hit]]
}

// stay goes on from the match that one was at: the line that says the same, nearest to where it stood, else the match that
// is nearest. The window follows a line that has moved, unless it shows the beginning.
func (p *Pager) stay(line int, text string) {
	if line < 0 {
		return
	}
	least := math.MaxInt
	for i, at := range p.hits {
		far := max(at-line, line-at)
		if p.plain[at] != text {
			far += len(p.plain)
		}
		if far < least {
			least, p.hit = far, i
		}
	}
	if p.top > 0 && least < len(p.plain) {
		p.top += p.hits[p.hit] - line
	}
}

// Plain gives the text without styles.
func (p *Pager) Plain() string {
	trimmed := make([]string, len(p.plain))
	for i, l := range p.plain {
		trimmed[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(trimmed, "\n") + "\n"
}

// Len is the number of lines.
func (p *Pager) Len() int { return len(p.lines) }

// Reveal scrolls so that a line stands in the upper third of the window.
func (p *Pager) Reveal(line int) {
	p.top = line - p.height/3
	p.scroll()
}

// Top goes back to the beginning.
func (p *Pager) Top() { p.top, p.left = 0, 0 }

func (p *Pager) scroll() {
	p.top = max(0, min(p.top, len(p.lines)-p.height))
	p.left = max(0, min(p.left, p.widest-p.width))
}

// Can offers the movements of a text.
func (p *Pager) Can(a keys.Action) Offer {
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		return When(len(p.lines) > p.height, "all of it is shown")
	case keys.Left, keys.Right:
		return When(p.widest > p.width, "all of it is shown")
	case keys.Filter:
		return Yes()
	case keys.NextHit, keys.PrevHit:
		return When(len(p.hits) > 0, "nothing is searched for, or it is nowhere")
	}
	return No()
}

// Do moves.
func (p *Pager) Do(a keys.Action) {
	switch a {
	case keys.Up:
		p.top--
	case keys.Down:
		p.top++
	case keys.PageUp:
		p.top -= max(1, p.height-1)
	case keys.PageDown:
		p.top += max(1, p.height-1)
	case keys.First:
		p.top, p.left = 0, 0
	case keys.Last:
		p.top = len(p.lines)
	case keys.Left:
		p.left -= 8
	case keys.Right:
		p.left += 8
	case keys.NextHit:
		p.step(1)
	case keys.PrevHit:
		p.step(-1)
	}
	p.scroll()
}

// Wheel moves by so many lines.
func (p *Pager) Wheel(lines int) {
	p.top += lines
	p.scroll()
}

// Search is what is searched for; SetSearch sets it and goes to the first line from here on that holds it, whatever the
// case.
func (p *Pager) Search() string { return p.search }

// SetSearch searches for another text.
func (p *Pager) SetSearch(t string) {
	p.search = t
	p.find()
	for i, line := range p.hits {
		if line >= p.top {
			p.hit = i
			break
		}
	}
	if len(p.hits) > 0 {
		p.Reveal(p.hits[p.hit])
	}
}

func (p *Pager) find() {
	p.hits, p.hit = nil, 0
	if p.search == "" {
		return
	}
	want := strings.ToLower(p.search)
	for i, l := range p.plain {
		if strings.Contains(strings.ToLower(l), want) {
			p.hits = append(p.hits, i)
		}
	}
}

func (p *Pager) step(by int) {
	if n := len(p.hits); n > 0 {
		p.hit = (p.hit + by + n) % n
		p.Reveal(p.hits[p.hit])
	}
}

// Position says which lines are in the window.
func (p *Pager) Position() string {
	if len(p.lines) == 0 {
		return ""
	}
	s := fmt.Sprintf("%d-%d of %d lines", p.top+1, min(p.top+p.height, len(p.lines)), len(p.lines))
	switch {
	case p.search == "":
	case len(p.hits) == 0:
		s = "not found, " + s
	default:
		s = fmt.Sprintf("match %d of %d, %s", p.hit+1, len(p.hits), s)
	}
	return s
}

// View draws the window: exactly its lines, each exactly as wide.
func (p *Pager) View() string {
	window := make([]string, 0, p.height)
	for i := p.top; i < min(p.top+p.height, len(p.lines)); i++ {
		line := p.lines[i]
		if p.search != "" {
			line = p.highlight(i)
		}
		if p.left > 0 {
			line = ansi.TruncateLeft(line, p.left, "")
		}
		if ansi.StringWidth(line) > p.width {
			line = ansi.Truncate(line, p.width, p.shared.Glyphs.Charset.Ellipsis())
		}
		window = append(window, line)
	}
	return Block(window, p.width, p.height)
}

// highlight draws a line that holds what is searched with the matches in their style, and no other.
func (p *Pager) highlight(i int) string {
	rest, want := p.plain[i], strings.ToLower(p.search)
	if !strings.Contains(strings.ToLower(rest), want) {
		return p.lines[i]
	}
	var b strings.Builder
	for {
		low := strings.ToLower(rest)
		at := strings.Index(low, want)
		if at < 0 || len(low) != len(rest) {
			// Where lower case has another length the places do not fit.
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:at])
		b.WriteString(p.shared.Theme.Match.Render(rest[at : at+len(want)]))
		rest = rest[at+len(want):]
	}
}
