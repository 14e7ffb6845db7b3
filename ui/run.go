package ui

import (
	"cmp"
	"context"
	"errors"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"canopy/ui/view"
)

// frames is how often a second the renderer looks whether there is something to draw. A key press waits half a frame on
// average and a whole one, 12.5 ms, at worst. Each look costs processor time also while nothing happens: at the 120 that Bubble
// Tea allows, an idle screen would take about a hundredth of a core; at 60, a key would wait up to 17 ms.
const frames = 80

// PanicError tells that the program has failed by itself. The terminal is as it was before.
type PanicError struct {
	// Cause is what the program panicked with, Stack where.
	Cause any
	Stack []byte
}

// Error says so in a line.
func (e *PanicError) Error() string { return "canopy has failed by a mistake of its own" }

// Run shows the dashboard until the user leaves, and gives the terminal back as it was: also when the context ends, which is
// no error, and when something panics, which is a PanicError. It gives the session that was looked at last, which the caller
// closes.
func Run(ctx context.Context, o Options) (view.Session, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// The library reads NO_COLOR as a boolean and takes NO_COLOR=yes for unset; the convention is any value.
	o.NoColor = o.NoColor || os.Getenv("NO_COLOR") != ""
	settings := []tea.ProgramOption{tea.WithFPS(cmp.Or(o.frames, frames))}
	if o.Output != nil {
		settings = append(settings, tea.WithOutput(o.Output))
	}
	if o.Input != nil {
		settings = append(settings, tea.WithInput(o.Input))
	}
	if o.NoColor {
		settings = append(settings, tea.WithColorProfile(colorprofile.ASCII))
	}
	if o.Width > 0 && o.Height > 0 {
		settings = append(settings, tea.WithWindowSize(o.Width, o.Height))
	}
	g := &guarded{broken: make(chan struct{})}
	g.make(ctx, o)
	if g.failure != nil {
		return o.Session, g.failure
	}
	r := g.root
	p := tea.NewProgram(g, settings...)
	// Who only cancels the library's context does not wait for the one that reads the keys.
	defer context.AfterFunc(ctx, p.Quit)()
	_, err := p.Run()
	r.feed.unfollow()
	last := r.shared.Session
	switch {
	case g.failure != nil:
		return last, g.failure
	case errors.Is(err, tea.ErrProgramPanic):
		return last, &PanicError{Cause: err}
	case r.failure != nil:
		return last, r.failure
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return last, nil
	}
	return last, err
}
