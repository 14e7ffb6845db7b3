package keys

// Default is the table of all bindings but those of text input, which cannot be changed.
func Default() Map {
	return Map{
		{Open, Selected, []string{"enter"}, "open", "open what is selected"},
		{Fix, Selected, []string{"f"}, "fix", "show the change that ends it, as a diff, with what else it would do"},
		{WhatIf, Selected, []string{"w"}, "what-if", "show what would be different if it were fixed"},
		{Explain, Selected, []string{"e"}, "explain", "say what the rule means, how it is attacked and how that is seen"},
		{Filter, Moving, []string{"/"}, "filter", "filter a list, search in a text"},
		{YAML, Selected, []string{"y"}, "YAML", "show the object, with the lines marked that the finding is about"},
		{Owner, Selected, []string{"o"}, "owner", "go to the object that owns it"},
		{Related, Selected, []string{"r"}, "related", "list all findings on the same object"},
		{Blast, Selected, []string{"b"}, "", "show what an attacker reaches from it"},
		{Copy, Selected, []string{"c"}, "copy", "copy names, or the text, to the clipboard (also over ssh, by OSC 52)"},
		{Export, Selected, []string{"x"}, "export", "write the marked rows, or all that are shown, to a file"},

		{Down, Moving, []string{"down", "j"}, "", "next row or line"},
		{Up, Moving, []string{"up", "k"}, "", "previous row or line"},
		{PageDown, Moving, []string{"pgdown", "ctrl+f"}, "", "one page down"},
		{PageUp, Moving, []string{"pgup", "ctrl+b"}, "", "one page up"},
		{First, Moving, []string{"g", "home"}, "", "to the top, and stay there while rows come in"},
		{Last, Moving, []string{"G", "end"}, "", "to the end"},
		{Left, Moving, []string{"left", "h"}, "", "columns to the left, or fold a branch"},
		{Right, Moving, []string{"right", "l"}, "", "columns to the right, or unfold a branch"},
		{NextHit, Moving, []string{">"}, "next match", "next match of a search"},
		{PrevHit, Moving, []string{"<"}, "", "previous match of a search"},

		{Mark, Lists, []string{"space"}, "mark", "mark the row, or take the mark away"},
		{MarkRange, Lists, []string{"V"}, "", "mark all rows from the last mark to this one"},
		{MarkAll, Lists, []string{"*"}, "", "mark all rows that are shown"},
		{Unmark, Lists, []string{"U"}, "", "take all marks away"},
		{Sort, Lists, []string{"s"}, "sort", "sort by the next column"},
		{Reverse, Lists, []string{"S"}, "", "turn the order round"},
		{Columns, Lists, []string{"|"}, "", "choose columns"},
		{Wide, Lists, []string{"W"}, "", "show all columns, or the usual ones"},
		{Group, Lists, []string{"#"}, "", "group by the next thing that rows have in common"},
		{Fold, Lists, []string{"z"}, "", "fold or unfold a group or a branch"},

		{Overview, Screens, []string{"1"}, "overview", "what should I do first?"},
		{Findings, Screens, []string{"2"}, "findings", "all findings, as a list"},
		{RBAC, Screens, []string{"3"}, "rbac", "who can do what, and through what?"},
		{Network, Screens, []string{"4"}, "network", "who can talk to whom, and which rule says so?"},
		{Images, Screens, []string{"5"}, "images", "is what runs scanned?"},
		{Secrets, Screens, []string{"6"}, "secrets", "what leaks, and who can read it?"},
		{Nodes, Screens, []string{"7"}, "nodes", "what is out of date, and in which order to patch it?"},
		{Paths, Screens, []string{"8"}, "paths", "how would an attack go, and which change ends it?"},
		{Activity, Screens, []string{"9"}, "activity", "what happened, and who did it?"},
		{Resources, Screens, []string{"0"}, "resources", "what runs, and how well is it locked in?"},

		{NextPane, General, []string{"tab"}, "pane", "to the next pane"},
		{PrevPane, General, []string{"shift+tab"}, "", "to the previous pane"},
		{Back, General, []string{"esc", "backspace"}, "back", "close, clear, or go back"},
		{Earlier, General, []string{"[", "alt+left"}, "", "to the place before this one"},
		{Later, General, []string{"]", "alt+right"}, "", "to the place after this one"},
		{Namespace, General, []string{"n"}, "namespace", "choose which namespaces are shown"},
		{Context, General, []string{"C"}, "", "go to another cluster of the kubeconfig"},
		{Bookmark, General, []string{"m"}, "", "keep this place as a bookmark, or let it go"},
		{Bookmarks, General, []string{"'"}, "", "go to a bookmark"},
		{Pause, General, []string{"p"}, "", "hold the screen still, and go on"},
		{Theme, General, []string{"T"}, "", "choose colours"},
		{Mouse, General, []string{"M"}, "", "give the mouse to the terminal, to select text with it, or take it back"},
		{Redraw, General, []string{"ctrl+l"}, "", "draw the screen anew"},
		{Suspend, General, []string{"ctrl+z"}, "", "leave for a moment; fg comes back"},
		{Palette, General, []string{":", "ctrl+p"}, "command", "type what to do"},
		{Help, General, []string{"?"}, "help", "what can be done here; type to search, enter does it"},
		{Quit, General, []string{"q", "ctrl+c"}, "quit", "leave"},
	}
}

// Typing is the table while text is typed. All other keys are text.
func Typing() Map {
	return Map{
		{Open, General, []string{"enter"}, "accept", "take what is typed"},
		{Back, General, []string{"esc"}, "cancel", "give up what is typed"},
		{NextPane, General, []string{"tab"}, "complete", "complete what is typed"},
		{Down, General, []string{"down", "ctrl+n"}, "next", "next choice"},
		{Up, General, []string{"up", "ctrl+p"}, "previous", "previous choice"},
		{PageDown, General, []string{"pgdown"}, "", "one page down"},
		{PageUp, General, []string{"pgup"}, "", "one page up"},
		{Quit, General, []string{"ctrl+c"}, "quit", "leave"},
	}
}
