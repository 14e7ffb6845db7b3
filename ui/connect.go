package ui

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// contextsMsg brings the clusters that can be gone to.
type contextsMsg struct {
	generation int
	names      []string
	err        error
}

// connectedMsg brings the session of another cluster.
type connectedMsg struct {
	// attempt tells choices apart: only what the last one brings is gone to.
	attempt int
	name    string
	session view.Session
	err     error
}

// askContexts reads which clusters there are.
func (r *root) askContexts() tea.Cmd {
	list, g := r.options.Contexts, r.feed.generation
	return func() tea.Msg {
		names, err := list()
		return contextsMsg{g, names, err}
	}
}

func (r *root) chooseContext(msg contextsMsg) tea.Cmd {
	if msg.generation != r.feed.generation || r.chooser != nil || r.prompt != nil {
		// Somebody types something else by now.
		return nil
	}
	if msg.err != nil {
		r.note = view.Note{Text: msg.err.Error(), Bad: true}
		return nil
	}
	items := make([]view.Item, len(msg.names))
	for i, n := range msg.names {
		items[i] = view.Item{Text: n, Chosen: n == r.shared.Session.Name()}
	}
	connect := r.options.Connect
	r.pick(view.Pick{Title: "clusters of the kubeconfig", Items: items, Done: func(chosen []int) tea.Cmd {
		name := msg.names[chosen[0]]
		r.attempt++
		attempt := r.attempt
		r.note = view.Note{Text: "connecting to " + name}
		return func() tea.Msg {
			s, err := connect(name)
			return connectedMsg{attempt, name, s, err}
		}
	}})
	return nil
}

// connected leaves one cluster for another. What is in the old one is closed in the background.
func (r *root) connected(msg connectedMsg) tea.Cmd {
	if msg.attempt != r.attempt {
		if msg.session == nil {
			return nil
		}
		return func() tea.Msg {
			msg.session.Close()
			return nil
		}
	}
	if msg.err != nil {
		r.note = view.Note{Text: msg.name + ": " + msg.err.Error(), Bad: true}
		return nil
	}
	if w := r.writing(); w != "" {
		r.note = view.Note{Text: msg.name + ": wait: " + w, Bad: true}
		return func() tea.Msg {
			msg.session.Close()
			return nil
		}
	}
	old := r.shared.Session
	r.note = view.Note{}
	return tea.Batch(r.take(msg.session), func() tea.Msg {
		old.Close()
		return nil
	})
}
