package plan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/manifest"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/mask"
	"canopy/model/record"
	"canopy/ui/view"
)

// work is what is asked of the server, or written to it, at the moment.
type work struct {
	found  *stream
	cancel context.CancelFunc
	// plan is what it is about, rung the one that is being climbed.
	plan model.Plan
	rung model.Rung
	// seen counts the checks of that rung.
	seen int
	// stopping tells that the user has asked once to stop what writes.
	stopping bool
	// asks tells that the user wants to write the plan: he is asked once the server has nothing against it.
	asks bool
	// deed takes back what it has done so far; nil where it writes nothing.
	deed *Deed
}

// foundMsg brings checks while the work goes on.
type foundMsg struct {
	work   *work
	checks []model.Check
	more   bool
}

// triedMsg brings what the server says of a plan.
type triedMsg struct {
	work  *work
	trial *model.Trial
	rows  []tried
	err   error
}

// tried is the difference that the server says a step would make. Known tells that it says so.
type tried struct {
	rows  []row
	known bool
}

func (s *Screen) newWork(plan model.Plan, rung model.Rung) (context.Context, *work) {
	ctx, cancel := context.WithCancel(s.shared.Running)
	return ctx, &work{found: newStream(), cancel: cancel, plan: plan, rung: rung}
}

// listen waits for the next checks of the work.
func (s *Screen) listen(w *work) tea.Cmd {
	return view.Later(s, func() tea.Msg {
		checks, more := w.found.take()
		return foundMsg{w, checks, more}
	})
}

// try asks the server about the plan.
func (s *Screen) try() tea.Cmd { return s.climb(false) }

// climb asks the server about the plan: the first time that anything is sent to it. Asks tells that the user is asked next whether to
// write it.
func (s *Screen) climb(asks bool) tea.Cmd {
	ctx, w := s.newWork(s.draft.plan, model.RungPermitted)
	w.asks = asks
	s.work, s.phase, s.button = w, trying, 0
	s.checks, s.trial, s.tried, s.trouble = nil, nil, nil, ""
	s.rewrite()
	session := s.shared.Session
	return tea.Batch(view.Later(s, func() tea.Msg {
		defer w.found.end()
		trial, err := session.Climb(ctx, w.plan, model.RungSyntheticPod, w.found.put)
		return triedMsg{w, trial, triedRows(w.plan, trial), err}
	}), s.listen(w))
}

// takeFound notes checks while the work goes on.
func (s *Screen) takeFound(m foundMsg) tea.Cmd {
	for _, c := range m.checks {
		if c.Undo != nil && m.work.deed != nil {
			s.ledger.follow(m.work.deed, *c.Undo)
		}
	}
	if m.work != s.work || s.work == nil {
		return nil
	}
	for _, c := range m.checks {
		if c.Undo != nil {
			// It tells nothing else.
			continue
		}
		if c.Rung != m.work.rung {
			m.work.rung, m.work.seen = c.Rung, 0
		}
		m.work.seen++
		s.checks = append(s.checks, c)
	}
	s.rewrite()
	if m.more {
		return s.listen(m.work)
	}
	return nil
}

// takeTried notes what the server says.
func (s *Screen) takeTried(m triedMsg) tea.Cmd {
	m.work.cancel()
	if m.work != s.work {
		return nil
	}
	s.work, s.phase, s.checks = nil, looking, nil
	s.button = s.home()
	defer s.rewrite()
	if m.trial != nil {
		s.checks = m.trial.Checks
	}
	switch {
	case errors.Is(m.err, context.Canceled):
		s.checks = nil
		return view.Send(view.Note{Text: "stopped: the server has kept nothing"})
	case m.err != nil:
		s.trouble = "the server could not be asked: " + m.err.Error()
		return nil
	}
	s.trial, s.tried = m.trial, m.rows
	s.checks = append(s.checks, idle(m.work.plan, m.trial)...)
	s.cursor = s.mostTelling()
	if !m.work.asks {
		return nil
	}
	if why := s.unfit(); why != "" {
		return view.Send(view.Note{Text: "nothing was written: " + why, Bad: true})
	}
	return s.ask()
}

// idle gives the checks of rungs that have nothing to check, since no step makes pods. They have passed: nothing stands against the
// plan there.
func idle(plan model.Plan, trial *model.Trial) []model.Check {
	if _, asked := model.Worst(trial.Checks, model.RungSyntheticPod); asked {
		return nil
	}
	for _, step := range plan.Steps {
		if step.Verb != model.Delete && record.TemplatePath(step.Ref.Kind) != "" {
			return nil
		}
	}
	return []model.Check{{Rung: model.RungSyntheticPod, Step: model.WholePlan, Message: "no pods change"}}
}

// mostTelling is the change to look at: the first that has failed, else the one that was looked at.
func (s *Screen) mostTelling() int {
	for _, c := range s.checks {
		if c.Outcome != model.Failed {
			continue
		}
		for i := range s.draft.changes {
			if s.draft.changes[i].place == c.Step && c.Step >= 0 {
				return i
			}
		}
	}
	return s.cursor
}

// stop ends what is under way. Where something is being written it asks twice: half a plan may be worse than the whole.
func (s *Screen) stop() tea.Cmd {
	w := s.work
	if w == nil {
		return nil
	}
	if s.phase == writing && !w.stopping {
		w.stopping = true
		s.rewrite()
		return view.Send(view.Note{Text: "once more stops: what is done so far stays until you take it back"})
	}
	w.cancel()
	return nil
}

// says tells what is under way.
func (w *work) says() string {
	steps := len(w.plan.Steps)
	switch {
	case w.rung == model.RungVerified, w.rung == model.RungApplied && w.seen >= steps:
		return "watching what comes of it"
	case w.rung == model.RungApplied:
		return fmt.Sprintf("writing %d of %d", min(w.seen+1, steps), steps)
	}
	return fmt.Sprintf("asking the server: %s %d of %d", w.rung, min(w.seen+1, steps), steps)
}

// triedRows compares the objects of a trial.
func triedRows(plan model.Plan, trial *model.Trial) []tried {
	if trial == nil || len(trial.Steps) != len(plan.Steps) {
		return nil
	}
	out := make([]tried, len(trial.Steps))
	for i, t := range trial.Steps {
		if t.After == nil && (t.Before == nil || plan.Steps[i].Verb != model.Delete) {
			continue
		}
		before, err := textOf(t.Before)
		if err != nil {
			continue
		}
		after, err := textOf(t.After)
		if err != nil {
			continue
		}
		if rows, err := compare(before, after); err == nil {
			out[i] = tried{rows, true}
		}
	}
	return out
}

// textOf writes an object for people to compare, with values masked and without what the server keeps for itself; "" for none.
func textOf(u *unstructured.Unstructured) (string, error) {
	if u == nil {
		return "", nil
	}
	u = u.DeepCopy()
	mask.Object(u, detect.Default())
	delete(u.Object, "status")
	for _, field := range []string{"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"} {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	data, err := ordered(u.Object)
	if err != nil {
		return "", err
	}
	text, err := manifest.FromJSON(data)
	return string(text), err
}

// ordered writes an object as JSON, with what names it first, as people write it.
func ordered(object map[string]any) ([]byte, error) {
	names := slices.Sorted(maps.Keys(object))
	for _, first := range []string{"metadata", "kind", "apiVersion"} {
		if i := slices.Index(names, first); i >= 0 {
			names = slices.Insert(slices.Delete(names, i, i+1), 0, first)
		}
	}
	b := []byte("{")
	for i, name := range names {
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(object[name])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}
