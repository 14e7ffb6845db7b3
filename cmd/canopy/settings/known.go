package settings

import (
	"maps"
	"slices"
)

// Known is what the names in a file are checked against. The screens know their names and this package does not know the
// screens. Names of a nil list are not checked, but for those that the table of settings lists itself.
type Known struct {
	// Actions are what keys can do, Screens where the dashboard can start, Themes the colours that can be chosen, those
	// of the user's own files included.
	Actions, Screens, Themes []string
	// Columns holds the names of the columns of each screen that has some.
	Columns map[string][]string
	// Conflict tells that two actions cannot share a key; nil where any two can.
	Conflict func(a, b string) bool
	// Home is the folder that ~ stands for; empty where it is not known.
	Home string
}

// tables lists the screens that have columns.
func (k *Known) tables() []string {
	if k.Columns == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(k.Columns))
}
