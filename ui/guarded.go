package ui

import (
	"context"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// guarded keeps a panic of the model off the terminal, which the library would print on: it ends the program and keeps what
// happened.
type guarded struct {
	*root
	failure *PanicError
	// broken is closed with the first failure.
	broken chan struct{}
}

// panicMsg brings the panic of a command.
type panicMsg struct{ failure *PanicError }

// make makes the model.
func (g *guarded) make(ctx context.Context, o Options) {
	defer g.rescue()
	g.root = newRoot(ctx, o)
}

// Init is that of the model, and waits for a failure, which may come from View, that cannot ask for anything.
func (g *guarded) Init() tea.Cmd {
	return tea.Batch(g.watch(g.root.Init()), func() tea.Msg {
		select {
		case <-g.broken:
			return tea.Quit()
		case <-g.shared.Running.Done():
			return nil
		}
	})
}

// Update is that of the model.
func (g *guarded) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	if p, ok := msg.(panicMsg); ok {
		g.fail(p.failure)
	}
	if g.failure != nil {
		return g, nil
	}
	defer g.rescue()
	m = g
	_, cmd = g.root.Update(msg)
	return m, g.watch(cmd)
}

// View is that of the model.
func (g *guarded) View() (v tea.View) {
	if g.failure != nil {
		return v
	}
	defer g.rescue()
	return g.root.View()
}

// rescue is deferred.
func (g *guarded) rescue() {
	if cause := recover(); cause != nil {
		g.fail(&PanicError{cause, debug.Stack()})
	}
}

func (g *guarded) fail(f *PanicError) {
	if g.failure == nil {
		g.failure = f
		close(g.broken)
	}
}

// watch turns a panic of a command into a message.
func (g *guarded) watch(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if cause := recover(); cause != nil {
				msg = panicMsg{&PanicError{cause, debug.Stack()}}
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = g.watch(batch[i])
			}
		}
		return msg
	}
}
