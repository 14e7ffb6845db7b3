package view

import (
	tea "charm.land/bubbletea/v2"
)

// Go asks the program to go to a place.
type Go struct{ Place Place }

// Leave asks the program to go back from a screen to where it was opened, if it is the one that is shown.
type Leave struct{ Screen Screen }

// Command is something that the palette can do on one screen alone.
type Command struct {
	// Text is what it is called, Note what it does, Off why it cannot be done now.
	Text, Note, Off string
	Do              func() tea.Cmd
}

// Note asks the program to tell something on the line above the footer. It stays until the next key.
type Note struct {
	Text string
	// Bad tells that something failed.
	Bad bool
}

// Pick asks the program to let the user choose among items.
type Pick struct {
	Title string
	Items []Item
	// Many lets the user mark several; else enter takes the one under the cursor. One lets enter do so as well as long as
	// no mark was changed.
	Many, One bool
	// Done gets the indexes of the chosen items, in the order of Items.
	Done func(chosen []int) tea.Cmd
}

// Item is something to choose.
type Item struct {
	Text string
	// Note stands beside it, faint.
	Note string
	// Chosen tells that it is chosen already.
	Chosen bool
}

// Ask asks the program to let the user type a line.
type Ask struct {
	Title, Value string
	// Hint stands at the end of the line where there is room.
	Hint string
	// Complete gives what the line could be gone on with, the likeliest first; nil where nothing is known. It is called for
	// every key, so it is quick.
	Complete func(typed string) []Completion
	Done     func(text string) tea.Cmd
	// Paste takes pasted text of several lines in place of the line; nil where that is none of its business.
	Paste func(text string) tea.Cmd
}

// Completion is a line as it would be, with what is said of it.
type Completion struct{ Line, Note string }

// For brings a message to one screen, whether it is still on top or not.
type For struct {
	To  Screen
	Msg tea.Msg
}

// Later does work outside the loop and brings what comes out to a screen.
func Later(to Screen, work func() tea.Msg) tea.Cmd {
	return func() tea.Msg { return For{to, work()} }
}

// Send gives a message to the program.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// Copy asks the program to put text onto the clipboard; What says in words what it is.
type Copy struct{ Text, What string }
