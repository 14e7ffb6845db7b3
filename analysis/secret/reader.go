package secret

import (
	"canopy/analysis/rbac"
	"canopy/model"
)

// Reader is a subject that can read a Secret.
type Reader struct {
	Subject model.Subject
	// Verbs are those of get, list and watch that it has.
	Verbs []string
	// Wide tells that it may read every Secret of the namespace, Everywhere those of all namespaces.
	Wide, Everywhere bool
	// Via names the binding.
	Via []model.Ref
}

// Readers lists who can read a Secret by RBAC, as subjects are bound, sorted.
func Readers(access *rbac.Analyser, secret model.Ref) []Reader { return nil }

// CountReaders counts the readers of many Secrets at once.
func CountReaders(access *rbac.Analyser, secrets []model.Ref) map[model.Ref]int { return nil }
