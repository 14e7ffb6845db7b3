package ui

import (
	"io"
	"time"

	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// Options says what is shown, and where.
type Options struct {
	// Session is the cluster to begin with. The program closes it when it leaves it for another; the caller closes the one
	// that Run was given, and the one that it ends with, which Last tells.
	Session view.Session
	// Contexts names the clusters that can be gone to, the current one first; nil where there are none.
	Contexts func() ([]string, error)
	// Connect opens one of them. It may take its time.
	Connect func(name string) (view.Session, error)
	// Settings gives what the user has set for a context; nil gives the defaults.
	Settings func(context string) Settings
	// Palettes lists the palettes to choose from; nil means the built-in ones.
	Palettes []theme.Palette
	// Keys holds keys for actions that differ from the usual ones.
	Keys map[keys.Action][]string
	// Clipboard puts text onto the machine's own clipboard, beside the terminal's; nil where there is none.
	Clipboard func(text string) error
	// Editor is the command line with which texts are edited; nil means what VISUAL or EDITOR says.
	Editor []string
	// Notes are told once at the start, such as what is wrong in the settings.
	Notes []string
	// Output and Input are the terminal; nil means the standard ones.
	Output io.Writer
	Input  io.Reader
	// NoColor leaves bold, faint and reverse. A NO_COLOR in the environment that is not empty does the same.
	NoColor bool
	// ASCII shows no other characters, whatever the settings say.
	ASCII bool
	// Width and Height are the size in cells where the output is no terminal that can be asked.
	Width, Height int
	// Location is the time zone of what is shown; nil means the machine's.
	Location *time.Location

	// frames is how often a second the screen is drawn at most, where a measurement wants another figure than the usual.
	frames int
}

// Settings is what a user can set for one context.
type Settings struct {
	Palette theme.Palette
	// Background is dark, light, or anything else for what the terminal says.
	Background string
	// Columns names, by screen, the columns to show.
	Columns map[string][]string
	// Start is the screen to begin with.
	Start string
	// Namespaces limits what is shown to objects in them, and to these Namespace objects themselves. Empty means all, those
	// of objects without a namespace included.
	Namespaces []string
	// Refresh is the least time between two updates of the screen.
	Refresh time.Duration
	// Mouse tells that clicks and the wheel are taken, Glow that new rows glow, ASCII that no other characters are shown.
	Mouse, Glow, ASCII bool
}

// defaults are the settings of somebody who has set nothing.
func defaults() Settings {
	return Settings{Palette: theme.Palettes()[0], Start: view.Overview, Mouse: true, Glow: true}
}
