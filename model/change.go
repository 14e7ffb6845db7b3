package model

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Record is one object of the cluster as Canopy keeps it: immutable, compact, without what no rule reads. Package
// model/record holds the types. It satisfies what client-go's caches ask of an object.
type Record interface {
	metav1.Object
	runtime.Object
	// Ref names the object.
	Ref() Ref
	// Same tells whether the other record of this object differs in nothing that a rule or a screen reads;
	// resourceVersion and heartbeats do not count.
	Same(Record) bool
}

// Change is one step in the life of a cluster: an object as it is now, or gone.
type Change struct {
	// Ref names the object.
	Ref Ref
	// Record is the object as it is now; nil means that it is gone.
	Record Record
}

// Put is the change that makes the cluster hold r.
func Put(r Record) Change { return Change{Ref: r.Ref(), Record: r} }

// Drop is the change that removes an object.
func Drop(ref Ref) Change { return Change{Ref: ref} }
