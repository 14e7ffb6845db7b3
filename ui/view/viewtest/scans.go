package viewtest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"canopy/model"
)

// Scans is what the session of a test says of scanning on demand, of reports and of reading Secrets, and what it was asked for.
type Scans struct {
	mutex sync.Mutex
	// Lines are the vulnerabilities of reports, by their reference.
	Lines map[model.Ref][]model.Vulnerability
	// Program is the scanner that is there; "" for none. ScanErr is what scanning of a target gives.
	Program string
	ScanErr map[string]error
	// Scanned are the targets that were asked for; Swept what was looked through; Inspected counts readings of Secrets.
	Scanned   []model.ScanTarget
	Swept     []model.SweepOptions
	Inspected int
	// InspectErr says why Secrets cannot be read.
	InspectErr error
}

// Vulnerabilities gives what Lines holds.
func (s *Scans) Vulnerabilities(_ context.Context, scan model.Ref) ([]model.Vulnerability, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	list, ok := s.Lines[scan]
	if !ok {
		return nil, model.ErrNoVulnerabilities
	}
	return slices.Clone(list), nil
}

// Scanner names the program.
func (s *Scans) Scanner(context.Context) (string, error) {
	if s.Program == "" {
		return "", errors.New("neither trivy nor grype is in PATH")
	}
	return s.Program, nil
}

// Scan notes the targets, and tells of each as done.
func (s *Scans) Scan(_ context.Context, images []model.ScanTarget, progress func(model.ScanProgress)) error {
	s.mutex.Lock()
	s.Scanned = append(s.Scanned, images...)
	s.mutex.Unlock()
	for i, t := range images {
		progress(model.ScanProgress{Target: t, Done: i + 1, All: len(images), Err: s.ScanErr[t.Reference]})
	}
	return nil
}

// Inspectable gives InspectErr.
func (s *Scans) Inspectable() error { return s.InspectErr }

// InspectSecrets counts.
func (s *Scans) InspectSecrets(_ context.Context, progress func(done, all int)) error {
	s.mutex.Lock()
	s.Inspected++
	s.mutex.Unlock()
	progress(1, 1)
	return nil
}

// Sweep notes what was looked through.
func (s *Scans) Sweep(_ context.Context, what model.SweepOptions) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.Swept = append(s.Swept, what)
	return nil
}

// lines are the vulnerabilities in the report of the small cluster.
func lines() map[model.Ref][]model.Vulnerability {
	report := model.Ref{Group: model.GroupTrivy, Version: "v1alpha1", Kind: "VulnerabilityReport", Namespace: "shop", Name: "replicaset-web-7d9f-web"}
	return map[model.Ref][]model.Vulnerability{report: {
		{ID: "CVE-2026-1002", Severity: model.Critical, Package: "openssl", Installed: "3.5.1", Fixed: "3.5.2", Title: "Heap overflow in the handling of certificates", URL: "https://avd.example/CVE-2026-1002", Score: 9.8},
		{ID: "CVE-2026-1003", Severity: model.High, Package: "curl", Installed: "8.1", Fixed: "8.2", VEX: "not_affected", VEXReason: "the code is never called"},
		{ID: "CVE-2026-1004", Severity: model.Medium, Package: "bash", Installed: "5.3"},
	}}
}
