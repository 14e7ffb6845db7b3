// Package theme says what things look like. It uses only the terminal's own sixteen colours, which every user has set
// to be readable on his background, so that light and dark need no telling apart.
package theme

import (
	"charm.land/lipgloss/v2"

	"canopy/model"
)

// Theme holds the styles of a screen. It is a plain value; the zero value has no style at all.
type Theme struct {
	// Title is for the name of a screen, Header for the head of a table, Selected for the row under the cursor, Faint
	// for what is less important, Alarm for what must not be overlooked, Good for what is well.
	Title, Header, Selected, Faint, Alarm, Good lipgloss.Style

	severity [model.Critical + 1]lipgloss.Style
}

// New gives the theme with colour, or the one with bold, faint and reverse alone.
func New(colour bool) Theme {
	plain := lipgloss.NewStyle()
	t := Theme{
		Title:    plain.Bold(true),
		Header:   plain.Bold(true),
		Selected: plain.Reverse(true),
		Faint:    plain.Faint(true),
		Alarm:    plain.Bold(true),
		Good:     plain,
	}
	t.severity = [...]lipgloss.Style{model.Info: plain, model.Low: plain, model.Medium: plain, model.High: plain.Bold(true), model.Critical: plain.Bold(true)}
	if !colour {
		return t
	}
	t.Alarm = t.Alarm.Foreground(lipgloss.Yellow)
	t.Good = t.Good.Foreground(lipgloss.Green)
	for s, c := range [...]lipgloss.Style{
		model.Info:     plain.Faint(true),
		model.Low:      plain.Foreground(lipgloss.Cyan),
		model.Medium:   plain.Foreground(lipgloss.Yellow),
		model.High:     plain.Foreground(lipgloss.Magenta).Bold(true),
		model.Critical: plain.Foreground(lipgloss.Red).Bold(true),
	} {
		t.severity[s] = c
	}
	return t
}

// Severity is the style of a severity. It never stands alone: the letter says the same.
func (t Theme) Severity(s model.Severity) lipgloss.Style {
	return t.severity[min(s, model.Critical)]
}
