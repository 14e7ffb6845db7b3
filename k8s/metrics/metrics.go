// Package metrics asks a cluster what its nodes and pods use. The API for that, metrics.k8s.io, can be listed and not watched, so it is
// asked again and again, gently.
package metrics

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
)

// Interval is how long it waits between two rounds; metrics-server itself measures every 15 seconds and keeps one minute's average.
const Interval = 30 * time.Second

// Keep is how many samples are kept of each container and node.
const Keep = 60

const (
	// longest is how long it waits at most for an API that is not there, does not answer or refuses.
	longest = 5 * time.Minute
	// patience bounds one request. What takes longer is taken for no answer.
	patience = 30 * time.Second
	// share is how many times as long as a round took it waits at least, so that asking costs a server a tenth of its time at the most.
	share = 10
	// again is after how many rounds that went by namespaces all pods are asked for once more.
	again = 10
)

// Meter asks one cluster.
type Meter struct {
	Config *rest.Config
	Clock  model.Clock
	// Every is the time between two rounds; zero is Interval.
	Every time.Duration
	// Namespaces are asked one by one where this user may not list the metrics of all pods.
	Namespaces []string
	// Version is told to the server as that of canopy; "" tells none.
	Version string
}

var _ model.Meter = (*Meter)(nil)

// Measure asks until the context ends: at once, and then every Every and a little. While the API is absent, unavailable or forbidden
// it waits twice as long each time, up to five minutes. What was measured stays meanwhile.
func (m *Meter) Measure(ctx context.Context, news func(*model.Usage)) {
	client, err := newClient(m.Config, m.Version, m.Clock.Now)
	if err != nil {
		news(&model.Usage{State: model.UsageUnavailable, Reason: "there is no connection to ask for metrics: " + err.Error()})
		return
	}
	t := &turn{meter: m, client: client}
	for round := 0; ; round++ {
		begun := m.Clock.Now()
		t.take(ctx, begun)
		if ctx.Err() != nil {
			return
		}
		ended := m.Clock.Now()
		next := t.plan(ended, ended.Sub(begun), round)
		news(t.usage(next))
		select {
		case <-ctx.Done():
			return
		case <-m.Clock.After(next.Sub(ended)):
		}
	}
}

// every is the time between two rounds.
func (m *Meter) every() time.Duration {
	if m.Every > 0 {
		return m.Every
	}
	return Interval
}

// jitter is up to a tenth of the time between two rounds. It follows from the server and the number of the round, so that many who look
// at many clusters do not ask at one moment, and a run can be repeated.
func (m *Meter) jitter(round int) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(m.Config.Host + "/" + strconv.Itoa(round)))
	return time.Duration(h.Sum64()%1000) * m.every() / 10_000
}
