package ui

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

const notYet = "not in this version"

// offer says whether an action can be done here and now. The footer, the help, the palette and the keys go by it.
func (r *root) offer(a keys.Action) view.Offer {
	switch a {
	case keys.YAML, keys.Owner, keys.Access, keys.Reach, keys.Enforce:
		if o := r.hint().Object; o.Group == model.GroupOwn && o.Kind == "Cluster" {
			return view.Because("this is about the cluster as a whole, which is no object")
		}
	}
	switch a {
	case keys.Activity:
		return view.Because(notYet)
	case keys.Earlier:
		return view.When(r.at > 0, "there was no place before this one")
	case keys.Later:
		return view.When(r.at+1 < len(r.places), "there was no place after this one")
	case keys.Undo:
		return r.canUndo()
	case keys.Context:
		if w := r.writing(); w != "" {
			return view.Because("wait: " + w)
		}
		return view.When(r.options.Contexts != nil, "what is shown comes from no kubeconfig")
	case keys.Bookmarks:
		return view.When(len(r.marked()) > 0, "there are none: "+r.shared.Keys.Show(keys.Bookmark)+" makes one")
	case keys.Back:
		return view.When(r.canBack(), "there is nothing to close")
	case keys.Filter:
		_, ok := r.top().(view.Filtered)
		return view.When(ok, "there is nothing to filter here")
	case keys.Columns:
		_, ok := r.top().(view.Tabular)
		return view.When(ok, "there is no table here")
	case keys.Group:
		t, ok := r.top().(view.Tabular)
		return view.When(ok && len(t.Groups()) > 0, "there is nothing to group by here")
	}
	if _, ok := r.general(a); ok {
		return view.Yes()
	}
	if o := r.top().Can(a); o.Known {
		return o
	}
	return r.offerSubject(a)
}

func (r *root) canBack() bool {
	if w, ok := r.top().(worker); ok && w.Working() {
		return true
	}
	if f, ok := r.top().(view.Filtered); ok && f.Filter() != r.last().filter {
		return true
	}
	if m, ok := r.top().(marker); ok && m.Marked() > 0 {
		return true
	}
	if d, ok := r.top().(deep); ok && d.Deep() {
		return true
	}
	return len(r.places[r.at]) > 1
}

// worker is a screen on which work goes on that takes its time, which esc stops first.
type worker interface {
	Working() bool
	Stop()
}

// deep is a screen in which one goes further before one leaves it.
type deep interface {
	// Deep tells that there is a way back within the screen, Up goes it.
	Deep() bool
	Up() tea.Cmd
}

// keys is the table of bindings as it holds on the screen on top: some keys mean something else where a screen knows an action of its own.
func (r *root) keys() keys.Map {
	return r.shared.Keys.On(func(a keys.Action) bool { return r.top().Can(a).Known })
}

// typing says what can be done while text is typed.
func (r *root) typing(a keys.Action) view.Offer {
	choosing := r.chooser != nil
	switch a {
	case keys.Open, keys.Back, keys.Quit:
		return view.Yes()
	case keys.NextPane:
		offered := r.prompt != nil && len(r.prompt.offers) > 0
		return view.When(offered || choosing && (r.chooser.free != nil || r.chooser.many), "there is nothing to complete")
	}
	return view.When(choosing || r.prompt != nil && len(r.prompt.offers) > 0, "there is no choice")
}
