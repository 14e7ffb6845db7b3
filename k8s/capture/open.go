package capture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// errNothing is wrapped by the error of Open where no object and no list was found.
var errNothing = errors.New("nothing could be read")

// Open reads captures: files, directories, archives, and standard input as "-". All are one cluster. It gives an error only
// where nothing could be read or the context ended; whatever else is wrong is in Problems.
func Open(ctx context.Context, paths []string, options Options) (*Source, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w: no path was given", errNothing)
	}
	limits := options.Limits.withDefaults()
	log := options.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	d := &decoder{packer: newPacker(), limits: limits, maker: record.Maker{Inspector: options.Inspector}}
	q := newQueue(ctx, d)
	r := &reader{ctx: ctx, options: &options, limits: &limits, queue: q, sums: map[string]string{},
		manifests: map[string]*Manifest{}, marked: map[string]bool{}}
	go func() {
		defer q.close()
		for _, name := range paths {
			log.Debug("reading", "path", name)
			if err := r.path(name); err != nil {
				q.note(Problem{File: name, Message: plainError(err), Skipped: true})
			}
		}
	}()
	c := newCollector(d)
	q.collect(c.take)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for container, m := range r.manifests {
		c.problems.add(m.check(container, r.sums)...)
	}
	for container := range r.marked {
		if r.manifests[container] == nil {
			c.problems.add(Problem{File: container, Message: "the capture ends before its manifest: it was cut off", Skipped: true})
		}
	}
	if len(c.objects) == 0 && c.lists == 0 && len(r.manifests) == 0 && c.events.seen == 0 {
		if list := c.problems.all(); len(list) > 0 {
			return nil, fmt.Errorf("%w: %s", errNothing, list[0])
		}
		return nil, fmt.Errorf("%w: no objects in %s", errNothing, strings.Join(paths, ", "))
	}
	c.settle()
	s := c.source(model.SourceInfo{Type: "capture", Name: strings.Join(paths, ", ")})
	for _, m := range r.manifests {
		s.info.Server, s.withheld = m.Server, true
	}
	s.coverage = c.coverage(&options, r)
	log.Debug("read", "objects", len(c.objects), "problems", len(c.problems.list))
	return s, nil
}
