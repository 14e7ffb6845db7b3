// Package upgrade says what to patch in which order: what the policy of version skew allows, what a drain of each node stumbles over, what
// keeps the control plane from its next minor, and with which commands, by provider. It also says what runs on a node, the worst first.
package upgrade

import (
	"slices"
	"time"

	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/model/cluster"
)

// Input is what a plan is made of. Make, Gather and Prepare read it on the writer's goroutine.
type Input struct {
	Cluster    *cluster.Cluster
	Nodes      *node.Analyser
	Budgets    *disruption.Analyser
	Deprecated *deprecation.Analyser
	Tables     *lifecycle.Tables
	Now        time.Time
}

// Plan is what to do, in order. It is immutable.
type Plan struct {
	// Target is the version that it leads to, such as 1.37.2, or 1.36 where a provider decides which patch that is, and Next the minor
	// above what the control plane has now. Both are empty where no API server is known.
	Target string `json:"target"`
	Next   string `json:"next"`
	Steps  []Step `json:"steps"`
	// Blockers are what must be gone before the control plane goes to Next, and on to Target.
	Blockers []Blocker `json:"blockers"`
	// Unknown says what could not be told, and why.
	Unknown []string `json:"unknown"`
	Source  string   `json:"source"`
	Date    string   `json:"date"`
}

// Step is one part of the cluster to be brought to another version, or rebooted.
type Step struct {
	// What is control-plane, node, proxy, reboot, runtime, os.
	What   string    `json:"what"`
	Object model.Ref `json:"object"`
	// Nodes are all that the commands change, Object among them, where those are more than that: the nodes of Pool, which a provider
	// exchanges as a whole, or all of the cluster. Safe and Obstacles are about all of them.
	Nodes []model.Ref `json:"nodes,omitempty"`
	Pool  string      `json:"pool,omitempty"`
	From  string      `json:"from"`
	To    string      `json:"to"`
	Why   string      `json:"why"`
	// Safe tells that a drain loses nothing but scratch files, and ends by itself; Obstacles say what it stumbles over. They are empty where
	// nothing is drained.
	Safe      bool       `json:"safe"`
	Drains    bool       `json:"drains"`
	Obstacles []Obstacle `json:"obstacles,omitempty"`
	// Blocks are commands to be run by a person, in order, by where that is done; each is complete but for what stands in capital letters.
	// Commands are the same in one list, in which each block begins with a line that says where.
	Blocks   []Block  `json:"blocks"`
	Commands []string `json:"commands"`
	// Waits says what must have happened before: the place of a step, counted from 1; 0 where none must.
	Waits int `json:"waits,omitempty"`
}

// Obstacle is what a drain stumbles over, for several pods of an owner at once.
type Obstacle struct {
	Cause  string    `json:"cause"`
	Owner  model.Ref `json:"owner"`
	Budget model.Ref `json:"budget,omitzero"`
	Pods   int       `json:"pods"`
	Blocks bool      `json:"blocks"`
	Says   string    `json:"says"`
}

// Blocker is what keeps the control plane from a minor.
type Blocker struct {
	// Cause is kubelet (n-3), proxy, api (removed in that minor and still in use), server (API servers of two minors).
	Cause  string    `json:"cause"`
	Object model.Ref `json:"object"`
	Says   string    `json:"says"`
	// Minor is the one it keeps the control plane from: Next, or one that comes after it on the way to the target. Step is the place, counted
	// from 1, of the step that has to wait for it; 0 where the plan does not go there.
	Minor string `json:"minor"`
	Step  int    `json:"step,omitempty"`
}

// Changes tells whether the commands of a step change an object.
func (s *Step) Changes(ref model.Ref) bool { return s.Object == ref || slices.Contains(s.Nodes, ref) }

// Loses tells that data or pods are lost for good to a drain. Of other causes something is away for a while, or stays where it is.
func (o *Obstacle) Loses() bool { return disruption.Loses(o.Cause) }

// Matter is what a plan is made of, taken off the writer. One goroutine at a time may work with it.
type Matter struct{ scene *scene }

// Gather takes what is needed, on the writer: what a drain stumbles over only of nodes that have a step. What of that was worked out before,
// and still is so, costs next to nothing.
func Gather(in *Input) *Matter { return &Matter{gather(in, true)} }

// Prepare works out, on the writer, what drains of so many nodes stumble over, at the most, so that Gather finds it. It is true once there is
// no more to do: whoever does not want to keep the writer for long calls it again and again before Gather.
func Prepare(in *Input, most int) bool {
	s := gather(in, false)
	for _, m := range s.emptied {
		if in.Budgets.Ready(in.Cluster, m.ref.Name) {
			continue
		}
		if most--; most < 0 {
			return false
		}
		in.Budgets.Drain(in.Cluster, m.ref.Name)
	}
	return true
}

// Plan orders what is to be done. It reads nothing of the writer, and gives the same each time.
func (m *Matter) Plan() *Plan {
	start, told := m.scene.save(), len(m.scene.unknown)
	p, _ := m.scene.plan()
	m.scene.restore(start)
	m.scene.unknown = m.scene.unknown[:told]
	return p
}

// Make gives the plan of a cluster, all on the writer.
func Make(in *Input) *Plan { return Gather(in).Plan() }
