package view

import (
	"strings"

	"canopy/model"
)

// Place is where one is: a screen and what it is about. It is comparable.
type Place struct {
	// Screen is the name of the screen, as settings have it.
	Screen string
	// Finding is the id of a finding, Rule the id of a rule, Object an object; those that the screen is not about are zero.
	Finding, Rule string
	Object        model.Ref
	// Filter is the filter that a list opens with.
	Filter string
}

// The names of the screens.
const (
	Overview  = "overview"
	Findings  = "findings"
	Detail    = "detail"
	Resources = "resources"
	Explain   = "explain"
	Preview   = "preview"
)

// String writes a place for a list of bookmarks. It is not clean.
func (p Place) String() string {
	parts := []string{p.Screen}
	for _, s := range []string{p.Rule, p.Finding, p.Filter} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if !p.Object.IsZero() {
		parts = append(parts, p.Object.String())
	}
	return strings.Join(parts, " ")
}
