package ui

import (
	"context"
	"errors"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// frames is how often a second the renderer looks whether there is something to draw. A key press waits half a frame on
// average and a whole one, 17 ms, at worst. Each look costs processor time also while nothing happens: at the 120 that Bubble
// Tea allows, an idle screen would take about a hundredth of a core.
const frames = 60

// Run shows the live screen until the user leaves, and gives the terminal back as it was: also when the context ends,
// which is no error, and when something panics, which is one.
func Run(ctx context.Context, o Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	news, unsubscribe := o.Feed.Subscribe()
	defer unsubscribe()

	// The library reads NO_COLOR as a boolean and takes NO_COLOR=yes for unset; the convention is any value.
	o.NoColor = o.NoColor || os.Getenv("NO_COLOR") != ""
	settings := []tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(frames)}
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
	_, err := tea.NewProgram(newRoot(o, news, ctx.Done()), settings...).Run()
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return err
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	}
	return err
}
