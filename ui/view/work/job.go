// Package work holds what a user has asked for that takes its time: it goes on outside the loop, tells how far it is, and can be
// stopped.
package work

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// Job is one piece of work at a time. The zero value is ready. All of its methods can be called from everywhere.
type Job struct {
	mutex sync.Mutex
	news  *sync.Cond
	// turn counts what was told, run the pieces of work.
	turn, run int
	line      string
	running   bool
	stopped   bool
	cancel    context.CancelFunc
	// err and sum are what the last piece came to.
	err error
	sum string
}

// Told is the message that there is news of a job. More tells that Follow gives the next.
type Told struct {
	job *Job
	run int
}

func (j *Job) ready() {
	if j.news == nil {
		j.news = sync.NewCond(&j.mutex)
	}
}

// Start begins a piece of work: do is called outside the loop, tells how far it is, and gives what came of it in a sentence. News of
// it go to a screen, which hands them to Take. Nothing is begun while another piece is at work.
func (j *Job) Start(ctx context.Context, to view.Screen, first string, do func(ctx context.Context, tell func(line string)) (sum string, err error)) tea.Cmd {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.ready()
	if j.running {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	j.running, j.stopped, j.cancel, j.line, j.err, j.sum = true, false, cancel, first, nil, ""
	j.run++
	run := j.run
	work := func() tea.Msg {
		defer j.abandon(run)
		sum, err := do(ctx, j.tell)
		cancel()
		j.end(sum, err)
		return nil
	}
	return tea.Batch(work, j.follow(to, run, j.turn))
}

// abandon ends a piece of work that has not ended by itself: after a panic nobody must wait for it.
func (j *Job) abandon(run int) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.run == run && j.running {
		j.running, j.err = false, errors.New("it broke off")
		j.turn++
		j.news.Broadcast()
	}
}

func (j *Job) tell(line string) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.line != line {
		j.line = line
		j.turn++
		j.news.Broadcast()
	}
}

func (j *Job) end(sum string, err error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.running, j.sum, j.err = false, sum, err
	j.turn++
	j.news.Broadcast()
}

// follow waits for news.
func (j *Job) follow(to view.Screen, run, seen int) tea.Cmd {
	return view.Later(to, func() tea.Msg {
		j.mutex.Lock()
		defer j.mutex.Unlock()
		for j.run == run && j.turn == seen && j.running {
			j.news.Wait()
		}
		return Told{j, run}
	})
}

// Take takes news, and gives the command that waits for more, or tells what came of the work.
func (m Told) Take(to view.Screen) tea.Cmd {
	j := m.job
	j.mutex.Lock()
	defer j.mutex.Unlock()
	switch {
	case j.run != m.run:
		return nil
	case j.running:
		return j.follow(to, m.run, j.turn)
	case j.stopped:
		return view.Send(view.Note{Text: "stopped; " + orNothing(j.sum)})
	case j.err != nil:
		text := j.err.Error()
		if j.sum != "" {
			text = j.sum + "; " + text
		}
		return view.Send(view.Note{Text: text, Bad: true})
	}
	return view.Send(view.Note{Text: j.sum})
}

func orNothing(sum string) string {
	if sum == "" {
		return "what was found before that is kept"
	}
	return sum
}

// Line says how far the work is; "" where there is none.
func (j *Job) Line() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if !j.running {
		return ""
	}
	return j.line
}

// Running tells that there is work.
func (j *Job) Running() bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.running
}

// Stop asks the work to end. It ends by itself, a little later.
func (j *Job) Stop() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.running && !j.stopped {
		j.stopped = true
		j.line = "stopping: " + j.line
		j.turn++
		j.news.Broadcast()
		j.cancel()
	}
}
