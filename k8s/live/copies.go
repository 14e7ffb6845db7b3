package live

import (
	"context"
	"fmt"
	"strings"

	"canopy/k8s/live/facts"
	"canopy/model"
	"canopy/model/pieces"
)

// copies is an inspector that finds values which have one of some prints. It is asked on demand: the records of ConfigMaps keep no value,
// nor a print of any.
type copies struct {
	printer facts.Printer
	wanted  map[uint64]struct{}
}

// Inspect gives the copies in one value. Each value that was copied counts once.
func (c *copies) Inspect(path, name, value string) (found []model.Exposure) {
	seen := map[uint64]bool{}
	pieces.Of(value, func(piece string) {
		n := c.printer.Print(piece)
		if _, ok := c.wanted[n]; !ok || seen[n] {
			return
		}
		seen[n] = true
		found = append(found, model.Exposure{Rule: pieces.Rule, What: "copy of a value of a Secret", Path: path, Name: name, Length: len(piece), Sure: true, Print: n})
	})
	return found
}

// findCopies looks through ConfigMaps, page by page, and sends where copies stand; those that were found the last time and are no more are
// taken away.
func (s *Source) findCopies(ctx context.Context, c *copies, namespaces []string, sink model.Sink) error {
	w := &sweep{source: s, inspector: c, sink: sink, namespaces: namespaces, progress: func(string, int) {}}
	w.kind(ctx, model.KindByName("ConfigMap"))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if len(w.skipped) > 0 {
		return fmt.Errorf("%w for copies of values: %s", ErrSkipped, strings.Join(w.skipped, "; "))
	}
	return nil
}
