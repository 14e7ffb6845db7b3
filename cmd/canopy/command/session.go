package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// session is a source that feeds an engine.
type session struct {
	source *connect.Opened
	engine *engine.Engine
	rules  []*model.Rule

	cancel context.CancelFunc
	// failed is closed when the source has given up; failure then says why.
	failed  chan struct{}
	failure error
	// ended is closed when both are at rest.
	ended chan struct{}
}

// open opens the source that the flags name and starts to read it. Patient tells that a server that does not answer is
// waited for.
func (r *run) open(ctx context.Context, patient bool) (*session, error) {
	clock, err := r.connect.Clock()
	if err != nil {
		return nil, err
	}
	rules, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	source, err := r.connect.Open(ctx, connect.Environment{
		Stdin: r.streams.In, Log: r.streams.Logs.Logger(), Version: release, Warn: r.warn, Wait: patient,
	})
	if err != nil {
		return nil, err
	}
	return begin(ctx, source, clock, rules), nil
}

// begin starts the engine and the source. The caller ends both with close.
func begin(ctx context.Context, source *connect.Opened, clock model.Clock, rules catalogue.Set) *session {
	ctx, cancel := context.WithCancel(ctx)
	s := &session{
		source: source, engine: engine.New(engine.Options{Clock: clock, Rules: rules}), rules: rules.Sorted(),
		cancel: cancel, failed: make(chan struct{}), ended: make(chan struct{}),
	}
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		// The engine ends with its context and by nothing else.
		_ = s.engine.Run(ctx)
	}()
	go func() {
		defer close(s.ended)
		if err := source.Run(ctx, s.engine); err != nil && ctx.Err() == nil {
			s.failure = err
			close(s.failed)
		}
		<-idle
	}()
	return s
}

// close ends the reading and waits for it.
func (s *session) close() {
	s.cancel()
	<-s.ended
}

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

// report reads the source to the end and gives what is shown of it.
func (r *run) report(ctx context.Context, s *session, sel output.Selection) (*output.Report, error) {
	found, err := r.settle(ctx, s)
	if err != nil {
		return nil, err
	}
	return output.NewReport(found, s.rules, release, s.source.Locator(), sel), nil
}

// warnOfVoid warns of a namespace in which nothing was read: most often its name is mistyped.
func (r *run) warnOfVoid(ctx context.Context, s *session) {
	shown := r.connect.Shown()
	if len(shown) == 0 {
		return
	}
	there := map[string]bool{}
	// The engine ends before the session only with the context, and then nobody waits for a warning.
	if s.engine.Read(ctx, func(c *cluster.Cluster) {
		for _, kind := range c.Kinds() {
			for record := range c.All(kind) {
				there[record.GetNamespace()] = true
				if kind.Group == "" && kind.Kind == "Namespace" {
					there[record.GetName()] = true
				}
			}
		}
	}) != nil {
		return
	}
	for _, namespace := range shown {
		if !there[namespace] {
			r.warn(fmt.Sprintf("canopy: nothing was read in namespace %q: is the name right?", namespace))
		}
	}
}

// ruleIDs checks the values of --rule, which may be given as lists, against the catalogue; nil is all rules.
func ruleIDs(values []string) ([]string, error) {
	set, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	var ids []string
	rules := set.Sorted()
	for _, value := range values {
		for id := range strings.SplitSeq(value, ",") {
			i := slices.IndexFunc(rules, func(r *model.Rule) bool { return strings.EqualFold(r.ID, strings.TrimSpace(id)) })
			if i < 0 {
				return nil, fmt.Errorf("--rule %q: no such rule; canopy rules lists them", id)
			}
			ids = append(ids, rules[i].ID)
		}
	}
	return ids, nil
}
