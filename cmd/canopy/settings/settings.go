package settings

import (
	"time"
)

// Dashboard is the settings as they hold for one context, with defaults where nothing is set.
type Dashboard struct {
	// Theme names the colours: a theme that comes with Canopy, or a file of the folder themes without its .yaml.
	Theme string
	// Background is auto, dark or light.
	Background string
	// Keys holds the keys of the actions that have other than their usual ones, as Bubble Tea names keys. An action
	// with an empty list has no key.
	Keys map[string][]string
	// Columns holds the columns of the screens that show other than their usual ones.
	Columns map[string][]string
	// Start is the screen to begin with.
	Start string
	// Namespaces are those to show; empty is all.
	Namespaces []string
	// Refresh is the least time between two updates of the screen.
	Refresh time.Duration
	// Mouse tells whether the mouse is used, ASCII whether all characters are plain ones, Glow whether what is new is
	// drawn so for a moment.
	Mouse, ASCII, Glow bool
	// ReadOnly tells that nothing is written to the cluster, whatever the user confirms.
	ReadOnly bool
	// Metrics tells that what nodes and pods use is asked of the cluster, once somebody looks at it.
	Metrics bool
	// Jewels names what must not fall into wrong hands, as attack.Node does.
	Jewels []string
	// RegistryAllow lists where images may come from; empty is anywhere. ScanMaxAge is how old a scan may be, SecretMaxAge how long the
	// data of a Secret may stay as it is.
	RegistryAllow            []string
	ScanMaxAge, SecretMaxAge time.Duration
	// LogFile is the path of the log; empty where nothing is logged. LogLevel is debug, info, warn or error.
	LogFile, LogLevel string
}

// Settings is what a file sets. The zero value sets nothing.
type Settings struct {
	all      []change
	contexts map[string][]change
	// file and lines say where settings stand, by the path of each.
	file  string
	lines map[string]int
}

// change is the effect of one setting. What it puts in place is its own copy.
type change func(*Dashboard)

// For gives the settings for a context of the kubeconfig: its own, over those for all contexts, over the defaults.
func (s *Settings) For(context string) Dashboard {
	d := Dashboard{Keys: map[string][]string{}, Columns: map[string][]string{}}
	for _, c := range standard() {
		c(&d)
	}
	for _, c := range s.all {
		c(&d)
	}
	for _, c := range s.contexts[context] {
		c(&d)
	}
	return d
}

// Wrong makes a problem of a setting for all contexts that turned out to be of no use, such as a file that cannot be written.
// The text says why.
func (s *Settings) Wrong(setting, text string) Problem {
	return Problem{File: s.file, Line: s.lines[setting], Setting: setting, Text: printable(text)}
}

// Given is what the command line or the environment says; nil is what they say nothing about.
type Given struct {
	ASCII, ReadOnly   *bool
	Namespaces        *[]string
	LogFile, LogLevel *string
}

// With puts what the command line or the environment says over the settings.
func (d Dashboard) With(g Given) Dashboard {
	if g.ASCII != nil {
		d.ASCII = *g.ASCII
	}
	if g.ReadOnly != nil {
		d.ReadOnly = *g.ReadOnly
	}
	if g.Namespaces != nil {
		d.Namespaces = *g.Namespaces
	}
	if g.LogFile != nil {
		d.LogFile = *g.LogFile
	}
	if g.LogLevel != nil {
		d.LogLevel = *g.LogLevel
	}
	return d
}
