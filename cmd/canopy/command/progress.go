package command

import (
	"context"
	"fmt"

	"canopy/model"
)

// progress draws how much was read over one line of standard error, where that is a terminal, until it is stopped.
func (r *run) progress(ctx context.Context, s *session) (stop func()) {
	if !r.streams.Progress {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	news, unsubscribe := s.engine.Subscribe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-news:
				r.tell(eraseLine + progressLine(s.engine.Report()))
			case <-ctx.Done():
				r.tell(eraseLine)
				return
			}
		}
	}()
	return func() {
		unsubscribe()
		cancel()
		<-done
	}
}

// progressLine holds nothing that comes from the cluster but counts.
func progressLine(report *model.Report) string {
	objects, loaded := 0, 0
	for _, n := range report.Objects {
		objects += n
	}
	for i := range report.Coverage {
		if report.Coverage[i].State != model.Loading {
			loaded++
		}
	}
	return fmt.Sprintf("reading: %d of %d kinds, %d objects", loaded, len(report.Coverage), objects)
}
