package model

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// Meter is a source that can measure what nodes and pods use. There is no watch for that, so it is asked again and again.
type Meter interface {
	// Measure asks until the context ends, gently, and calls news with every new state, from one goroutine. What it hands over is
	// immutable.
	Measure(ctx context.Context, news func(*Usage))
}

// UsageState says what became of asking for metrics.
type UsageState string

// The states. Each but UsageGood comes with a reason, and means that there is nothing newer than what was there.
const (
	UsageLoading     UsageState = "loading"
	UsageGood        UsageState = "good"
	UsageAbsent      UsageState = "absent"
	UsageUnavailable UsageState = "unavailable"
	UsageForbidden   UsageState = "forbidden"
)

// Usage is what nodes and pods use, with its history since measuring began. It is immutable.
type Usage struct {
	State UsageState
	// Reason says in a sentence why there is nothing, or nothing new, and what could be done; with UsageGood, what had to be left out.
	Reason string
	// Asked is when the server was last asked with success, Next when it will be asked again.
	Asked, Next time.Time
	Nodes       map[string]*Series
	Pods        map[types.NamespacedName]*PodUsage
	// PodState and PodReason are those of pods where they differ from those of nodes: the two are permitted apart.
	PodState  UsageState
	PodReason string
	// Namespaces is what was used in namespaces, of pods that are gone too; nil where nobody has kept that.
	Namespaces *NamespaceUse
}

// OfPods is the state of what is known of pods, and the reason for it.
func (u *Usage) OfPods() (UsageState, string) {
	if u.PodState == "" {
		return u.State, u.Reason
	}
	return u.PodState, u.PodReason
}

// PodUsage is what a pod uses, by container.
type PodUsage struct {
	Containers map[string]*Series
}

// Last adds up the newest samples of all containers; At is that of the newest. False where there is none.
func (p *PodUsage) Last() (sum Sample, ok bool) {
	if p == nil {
		return Sample{}, false
	}
	for _, s := range p.Containers {
		if x, has := s.Last(); has {
			sum.At, sum.CPU, sum.Memory, ok = max(sum.At, x.At), sum.CPU+x.CPU, sum.Memory+x.Memory, true
		}
	}
	return sum, ok
}
