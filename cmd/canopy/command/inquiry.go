package command

import (
	"context"
	"errors"

	"canopy/analysis/exposure"
	"canopy/analysis/image"
	scanreport "canopy/analysis/image/report"

	"canopy/analysis/rbac"
	"canopy/analysis/secret"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/cluster"
)

// AskImages asks what runs.
func (s *session) AskImages(ctx context.Context, f func(*cluster.Cluster, *image.Analyser, *exposure.Analyser)) error {
	done := false
	return s.ask(ctx, func(ctx context.Context) error {
		return s.engine.AskImages(ctx, func(c *cluster.Cluster, images *image.Analyser, ways *exposure.Analyser) {
			f(c, images, ways)
			done = true
		})
	}, func() bool { return done })
}

// AskSecrets asks what Secrets there are.
func (s *session) AskSecrets(ctx context.Context, f func(*cluster.Cluster, *secret.Analyser, *rbac.Analyser)) error {
	done := false
	return s.ask(ctx, func(ctx context.Context) error {
		return s.engine.AskSecrets(ctx, func(c *cluster.Cluster, secrets *secret.Analyser, access *rbac.Analyser) {
			f(c, secrets, access)
			done = true
		})
	}, func() bool { return done })
}

var (
	errNoInspect = errors.New("values of Secrets are not in what is looked at")
	errNoSweep   = errors.New("what is looked at holds no objects besides those that are shown")
)

// Vulnerabilities reads the lines of a report anew.
func (d *desk) Vulnerabilities(ctx context.Context, scan model.Ref) ([]model.Vulnerability, error) {
	if scan.Group == model.GroupOwn {
		return d.scans.vulnerabilities(ctx, scan)
	}
	object, err := d.source.Get(ctx, scan)
	if err != nil {
		return nil, err
	}
	return scanreport.Vulnerabilities(object.Object)
}

// Inspectable says why Secrets cannot be read for facts.
func (d *desk) Inspectable() error {
	if _, ok := d.source.Source.(model.SecretReader); !ok {
		return errNoInspect
	}
	return nil
}

// InspectSecrets reads Secrets for facts.
func (d *desk) InspectSecrets(ctx context.Context, progress func(done, all int)) error {
	return d.inspect(ctx, d.run.connect.Shown(), progress)
}

// Sweep looks through what is not watched.
func (d *desk) Sweep(ctx context.Context, what model.SweepOptions) error {
	what.Namespaces = d.run.connect.Shown()
	return d.sweep(ctx, what)
}

// Scanner looks for a program that scans.
func (d *desk) Scanner(ctx context.Context) (string, error) { return d.scans.find(ctx, "") }

// Scan scans on demand.
func (d *desk) Scan(ctx context.Context, images []model.ScanTarget, progress func(model.ScanProgress)) error {
	return d.scans.scan(ctx, images, d.engine, progress)
}

// inspect reads the Secrets of namespaces for facts, which the engine gets; none is all.
func (s *session) inspect(ctx context.Context, namespaces []string, progress func(done, all int)) error {
	reader, ok := s.source.Source.(model.SecretReader)
	if !ok {
		return errNoInspect
	}
	return reader.InspectSecrets(ctx, namespaces, detect.Default(), s.engine, progress)
}

// sweep looks for credentials in what is not watched; the engine gets what is found.
func (s *session) sweep(ctx context.Context, what model.SweepOptions) error {
	sweeper, ok := s.source.Source.(model.Sweeper)
	if !ok {
		return errNoSweep
	}
	return sweeper.Sweep(ctx, what, s.engine)
}
