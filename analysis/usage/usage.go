// Package usage reads what nodes and pods use against what they ask for and may use, and names what looks suspicious. A signal is never
// more than a suspicion: that something is busy is no proof of anything.
package usage

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/inorder"
)

// Limits are what a container or a node may use; zero where nothing is set. CPU is in thousandths of a core, Memory in bytes.
type Limits struct{ CPURequest, CPULimit, MemoryRequest, MemoryLimit int64 }

// Facts are what is known of a pod besides its usage. FactsOf and Reader make them of a record.
type Facts struct {
	Owner model.Ref
	Node  string
	// NodeCPU is what its node has, in thousandths of a core; zero where that is not known.
	NodeCPU int64
	// Started is when the pod started, in seconds since 1970; zero where it has not. What was measured before is of another pod of its name.
	Started int64
	// Containers is what is known of each, by name: all of the spec, those that initialise and ephemeral ones too. Usage by another one is
	// a signal.
	Containers map[string]Container
	// Egress tells whether the pod may talk to any address outside of the cluster; nil where each container's Open says so. It is called only
	// where a signal hangs on the answer.
	Egress func() bool
}

// Container is what is known of one.
type Container struct {
	Limits Limits
	Image  string
	// Public tells that its image comes from a public registry, TagOnly that it names no digest, Ephemeral that somebody put it into a
	// running pod, Args that its arguments are those of a miner, in words.
	Public, TagOnly, Ephemeral bool
	Args                       string
	// Open tells that the pod may talk to any address outside of the cluster.
	Open bool
}

// Signal is what looks suspicious, sustained over many samples.
type Signal struct {
	// Kind is flat (a steady use of CPU near a core or more, or the top one of its node, with no limit, by a public image named by tag alone, with the way out open), risen (far
	// above what it used before), woken (use in a namespace that had none), stranger (use by a container that is in no spec, or was put into
	// the running pod), saturated (at its limit all the time), miner (arguments of a miner).
	Kind      string
	Pod       types.NamespacedName
	Container string
	Owner     model.Ref
	// Since is the first sample that it rests on, in seconds since 1970; Samples counts them.
	Since   int64
	Samples int
	// CPU is what it uses by the newest sample, in thousandths of a core.
	CPU int64
	// Says tells it in a sentence, with the figures. It may hold the name of an image, which anybody may choose.
	Says string
}

// The kinds of signals.
const (
	KindMiner     = "miner"
	KindStranger  = "stranger"
	KindFlat      = "flat"
	KindWoken     = "woken"
	KindRisen     = "risen"
	KindSaturated = "saturated"
)

// Stale is for how long after the last answer of the server signals are told: what was suspicious an hour ago may have ended since.
const Stale = 15 * time.Minute

// Signals names what looks suspicious, the gravest first. A pod without facts is known by its usage alone.
func Signals(u *model.Usage, facts func(types.NamespacedName) (Facts, bool), now time.Time) []Signal {
	if u == nil || !u.Asked.IsZero() && now.Sub(u.Asked) > Stale {
		return nil
	}
	j := newJudge(u, facts)
	var all []Signal
	for i := range j.pods {
		all = append(all, j.pod(&j.pods[i])...)
	}
	inorder.Sort(all, func(a, b Signal) int {
		return cmp.Or(cmp.Compare(gravity(a.Kind), gravity(b.Kind)), cmp.Compare(b.CPU, a.CPU),
			strings.Compare(a.Pod.Namespace, b.Pod.Namespace), strings.Compare(a.Pod.Name, b.Pod.Name), strings.Compare(a.Container, b.Container))
	})
	return all
}

// gravity is the place of a kind, the gravest first.
func gravity(kind string) int {
	return slices.Index([]string{KindMiner, KindStranger, KindFlat, KindWoken, KindRisen, KindSaturated}, kind)
}
