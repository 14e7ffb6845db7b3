package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"canopy/analysis/image/report"
	"canopy/model"
	"canopy/model/record"
)

// Store knows where the lines of every scan are that was imported, cached or made. It holds records and places, and lines only of scans
// that no file holds.
type Store struct {
	clock model.Clock
	// cache is the folder of scans on demand; "" where nothing is kept.
	cache string

	mutex      sync.Mutex
	held       map[model.Ref]held
	statements []report.Statement
}

// held is a scan that the store knows.
type held struct {
	scan *record.Scan
	// file holds the lines: a report that was imported, or an entry of the cache where entry is set.
	file  place
	entry bool
	lines []model.Vulnerability
}

var errUnknown = errors.New("no such scan is known")

// NewStore gives an empty store. The cache is the folder of scans on demand, as CacheFolder names it; with "" none is kept.
func NewStore(cache string, clock model.Clock) *Store {
	return &Store{clock: clock, cache: cache, held: map[model.Ref]held{}}
}

// Vulnerabilities reads the lines of a scan anew, with what statements say of them.
func (s *Store) Vulnerabilities(ctx context.Context, scan model.Ref) ([]model.Vulnerability, error) {
	s.mutex.Lock()
	h, ok := s.held[scan]
	statements := s.statements
	s.mutex.Unlock()
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: %w", scan, errUnknown)
	case !h.scan.Listed:
		return nil, model.ErrNoVulnerabilities
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lines := h.lines
	var err error
	switch {
	case h.entry:
		_, lines, err = readEntry(h.file.name)
	case h.file.name != "":
		lines, err = reread(ctx, h.file, h.scan)
	}
	if err != nil {
		return nil, err
	}
	lines, _ = apply(statements, h.scan, lines)
	return lines, nil
}

// reread reads the lines of a scan from the file that it was imported from.
func reread(ctx context.Context, file place, scan *record.Scan) ([]model.Vulnerability, error) {
	data, err := file.read()
	if err != nil {
		return nil, err
	}
	r, err := report.Read(ctx, file.path(), data)
	if ctx.Err() != nil {
		return nil, err
	}
	for i := range r.Scans {
		if found := &r.Scans[i]; found.Name == scan.Name && (found.Scanned == scan.Scanned || scan.Scanned == 0) {
			return found.Vulnerabilities, nil
		}
	}
	return nil, fmt.Errorf("%s: the file no longer holds this scan", file.path())
}

// keep notes a scan. Where one of its name is known that is newer, that stays. It gives the record of the one that is known now.
func (s *Store) keep(h held) *record.Scan {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	ref := h.scan.Ref()
	if old, ok := s.held[ref]; ok && old.scan.Scanned > h.scan.Scanned {
		return old.scan
	}
	s.held[ref] = h
	return h.scan
}

// forget takes a scan out, and tells whether it was known.
func (s *Store) forget(ref model.Ref) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, ok := s.held[ref]
	delete(s.held, ref)
	return ok
}

// counted gives the record of a scan with its counts as statements leave them.
func (s *Store) counted(scan *record.Scan, lines []model.Vulnerability) *record.Scan {
	s.mutex.Lock()
	statements := s.statements
	s.mutex.Unlock()
	if len(statements) == 0 || !scan.Listed || scan.Counts == nil {
		return scan
	}
	c := scan.DeepCopyObject().(*record.Scan)
	judged, by := apply(statements, scan, lines)
	c.Counts, c.Excluded = report.Count(judged), report.CountExcluded(judged)
	switch c.ExcludedBy = strings.Join(by, ", "); {
	case c.Excluded != nil && c.ExcludedBy == "":
		c.ExcludedBy = scan.ExcludedBy
	case c.Excluded == nil:
		c.ExcludedBy = ""
	}
	return c
}

func apply(statements []report.Statement, scan *record.Scan, lines []model.Vulnerability) (judged []model.Vulnerability, by []string) {
	var digests []string
	for _, d := range scan.Digests {
		digests = append(digests, d.Digest)
	}
	return report.Judge(statements, digests, []string{scan.Image}, slices.Clip(lines))
}
