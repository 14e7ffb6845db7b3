package nodes

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// topic is what all lists of this package have in common.
type topic struct {
	shared *view.Shared
	keeper *Keeper
	desk   desk
	place  view.Place
	// screen is the main one, which gets the news of what goes on; nil for the lists of one node.
	screen *Screen
}

// Place is the question.
func (t *topic) Place() view.Place { return t.place }

// Asked tells which news of usage is shown.
func (t *topic) Asked() string {
	if t.screen == nil {
		return ""
	}
	return fmt.Sprint(t.screen.turn)
}

// proxied is the permission by which kubelets are asked.
const proxied = "nodes/proxy"

// canAsk says whether kubelets can be asked, as the server told.
func (t *topic) canAsk() view.Offer {
	if t.keeper.job.Running() {
		return view.Because("wait, or stop what goes on: " + t.shared.Keys.Show(keys.Back) + " does")
	}
	switch a := t.keeper.access.Load(); {
	case a == nil:
		return view.Because("it is being asked whether you may")
	case a.err != nil:
		return view.Because(a.err.Error())
	}
	return view.Yes()
}

// askKubelets asks whether kubelets are to be asked, says what that takes, and that it can be seen.
func (t *topic) askKubelets(one []string) tea.Cmd {
	var marked []string
	for _, i := range t.screen.nodes.List().Marked() {
		if i.of != nil {
			marked = append(marked, i.of.Ref.Name)
		}
	}
	items, sets := []view.Item{{Text: "no: no kubelet is asked"}}, [][]string{nil}
	add := func(what string, names []string) {
		items, sets = append(items, view.Item{Text: what + ": GET " + proxied + "/configz, which the audit log shows"}), append(sets, names)
	}
	if len(marked) > 0 {
		add("the "+view.Count(len(marked), "marked node"), marked)
	}
	if len(one) == 1 {
		add("node "+t.shared.Cut(one[0], 24), one)
	}
	add("all nodes", []string{})
	return view.Send(view.Pick{
		Title: "ask kubelets? it takes " + proxied + ", which also runs commands in pods",
		Items: items,
		Done: func(chosen []int) tea.Cmd {
			if chosen[0] == 0 {
				return nil
			}
			t.screen.nodes.Unmark()
			return t.readKubelets(sets[chosen[0]])
		},
	})
}

// readKubelets reads them. What they say comes as news.
func (t *topic) readKubelets(names []string) tea.Cmd {
	session := t.shared.Session
	return t.keeper.job.Start(t.shared.Running, t.screen, "asking kubelets for their configuration", func(ctx context.Context, tell func(string)) (string, error) {
		read := 0
		err := session.ReadKubelets(ctx, names, func(done, all int) {
			read = done
			tell(fmt.Sprintf("asking kubelets for their configuration: %d of %d; facts alone are kept", done, all))
		})
		if err != nil && read == 0 {
			return "", err
		}
		return view.Count(read, "kubelet") + " asked: what they say stands under the topic config", err
	})
}

// place of an object: nodes and the control plane have a screen of their own.
func goTo(o model.Ref) tea.Cmd {
	switch {
	case o.IsZero():
		return nil
	case o == model.ClusterRef(), o.Group == "" && o.Kind == "Node":
		return view.Send(view.Go{Place: view.Place{Screen: view.Node, Object: o}})
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: o}})
}
