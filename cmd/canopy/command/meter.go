package command

import (
	"context"
	"sync"

	"canopy/model"
	"canopy/ui"
)

// metering measures what nodes and pods use, from when somebody first asks for it.
type metering struct {
	// of measures; nil where nothing can, and reason then says why.
	of     model.Meter
	reason string

	mutex       sync.Mutex
	begun       bool
	latest      *model.Usage
	subscribers map[chan struct{}]struct{}
}

func newMetering(of model.Meter, reason string) *metering {
	m := &metering{of: of, reason: reason, latest: &model.Usage{State: model.UsageLoading}, subscribers: map[chan struct{}]struct{}{}}
	if of == nil {
		m.latest = &model.Usage{State: model.UsageAbsent, Reason: reason}
	}
	return m
}

// begin measures until the context ends, if nobody has begun. A panic is handed on.
func (m *metering) begin(ctx context.Context, broke func(*ui.PanicError)) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.begun || m.of == nil {
		return
	}
	m.begun = true
	go func() {
		defer rescue(broke)
		m.of.Measure(ctx, m.take)
	}()
}

func (m *metering) take(u *model.Usage) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.latest = u
	for ch := range m.subscribers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (m *metering) usage() *model.Usage {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.latest
}

func (m *metering) subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1)
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.subscribers[ch] = struct{}{}
	return ch, func() {
		m.mutex.Lock()
		defer m.mutex.Unlock()
		delete(m.subscribers, ch)
	}
}
