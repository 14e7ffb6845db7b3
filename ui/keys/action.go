// Package keys holds the one table of key bindings. What a key does, what the footer says, what the help lists, what the
// palette offers and what the documentation of keys shows all come from it, so they cannot differ.
package keys

// Action names what a key does. The names are those that settings and the palette use.
type Action string

// None is the action of a key that does nothing.
const None Action = ""

// The actions that open a screen.
const (
	Overview  Action = "overview"
	Findings  Action = "findings"
	RBAC      Action = "rbac"
	Network   Action = "network"
	Images    Action = "images"
	Secrets   Action = "secrets"
	Nodes     Action = "nodes"
	Paths     Action = "paths"
	Activity  Action = "activity"
	Resources Action = "resources"
)

// The actions that every screen has.
const (
	Palette   Action = "palette"
	Help      Action = "help"
	Back      Action = "back"
	Earlier   Action = "earlier"
	Later     Action = "later"
	NextPane  Action = "next-pane"
	PrevPane  Action = "previous-pane"
	Namespace Action = "namespace"
	Context   Action = "context"
	Theme     Action = "theme"
	Bookmark  Action = "bookmark"
	Bookmarks Action = "bookmarks"
	Pause     Action = "pause"
	Mouse     Action = "mouse"
	Redraw    Action = "redraw"
	Suspend   Action = "suspend"
	Quit      Action = "quit"
)

// The actions that move, in a list or in a text.
const (
	Up       Action = "up"
	Down     Action = "down"
	PageUp   Action = "page-up"
	PageDown Action = "page-down"
	First    Action = "first"
	Last     Action = "last"
	Left     Action = "left"
	Right    Action = "right"
	Filter   Action = "filter"
	NextHit  Action = "next-match"
	PrevHit  Action = "previous-match"
	// A matrix is as wide as it is high.
	PageLeft  Action = "page-left"
	PageRight Action = "page-right"
)

// The actions of a list.
const (
	Sort      Action = "sort"
	Reverse   Action = "reverse"
	Columns   Action = "columns"
	Wide      Action = "wide"
	Group     Action = "group"
	Fold      Action = "fold"
	Mark      Action = "mark"
	MarkRange Action = "mark-range"
	MarkAll   Action = "mark-all"
	Unmark    Action = "unmark"
)

// The actions on what is selected.
const (
	Open    Action = "open"
	Explain Action = "explain"
	Fix     Action = "fix"
	WhatIf  Action = "what-if"
	Blast   Action = "blast-radius"
	YAML    Action = "yaml"
	Owner   Action = "owner"
	Related Action = "related"
	Copy    Action = "copy"
	Export  Action = "export"
	Access  Action = "access"
)

// The actions on what RBAC grants.
const (
	WhoCan     Action = "who-can"
	Turn       Action = "turn"
	Expand     Action = "expand"
	Matrix     Action = "matrix"
	Difference Action = "difference"
	Picture    Action = "picture"
)

// The actions on who can talk to whom.
const (
	Reach     Action = "reach"
	Ports     Action = "ports"
	Internet  Action = "internet"
	Isolation Action = "isolation"
	Policies  Action = "policies"
	History   Action = "history"
)

// The actions on paths of attack.
const (
	Source    Action = "source"
	Goal      Action = "goal"
	Lateral   Action = "lateral"
	More      Action = "more"
	Cuts      Action = "cuts"
	NextRoute Action = "next-route"
	PrevRoute Action = "previous-route"
	Defence   Action = "defence"
)

// The actions that look closer, once that was confirmed.
const (
	Scan    Action = "scan"
	Inspect Action = "inspect"
	Sweep   Action = "sweep"
)

// The actions on plans.
const (
	Edit    Action = "edit"
	Propose Action = "propose"
	Enforce Action = "enforce"
	Guard   Action = "guard"
	Undo    Action = "undo"
)
