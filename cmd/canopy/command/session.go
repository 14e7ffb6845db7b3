package command

import (
	"context"
	"errors"
	"sync"
	"time"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/ladder"
	"canopy/model"
	"canopy/ui"
)

// session is a source that feeds an engine.
type session struct {
	source *connect.Opened
	engine *engine.Engine
	rules  []*model.Rule
	alarm  *alarm
	// barred says why nothing is written, whatever is confirmed; nil where it is.
	barred error
	// scans knows of images what the cluster does not say.
	scans *scans
	// allowed lists where images may come from; empty is anywhere.
	allowed []string
	// meter measures what nodes and pods use, running until the session ends.
	meter   *metering
	running context.Context
	// climber writes; nil until it is first asked for.
	climber  *ladder.Ladder
	climbing sync.Mutex

	cancel context.CancelFunc
	// caller is the context of whoever began the session.
	caller context.Context
	// failed is closed when the source has given up, or when it or the engine has panicked; failure then says why.
	failed  chan struct{}
	failure error
	once    sync.Once
	// idle ends with the engine: from then on nobody answers questions.
	idle context.Context
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
	name, err := r.connect.Name()
	if err != nil {
		return nil, err
	}
	options, allowed, err := r.judgingOptions(name)
	if err != nil {
		return nil, err
	}
	source, err := r.connect.Open(ctx, connect.Environment{
		Stdin: r.streams.In, Log: r.streams.Logs.Logger(), Version: release, Warn: r.warn, Wait: patient,
	})
	if err != nil {
		return nil, err
	}
	if !r.measures(name) {
		source.Meter = nil
	}
	known, records, problems, err := r.openScans(ctx, clock, source.Live, options.Images.MaxAge)
	if err != nil {
		return nil, err
	}
	known.allow = options.Images.Allow
	for _, p := range problems {
		r.warn(p)
	}
	source.Problems = append(source.Problems, problems...)
	options.Clock, options.Rules = clock, rules
	s := r.begin(ctx, source, options, known, records)
	s.allowed = allowed
	return s, nil
}

// begin starts the engine and the source. Records are what is known besides the source. The caller ends both with close.
func (r *run) begin(ctx context.Context, source *connect.Opened, options engine.Options, known *scans, records []model.Record) *session {
	caller := ctx
	ctx, cancel := context.WithCancel(ctx)
	idle, rest := context.WithCancel(context.Background())
	s := &session{
		source: source, engine: engine.New(options), rules: options.Rules.Sorted(), alarm: r.alarm,
		scans: known, meter: newMetering(source.Meter, notMeasured(source)), running: ctx, cancel: cancel, caller: caller, failed: make(chan struct{}), idle: idle, ended: make(chan struct{}),
	}
	for _, record := range records {
		s.engine.Change(model.Put(record))
	}
	go func() {
		defer rest()
		defer rescue(s.broke)
		// The engine ends with its context and by nothing else.
		_ = s.engine.Run(ctx)
	}()
	go func() {
		defer close(s.ended)
		defer func() { <-idle.Done() }()
		defer rescue(s.broke)
		err := source.Run(ctx, s.engine)
		var broken *ui.PanicError
		switch {
		case errors.As(err, &broken):
			s.broke(broken)
		case err != nil && ctx.Err() == nil:
			s.fail(err)
		}
	}()
	return s
}

// fail ends the session for those who look at it. Only the first failure counts.
func (s *session) fail(err error) {
	s.once.Do(func() {
		s.failure = err
		close(s.failed)
	})
}

// broke ends it with a panic.
func (s *session) broke(p *ui.PanicError) {
	s.fail(p)
	s.alarm.ring(p)
}

// why says why the session has failed; nil where it has not.
func (s *session) why() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

// close ends the reading and waits for it: not for long where the whole run was to end, since what is still being worked out then
// writes nothing, and ends with the process.
func (s *session) close() {
	interrupted := s.caller.Err() != nil
	s.cancel()
	if !interrupted {
		<-s.ended
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-s.ended:
	case <-late.C:
	}
}
