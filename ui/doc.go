// Package ui is the Bubble Tea program: what a person sees of a report, and what his keys do.
//
// Two rules keep it instant. Nothing in Update or View reads, waits or goes through all findings: rows are made,
// filtered and sorted by a job outside the loop, one job at a time, always for the newest report and the newest query.
// And nothing is drawn by the clock: without news and without a key the program writes no byte.
package ui
