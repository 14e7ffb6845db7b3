// Package proposal reads YAML that somebody is about to apply, and gives the plan of it: what would be created, what changed.
// Whoever holds the plan can ask what it would do before it exists.
package proposal

import "canopy/model"

// Proposal is what documents of YAML or JSON would do to a cluster.
type Proposal struct {
	// Plan has a step for each document that can be understood, in the order in which they depend on each other.
	Plan model.Plan
	// Problems lists the documents, and parts of them, that could not be taken: which, where, and what is wrong.
	Problems []Problem
	// Masked lists the Secrets of the plan. Their values are not in it, so the plan shows what would come of them but must not be
	// carried out with them: kubectl has to apply those. Whoever lets somebody carry it out leaves them out, or refuses; where a mask
	// stands in the place of their values, writers refuse too.
	Masked []model.Ref
	// Assumptions says what the plan takes for granted, such as that fields which a document leaves out stay as they are.
	Assumptions []string
}

// Problem is a document that could not be taken.
type Problem struct {
	// Document counts from 1; Line is that of the text, from 1, or 0 where the whole document is meant.
	Document, Line int
	Text           string
}
