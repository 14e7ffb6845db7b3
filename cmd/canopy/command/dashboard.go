package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/atotto/clipboard"
	"github.com/spf13/pflag"

	"canopy/cmd/canopy/settings"
	"canopy/ui"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// dashboard opens the screen on the source that the flags name.
func (r *run) dashboard(ctx context.Context, flags *pflag.FlagSet) error {
	if !r.streams.Screen {
		return errNoScreen
	}
	restore, err := hideStandardError()
	if err != nil {
		return err
	}
	defer restore()
	ctx, over := r.guarded(ctx)
	defer over()
	name, err := r.connect.Name()
	if err != nil {
		return err
	}
	look := r.look(flags, name)
	s, err := r.open(ctx, true)
	if err != nil {
		return err
	}
	look.notes = append(look.notes, unread(s.source.Problems)...)
	if s.source.Live {
		look.contexts = r.connect.Contexts
		look.open = func(name string) (*session, error) {
			other := *r
			other.connect = *r.connect.For(name)
			return other.open(ctx, true)
		}
	}
	return r.show(ctx, &desk{session: s, run: r}, look)
}

// look is how the dashboard is to be, and where else it can go.
type look struct {
	settings *settings.Settings
	flags    *pflag.FlagSet
	// first is the name of the context that the flags were given with.
	first    string
	palettes []theme.Palette
	notes    []string
	// problems and failure are what is wrong with the settings, or that they could not be read.
	problems []settings.Problem
	failure  error
	contexts func() ([]string, error)
	open     func(name string) (*session, error)
}

// look reads the settings, for the context that is opened first. What is wrong in them is told on the screen, and the rest
// holds.
func (r *run) look(flags *pflag.FlagSet, first string) *look {
	paths := r.paths()
	l := &look{flags: flags, first: first, palettes: theme.Palettes()}
	set, problems, err := settings.Load(paths.Config, known(paths.Themes))
	l.settings, l.problems, l.failure = set, problems, err
	if err != nil {
		l.notes = append(l.notes, err.Error())
	}
	for _, p := range problems {
		l.notes = append(l.notes, p.String())
	}
	for _, name := range ownThemes(paths.Themes) {
		palette, problems := readTheme(paths.Themes, name)
		if palette.Name != "" {
			l.palettes = append(l.palettes, palette)
		}
		for _, p := range problems {
			l.notes = append(l.notes, p.String())
		}
	}
	if err := r.log(set.For(first).With(r.given(flags))); err != nil {
		l.notes = append(l.notes, set.Wrong("log.file", err.Error()).String())
	}
	return l
}

// of gives the settings of a context for the screen. Of the flags, the namespaces hold for the cluster that they were given
// with; how the terminal is drawn on holds for all.
func (r *run) of(l *look, name string) ui.Settings {
	given := r.given(l.flags)
	if name != l.first {
		given.Namespaces = nil
	}
	d := l.settings.For(name).With(given)
	s := ui.Settings{
		Background: d.Background, Columns: d.Columns, Start: d.Start, Namespaces: d.Namespaces, Refresh: d.Refresh, Mouse: d.Mouse, Glow: d.Glow,
		ASCII: d.ASCII, Palette: l.palettes[0],
	}
	for _, p := range l.palettes {
		if p.Name == d.Theme {
			s.Palette = p
		}
	}
	return s
}

// readOnlyFor says why nothing may be written to a context; nil where it may.
func (r *run) readOnlyFor(l *look, name string) error {
	return readOnlyBy(l.settings, l.problems, l.failure, name, r.given(l.flags))
}

// toldProblems is how many things that could not be read in a capture are told on the screen, one key press each.
const toldProblems = 3

// unread tells what could not be read in a capture. Standard error has all of it, which shows once the screen is left.
func unread(problems []string) []string {
	if more := len(problems) - toldProblems; more > 1 {
		return append(problems[:toldProblems:toldProblems], fmt.Sprintf("and %d more that could not be read as they stand; canopy scan -f names all", more))
	}
	return problems
}

// drawn is how long the first rows of a large cluster take at the most.
const drawn = 3 * time.Second

// show draws the screen until the user leaves it, a signal or a panic ends it, or nothing can be read at all. The context is
// one that is guarded.
func (r *run) show(ctx context.Context, d *desk, l *look) error {
	tuneMemory()
	d.barred = r.readOnlyFor(l, l.first)
	r.writes = &writes{}
	screen, leave := context.WithCancel(ctx)
	defer leave()
	go r.relieve(screen, d.session)
	overrides := map[keys.Action][]string{}
	for action, list := range l.settings.For("").Keys {
		overrides[keys.Action(action)] = list
	}
	o := ui.Options{
		Session: d, Contexts: l.contexts, Palettes: l.palettes, Keys: overrides, Notes: l.notes, NoColor: r.noColor,
		Settings:  func(name string) ui.Settings { return r.of(l, name) },
		Clipboard: clipboardOf(os.Getenv),
	}
	if l.open != nil {
		o.Connect = func(name string) (view.Session, error) {
			s, err := l.open(name)
			if err != nil {
				return nil, err
			}
			s.barred = r.readOnlyFor(l, name)
			go r.relieve(screen, s)
			return &desk{session: s, run: r}, nil
		}
	}
	last, err := ui.Run(screen, o)
	leave()
	r.leaveNothing(err != nil || ctx.Err() != nil || r.alarm.failure() != nil)
	last.Close()
	if broken := r.alarm.failure(); broken != nil {
		return broken
	}
	var broken *ui.PanicError
	if ctx.Err() != nil && !errors.As(err, &broken) {
		// A signal is a way to leave.
		return nil
	}
	return err
}

// relieve gives memory back once a cluster was read.
func (r *run) relieve(ctx context.Context, s *session) {
	defer rescue(r.alarm.ring)
	reading, read := context.WithCancel(ctx)
	defer read()
	go func() {
		defer rescue(r.alarm.ring)
		paceMemory(reading)
	}()
	if _, err := s.engine.Settle(ctx); err != nil {
		return
	}
	read()
	releaseMemory()
	select {
	case <-ctx.Done():
	case <-time.After(drawn):
		// By now the screen has made its rows, which takes as much again for a moment.
		releaseMemory()
	}
}

// clipboardOf gives the machine's own clipboard; nil where there is no display to have one: over ssh it would be that of
// another machine.
func clipboardOf(env func(string) string) func(string) error {
	if clipboard.Unsupported || cmp.Or(env("SSH_TTY"), env("SSH_CONNECTION")) != "" {
		return nil
	}
	return clipboard.WriteAll
}

// hideStandardError keeps what a credential plugin says off the screen: client-go gives a plugin the os.Stderr that it
// finds when the connection is made. What the plugin fails with is told all the same, as coverage.
func hideStandardError() (restore func(), err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	before := os.Stderr
	os.Stderr = null
	return func() {
		os.Stderr = before
		// Nothing was written that could be lost.
		_ = null.Close()
	}, nil
}
