package command

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/cmd/canopy/output"
	"canopy/model"
)

// slow is a source that says of the kinds about connections that they are in a state, and never gets to the end of one kind.
// It says one thing only of each kind, optional ones first.
type slow struct {
	scripted
	state    model.CoverState
	optional model.CoverState
	late     string
}

// reason is what a server says of the state.
func (s slow) reason() string {
	if s.state == model.Absent {
		return model.NotServed + " by this server"
	}
	return string(s.state)
}

func (s slow) Run(ctx context.Context, sink model.Sink) error {
	sink.Identify(model.SourceInfo{Type: "live", Name: "first"})
	counts := append(flowKinds(), flowHints()...)
	if s.optional != "" {
		sink.Cover(model.Coverage{Kind: model.OptionalKinds()[0].GroupKind(), State: s.optional, Reason: string(s.optional)})
	}
	for _, k := range model.Kinds() {
		switch gk := k.GroupKind(); {
		case k.Kind == s.late:
			sink.Cover(model.Coverage{Kind: gk, State: model.Loading, Reason: "loading"})
		case slices.Contains(counts, gk):
			sink.Cover(model.Coverage{Kind: gk, State: s.state, Reason: s.reason()})
		default:
			sink.Cover(model.Coverage{Kind: gk, State: model.Complete})
		}
	}
	<-ctx.Done()
	return nil
}

// TestGatherFlows: connections are answered before all else is read, but never before what they rest on.
func TestGatherFlows(t *testing.T) {
	for _, c := range []struct {
		source slow
		wait   time.Duration
		late   bool
		unseen string
	}{
		{slow{state: model.Complete, late: "Secret"}, time.Minute, false, ""},
		{slow{state: model.Complete, optional: model.Complete, late: "Secret"}, time.Minute, false, ""},
		{slow{state: model.Complete, optional: model.Denied, late: "Secret"}, time.Minute, false, "AdminNetworkPolicy denied"},
		{slow{state: model.Complete, optional: model.Loading}, 300 * time.Millisecond, true, "AdminNetworkPolicy partial"},
		{slow{state: model.Complete, late: "NetworkPolicy"}, 300 * time.Millisecond, true, "NetworkPolicy partial"},
		{slow{state: model.Complete, late: "ConfigMap"}, 300 * time.Millisecond, true, ""},
		{slow{state: model.Denied}, time.Minute, false, "13 kinds denied: "},
		{slow{state: model.Absent}, time.Minute, false, ""},
	} {
		var told bytes.Buffer
		r := &run{streams: Streams{Logs: NewLogs(), Err: &told}}
		r.connect.SyncTimeout = c.wait
		s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, c.source)
		s.source.Live = true
		err := r.gatherFlows(t.Context(), s)
		if err != nil || c.late != strings.Contains(told.String(), "raise --sync-timeout") {
			t.Errorf("%+v: %v, told %q", c, err, told.String())
		}
		unseen := strings.Join(output.UnseenFlows(s.engine.Report(), flowKinds()), "\n")
		if !strings.Contains(unseen, c.unseen) || (unseen == "") != (c.unseen == "") {
			t.Errorf("%+v: not seen: %s", c, unseen)
		}
		s.close()
	}
}

func TestGatherFlowsEnds(t *testing.T) {
	r := &run{streams: Streams{Logs: NewLogs(), Err: &bytes.Buffer{}}}
	r.connect.SyncTimeout = time.Minute
	s := r.beginScripted(t.Context(), t, "first", model.SystemClock{}, slow{state: model.Loading})
	defer s.close()
	s.source.Live = true
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := r.gatherFlows(ctx, s); err == nil {
		t.Error("no error")
	}
}
