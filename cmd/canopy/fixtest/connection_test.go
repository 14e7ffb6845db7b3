package fixtest

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"canopy/k8s/labtest"
	"canopy/model"
)

// breaking is a connection that breaks once a write has been sent.
type breaking struct {
	http.RoundTripper
	// writes counts down to the write whose answer is lost.
	writes, broken atomic.Int64
}

var errBroken = errors.New("connection reset by peer")

func (b *breaking) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.broken.Load() > 0 {
		return nil, errBroken
	}
	real := r.Method != http.MethodGet && !strings.Contains(r.URL.RawQuery, "dryRun") && !strings.Contains(r.URL.Path, "reviews")
	answer, err := b.RoundTripper.RoundTrip(r)
	if real && b.writes.Add(-1) == 0 {
		b.broken.Store(1)
		if err == nil {
			answer.Body.Close()
		}
		return nil, errBroken
	}
	return answer, err
}

// answerLost breaks the connection after the server has done the second step and before it says so.
func (s *stage) answerLost(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	config, line := s.lab.Config(labtest.Admin), &breaking{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		line.RoundTripper = next
		return line
	})
	line.writes.Store(2)
	trial := c.trialOf()
	applied, err := s.writerBy(t, config).Apply(t.Context(), c.fix.Plan, trial, nil)
	failed(t, &applied, err, 1, model.CauseLost)
	if len(applied.Undo.Steps) != 2 || !applied.Undo.Steps[0].IfDone {
		t.Errorf("the undo does not cover the step that may have been done: %+v", applied.Undo.Steps)
	}
	if s.get(t, c.fix.Plan.Steps[1].Ref) == nil {
		t.Error("the server has not done the step: the test is wrong")
	}
	c.restore(&applied)
}

// serverStopped stops the API server half-way through a plan.
func (s *stage) serverStopped(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	trial := c.trialOf()
	if len(trial.Steps) < 3 {
		t.Fatalf("%d steps are too few", len(trial.Steps))
	}
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, trial, func(k model.Check) {
		if k.Step == 1 && k.Undo == nil && k.Outcome <= model.Warned {
			s.lab.StopAPIServer()
		}
	})
	s.lab.StartAPIServer()
	failed(t, &applied, err, 2, model.CauseLost)
	c.restore(&applied)
}
