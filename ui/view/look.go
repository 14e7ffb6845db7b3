package view

import (
	"context"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/privilege"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/theme"
)

// Shared is what all screens have in common. The program owns it and changes it; screens read it whenever they draw.
type Shared struct {
	Theme  theme.Theme
	Glyphs theme.Glyphs
	// Keys is the table of bindings as the user has set it.
	Keys keys.Map
	// Zone is the time zone of what is shown.
	Zone *time.Location
	// Session is the cluster that is looked at.
	Session Session
	// Running ends with the program: commands cannot be cancelled in another way.
	Running context.Context
	// Glow tells that new rows glow. Held tells that the user holds the screen still: nothing on it may change by itself.
	Glow, Held bool
	// Edges gives what tells which steps of an attack permissions open. Reading the catalogue takes its time, so commands ask
	// for it.
	Edges func() (*privilege.Marks, error)
	// Values numbers equal values of credentials, by what the session has shown so far.
	Values *Values
	// Editor is the command line with which the user edits texts. Exec runs a program in the terminal while this one pauses;
	// nil means tea.ExecProcess.
	Editor []string
	Exec   func(c *exec.Cmd, done tea.ExecCallback) tea.Cmd
}

// TwoPanes tells whether a screen of this width shows a list and what is selected in it side by side.
func TwoPanes(width int) bool { return width >= 100 }

// Cut gives text cleaned and cut to a width; Fit also pads it.
func (s *Shared) Cut(t string, width int) string { return s.Glyphs.Charset.Cut(t, width) }

// Fit gives text cleaned, cut and padded to exactly a width.
func (s *Shared) Fit(t string, width int) string { return s.Glyphs.Charset.Fit(t, width) }

// Clean gives text with nothing in it that a terminal would act on.
func (s *Shared) Clean(t string) string { return s.Glyphs.Charset.Clean(t) }

// Clock writes a moment of this day, such as 14:02:11.
func (s *Shared) Clock(t time.Time) string { return t.In(s.Zone).Format(time.TimeOnly) }

// Moment writes seconds since 1970; nothing where they are zero, which means that nobody knows.
func (s *Shared) Moment(seconds int64) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).In(s.Zone).Format(Stamp)
}

// Stamp is how moments are written. Ages would have to tick.
const Stamp = "2006-01-02 15:04"

// Width is the number of cells of cleaned text.
func Width(s string) int { return text.Width(s) }
