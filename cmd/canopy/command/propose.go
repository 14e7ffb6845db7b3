package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"canopy/analysis/admission"
	"canopy/analysis/podsecurity"
	"canopy/analysis/proposal"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// guards makes the policies that keep findings from coming back, on the writer.
func (s *session) guards(ctx context.Context, findings []*model.Finding) (*admission.Guard, error) {
	var g *admission.Guard
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		g, failure = admission.MakeAllowing(c, server, s.allowed, findings)
	}); err != nil {
		return nil, err
	}
	return g, failure
}

// propose reads what somebody is about to apply, on the writer. The fallback is the namespace of objects that name none.
func (s *session) propose(ctx context.Context, text []byte, fallback string) (*proposal.Proposal, error) {
	var p *proposal.Proposal
	var failure error
	if err := s.read(ctx, func(c *cluster.Cluster) { p, failure = proposal.Read(c, text, fallback) }); err != nil {
		return nil, err
	}
	return p, failure
}

// simulate tells what a namespace would refuse if it enforced a level, on the writer. An empty version is that of the server, or
// latest where that is not known.
func (s *session) simulate(ctx context.Context, namespace, level, version string) (*podsecurity.Simulation, error) {
	var found *podsecurity.Simulation
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		if version == "" {
			version = minorOf(server)
		}
		found, failure = podsecurity.Simulate(c, namespace, level, version)
	}); err != nil {
		return nil, err
	}
	return found, failure
}

// minorOf gives the minor version of a server as Pod Security names it: v1.37 of v1.37.2-eks-1; latest where it is not known.
func minorOf(server string) string {
	parts := strings.SplitN(strings.TrimPrefix(server, "v"), ".", 3)
	if len(parts) < 2 || parts[0] != "1" {
		return "latest"
	}
	minor, err := strconv.Atoi(strings.TrimRight(parts[1], "+"))
	if err != nil || minor < 0 {
		return "latest"
	}
	return fmt.Sprintf("v1.%d", minor)
}

// fallback is the namespace of objects that name none: the one that -n names, else that of the context.
func (r *run) fallback(live bool) string {
	if shown := r.connect.Shown(); len(shown) == 1 {
		return shown[0]
	}
	if live {
		if target, err := r.connect.Target(); err == nil && target.Namespace != "" {
			return target.Namespace
		}
	}
	return "default"
}

// Guard makes the policies that keep findings from coming back.
func (d *desk) Guard(ctx context.Context, findings []*model.Finding) (*admission.Guard, error) {
	return d.guards(ctx, findings)
}

// Propose reads YAML that somebody is about to apply.
func (d *desk) Propose(ctx context.Context, text []byte) (*proposal.Proposal, error) {
	return d.propose(ctx, text, d.run.fallback(d.source.Live))
}

// Enforce tells what a namespace would refuse.
func (d *desk) Enforce(ctx context.Context, namespace, level string) (*podsecurity.Simulation, error) {
	return d.simulate(ctx, namespace, level, "")
}
