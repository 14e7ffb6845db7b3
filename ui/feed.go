package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/images"
	"canopy/ui/view/nodes"
	"canopy/ui/view/paths"
	"canopy/ui/view/rbac"
	"canopy/ui/view/secrets"
)

// feed brings the reports of one session to the screens. What is made of a report is made outside the loop, one at a time,
// always of the newest report; in between the screens keep what they have.
type feed struct {
	// generation tells sessions apart: what an earlier one still brings is dropped.
	generation int
	signal     <-chan struct{}
	// left ends with the session: what waits for its news must not keep it.
	left     context.Context
	unfollow func()

	// newest is the newest report, namespaces what is to be shown of it, shown what the screens have.
	newest     *model.Report
	namespaces view.Namespaces
	shown      *view.Snapshot
	// busy tells that a snapshot is being made, resting that it is too early for the next.
	busy, resting bool
	// paused is the time of the report at which the screen was held; zero where it is not.
	paused time.Time
	isHeld bool
}

// reportMsg brings the newest report; more tells to go on listening.
type reportMsg struct {
	generation int
	report     *model.Report
	more       bool
}

// snapshotMsg brings what was made of a report.
type snapshotMsg struct {
	generation int
	snapshot   *view.Snapshot
}

// readyMsg tells that the next snapshot may be made.
type readyMsg struct{ generation int }

// failedMsg tells that the source of a session has given up.
type failedMsg struct {
	generation int
	err        error
}

// take makes a session the one that is looked at, and begins to listen to it.
func (r *root) take(s view.Session) tea.Cmd {
	if r.feed.unfollow != nil {
		r.feed.unfollow()
	}
	r.set(s.Name())
	f := feed{generation: r.feed.generation + 1, namespaces: view.NewNamespaces(r.settings.Namespaces), shown: view.NewSnapshot()}
	var leave context.CancelFunc
	var unsubscribe func()
	f.left, leave = context.WithCancel(r.shared.Running)
	f.signal, unsubscribe = s.Subscribe()
	f.unfollow = func() { leave(); unsubscribe() }
	r.feed, r.shared.Session = f, s
	r.shared.Held = false
	r.grants = &rbac.Keeper{}
	if r.images != nil {
		// What was asked for in one cluster ends with it.
		r.images.Stop()
		r.secrets.Stop()
		r.nodes.Stop()
	}
	r.images, r.secrets, r.nodes, r.shared.Values = &images.Keeper{}, &secrets.Keeper{}, &nodes.Keeper{}, view.NewValues()
	r.paths = &paths.Keeper{Edges: r.steps}
	clear(r.homes)
	r.places, r.at = nil, 0
	r.prompt, r.chooser = nil, nil
	return tea.Batch(r.enter(trail{{screen: r.home(r.start())}}), r.listen())
}

// listen asks for the report that is there already, and waits for the next and for the end.
func (r *root) listen() tea.Cmd {
	s, g, left := r.shared.Session, r.feed.generation, r.feed.left.Done()
	look := func() tea.Msg { return reportMsg{generation: g, report: s.Report()} }
	fail := func() tea.Msg {
		select {
		case <-left:
			return nil
		case <-s.Failed():
			return failedMsg{g, s.Failure()}
		}
	}
	return tea.Batch(look, r.follow(), fail)
}

// follow waits for the next report. It ends with the session, for commands cannot be cancelled.
func (r *root) follow() tea.Cmd {
	s, g, signal, left := r.shared.Session, r.feed.generation, r.feed.signal, r.feed.left.Done()
	return func() tea.Msg {
		select {
		case <-left:
		case _, ok := <-signal:
			if ok {
				return reportMsg{generation: g, report: s.Report(), more: true}
			}
		}
		return nil
	}
}

// news notes the newest report.
func (r *root) news(msg reportMsg) tea.Cmd {
	f := &r.feed
	if msg.generation != f.generation {
		return nil
	}
	if msg.report != nil && (f.newest == nil || msg.report.Sequence >= f.newest.Sequence) {
		f.newest = msg.report
	}
	if msg.more {
		return tea.Batch(r.make(), r.follow())
	}
	return r.make()
}

// make begins the next snapshot unless one is under way, it is too early, or there is nothing new. While the screen is held
// the report stays, and only other namespaces of it can be asked for.
func (r *root) make() tea.Cmd {
	f := &r.feed
	report := f.newest
	if f.isHeld && f.shown.Report.Sequence > 0 {
		report = f.shown.Report
	}
	same := f.shown.Report == report && f.shown.Namespaces.Equal(f.namespaces)
	if f.busy || f.resting || report == nil || same {
		return nil
	}
	f.busy = true
	g, from, namespaces := f.generation, f.shown, f.namespaces
	return func() tea.Msg { return snapshotMsg{g, from.Next(report, namespaces)} }
}

// listed shows a snapshot, and begins the next where there is more by now.
func (r *root) listed(msg snapshotMsg) tea.Cmd {
	f := &r.feed
	if msg.generation != f.generation {
		return nil
	}
	f.busy, f.shown = false, msg.snapshot
	cmd := r.top().Show(f.shown)
	if r.settings.Refresh > 0 {
		f.resting = true
		g := f.generation
		return tea.Batch(cmd, tea.Tick(r.settings.Refresh, func(time.Time) tea.Msg { return readyMsg{g} }))
	}
	return tea.Batch(cmd, r.make())
}

func (r *root) ready(msg readyMsg) tea.Cmd {
	if msg.generation != r.feed.generation {
		return nil
	}
	r.feed.resting = false
	return r.make()
}

// hold stops the screen at what it shows, or lets it go on.
func (r *root) hold() tea.Cmd {
	f := &r.feed
	f.isHeld = !f.isHeld
	r.shared.Held = f.isHeld
	f.paused = f.shown.Report.Time
	s, on := r.shared.Session, f.isHeld
	return tea.Batch(r.make(), func() tea.Msg {
		s.Pause(on)
		return nil
	})
}

// waiting counts the changes that are not shown because the screen is held.
func (f *feed) waiting() int {
	last := func(r *model.Report) int {
		if r == nil || len(r.Edits) == 0 {
			return 0
		}
		return int(r.Edits[0].Sequence)
	}
	return max(0, last(f.newest)-last(f.shown.Report))
}

// failed ends the program where the session that it began with has failed, for then nothing was ever to be seen; later ones
// are told of, and where something was written, which may have to be taken back.
func (r *root) failed(msg failedMsg) tea.Cmd {
	if msg.generation != r.feed.generation || msg.err == nil {
		return nil
	}
	if msg.generation == 1 && r.writing() == "" && r.unsaved() == 0 {
		r.failure = msg.err
		return tea.Quit
	}
	r.note = view.Note{Text: msg.err.Error(), Bad: true}
	return nil
}
