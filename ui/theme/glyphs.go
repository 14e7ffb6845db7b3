package theme

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/text"
)

// Glyphs are the characters beyond letters that screens draw. Each is one cell wide.
type Glyphs struct {
	Charset text.Charset
	// Live, Stale and Paused mark the connection, Cursor the selected row, Up and Down the order of a sort and whether a
	// number rose or fell.
	Live, Stale, Paused, Cursor, Up, Down string
	// Rule and VRule draw lines, TeeDown, TeeUp and Cross stand where they meet. Dot stands between the parts of a line,
	// Crumb between the steps of the way here.
	Rule, VRule, TeeDown, TeeUp, Cross, Dot, Crumb string
	// The corners of a box; Border makes one.
	TopLeft, TopRight, BottomLeft, BottomRight string
	// Mark is for rows that are marked and for what passed, Fail for what did not, Bookmark for places to come back to.
	Mark, Fail, Bookmark, Bullet string
	// Collapsed and Expanded head a node of a tree, Branch and LastBranch its children; a Rule goes on from there.
	Collapsed, Expanded, Branch, LastBranch string
	// The arrows say where something leads.
	ArrowRight, ArrowLeft string
	// MoreAbove and MoreBelow tell that a window does not show all.
	MoreAbove, MoreBelow string
	// OffenceBar stands beside a line that a finding is about.
	OffenceBar string
	// What attack paths lead through.
	Internet, Workload, Account string
	// Bar are the heights of a column in a sparkline.
	Bar [8]string

	severity [model.Critical + 1]string
}

// NewGlyphs gives the characters for a terminal. It gives the ASCII ones also where the locale makes any of the others
// two cells wide, as the environment of some East Asian terminals does.
func NewGlyphs(ascii bool) Glyphs {
	g := unicodeGlyphs()
	for _, s := range g.each() {
		ascii = ascii || ansi.StringWidth(s) != 1
	}
	if ascii {
		return asciiGlyphs()
	}
	return g
}

// Severity is the shape of a severity, for bars and counts: the darker the worse.
func (g *Glyphs) Severity(s model.Severity) string { return g.severity[min(s, model.Critical)] }

// Level is the column of a sparkline for a value between 0 and top. Only 0 has the lowest.
func (g *Glyphs) Level(value, top int) string {
	last := len(g.Bar) - 1
	switch {
	case value <= 0 || top <= 0:
		return g.Bar[0]
	case value >= top:
		return g.Bar[last]
	}
	return g.Bar[min(1+int(float64(value)/float64(top)*float64(last)), last)]
}

// Border is a box of these characters.
func (g *Glyphs) Border() lipgloss.Border {
	return lipgloss.Border{
		Top: g.Rule, Bottom: g.Rule, Left: g.VRule, Right: g.VRule,
		TopLeft: g.TopLeft, TopRight: g.TopRight, BottomLeft: g.BottomLeft, BottomRight: g.BottomRight,
		MiddleTop: g.TeeDown, MiddleBottom: g.TeeUp, Middle: g.Cross, MiddleLeft: g.Branch, MiddleRight: g.VRule,
	}
}

// each lists all glyphs. A test holds that none is missing.
func (g *Glyphs) each() []string {
	return append(append(g.Bar[:], g.severity[:]...),
		g.Charset.Ellipsis(), g.Live, g.Stale, g.Paused, g.Cursor, g.Up, g.Down,
		g.Rule, g.VRule, g.TeeDown, g.TeeUp, g.Cross, g.Dot, g.Crumb,
		g.TopLeft, g.TopRight, g.BottomLeft, g.BottomRight, g.Mark, g.Fail, g.Bookmark, g.Bullet,
		g.Collapsed, g.Expanded, g.Branch, g.LastBranch, g.ArrowRight, g.ArrowLeft, g.MoreAbove, g.MoreBelow,
		g.OffenceBar, g.Internet, g.Workload, g.Account)
}
