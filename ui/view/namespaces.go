package view

import (
	"maps"
	"slices"

	"canopy/model"
)

// Namespaces is the set of namespaces that are shown; nil shows everything. It is never changed once made.
type Namespaces map[string]bool

// NewNamespaces makes a set; no names show everything.
func NewNamespaces(names []string) Namespaces {
	if len(names) == 0 {
		return nil
	}
	n := make(Namespaces, len(names))
	for _, name := range names {
		n[name] = true
	}
	return n
}

// Show tells whether an object is shown: it is in one of the namespaces, or is one of them.
func (n Namespaces) Show(o model.Ref) bool {
	if n == nil || n[o.Namespace] {
		return true
	}
	return o.Group == "" && o.Kind == "Namespace" && n[o.Name]
}

// Equal tells whether two sets show the same.
func (n Namespaces) Equal(o Namespaces) bool { return maps.Equal(n, o) && (n == nil) == (o == nil) }

// Names lists them, sorted.
func (n Namespaces) Names() []string { return slices.Sorted(maps.Keys(n)) }
