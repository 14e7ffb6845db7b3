package model

import "iter"

// RecordSet is an immutable set of records.
type RecordSet interface {
	Len() int
	// Get finds the record of an object; nil where it is not in the set.
	Get(ref Ref) Record
	// All goes through the set in the order of Ref.Compare: by namespace, kind, group and name.
	All() iter.Seq[Record]
	// Version changes whenever anything in the set has changed, so that a reader who knows the version knows the set. It
	// compares sets of one engine.
	Version() uint64
}
