package command

import (
	"context"
	"errors"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/model"
	"canopy/model/cluster"
)

// AskImages asks what runs.
func (d *desk) AskImages(ctx context.Context, f func(*cluster.Cluster, *image.Analyser, *exposure.Analyser)) error {
	return d.engine.AskImages(ctx, f)
}

// AskSecrets asks what Secrets there are.
func (d *desk) AskSecrets(ctx context.Context, f func(*cluster.Cluster, *secret.Analyser, *rbac.Analyser)) error {
	return d.engine.AskSecrets(ctx, f)
}

var (
	errNoLines   = errors.New("the source keeps no reports")
	errNoInspect = errors.New("Secrets of this source cannot be read: their values are not in it")
	errNoSweep   = errors.New("this source cannot be swept")
)

// Vulnerabilities reads a report anew.
func (d *desk) Vulnerabilities(ctx context.Context, scan model.Ref) ([]model.Vulnerability, error) {
	if reader, ok := d.source.Source.(model.VulnerabilityReader); ok {
		return reader.Vulnerabilities(ctx, scan)
	}
	return nil, errNoLines
}

// Inspectable says why Secrets cannot be read for facts.
func (d *desk) Inspectable() error {
	if _, ok := d.source.Source.(model.SecretReader); !ok {
		return errNoInspect
	}
	return nil
}

// Sweep looks through what is not watched.
func (d *desk) Sweep(ctx context.Context, what model.SweepOptions) error {
	if s, ok := d.source.Source.(model.Sweeper); ok {
		return s.Sweep(ctx, what, d.engine)
	}
	return errNoSweep
}

// InspectSecrets reads Secrets for facts.
func (d *desk) InspectSecrets(ctx context.Context, progress func(done, all int)) error {
	return errNoInspect
}

// Scanner looks for a program that scans.
func (d *desk) Scanner(context.Context) (string, error) { return "", errNoLines }

// Scan scans on demand.
func (d *desk) Scan(context.Context, []model.ScanTarget, func(model.ScanProgress)) error {
	return errNoLines
}
