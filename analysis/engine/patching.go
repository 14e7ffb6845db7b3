package engine

import (
	"context"
	"time"

	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/exposure"
	"canopy/analysis/lifecycle"
	"canopy/analysis/network"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/model/cluster"
)

// Patching is what screens and commands about nodes ask of: the cluster, and who knows what of it. Nobody may keep or change any of it.
type Patching struct {
	Cluster    *cluster.Cluster
	Nodes      *node.Analyser
	Budgets    *disruption.Analyser
	Deprecated *deprecation.Analyser
	Tables     *lifecycle.Tables
	Ways       *exposure.Analyser
	Network    *network.Analyser
	Now        time.Time
}

// AskNodes calls f with what is known of nodes and of what keeps them from being patched, on the writer: f must keep none of it, nor
// change it.
func (e *Engine) AskNodes(ctx context.Context, f func(*Patching)) error {
	return e.do(ctx, func() {
		f(&Patching{
			Cluster: e.cluster, Nodes: e.nodes, Budgets: e.budgets, Deprecated: e.deprecated, Tables: e.options.Nodes.Tables,
			Ways: e.reaching.ways, Network: e.reaching.network, Now: e.clock.Now(),
		})
	})
}

// Tables is what is known of versions.
func (e *Engine) Tables() *lifecycle.Tables { return e.options.Nodes.Tables }

// patched says of a rule of patching what those who judge it say.
func (e *Engine) patched(rule string) (model.RuleState, bool) {
	for _, of := range [...]func(string) (model.RuleState, bool){e.nodes.State, e.deprecated.State, e.images.State} {
		if state, ok := of(rule); ok {
			return state, true
		}
	}
	return model.RuleState{}, false
}
