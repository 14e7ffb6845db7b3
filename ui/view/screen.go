package view

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
)

// Screen is one question and its answer. It is a plain struct; only the program's loop calls it.
type Screen interface {
	// Place says what is shown, so that one can come back to it.
	Place() Place
	// Crumbs are the names of the place, from the outside in. They are cleaned by the caller.
	Crumbs() []string
	// Aside is what stands at the right end of the line of crumbs; "" for nothing.
	Aside() string
	// Resize sets the size of what View draws.
	Resize(width, height int)
	// Restyle tells that the look has changed.
	Restyle()
	// Show takes the newest snapshot. It is also called when the screen comes back to the top.
	Show(s *Snapshot) tea.Cmd
	// Update takes a message that was addressed to this screen with For.
	Update(msg tea.Msg) tea.Cmd
	// Can says whether an action makes sense here and now.
	Can(a keys.Action) Offer
	// Do does what Can has offered.
	Do(a keys.Action) tea.Cmd
	// Subject is what the actions on the selection are about.
	Subject() Subject
	// View draws exactly as many lines as the height, each exactly as wide as the width.
	View() string
	// Position says where in the list or text one is, such as "3-20 of 214"; "" for nowhere.
	Position() string
	// Click takes a press of the left button on a cell of the screen, Wheel a turn of the wheel there: down is positive.
	Click(x, y int) tea.Cmd
	Wheel(x, y, lines int)
}

// Footed is a screen whose last lines are what one presses: no note is drawn over them.
type Footed interface {
	// Foot is the number of these lines.
	Foot() int
}

// Filtered is a screen with a filter or a search.
type Filtered interface {
	// Filter is the text that holds now.
	Filter() string
	// SetFilter takes another, while it is typed.
	SetFilter(text string) tea.Cmd
	// FilterProblem says what is wrong with the text; "" for nothing.
	FilterProblem() string
}

// Tabular is a screen with a table.
type Tabular interface {
	// Columns lists the columns by name, in the order shown.
	Columns() []Column
	// SetColumns shows these columns in this order; none means the usual ones. It gives the names that it does not know.
	SetColumns(names []string) (unknown []string)
	// SortBy sorts by a column; false where there is none of that name, or it cannot be sorted by.
	SortBy(column string, reverse bool) (tea.Cmd, bool)
	// Groups lists what can be grouped by; GroupBy does it, and "" ends it. GroupedBy is what is grouped by now.
	Groups() []string
	GroupedBy() string
	// FoldAll closes all groups or branches, or opens them.
	FoldAll(closed bool) tea.Cmd
	// Lines gives the marked rows, or all that are shown where none is marked, with the columns that are chosen: the titles
	// first, cells apart by tabs. It may go through all rows.
	Lines() []string
	GroupBy(group string) tea.Cmd
}

// Column is a column of a table by name.
type Column struct {
	Name, Title string
	Shown       bool
}

// Offer says whether an action can be done.
type Offer struct {
	// Known tells that the action has a meaning here at all.
	Known bool
	// Why says what speaks against it now; "" for nothing.
	Why string
	// Program tells that the program does it, by the Subject: the screen says only whether it makes sense, and its Do is
	// not asked.
	Program bool
}

// ByProgram leaves the action to the program.
func (o Offer) ByProgram() Offer {
	o.Program = true
	return o
}

// Yes offers an action.
func Yes() Offer { return Offer{Known: true} }

// No knows nothing of an action.
func No() Offer { return Offer{} }

// Because says why an action cannot be done now.
func Because(why string) Offer { return Offer{Known: true, Why: why} }

// When offers an action where it can be done, else says why not.
func When(can bool, why string) Offer {
	if can {
		return Yes()
	}
	return Because(why)
}

// OK tells that the action can be done.
func (o Offer) OK() bool { return o.Known && o.Why == "" }

// Subject is what an action on the selection is about. The zero value is nothing.
type Subject struct {
	// Findings are those of the marked rows, else of the selected one.
	Findings []*model.Finding
	// Object is the selected object; zero where what is selected is no object.
	Object model.Ref
	// Names are what copying takes, a line each.
	Names []string
}

// Finding is the first finding; nil where there is none.
func (s Subject) Finding() *model.Finding {
	if len(s.Findings) == 0 {
		return nil
	}
	return s.Findings[0]
}
