package engine

import (
	"context"
	"maps"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/cluster"
)

// AskImages calls f with the cluster, the images that run in it, and the ways in from outside, on the writer: f must keep none of them,
// nor change them.
func (e *Engine) AskImages(ctx context.Context, f func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser)) error {
	return e.do(ctx, func() { f(e.cluster, e.images, e.reaching.ways) })
}

// AskSecrets calls f with the cluster, the inventory of its Secrets, and what RBAC grants, on the writer: f must keep none of them, nor
// change them.
func (e *Engine) AskSecrets(ctx context.Context, f func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser)) error {
	return e.do(ctx, func() { f(e.cluster, e.secrets, e.access) })
}

// judged lays what analysers say of rules over what the coverage says of them: what is not configured or not told cannot be judged.
func (e *Engine) judged(states map[string]model.RuleState) map[string]model.RuleState {
	var laid map[string]model.RuleState
	for _, r := range e.rules {
		of := e.images.State
		switch r.Theme {
		case "secrets":
			of = e.secrets.State
		case "patching":
			of = e.patched
		}
		state, ok := of(r.ID)
		if was := states[r.ID]; !ok || was.Loading || was.Verdict == model.Unknown {
			continue
		}
		if laid == nil {
			laid = maps.Clone(states)
		}
		laid[r.ID] = state
	}
	if laid == nil {
		return states
	}
	return laid
}
