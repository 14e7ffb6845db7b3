// Package ui is the Bubble Tea program: what a person sees of a report, and what his keys do.
//
// The root routes: keys to actions, actions to the screen on top or to what all screens share, messages to the screen that
// asked for them. Screens are packages below ui/view. What reads, waits or goes through all findings is a command; see
// package view.
package ui
