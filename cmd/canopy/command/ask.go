package command

import (
	"context"

	"canopy/analysis/engine"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/model/cluster"
)

// ask puts a question to the engine, which answers on the writer. Answered tells whether the answer came: not where the
// writer has panicked with it.
func (s *session) ask(ctx context.Context, question func(context.Context) error, answered func() bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.idle, cancel)()
	err := question(ctx)
	if err == nil && !answered() {
		<-s.idle.Done()
	}
	if s.idle.Err() != nil && !answered() {
		if why := s.why(); why != nil {
			return why
		}
	}
	return err
}

// read calls f with the cluster, on the writer.
func (s *session) read(ctx context.Context, f func(*cluster.Cluster)) error {
	done := false
	return s.ask(ctx,
		func(ctx context.Context) error {
			return s.engine.Read(ctx, func(c *cluster.Cluster) { f(c); done = true })
		},
		func() bool { return done })
}

// access calls f with the cluster and what RBAC grants in it, and with the version of the server, on the writer.
func (s *session) access(ctx context.Context, f func(c *cluster.Cluster, access *rbac.Analyser, server string)) error {
	done := false
	return s.ask(ctx,
		func(ctx context.Context) error {
			return s.engine.Ask(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) { f(c, access, server); done = true })
		},
		func() bool { return done })
}

// remedy makes the patches, on the writer, since they go by what the cluster holds.
func (s *session) remedy(ctx context.Context, findings []*model.Finding) (*remedy.Fix, error) {
	var fix *remedy.Fix
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, server string) {
		fix, failure = remedy.Make(c, remedy.Options{Server: server, Tables: s.engine.Tables()}, findings)
	}); err != nil {
		return nil, err
	}
	return fix, failure
}

// sever makes the documents of a cut, on the writer; the findings on its object are those of a report.
func (s *session) sever(ctx context.Context, report *model.Report, rules []*model.Rule, cut model.Cut) (*remedy.Fix, error) {
	var fix *remedy.Fix
	var failure error
	if err := s.access(ctx, func(c *cluster.Cluster, access *rbac.Analyser, server string) {
		fix, failure = remedy.Sever(c, access, remedy.Options{Server: server, Tables: s.engine.Tables()}, rules, report.Findings, cut)
	}); err != nil {
		return nil, err
	}
	return fix, failure
}

// whatIf says what a plan would change.
func (s *session) whatIf(ctx context.Context, plan model.Plan) (*engine.Preview, error) {
	var p *engine.Preview
	err := s.ask(ctx,
		func(ctx context.Context) (err error) { p, err = s.engine.WhatIf(ctx, plan); return err },
		func() bool { return p != nil })
	if err != nil {
		return nil, err
	}
	return p, nil
}
