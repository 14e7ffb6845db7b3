// Package podsecurity tells what would be refused if a namespace enforced a level of the Pod Security Standards: every owner,
// however many there are, where a server's own dry run names 3,000 pods and stops after a second.
package podsecurity

import "canopy/model"

// Simulation is a namespace as a level would see it.
type Simulation struct {
	Namespace string
	// Level is privileged, baseline or restricted; Version is a minor version such as v1.37, or latest.
	Level, Version string
	// Now is the level that the namespace enforces, restricted where its label cannot be read, as the API server has it; "" where it
	// sets none, or the namespace was not seen.
	Now string
	// Violators are the owners of which the level refuses pods, the most pods first.
	Violators []Violator
	// Owners and Pods count what was looked at. Pods that have run to their end are left out: nothing makes them again.
	Owners, Pods int
	// Unknown says what was not seen, and may break the level too: a denied kind, a webhook that changes pods. Sorted.
	Unknown []string
}

// Violator is an owner that the level refuses.
type Violator struct {
	Owner model.Ref
	// Pods counts its pods that break the level; they run on until they end. Template tells that its template does, or that of a
	// ReplicaSet or Job of its that still wants pods, so that no new pod would be made.
	Pods     int
	Template bool
	// Breaks are in the order of the checks: those of the template, then those of pods alone, which are older than it, were changed
	// by admission, or have been given a container to debug.
	Breaks []Break
}

// Break is a check that fails.
type Break struct {
	// Check is that of the standard, such as hostNamespaces; Level is the lowest level that has it.
	Check, Level string
	// Path is the field, relative to the owner, or to In where that is set; Detail says what the check wants instead.
	Path, Detail string
	// In is a pod, or a ReplicaSet that still wants pods, which breaks the check where the template of the owner does not; zero where
	// the owner does.
	In model.Ref
	// Rule is the rule of the catalogue that finds the same; "" where there is none.
	Rule string
}
