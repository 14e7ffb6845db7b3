package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"canopy/analysis/image/reference"
	"canopy/cmd/canopy/scanner"
	"canopy/model"
)

// scans is what is known of images besides the cluster: reports that were given, and scans on demand.
type scans struct {
	store *scanner.Store
	clock model.Clock
	// maxAge is how old a result may be that an earlier run has left.
	maxAge time.Duration
	// barred says why nothing is scanned; nil where it can be.
	barred error
	// problems says in words what of the reports could not be read; it may quote them.
	problems []string

	// timeout is how long one scan may take, workers how many run at once; zero is what the scanner holds for right.
	timeout time.Duration
	workers int

	// allow is from where images may come.
	allow reference.Allow

	mutex sync.Mutex
	found *scanner.Scanner
	// program is what it was looked for as.
	program string
}

var errDemoScan = errors.New("the images of the demo exist in no registry")

// newScans makes what knows of scans. Without a cache those on demand are forgotten with the program.
func newScans(cache string, clock model.Clock, maxAge time.Duration) *scans {
	return &scans{store: scanner.NewStore(cache, clock), clock: clock, maxAge: maxAge}
}

// openScans reads the reports that flags name, and for a live cluster what earlier scans on demand have left. What of it could not be
// read is told in words, which may be hostile.
func (r *run) openScans(ctx context.Context, clock model.Clock, live bool, maxAge time.Duration) (s *scans, records []model.Record, problems []string, err error) {
	cache := ""
	if dir := r.paths().Cache; dir != "" && live {
		cache = filepath.Join(dir, "scans")
	}
	s = newScans(cache, clock, maxAge)
	if len(r.judge.reports) > 0 {
		if records, problems, err = s.store.Import(ctx, r.judge.reports); err != nil {
			return nil, nil, nil, fmt.Errorf("--reports: %w", err)
		}
	}
	earlier, err := s.store.LoadCache(ctx)
	if err != nil {
		problems = append(problems, "scans of earlier runs: "+err.Error())
	}
	s.problems = problems
	return s, append(records, earlier...), problems, nil
}

// limit says how long one scan may take and how many run at once, before a scanner is looked for; zero is what the scanner holds for right.
func (s *scans) limit(timeout time.Duration, workers int) { s.timeout, s.workers = timeout, workers }

// find looks for a scanner, once for each program that is asked for, and names it.
func (s *scans) find(ctx context.Context, program string) (string, error) {
	found, err := s.scanner(ctx, program)
	if err != nil {
		return "", err
	}
	return found.Name(), nil
}

func (s *scans) scanner(ctx context.Context, program string) (*scanner.Scanner, error) {
	if s.barred != nil {
		return nil, s.barred
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.found != nil && (program == "" || program == s.program) {
		return s.found, nil
	}
	found, err := scanner.Find(ctx, scanner.Options{Program: program, Timeout: s.timeout, Workers: s.workers, MaxAge: s.maxAge, Allow: s.allow, Clock: s.clock, Store: s.store})
	if err != nil {
		return nil, err
	}
	s.found, s.program = found, program
	return found, nil
}

// scan scans with the scanner that was found last.
func (s *scans) scan(ctx context.Context, targets []model.ScanTarget, sink model.Sink, progress func(model.ScanProgress)) error {
	found, err := s.scanner(ctx, "")
	if err != nil {
		return err
	}
	return found.Scan(ctx, targets, progress, sink)
}

// vulnerabilities reads the lines of a scan anew.
func (s *scans) vulnerabilities(ctx context.Context, scan model.Ref) ([]model.Vulnerability, error) {
	return s.store.Vulnerabilities(ctx, scan)
}
