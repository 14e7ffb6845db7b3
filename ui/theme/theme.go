// Package theme says what things look like, in three layers: Glyphs are the shapes, the styles of a Theme say what a
// thing is rather than what colour it has, and a Palette gives each of those its colours.
//
// No palette paints the background of the whole screen, and none is needed to understand it: whatever colour says, a
// letter, a glyph or a weight says too.
package theme

import (
	"charm.land/lipgloss/v2"

	"canopy/model"
)

// Theme holds the styles of a screen by role. It is a plain value; the zero value has no style at all. Roles says what
// each of them is for.
type Theme struct {
	// What is read.
	Text, Title, Header, Strong, Faint, Link lipgloss.Style
	// Rows and what happens to them.
	Selected, Resting, Marked, Glow, Gone, Match lipgloss.Style
	// What leads through the screens.
	Key, Label, Off, Tab, TabActive, Crumb, CrumbLast, Rule lipgloss.Style
	// How things stand.
	Good, Warn, Alarm, Notice lipgloss.Style
	// Differences and YAML.
	Added, Removed, Hunk, Offence, OffenceMark, YAMLKey, YAMLValue, YAMLComment lipgloss.Style
	// What is typed and pressed.
	Input, Ghost, Button, ButtonFocused lipgloss.Style

	severity [model.Critical + 1]lipgloss.Style
}

// Options say which theme to make.
type Options struct {
	// Palette gives the colours; the zero value stands for the one named terminal.
	Palette Palette
	// Dark tells that the terminal's background is dark.
	Dark bool
	// NoColor leaves bold, faint, reverse and underline alone to tell things apart, whatever the palette says.
	NoColor bool
}

// Severity is the style of a severity. It never stands alone: the letter says the same, and so does the glyph.
func (t *Theme) Severity(s model.Severity) lipgloss.Style {
	return t.severity[min(s, model.Critical)]
}

// New makes the theme that o asks for.
func New(o Options) Theme {
	p := o.Palette
	if p.dark == nil && p.light == nil {
		p = builtin(terminal)
	}
	tones := p.light
	switch {
	case o.NoColor:
		tones = builtin(plain).dark
	case o.Dark:
		tones = p.dark
	}
	var t Theme
	for _, s := range t.slots() {
		*s.style = tones[s.Name].style()
	}
	return t
}
