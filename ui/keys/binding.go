// Package keys holds the one table of key bindings. What a key does, what the footer says and what the help lists all
// come from it, so they cannot differ.
package keys

import "slices"

// Action names what a key does.
type Action string

// The actions.
const (
	None    Action = ""
	Up      Action = "up"
	Down    Action = "down"
	PageUp  Action = "page-up"
	PageDn  Action = "page-down"
	Home    Action = "home"
	End     Action = "end"
	Filter  Action = "filter"
	Accept  Action = "accept"
	Back    Action = "back"
	Sort    Action = "sort"
	Reverse Action = "reverse"
	Help    Action = "help"
	Quit    Action = "quit"
)

// Binding ties keys to an action.
type Binding struct {
	Action Action
	// Keys are the keys as Bubble Tea names them.
	Keys []string
	// Show is the key as the footer and the help write it; ASCII, so that it reads alike everywhere.
	Show string
	// Label is the word beside it in the footer; a binding without one stands only in the help.
	Label string
	// Does says in the help what happens.
	Does string
}

// Map is a table of bindings, in the order in which the footer and the help list them.
type Map []Binding

// Action gives what a key does, None where it does nothing.
func (m Map) Action(key string) Action {
	for i := range m {
		if slices.Contains(m[i].Keys, key) {
			return m[i].Action
		}
	}
	return None
}

// Browse is the table while the list has the keyboard.
func Browse() Map {
	return Map{
		{Filter, []string{"/"}, "/", "filter", "filter the list"},
		{Down, []string{"down", "j"}, "j", "down", "next row (also: arrow down)"},
		{Up, []string{"up", "k"}, "k", "up", "previous row (also: arrow up)"},
		{PageDn, []string{"pgdown", "ctrl+f"}, "PgDn", "", "one page down (also: ctrl+f)"},
		{PageUp, []string{"pgup", "ctrl+b"}, "PgUp", "", "one page up (also: ctrl+b)"},
		{Home, []string{"home", "g"}, "g", "", "first row, and stay on top while rows come in (also: Home)"},
		{End, []string{"end", "G"}, "G", "", "last row (also: End)"},
		{Sort, []string{"s"}, "s", "sort", "sort by the next column"},
		{Reverse, []string{"S"}, "S", "reverse", "turn the order round"},
		{Back, []string{"esc"}, "esc", "", "close the help, or take the filter away"},
		{Help, []string{"?"}, "?", "help", "this page"},
		{Quit, []string{"q", "ctrl+c"}, "q", "quit", "leave (also: ctrl+c)"},
	}
}

// Typing is the table while the filter has the keyboard. All other keys are text.
func Typing() Map {
	return Map{
		{Accept, []string{"enter"}, "enter", "keep", "keep the filter and return to the list"},
		{Back, []string{"esc"}, "esc", "clear", "take the filter away"},
		{Down, []string{"down"}, "down", "", "next row"},
		{Up, []string{"up"}, "up", "", "previous row"},
		{PageDn, []string{"pgdown"}, "PgDn", "", "one page down"},
		{PageUp, []string{"pgup"}, "PgUp", "", "one page up"},
		{Quit, []string{"ctrl+c"}, "ctrl+c", "quit", "leave"},
	}
}
