package secrets

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// askInspect asks whether the values of Secrets are to be read, and says what that means.
func (t *topic) askInspect() tea.Cmd {
	return view.Send(view.Pick{
		Title: "read the values of all Secrets, once?",
		Items: []view.Item{
			{Text: "no: no value is read"},
			{Text: "yes: each is read once, shows up in the audit log; facts alone are kept"},
		},
		Done: func(chosen []int) tea.Cmd {
			if chosen[0] == 0 {
				return nil
			}
			return t.inspect()
		},
	})
}

func (t *topic) inspect() tea.Cmd {
	session := t.shared.Session
	return t.keeper.job.Start(t.shared.Running, t.screen, "reading Secrets one at a time", func(ctx context.Context, tell func(string)) (string, error) {
		read := 0
		err := session.InspectSecrets(ctx, func(done, all int) {
			read = done
			tell(fmt.Sprintf("reading Secrets one at a time: %d of %d; facts are kept, no value is", done, all))
		})
		if err != nil && read == 0 {
			return "", err
		}
		return view.Count(read, "Secret") + " read: facts about the values are kept, no value is", err
	})
}

// askSweep asks where else is to be looked for credentials.
func (t *topic) askSweep() tea.Cmd {
	sets := []model.SweepOptions{{}, {CustomResources: true}, {Events: true}, {CustomResources: true, Events: true}}
	return view.Send(view.Pick{
		Title: "look for credentials in what is not watched?",
		Items: []view.Item{
			{Text: "no: nothing is read"},
			{Text: "in custom resources: every object of every such kind is listed once"},
			{Text: "in Events: all of them are listed once"},
			{Text: "in both"},
		},
		Done: func(chosen []int) tea.Cmd {
			if chosen[0] == 0 {
				return nil
			}
			return t.sweep(sets[chosen[0]])
		},
	})
}

func (t *topic) sweep(what model.SweepOptions) tea.Cmd {
	session := t.shared.Session
	return t.keeper.job.Start(t.shared.Running, t.screen, "looking for credentials", func(ctx context.Context, tell func(string)) (string, error) {
		kinds, objects := map[string]int{}, 0
		what.Progress = func(kind string, n int) {
			objects = max(objects, n)
			kinds[kind] = n
			tell(fmt.Sprintf("looking for credentials: %s, %s so far", text.Clean(kind), view.Count(n, "object")))
		}
		err := session.Sweep(ctx, what)
		if err != nil && objects == 0 {
			return "", err
		}
		return "looked through " + view.Count(objects, "object") + ": what was found stands among the exposures", err
	})
}
