package command

import (
	"context"
	"time"

	"canopy/model"
)

// resettling is how long a command waits for what it has just read to be judged. What was not read in time before, which
// --sync-timeout bounds, is not waited for again.
const resettling = 10 * time.Second

// resettled gives the report with what was read last.
func (s *session) resettled(ctx context.Context) (*model.Report, error) {
	limited, cancel := context.WithTimeout(ctx, resettling)
	defer cancel()
	report, err := s.engine.Settle(limited)
	if err != nil && ctx.Err() == nil {
		return s.engine.Report(), nil
	}
	return report, err
}
