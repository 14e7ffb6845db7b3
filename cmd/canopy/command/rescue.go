package command

import (
	"context"
	"runtime/debug"
	"sync/atomic"

	"canopy/cmd/canopy/connect"
	"canopy/ui"
)

// rescue is deferred at the beginning of a goroutine. A panic would end the process and leave the terminal as the screen had it:
// in its place the panic is handed over with the stack.
func rescue(to func(*ui.PanicError)) {
	if cause := recover(); cause != nil {
		to(&ui.PanicError{Cause: cause, Stack: debug.Stack()})
	}
}

// alarm ends a dashboard with the first panic of what works behind the screen. A session that is being left, or that the
// screen does not know of yet, rings it as well.
type alarm struct {
	first atomic.Pointer[ui.PanicError]
	leave context.CancelFunc
}

// ring notes a panic and makes the screen end. On nil, which is where there is no screen, it does nothing.
func (a *alarm) ring(p *ui.PanicError) {
	if a == nil {
		return
	}
	a.first.CompareAndSwap(nil, p)
	a.leave()
}

// failure gives the first panic; nil where there was none.
func (a *alarm) failure() error {
	if p := a.first.Load(); p != nil {
		return p
	}
	return nil
}

// guarded sets the alarm of a dashboard. The context that it gives ends when that rings; the function ends the guard, once
// the dashboard is over.
func (r *run) guarded(ctx context.Context) (context.Context, func()) {
	ctx, leave := context.WithCancel(ctx)
	r.alarm = &alarm{leave: leave}
	restore := connect.OnPanic(func(cause any, stack []byte) { r.alarm.ring(&ui.PanicError{Cause: cause, Stack: stack}) })
	return ctx, func() {
		leave()
		restore()
	}
}
