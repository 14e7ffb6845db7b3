package ui

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/table"
)

// job is the work of making what is shown from what is known: it goes through all findings, so it runs outside the
// program's loop.
type job struct {
	report     *model.Report
	query      table.Query
	namespaces namespaces
}

// reportMsg brings the newest report; more tells to go on listening.
type reportMsg struct {
	report *model.Report
	more   bool
}

// listedMsg brings what a job made.
type listedMsg struct{ listing *listing }

// look gives the report that is there already.
func (r *root) look() tea.Msg {
	return reportMsg{report: r.feed.Report()}
}

// watch waits for the next report. It ends with the program, for commands cannot be cancelled.
func (r *root) watch() tea.Msg {
	select {
	case <-r.done:
	case _, ok := <-r.news:
		if ok {
			return reportMsg{report: r.feed.Report(), more: true}
		}
	}
	return nil
}

// take notes the newest report.
func (r *root) take(msg reportMsg) tea.Cmd {
	if msg.report != nil && (r.wanted.report == nil || msg.report.Sequence >= r.wanted.report.Sequence) {
		r.wanted.report = msg.report
	}
	if msg.more {
		return tea.Batch(r.start(), r.watch)
	}
	return r.start()
}

// start begins the next job unless one is under way, or there is nothing to do.
func (r *root) start() tea.Cmd {
	if r.busy || r.wanted.report == nil || r.shown.made(r.wanted) {
		return nil
	}
	r.busy = true
	next, from := r.wanted, r.shown
	return func() tea.Msg { return listedMsg{from.next(next)} }
}

// list shows what a job made, and begins the next where more was asked for meanwhile.
func (r *root) list(msg listedMsg) tea.Cmd {
	r.busy = false
	r.shown = msg.listing
	r.table.Need(objectColumn, r.shown.widest)
	r.table.Show(r.shown.rows)
	return r.start()
}
