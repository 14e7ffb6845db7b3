package command

import (
	"context"
	"errors"
	"time"

	"canopy/cmd/canopy/ladder"
	"canopy/model"
)

var errReadOnly = errors.New("nothing is written here: --read-only, or the setting readOnly of this context, says so")

// writable says why nothing can be written to the source, and nothing rehearsed on it; nil where it can be.
func (s *session) writable() error {
	if err := s.source.Writable(); err != nil {
		return err
	}
	return s.barred
}

// ladder gives what takes plans up the rungs. The connection that writes is made when it is first asked for.
func (s *session) ladder() (*ladder.Ladder, error) {
	if err := s.writable(); err != nil {
		return nil, err
	}
	s.climbing.Lock()
	defer s.climbing.Unlock()
	if s.climber == nil {
		writer, err := s.source.Write()
		if err != nil {
			return nil, err
		}
		s.climber = ladder.New(s.engine, writer)
	}
	return s.climber, nil
}

// Writable says why nothing can be written.
func (d *desk) Writable() error { return d.writable() }

// Climb asks the cluster about a plan and changes nothing.
func (d *desk) Climb(ctx context.Context, plan model.Plan, to model.Rung, progress func(model.Check)) (*model.Trial, error) {
	l, err := d.ladder()
	if err != nil {
		return nil, err
	}
	return l.Climb(ctx, plan, to, progress)
}

// CarryOut carries a plan out that the user has confirmed, and looks what came of it. What takes it back is kept on the disk before
// each step is sent, so that it is there however the program ends.
func (d *desk) CarryOut(ctx context.Context, plan model.Plan, trial *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error) {
	l, err := d.ladder()
	if err != nil {
		return model.Applied{}, err
	}
	if !d.source.Live {
		// What is made up ends with the program.
		return l.CarryOut(ctx, plan, trial, closes, progress)
	}
	journal, err := newJournal(d.run.paths().State, d.source.Name, time.Now())
	if err != nil {
		d.run.streams.Logs.Logger().Warn("what takes changes back is kept in memory alone", "error", err)
	}
	ctx, one, err := d.run.writes.begin(ctx, d.source.Name, journal)
	if err != nil {
		if journal != nil {
			err = errors.Join(err, journal.drop())
		}
		return model.Applied{}, err
	}
	var undo *model.Plan
	defer func() { d.run.writes.finish(one, undo) }()
	applied, err := l.CarryOut(ctx, plan, trial, closes, func(c model.Check) {
		if c.Undo != nil {
			if failure := d.run.writes.note(one, *c.Undo); failure != nil {
				d.run.streams.Logs.Logger().Warn("what takes changes back is kept in memory alone", "error", failure)
			}
		}
		if progress != nil {
			progress(c)
		}
	})
	undo = &applied.Undo
	if err == nil {
		d.run.writes.settle(d.source.Name, plan)
	}
	return applied, err
}
