package demo

import (
	"context"
	"sync"
	"time"

	"canopy/model"
)

// Player plays the script of the demo on a source, over and over. It is safe for use by many goroutines.
type Player struct {
	clock model.Clock

	// mutex is held by whoever writes to the source: the play, or a Writer.
	mutex sync.Mutex
	// stage is made when somebody first writes.
	stage  *stage
	paused bool
	// played is how much of the loop was over when it last went on, at resumed.
	played  time.Duration
	resumed time.Time
	// turned holds a token once the player was paused or went on.
	turned chan struct{}
}

// NewPlayer gives a player that waits for Run. What it writes carries the times of the clock.
func NewPlayer(clock model.Clock) *Player {
	return &Player{clock: clock, turned: make(chan struct{}, 1)}
}

// Pause stops the play, or lets it go on where it stopped: time that passes meanwhile does not count. When it returns
// after a stop nothing more is written. It waits for a step that is being written, which takes milliseconds.
func (p *Player) Pause(on bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if on == p.paused {
		return
	}
	if on {
		p.played = p.position()
	} else {
		p.resumed = p.clock.Now()
	}
	p.paused = on
	select {
	case p.turned <- struct{}{}:
	default:
	}
}

// Paused tells whether the play is stopped.
func (p *Player) Paused() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.paused
}

// position is how much of the loop is over. The caller holds the lock.
func (p *Player) position() time.Duration {
	if p.paused || p.resumed.IsZero() {
		return p.played
	}
	return p.played + p.clock.Now().Sub(p.resumed)
}

// Run plays until the context ends, and gives an error only where a step cannot be written. Before the first step it
// does nothing at all but wait, so that it takes nothing from whoever opens the demo. From then on the objects of the
// jungle are the player's. A step about an object that a Writer has written to is left out: it is the user's.
func (p *Player) Run(ctx context.Context, to Target, jungle *Jungle) error {
	if err := p.loop(ctx, to, jungle); ctx.Err() == nil {
		return err
	}
	return nil
}

func (p *Player) loop(ctx context.Context, to Target, jungle *Jungle) error {
	p.mutex.Lock()
	p.played, p.resumed = 0, p.clock.Now()
	p.mutex.Unlock()
	if err := p.reach(ctx, opening, func() error { p.open(jungle); return nil }); err != nil {
		return err
	}
	script := Story()
	for {
		for _, step := range script.Steps {
			if err := p.reach(ctx, step.At, func() error { return p.stage.play(step, p.clock.Now(), to) }); err != nil {
				return err
			}
		}
		if err := p.reach(ctx, script.Length, func() error { p.played -= script.Length; return nil }); err != nil {
			return err
		}
	}
}

// open gives the stage. The caller holds the lock.
func (p *Player) open(jungle *Jungle) *stage {
	if p.stage == nil {
		p.stage = newStage(jungle)
	}
	return p.stage
}

// reach waits for a moment of the loop and does what is due then, at a time at which nobody can pause.
func (p *Player) reach(ctx context.Context, at time.Duration, do func() error) error {
	for {
		due, err := p.try(at, do)
		if due == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-due:
		case <-p.turned:
		}
	}
}

// try does what is due. Where it is too early, or the play is stopped, it gives the channel that tells when to look again.
func (p *Player) try(at time.Duration, do func() error) (<-chan time.Time, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.paused {
		return make(chan time.Time), nil
	}
	if left := at - p.position(); left > 0 {
		return p.clock.After(left), nil
	}
	return nil, do()
}
