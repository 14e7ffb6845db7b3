package model

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// CoverState says how much of a kind was seen.
type CoverState string

// The states. Loading never reaches the output of a finished command; a kind still loading when time is up is Partial.
const (
	Loading  CoverState = "loading"
	Complete CoverState = "complete"
	Partial  CoverState = "partial"
	Denied   CoverState = "denied"
	Absent   CoverState = "absent"
	// Withdrawn takes back what was said of a kind: a source says nothing of it any more, as when an optional kind is no
	// longer served. No report holds it.
	Withdrawn CoverState = ""
)

// Coverage says how much of one kind, in one namespace or in all, a source could see, and why not more.
type Coverage struct {
	Kind schema.GroupKind
	// Namespace is empty for a kind that was asked for everywhere.
	Namespace string
	// Count is the number of objects held. A source leaves it zero; the engine fills it in.
	Count int
	State CoverState
	// Stale is set while a watch is broken: what is held was true at Since.
	Stale bool
	// Since is when the state began, in seconds since 1970, where the source knows it.
	Since int64
	// Reason says in words why the state is not complete, and which flag or right would help.
	Reason string
}

// Key tells coverages apart.
func (c Coverage) Key() CoverKey { return CoverKey{c.Kind, c.Namespace} }

// CoverKey is a kind in one namespace, or in all where Namespace is empty.
type CoverKey struct {
	Kind      schema.GroupKind
	Namespace string
}

// Compare orders by group, kind and namespace.
func (k CoverKey) Compare(o CoverKey) int {
	return cmp.Or(cmp.Compare(k.Kind.Group, o.Kind.Group), cmp.Compare(k.Kind.Kind, o.Kind.Kind), cmp.Compare(k.Namespace, o.Namespace))
}

// Unserved tells that the server does not have the kind, so that there is nothing of it that was not seen.
func (c *Coverage) Unserved() bool {
	return c.State == Absent && strings.HasPrefix(c.Reason, NotServed)
}

// NotServed begins the reason of a kind that the server does not have.
const NotServed = "not served"
