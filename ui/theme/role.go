package theme

import (
	"charm.land/lipgloss/v2"

	"canopy/model"
)

// Role is something that has a style of its own, under the name that palettes give it.
type Role struct {
	Name string
	// Use says what is drawn in this style.
	Use string
}

// Roles lists every role that a palette can give a colour to.
func Roles() []Role {
	var t Theme
	slots := t.slots()
	out := make([]Role, len(slots))
	for i, s := range slots {
		out[i] = s.Role
	}
	return out
}

// slot is where a theme keeps the style of a role.
type slot struct {
	Role
	style *lipgloss.Style
}

// slots is the one list of roles: of their names, their uses and their places.
func (t *Theme) slots() []slot {
	return []slot{
		{Role{"text", "what is read"}, &t.Text},
		{Role{"title", "the name of a screen"}, &t.Title},
		{Role{"header", "the head of a table or a pane"}, &t.Header},
		{Role{"strong", "the word of a line that counts"}, &t.Strong},
		{Role{"faint", "what is less important"}, &t.Faint},
		{Role{"link", "what enter leads to"}, &t.Link},

		{Role{"selected", "the row under the cursor, in the pane that has the focus"}, &t.Selected},
		{Role{"resting", "the row under the cursor, in a pane that has not"}, &t.Resting},
		{Role{"marked", "a row that is marked"}, &t.Marked},
		{Role{"glow", "a row that is new"}, &t.Glow},
		{Role{"gone", "a row that is about to leave"}, &t.Gone},
		{Role{"match", "the piece of a text that the filter found"}, &t.Match},

		{Role{"key", "a key in the footer"}, &t.Key},
		{Role{"label", "what that key does"}, &t.Label},
		{Role{"off", "a key that does nothing here"}, &t.Off},
		{Role{"tab", "the name of another view"}, &t.Tab},
		{Role{"tab-active", "the name of this view"}, &t.TabActive},
		{Role{"crumb", "a step of the way here"}, &t.Crumb},
		{Role{"crumb-last", "the last of these steps"}, &t.CrumbLast},
		{Role{"rule", "lines"}, &t.Rule},

		{Role{"good", "what is well"}, &t.Good},
		{Role{"warn", "what may go wrong"}, &t.Warn},
		{Role{"alarm", "what must not be overlooked"}, &t.Alarm},
		{Role{"notice", "what has just happened"}, &t.Notice},

		{Role{"added", "a line that a change adds"}, &t.Added},
		{Role{"removed", "a line that a change takes away"}, &t.Removed},
		{Role{"hunk", "where in the file a change is"}, &t.Hunk},
		{Role{"offence", "a line of YAML that a finding is about"}, &t.Offence},
		{Role{"offence-mark", "the bar beside that line"}, &t.OffenceMark},
		{Role{"yaml-key", "a key in YAML"}, &t.YAMLKey},
		{Role{"yaml-value", "a value in YAML"}, &t.YAMLValue},
		{Role{"yaml-comment", "a comment in YAML"}, &t.YAMLComment},

		{Role{"input", "what is being typed"}, &t.Input},
		{Role{"ghost", "how it could be completed"}, &t.Ghost},
		{Role{"button", "a button"}, &t.Button},
		{Role{"button-focused", "the button that enter presses"}, &t.ButtonFocused},

		{Role{"critical", "critical findings"}, &t.severity[model.Critical]},
		{Role{"high", "high findings"}, &t.severity[model.High]},
		{Role{"medium", "medium findings"}, &t.severity[model.Medium]},
		{Role{"low", "low findings"}, &t.severity[model.Low]},
		{Role{"info", "findings for information"}, &t.severity[model.Info]},
	}
}
