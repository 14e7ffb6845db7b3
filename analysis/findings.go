// Package analysis holds what the analysers share. Each package below it judges one risk; analysis/engine wires them in
// order and publishes what they find.
package analysis

import "canopy/model"

// Findings takes what an analyser finds. An analyser puts a finding whenever it says something new, which may be
// often between two publications, puts none that says what it said before, and drops what it no longer holds.
type Findings interface {
	// Put adds a finding, or replaces the one with its id.
	Put(*model.Finding)
	// Drop removes the finding with the id, if there is one.
	Drop(id string)
}
