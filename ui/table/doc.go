// Package table shows a list of rows that changes while someone looks at it: sorted, filtered, grouped, marked, with a
// selection that stays on its row. It stays instant at 100,000 rows because what costs time is apart from what a key
// press does.
//
// A Schema says what the rows are. An Arrangement is an immutable list of them, filtered, sorted and grouped; making one
// costs time, so it is made outside the program's loop, and a new one is made from the old one by what changed. A Table
// shows a window of an Arrangement; moving in it and drawing it cost what the window costs. What a person asks for about
// many rows at once, such as marking all of them, costs what those rows cost.
//
// The next arrangement is made from Table.Rows, in a command:
//
//	rows := t.Rows()
//	return func() tea.Msg { return listed{rows.Stir(gone, come).With(query)} }
//
// and shown by Table.Show. Stir notes which rows are new and which went, for both to be seen: the new ones in a style of
// their own, the others as ghosts in their place. Where Table.Unsettled says so the screen calls Table.Settle after a
// moment, which ends both. Apply notes nothing.
package table
