package command

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// partly is a source that says of what permissions rest on the state it has, and never gets to the end of pods. It says one
// thing only of each kind: a report in between would show another state.
type partly struct {
	scripted
	state  model.CoverState
	server string
}

func (p partly) Run(ctx context.Context, sink model.Sink) error {
	sink.Identify(model.SourceInfo{Type: "live", Name: "first", Server: p.server})
	pods, counts := model.KindByName("Pod").GroupKind(), accessKinds()
	for _, k := range model.Kinds() {
		switch gk := k.GroupKind(); {
		case gk == pods:
			sink.Cover(model.Coverage{Kind: gk, State: model.Loading, Reason: "loading"})
		case slices.Contains(counts, gk):
			sink.Cover(model.Coverage{Kind: gk, State: p.state, Reason: string(p.state)})
		default:
			sink.Cover(model.Coverage{Kind: gk, State: model.Complete})
		}
	}
	<-ctx.Done()
	return nil
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
		s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, partly{state: c.state, server: c.server})
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
	for name, source := range map[string]model.Source{
		"interrupt": partly{state: model.Loading},
		"failure":   scripted(func(context.Context, model.Sink) error { return context.DeadlineExceeded }),
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
