package ui

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/theme"
)

// set takes the settings of a context.
func (r *root) set(context string) {
	s := defaults()
	if r.options.Settings != nil {
		s = r.options.Settings(context)
	}
	r.settings = s
	r.mouse = s.Mouse
	r.shared.Glow = s.Glow
	r.shared.Glyphs = theme.NewGlyphs(r.options.ASCII || s.ASCII)
	r.shared.Theme = r.theme()
}

// theme makes the styles of the palette for the background.
func (r *root) theme() theme.Theme {
	dark := r.dark
	switch r.settings.Background {
	case "dark":
		dark = true
	case "light":
		dark = false
	}
	return theme.New(theme.Options{Palette: r.settings.Palette, Dark: dark, NoColor: r.options.NoColor})
}

// restyle makes the styles anew and tells the screen, which then asks for what it draws in commands.
func (r *root) restyle() tea.Cmd {
	r.shared.Theme = r.theme()
	r.top().Restyle()
	return r.top().Show(r.feed.shown)
}
