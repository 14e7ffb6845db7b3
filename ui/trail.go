package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
	"canopy/ui/view/detail"
	"canopy/ui/view/enforce"
	"canopy/ui/view/explain"
	"canopy/ui/view/findings"
	"canopy/ui/view/images"
	"canopy/ui/view/network"
	"canopy/ui/view/nodes"
	"canopy/ui/view/overview"
	"canopy/ui/view/paths"
	"canopy/ui/view/plan"
	"canopy/ui/view/rbac"
	"canopy/ui/view/resources"
	"canopy/ui/view/secrets"
)

// trail is the way from a main screen down to what is on top.
type trail []step

// step is a screen on the way, with the filter that it was opened with.
type step struct {
	screen view.Screen
	filter string
}

// longest bounds the trails that are remembered. Each keeps its screens as they were left.
const longest = 40

// top is the screen that is shown.
func (r *root) top() view.Screen { return r.last().screen }

func (r *root) last() step {
	t := r.places[r.at]
	return t[len(t)-1]
}

// enter goes to a trail; what lay ahead is forgotten.
func (r *root) enter(t trail) tea.Cmd {
	if len(r.places) > 0 {
		r.places = r.places[:r.at+1]
	}
	r.places = append(r.places, t)
	if over := len(r.places) - longest; over > 0 {
		r.places = slices.Delete(r.places, 0, over)
	}
	r.at = len(r.places) - 1
	return r.arrive()
}

// arrive brings the screen on top up to date.
func (r *root) arrive() tea.Cmd {
	top := r.top()
	top.Resize(r.width, r.body())
	top.Restyle()
	return top.Show(r.feed.shown)
}

// travel goes along the trails that there were: -1 to the one before, 1 to the one after.
func (r *root) travel(by int) tea.Cmd {
	if n := r.at + by; n >= 0 && n < len(r.places) {
		r.at = n
		return r.arrive()
	}
	return nil
}

// up leaves the screen on top for the one that led to it.
func (r *root) up() tea.Cmd {
	if t := r.places[r.at]; len(t) > 1 {
		return r.enter(t[: len(t)-1 : len(t)-1])
	}
	return nil
}

// open goes to a place: a main screen by itself begins a new trail, anything else goes on from here.
func (r *root) open(p view.Place) tea.Cmd {
	if r.top().Place() == p && p.Filter == "" {
		if f, ok := r.top().(interface{ First() tea.Cmd }); ok {
			// The key of a screen with tabs goes home from any of them.
			return f.First()
		}
		return nil
	}
	if p == (view.Place{Screen: p.Screen}) && slices.Contains(mains(), p.Screen) {
		return r.enter(trail{{screen: r.home(p.Screen)}})
	}
	s := r.about(p)
	if s == nil {
		return view.Send(view.Note{Text: "no such place: " + p.String(), Bad: true})
	}
	cmd := r.deeper(step{s, p.Filter})
	if f, ok := s.(view.Filtered); ok && p.Filter != "" {
		cmd = tea.Batch(cmd, f.SetFilter(p.Filter))
	}
	switch t := s.(type) {
	case *resources.Screen:
		if !p.Object.IsZero() {
			cmd = tea.Batch(cmd, t.Reveal(p.Object))
		}
	case *network.Screen:
		if !p.Object.IsZero() {
			cmd = tea.Batch(cmd, t.Reveal(p.Object))
		}
	case *nodes.Screen:
		if !p.Object.IsZero() {
			cmd = tea.Batch(cmd, t.Reveal(p.Object))
		}
	case *rbac.Screen:
		if !p.Object.IsZero() || !p.Subject.IsZero() {
			cmd = tea.Batch(cmd, t.Reveal(p.Subject, p.Object))
		}
	}
	return cmd
}

// deeper goes on from here.
func (r *root) deeper(s step) tea.Cmd {
	t := r.places[r.at]
	return r.enter(append(t[:len(t):len(t)], s))
}

// home gives a main screen as it was left.
func (r *root) home(name string) view.Screen {
	if s := r.homes[name]; s != nil {
		return s
	}
	s := r.main(name)
	r.homes[name] = s
	return s
}

