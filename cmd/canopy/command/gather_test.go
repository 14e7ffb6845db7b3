package command

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// partly gives a source that says of what permissions rest on the state given, and never gets to the end of pods.
func partly(state model.CoverState, server string) scripted {
	return func(ctx context.Context, sink model.Sink) error {
		sink.Identify(model.SourceInfo{Type: "live", Name: "first", Server: server})
		sink.Cover(model.Coverage{Kind: model.KindByName("Pod").GroupKind(), State: model.Loading, Reason: "loading"})
		for _, gk := range accessKinds() {
			sink.Cover(model.Coverage{Kind: gk, State: state, Reason: string(state)})
		}
		<-ctx.Done()
		return nil
	}
}

// TestGather: permissions are answered before all else is read, but never before what they rest on.
func TestGather(t *testing.T) {
	for _, c := range []struct {
		state  model.CoverState
		server string
		wait   time.Duration
		late   bool
		want   model.Verdict
	}{
		{model.Complete, "v1.37.2", time.Minute, false, model.No},
		{model.Complete, "v1.37.1-eks-12", time.Minute, false, model.Unknown},
		{model.Loading, "v1.37.2", 300 * time.Millisecond, true, model.Unknown},
		{model.Denied, "v1.37.2", 300 * time.Millisecond, true, model.Unknown},
	} {
		var told bytes.Buffer
		r := &run{streams: Streams{Logs: NewLogs(), Err: &told}}
		r.connect.SyncTimeout = c.wait
		s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, partly(c.state, c.server))
		s.source.Live = true
		start := time.Now()
		err := r.gather(t.Context(), s)
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%v: took %s", c, took)
		}
		if err != nil || c.late != strings.Contains(told.String(), "raise --sync-timeout") {
			t.Errorf("%v: %v, told %q", c, err, told.String())
		}
		var a rbac.Answer
		if err := s.access(t.Context(), func(cl *cluster.Cluster, access *rbac.Analyser, server string) {
			user := rbac.UserOf(model.Subject{Kind: model.UserSubject, Name: "bob"})
			a = access.Can(cl, user, rbac.Attributes{Verb: "get", Resource: "pods"}, rbac.ProviderOf(cl, server))
		}); err != nil || a.Verdict != c.want {
			t.Errorf("%v: %v, %v", c, a, err)
		}
		s.close()
	}
}

// TestGatherEnds: neither an interrupt nor a source that gives up is waited out.
func TestGatherEnds(t *testing.T) {
	r := &run{streams: Streams{Logs: NewLogs(), Err: &bytes.Buffer{}}}
	r.connect.SyncTimeout = time.Minute
	for name, source := range map[string]scripted{
		"interrupt": partly(model.Loading, ""),
		"failure":   func(context.Context, model.Sink) error { return context.DeadlineExceeded },
	} {
		s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, source)
		s.source.Live = true
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		if name == "failure" {
			cancel()
			ctx, cancel = context.WithCancel(t.Context())
		}
		if err := r.gather(ctx, s); err == nil {
			t.Errorf("%s: no error", name)
		}
		cancel()
		s.close()
	}
}
