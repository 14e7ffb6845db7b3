package engine

import (
	"context"

	"canopy/analysis/rbac"
	"canopy/model/cluster"
)

// Read calls f with the cluster, on the writer: f must not keep the cluster, nor change it.
func (e *Engine) Read(ctx context.Context, f func(*cluster.Cluster)) error {
	return e.do(ctx, func() { f(e.cluster) })
}

// Ask calls f with the cluster and what RBAC grants in it, on the writer, with the version of the server: f must keep
// neither, nor change them.
func (e *Engine) Ask(ctx context.Context, f func(c *cluster.Cluster, access *rbac.Analyser, server string)) error {
	return e.do(ctx, func() { f(e.cluster, e.access, e.source.Server) })
}

// do runs f on the writer and waits for it.
func (e *Engine) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case e.calls <- func() { defer close(done); f() }:
		<-done
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leaving tells that the writer is to end. It is asked between the analysers, and every few changes.
func (e *Engine) leaving() bool {
	select {
	case <-e.over:
		return true
	default:
		return false
	}
}
