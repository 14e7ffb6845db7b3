package scanner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"canopy/analysis/image/report"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/text"
)

// ErrOther tells that what was scanned is not, or not provably, the image that runs.
var ErrOther = errors.New("the scanner has looked at an image of other digests than the one that runs")

// Scan scans images, a few at once. What it finds goes to the sink as records of the kind ImageScan: results, and failures with their
// reason. Progress is called when a target is begun and when it is done, never twice at once. Scan ends with the context, and returns its
// error; that some targets have failed is no error of Scan.
func (s *Scanner) Scan(ctx context.Context, targets []model.ScanTarget, progress func(model.ScanProgress), sink model.Sink) error {
	if progress == nil {
		progress = func(model.ScanProgress) {}
	}
	r := &round{scanner: s, sink: sink, progress: progress, all: len(targets)}
	r.data = s.database(ctx)
	var rest []model.ScanTarget
	for _, t := range targets {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if scan := s.hit(t, r.data); scan != nil {
			r.put(t, scan)
			r.finish(t, nil, true)
			continue
		}
		rest = append(rest, t)
	}
	if len(rest) > 0 {
		// The first goes alone: it is the one that fetches new data, and two that do hinder each other.
		r.one(ctx, rest[0], true)
		r.several(ctx, rest[1:])
	}
	return ctx.Err()
}

// round is one call of Scan.
type round struct {
	scanner  *Scanner
	sink     model.Sink
	progress func(model.ScanProgress)
	// data is the date of the data.
	data int64

	mutex     sync.Mutex
	done, all int
	running   []string
}