// main gives a new main screen.
func (r *root) main(name string) view.Screen {
	var s view.Screen
	switch name {
	case view.Findings:
		s = findings.New(r.shared)
	case view.Resources:
		s = resources.New(r.shared)
	case view.RBAC:
		s = rbac.New(r.shared, r.grants)
	case view.Network:
		s = network.New(r.shared)
	case view.Images:
		s = images.New(r.shared, r.images)
	case view.Secrets:
		s = secrets.New(r.shared, r.secrets)
	case view.Nodes:
		s = nodes.New(r.shared, r.nodes)
	case view.Paths:
		s = paths.New(r.shared, r.paths, view.Place{Screen: view.Paths})
	default:
		s = overview.New(r.shared)
	}
	if t, ok := s.(view.Tabular); ok && len(r.settings.Columns[name]) > 0 {
		t.SetColumns(r.settings.Columns[name])
	}
	return s
}

// about gives a new screen for a place that is about something.
func (r *root) about(p view.Place) view.Screen {
	switch {
	case p.Screen == view.Paths, p.Screen == view.Path, p.Screen == view.Cuts, p.Screen == view.Blast:
		return paths.Open(r.shared, r.paths, p)
	case slices.Contains(mains(), p.Screen):
		return r.main(p.Screen)
	case p.Screen == view.Detail && p.Finding != "":
		return detail.New(r.shared, p.Finding)
	case p.Screen == view.Detail && !p.Object.IsZero():
		return detail.NewObject(r.shared, p.Object)
	case p.Screen == view.Explain && p.Rule != "":
		return explain.New(r.shared, p.Rule)
	case p.Screen == view.Grants && p.Query != "":
		return rbac.NewGrants(r.shared, r.grants, p)
	case p.Screen == view.WhoCan && p.Query != "":
		return rbac.NewWhoCan(r.shared, r.grants, p.Query)
	case p.Screen == view.Matrix && !p.Subject.IsZero():
		return rbac.NewMatrix(r.shared, r.grants, p.Subject)
	case p.Screen == view.Difference && !p.Subject.IsZero() && !p.Other.IsZero():
		return rbac.NewDifference(r.shared, r.grants, p.Subject, p.Other)
	case p.Screen == view.Picture && !p.Subject.IsZero():
		return rbac.NewPicture(r.shared, r.grants, p.Subject)
	case p.Screen == view.Image && p.Query != "":
		return images.Open(r.shared, r.images, p)
	case p.Screen == view.Secret && !p.Object.IsZero():
		return secrets.Open(r.shared, r.secrets, p)
	case p.Screen == view.Node && !p.Object.IsZero():
		return nodes.Open(r.shared, r.nodes, p)
	case p.Screen == view.Plan && len(p.IDs()) > 0:
		return plan.New(r.shared, r.ledger(), p.IDs(), false)
	case p.Screen == view.Plan:
		if cut, ok := p.Cut(); ok {
			return plan.NewCut(r.shared, r.ledger(), cut)
		}
		return nil
	case p.Screen == view.Enforce && !p.Object.IsZero():
		return enforce.New(r.shared, p)
	case p.Screen == view.Proposal:
		if data, ok := r.ledger().Text(p.Query); ok {
			return plan.NewProposal(r.shared, r.ledger(), p.Query, data)
		}
		return nil
	case p.Screen == view.Undo:
		if d := r.ledger().Deed(p.Query); d != nil {
			return plan.NewUndo(r.shared, r.ledger(), d)
		}
		return nil
	}
	return network.Open(r.shared, p)
}

// start is the name of the screen to begin with.
func (r *root) start() string {
	if slices.Contains(mains(), r.settings.Start) {
		return r.settings.Start
	}
	return view.Overview
}

// mains lists the main screens of this version.
func mains() []string {
	return []string{view.Overview, view.Findings, view.RBAC, view.Network, view.Images, view.Secrets, view.Nodes, view.Paths, view.Resources}
}
