package resources

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/view"
)

// turn opens items, or closes them.
func (s *Screen) turn(open bool, items ...*item) tea.Cmd {
	if s.wanted.filter != "" {
		s.wanted.turned = s.wanted.turned.with(open, items...)
		return s.step()
	}
	s.wanted.folds = s.settled().with(open, items...)
	return s.step()
}

// settled are the folds that are wanted, with what is decided by now where nobody has folded anything.
func (s *Screen) settled() *folds {
	if s.wanted.folds.young {
		return s.shape.folds
	}
	return s.wanted.folds
}

// goes tells whether a branch is open, or is about to be.
func (s *Screen) goes(r *row) bool {
	if s.wanted.filter != "" {
		if open, ok := s.wanted.turned.set[r.key]; ok {
			return open
		}
		return r.open
	}
	return s.wanted.folds.young && r.open || !s.wanted.folds.young && s.wanted.folds.open(r.item)
}

// toggle opens the branch of a row, or closes it; of a row without one, the branch that it is in.
func (s *Screen) toggle(r *row) tea.Cmd {
	if r.branch {
		return s.turn(!s.goes(r), r.item)
	}
	if r.parent == nil {
		return nil
	}
	s.table.Select(r.parent.key)
	return s.turn(false, r.parent)
}

// left folds the branch, and goes up where there is nothing to fold. Columns out of sight come first.
func (s *Screen) left(r *row) tea.Cmd {
	if out, _ := s.table.Beyond(); out > 0 {
		s.table.Scroll(-1)
		return nil
	}
	if r.branch && s.goes(r) {
		return s.turn(false, r.item)
	}
	if r.parent != nil {
		s.table.Select(r.parent.key)
	}
	return nil
}

// right unfolds the branch, and goes into it where it is open. Columns out of sight come first.
func (s *Screen) right(r *row) tea.Cmd {
	_, out := s.table.Beyond()
	switch {
	case out > 0:
		s.table.Scroll(1)
	case !r.branch:
	case !s.goes(r):
		return s.turn(true, r.item)
	case r.open:
		s.table.Move(1)
	}
	return nil
}

// Reveal unfolds the way to an object and selects it. Where it has no row of its own it goes to the one that it is shown with.
func (s *Screen) Reveal(object model.Ref) tea.Cmd {
	s.reveal = object
	if s.busy || s.wanted != s.shape.job {
		return s.step()
	}
	return s.revealed()
}

// revealed does what Reveal was asked for, once all that is wanted is shown.
func (s *Screen) revealed() tea.Cmd {
	object := s.reveal
	if object.IsZero() || s.wanted != s.shape.job {
		return nil
	}
	s.reveal = model.Ref{}
	found := s.look(object)
	if found == nil {
		return view.Send(view.Note{Text: s.missing(object)})
	}
	if s.wanted.filter != "" && !s.shape.sift.shows(found) {
		s.wanted.filter, s.wanted.turned = "", &turned{}
	}
	var way []*item
	for i := found.parent; i != nil; i = i.parent {
		way = append(way, i)
	}
	s.seek = found.key
	if len(way) > 0 {
		if cmd := s.turn(true, way...); cmd != nil {
			return cmd
		}
	}
	if s.table.Select(s.seek) {
		s.seek = ""
	}
	return s.step()
}

// look gives the item of an object, or of the owner that it is shown with.
func (s *Screen) look(object model.Ref) *item {
	t := s.shape.tree
	if i := t.find(home(object), keyOf(object)); i != nil {
		return i
	}
	inventory := t.snapshot.Report.Inventory
	if inventory == nil {
		return nil
	}
	if r := inventory.Get(object); r != nil {
		return t.find(home(object), keyOf(cluster.TopOwner(inventory.Get, r)))
	}
	return nil
}

// missing says why an object is not in the tree.
func (s *Screen) missing(object model.Ref) string {
	name := object.String()
	switch now := s.shape.tree.snapshot; {
	case !now.Namespaces.Show(object):
		return name + " is in a namespace that is not shown"
	case now.Cover.State(object.GroupKind()) == model.Loading || now.Cover.Total() == 0:
		return name + " was not seen yet: still loading"
	case listed(object):
		return name + " is not there"
	}
	return name + " has no row here: listed are nodes, namespaces, pods and what owns pods"
}
