package live

import "context"

// enter waits until a list may start.
func (l *listWatch) enter(ctx context.Context) error {
	if err := l.serve(ctx); err != nil {
		return err
	}
	if l.held.holds() {
		return nil
	}
	select {
	case l.slots <- struct{}{}:
		l.held = &slot{slots: l.slots}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve sits out the pause that a denial has earned.
func (l *listWatch) serve(ctx context.Context) error {
	if l.penalty > 0 {
		l.held.drop()
		if !sleep(ctx, l.penalty, nil) {
			return ctx.Err()
		}
		l.penalty = 0
	}
	return ctx.Err()
}

// retry tells of an error and, where another attempt may help, waits for the moment to make it. With patience it also
// waits where rights or the kind are missing, since those may come; else the pause is left to the next list.
func (l *listWatch) retry(ctx context.Context, err error, patience bool) bool {
	if ctx.Err() != nil {
		return false
	}
	f := faultOf(err)
	if l.doubtful(f) {
		l.doubts++
		f = fault{kind: faultBusy, reason: "not permitted at the moment: " + f.reason}
	}
	if f.kind != faultExpired {
		l.watcher.failed(f)
	}
	if !f.transient() {
		l.link.through()
		if f.kind == faultExpired {
			return false
		}
		pause := l.denied.next(l.pace.Denied)
		if patience {
			return sleep(ctx, pause, nil)
		}
		l.penalty = pause
		return false
	}
	pause := l.pace.Broken
	if f.kind == faultLogin {
		pause = l.pace.Login
	}
	var early <-chan struct{}
	if f.kind != faultBusy {
		early = l.link.lost()
	}
	return sleep(ctx, max(l.again.next(pause), f.wait), early)
}

// doubtful tells that a denial is not to be believed yet.
func (l *listWatch) doubtful(f fault) bool {
	return f.kind == faultDenied && l.trusted && l.doubts < maxDoubts
}

// well notes that a watch stands, so that the next pause is short again.
func (l *listWatch) well() {
	l.link.through()
	l.again.reset()
	l.denied.reset()
	l.trusted, l.doubts = true, 0
}
