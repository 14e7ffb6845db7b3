package network

import (
	"slices"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/ui/view"
)

// survey is what there is to show. It is immutable.
type survey struct {
	digest   uint64
	names    []string
	policies int
	state    network.Surroundings
}

// surveyed brings one.
type surveyed struct {
	survey *survey
	err    error
}

// take looks at what there is. It gives the one before where nothing has changed.
func (before *survey) take(a answers) *survey {
	digest, state := a.Digest(), a.State()
	if digest == before.digest && len(before.names) > 0 && sameState(&state, &before.state) {
		return before
	}
	n := &survey{digest: digest, names: a.Names(), policies: a.Policies(), state: state}
	n.state.Foreign = slices.Clone(state.Foreign)
	if slices.Equal(n.names, before.names) {
		n.names = before.names
	}
	return n
}

func sameState(a, b *network.Surroundings) bool {
	return a.Enforcement == b.Enforcement && a.Plugin == b.Plugin && a.Why == b.Why && slices.Equal(a.Foreign, b.Foreign)
}

// Show looks whether something has changed.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	s.wanted.shown = shownKey(snapshot.Namespaces)
	return tea.Batch(s.look(), s.next())
}

func shownKey(n view.Namespaces) string {
	key := ""
	for _, name := range n.Names() {
		key += name + "\n"
	}
	return key
}

// look surveys, unless that is being done, or was.
func (s *Screen) look() tea.Cmd {
	if s.surveying || s.broken != nil || s.snapshot == s.read || s.snapshot.Report.Sequence == 0 || s.loading() != nil {
		return nil
	}
	s.surveying, s.read = true, s.snapshot
	before, ask, ctx := s.survey, s.ask, s.shared.Running
	return view.Later(s, func() tea.Msg {
		var n *survey
		err := ask(ctx, func(a answers) { n = before.take(a) })
		return surveyed{n, err}
	})
}

// needed are the kinds without which nothing can be said.
func needed() []schema.GroupKind {
	return []schema.GroupKind{{Kind: "Namespace"}, {Kind: "Pod"}, {Kind: "Node"}, {Group: model.GroupNetwork, Kind: "NetworkPolicy"}}
}

// loading names the kinds that are still on their way: until they are here nothing is counted.
func (s *Screen) loading() []string { return loadingKinds(s.snapshot) }

func loadingKinds(snapshot *view.Snapshot) []string {
	var names []string
	for _, k := range needed() {
		if snapshot.Cover.State(k) == model.Loading {
			names = append(names, view.Plural(k))
		}
	}
	return names
}

// fail keeps why nothing can be shown. Where the session has ended what is shown is the last that there was.
func (s *Screen) fail(err error) {
	if s.shared.Running.Err() == nil {
		s.broken = err
	}
}

// Update takes what commands bring.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case surveyed:
		s.surveying = false
		if msg.err != nil {
			s.fail(msg.err)
			return nil
		}
		s.survey = msg.survey
		s.arrangePanes()
		return tea.Batch(s.look(), s.next())
	case arranged:
		s.takeOrder(msg)
	case fetched:
		s.takeCells(msg)
	case counted:
		return tea.Batch(s.takeCount(msg), s.next())
	case recount:
		s.count.resting = false
	case told:
		s.takeText(msg)
	}
	return s.next()
}

// next asks for all that is to be shown and is not known yet.
func (s *Screen) next() tea.Cmd {
	return tea.Batch(s.arrange(), s.tally(), s.fetch(), s.tell())
}
