package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// settle waits until the source has been read, or time is up, and gives what was found by then. That nothing could be read
// is an error.
func (r *run) settle(ctx context.Context, s *session) (*model.Report, error) {
	wait, cancel := context.WithTimeout(ctx, r.connect.SyncTimeout)
	defer cancel()
	stop := r.progress(wait, s)
	defer stop()
	type answer struct {
		report *model.Report
		err    error
	}
	settled := make(chan answer, 1)
	go func() {
		report, err := s.engine.Settle(wait)
		settled <- answer{report, err}
	}()
	select {
	case <-s.failed:
		return nil, fmt.Errorf("%s: %w", s.source.Name, s.failure)
	case a := <-settled:
		if why := s.why(); why != nil {
			return nil, fmt.Errorf("%s: %w", s.source.Name, why)
		}
		late := errors.Is(a.err, context.DeadlineExceeded)
		switch {
		case ctx.Err() != nil:
			return nil, errInterrupted
		case a.err != nil && !late:
			return nil, a.err
		}
		if reason, unread := output.Unread(a.report); unread {
			return nil, fmt.Errorf("%s: nothing could be read: %s", s.source.Name, reason)
		}
		if late {
			r.warn(fmt.Sprintf("canopy: not everything was read in %s: raise --sync-timeout; coverage names what is missing", r.connect.SyncTimeout))
		}
		return a.report, nil
	}
}

// whole gives the session of a command that prints in one of the common formats, with the source read to the end. Where it gives an error
// there is nothing to close.
func (r *run) whole(ctx context.Context, format string) (*session, *model.Report, error) {
	if _, err := output.Parse(format, output.Common()); err != nil {
		return nil, nil, err
	}
	return r.toTheEnd(ctx)
}

// toTheEnd is whole for a command with formats of its own.
func (r *run) toTheEnd(ctx context.Context) (*session, *model.Report, error) {
	s, err := r.open(ctx, false)
	if err != nil {
		return nil, nil, err
	}
	report, err := r.settle(ctx, s)
	if err == nil {
		err = r.void(ctx, s, report)
	}
	if err != nil {
		s.close()
		return nil, nil, err
	}
	return s, report, nil
}

// report reads the source to the end and gives what is shown of it.
func (r *run) report(ctx context.Context, s *session, sel output.Selection) (*output.Report, error) {
	found, err := r.settle(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := r.void(ctx, s, found); err != nil {
		return nil, err
	}
	return output.NewReport(found, s.rules, release, s.source.Locator(), sel), nil
}

// void tells of the namespaces in which nothing was read: most often a name is mistyped. It is a failure where that holds of
// all of them and there are surely no such namespaces: nothing found in nothing would read as clean.
func (r *run) void(ctx context.Context, s *session, report *model.Report) error {
	shown := r.connect.Shown()
	if len(shown) == 0 {
		return nil
	}
	there := map[string]bool{}
	if err := s.read(ctx, func(c *cluster.Cluster) {
		for _, kind := range c.Kinds() {
			for record := range c.All(kind) {
				there[record.GetNamespace()] = true
				if kind.Group == "" && kind.Kind == "Namespace" {
					there[record.GetName()] = true
				}
			}
		}
	}); err != nil {
		return err
	}
	if !slices.ContainsFunc(shown, func(namespace string) bool { return there[namespace] }) && sawNamespaces(report) {
		return fmt.Errorf("%s: nothing to read: there is no namespace %s", s.source.Name, quotedList(shown))
	}
	for _, namespace := range shown {
		if !there[namespace] {
			r.warn(fmt.Sprintf("canopy: nothing was read in namespace %q: is the name right?", namespace))
		}
	}
	return nil
}

// sawNamespaces tells that all Namespace objects were read.
func sawNamespaces(report *model.Report) bool {
	return slices.ContainsFunc(report.Coverage, func(c model.Coverage) bool {
		return c.Kind.Kind == "Namespace" && c.Kind.Group == "" && c.Namespace == "" && c.State == model.Complete
	})
}

func quotedList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = strconv.Quote(n)
	}
	return strings.Join(quoted, " and no ")
}
