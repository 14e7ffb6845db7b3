package viewtest

import (
	"context"
	"errors"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// Server is the side of a session that can be written to, as a test sets it. Its fields are set before anything is asked.
type Server struct {
	// Locked says why nothing can be written; nil where it can be.
	Locked error
	// Away says why the server cannot be asked at all.
	Away error
	// Faults are what the checks of a rung and a step come to in place of Passed. One of RungApplied stops a plan at its step: with
	// the cause lost the step was done all the same, and with the cause stuck all steps are done and a rollout does not end.
	Faults []model.Check
	// Before and After are called around each check, by the goroutine that makes it: what blocks there holds it up.
	Before, After func(model.Check)

	mu    sync.Mutex
	asked []string
	// Saved holds the plans that ExportUndo was asked for, by path; SaveFault is what it gives.
	Saved     map[string]model.Plan
	SaveFault error
	made      int
}

// Asked lists what the server was asked, in order. What was never asked tells nobody anything.
func (s *Session) Asked() []string {
	s.Server.mu.Lock()
	defer s.Server.mu.Unlock()
	return append([]string(nil), s.Server.asked...)
}

func (s *Session) asks(what string) {
	s.Server.mu.Lock()
	defer s.Server.mu.Unlock()
	s.Server.asked = append(s.Server.asked, what)
}

// Writable gives what Server says.
func (s *Session) Writable() error { return s.Server.Locked }

// ExportUndo notes the plan.
func (s *Session) ExportUndo(path string, undo model.Plan) error {
	s.Server.mu.Lock()
	defer s.Server.mu.Unlock()
	if s.Server.SaveFault != nil {
		return s.Server.SaveFault
	}
	if s.Server.Saved == nil {
		s.Server.Saved = map[string]model.Plan{}
	}
	if _, ok := s.Server.Saved[path]; ok {
		return errors.New(path + ": there is such a file already")
	}
	s.Server.Saved[path] = undo
	return nil
}

// judge gives what a check comes to, and tells it.
func (s *Session) judge(ctx context.Context, c model.Check, progress func(model.Check)) (model.Check, error) {
	if s.Server.Before != nil {
		s.Server.Before(c)
	}
	if err := ctx.Err(); err != nil {
		return c, err
	}
	for _, f := range s.Server.Faults {
		if f.Rung == c.Rung && f.Step == c.Step {
			conflicts := c.Conflicts
			c = f
			if c.Conflicts == nil {
				c.Conflicts = conflicts
			}
		}
	}
	if progress != nil {
		progress(c)
	}
	if s.Server.After != nil {
		s.Server.After(c)
	}
	return c, nil
}

// uid gives one to a new object.
func (s *Session) uid() types.UID {
	s.Server.made++
	return types.UID("made-" + string(rune('a'+s.Server.made%26)))
}
