package viewtest

import (
	"context"
	"strings"

	"canopy/analysis/admission"
	"canopy/analysis/podsecurity"
	"canopy/analysis/proposal"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// Guard makes the policies on the writer.
func (s *Session) Guard(ctx context.Context, findings []*model.Finding) (guard *admission.Guard, err error) {
	var failure error
	if err := s.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		guard, failure = admission.Make(c, server, findings)
	}); err != nil {
		return nil, err
	}
	return guard, failure
}

// Propose reads the text on the writer.
func (s *Session) Propose(ctx context.Context, text []byte) (p *proposal.Proposal, err error) {
	var failure error
	if err := s.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, _ string) { p, failure = proposal.Read(c, text, "default") }); err != nil {
		return nil, err
	}
	return p, failure
}

// Enforce simulates on the writer.
func (s *Session) Enforce(ctx context.Context, namespace, level string) (sim *podsecurity.Simulation, err error) {
	var failure error
	if err := s.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		sim, failure = podsecurity.Simulate(c, namespace, level, minor(server))
	}); err != nil {
		return nil, err
	}
	return sim, failure
}

// minor cuts a version down to what Pod Security knows: v1.37 of v1.37.2.
func minor(server string) string {
	parts := strings.SplitN(server, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}
