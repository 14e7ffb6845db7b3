package network

import (
	"canopy/analysis/network/port"
	"canopy/model"
)

// Delta is what the changes between two calls of Flush did.
type Delta struct {
	// All tells that anything may be otherwise; the lists are then not complete.
	All bool
	// Namespaces are those whose pods may be isolated differently, or be reached by others, or reach others: both ends of every
	// answer that is another than before. They are sorted, as are Pods, those that came, went or changed, and Policies.
	Namespaces []string
	Pods       []model.Ref
	Policies   []model.Ref
	// Opened and Closed are known only while differences are tracked.
	Opened, Closed []Shift
}

// Shift is a difference between two classes of pods: connections that were not possible before, or are no longer. What
// depends on something counts as possible.
type Shift struct {
	// Src and Dst are classes. Where too many are concerned to tell them one by one, one end is the zero ClassName, and stands
	// for everything, and the other a whole namespace, without Labels, or everything too. Connections are then all that may be
	// concerned.
	Src, Dst    ClassName
	Connections port.Set
	// Pairs counts the pairs of pods: where both ends are everything, all that there are.
	Pairs int
}

// ClassName names pods of a namespace that no policy tells apart: by those of their labels that policies look at.
type ClassName struct{ Namespace, Labels string }
