package command

import (
	"context"
	"errors"
	"fmt"
	"os"

	"canopy/analysis/network/minimal"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/model/cluster"
)

// readFlows reads the file of --flows; nothing where there is none.
func readFlows(name string) ([]minimal.Flow, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--flows: %w", err)
	}
	flows, err := minimal.Read(data)
	if err != nil {
		return nil, fmt.Errorf("--flows %s:\n%w", name, err)
	}
	return flows, nil
}

// remedyFor makes patches of which network policies keep just some flows.
func (s *session) remedyFor(ctx context.Context, flows []minimal.Flow, findings []*model.Finding) (*remedy.Fix, error) {
	var fix *remedy.Fix
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		fix, failure = remedy.Make(c, remedy.Options{Server: server, Flows: flows, Declared: true, Tables: s.engine.Tables()}, findings)
	}); err != nil {
		return nil, err
	}
	var faults minimal.Faults
	if errors.As(failure, &faults) {
		return nil, fmt.Errorf("--flows:\n%w", faults)
	}
	return fix, failure
}