func (r *round) several(ctx context.Context, targets []model.ScanTarget) {
	queue := make(chan model.ScanTarget)
	var workers sync.WaitGroup
	for range min(r.scanner.workers(), len(targets)) {
		workers.Go(func() {
			for t := range queue {
				r.one(ctx, t, false)
			}
		})
	}
	for _, t := range targets {
		select {
		case queue <- t:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(queue)
	workers.Wait()
}

// begin and finish tell how it goes.
func (r *round) begin(t model.ScanTarget) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.running = append(r.running, t.Reference)
	r.progress(model.ScanProgress{Target: t, Done: r.done, All: r.all, Running: slices.Clone(r.running)})
}

func (r *round) finish(t model.ScanTarget, err error, cached bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if i := slices.Index(r.running, t.Reference); i >= 0 {
		r.running = slices.Delete(r.running, i, i+1)
	}
	r.done++
	r.progress(model.ScanProgress{Target: t, Done: r.done, All: r.all, Running: slices.Clone(r.running), Err: err, Cached: cached})
}

// one scans a target and tells what came of it. What was cut off by the end of the context has not failed. The first scan of a round may
// have fetched new data.
func (r *round) one(ctx context.Context, t model.ScanTarget, first bool) {
	if ctx.Err() != nil {
		return
	}
	r.begin(t)
	s := r.scanner
	found, err := s.scan(ctx, t)
	if ctx.Err() != nil {
		return
	}
	if first {
		r.data = s.database(ctx)
	}
	failed := failure(s.name, t)
	if err != nil {
		failed.Version, failed.Scanned, failed.Failed = s.version, s.options.Clock.Now().Unix(), text.Clean(err.Error())
		r.sink.Change(model.Put(s.options.Store.keep(held{scan: failed})))
		r.finish(t, err, false)
		return
	}
	if found.Database == 0 {
		found.Database = r.data
	}
	proven := t.Digest == "" || len(found.Digests) == 0 || slices.ContainsFunc(found.Digests, func(d record.ScanDigest) bool { return d.Digest == t.Digest })
	if !proven {
		err = ErrOther
	}
	r.put(t, s.remember(t, found))
	r.finish(t, err, false)
}

// put gives the sink a result, and takes an earlier failure back.
func (r *round) put(t model.ScanTarget, scan *record.Scan) {
	if ref := failure(r.scanner.name, t).Ref(); r.scanner.options.Store.forget(ref) {
		r.sink.Change(model.Drop(ref))
	}
	r.sink.Change(model.Put(scan))
}

// scan starts the program for one target and reads its answer.
func (s *Scanner) scan(ctx context.Context, t model.ScanTarget) (*report.Scan, error) {
	if err := errors.Join(checkReference(t.Reference), checkPlatform(t.Platform), s.checkHost(t)); err != nil {
		return nil, err
	}
	p := process{path: s.path, arguments: s.arguments(t), env: s.env, timeout: s.options.Timeout, grace: s.options.Grace, output: s.options.MaxOutput}
	output, err := p.run(ctx)
	if err != nil {
		return nil, err
	}
	command := strings.ToLower(filepath.Base(s.path)) + " " + t.Reference
	r, err := report.Read(ctx, command, output)
	switch {
	case err != nil:
		return nil, fmt.Errorf("its answer cannot be read: %w", err)
	case len(r.Scans) != 1:
		return nil, fmt.Errorf("its answer holds %d reports, want one", len(r.Scans))
	}
	found := &r.Scans[0]
	switch {
	case found.Scanner == s.name && found.Failed != "":
		return nil, errors.New(found.Failed)
	case found.Scanner != s.name:
		return nil, errors.New("its answer is no report of its own kind")
	}
	found.Version = s.version
	if found.Platform == "" {
		// It was asked for this one, and says nothing else.
		found.Platform = plainPlatform(t.Platform)
	}
	if now := s.options.Clock.Now(); found.Scanned == 0 || time.Unix(found.Scanned, 0).After(now.Add(skew)) {
		found.Scanned = now.Unix()
	}
	return found, nil
}

// failure is the record of a scan of a target that gave nothing. Its name is the same every time for a platform, and not that of a
// result.
func failure(scanner string, t model.ScanTarget) *record.Scan {
	s := &record.Scan{Source: strings.ToLower(scanner), Scanner: scanner, Image: t.Reference, Platform: plainPlatform(t.Platform), Origin: strings.ToLower(scanner) + " " + t.Reference}
	if t.Digest != "" {
		s.Digests = []record.ScanDigest{{Digest: t.Digest}}
	}
	name := "failed-" + report.ScanName(s)
	if t.Platform != "" && checkPlatform(t.Platform) == nil {
		name += "-" + strings.ReplaceAll(t.Platform, "/", "-")
	}
	s.Meta = record.OwnMeta("ImageScan", "", name)
	return s
}

// plainPlatform is a platform without its variant, as reports tell it.
func plainPlatform(platform string) string {
	parts := strings.SplitN(platform, "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

// remember keeps a result, on disk where it is proven to be of the image that runs, and gives the record.
func (s *Scanner) remember(t model.ScanTarget, found *report.Scan) *record.Scan {
	store := s.options.Store
	k := key{t.Digest, t.Platform, s.name, s.version, found.Database}
	h := held{scan: store.counted(found.Scan, found.Vulnerabilities), lines: found.Vulnerabilities}
	e := entry{Key: k, Scan: kept{Digests: found.Digests}}
	if store.cache != "" && k.usable() && e.proves() {
		// Where nothing can be kept on disk the lines stay in memory.
		if path, err := writeEntry(store.cache, k, found.Scan, found.Vulnerabilities); err == nil {
			h.file, h.entry, h.lines = place{name: path}, true, nil
		}
	}
	return store.keep(h)
}

// hit gives an earlier result of the same image with the same data that is young enough; nil where there is none.
func (s *Scanner) hit(t model.ScanTarget, data int64) *record.Scan {
	k := key{t.Digest, t.Platform, s.name, s.version, data}
	store := s.options.Store
	if store.cache == "" || !k.usable() {
		return nil
	}
	path := filepath.Join(store.cache, k.name())
	e, lines, err := readEntry(path)
	if err != nil || e.Key != k || e.Scan.Filtered || s.options.Clock.Now().Sub(time.Unix(e.Scan.Scanned, 0)) > s.options.MaxAge {
		return nil
	}
	scan := store.counted(e.record(), lines)
	return store.keep(held{scan: scan, file: place{name: path}, entry: true})
}
