package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// Picture is the screen that draws one subject with its groups, bindings and roles. It satisfies view.Screen and
// view.Filtered.
type Picture struct {
	shared  *view.Shared
	keeper  *Keeper
	subject model.Subject
	// broken says why nothing can be shown; nil where it can.
	broken error

	pager         *view.Pager
	width, height int
	snapshot      *view.Snapshot
	world         *world
	// scene is what is drawn; nil until it was made. drawn is what the lines were made of, wanted what they are to be made of.
	scene         *scene
	drawn, wanted sight
	busy          bool
}

// sight is what a picture depends on.
type sight struct {
	snapshot *view.Snapshot
	width    int
	look     int
}

// painted brings a picture.
type painted struct {
	picture *Picture
	sight   sight
	world   *world
	scene   *scene
	lines   []string
	err     error
}

// NewPicture gives the picture of a subject.
func NewPicture(shared *view.Shared, keeper *Keeper, subject model.Subject) *Picture {
	p := &Picture{shared: shared, keeper: keeper, subject: subject, pager: view.NewPager(shared), snapshot: view.NewSnapshot(), world: newWorld()}
	return p
}

// Place is the subject.
func (p *Picture) Place() view.Place { return view.Place{Screen: view.Picture, Subject: p.subject} }

// Crumbs name the subject.
func (p *Picture) Crumbs() []string { return []string{view.RBAC, p.subject.String(), view.Picture} }

// Aside counts what is drawn.
func (p *Picture) Aside() string {
	if p.scene == nil {
		return ""
	}
	return view.Count(len(p.scene.grants), "binding")
}

// Resize asks for a picture of another width.
func (p *Picture) Resize(width, height int) {
	p.width, p.height = max(0, width), max(0, height)
	p.wanted.width = p.width
	p.pager.Resize(p.width, max(0, p.height-1))
}

// Restyle asks for the picture in other styles.
func (p *Picture) Restyle() { p.wanted.look++ }

// Show asks for the picture of a snapshot.
func (p *Picture) Show(s *view.Snapshot) tea.Cmd {
	p.snapshot, p.wanted.snapshot = s, s
	return p.paint()
}

// paint makes the picture, unless one is being made or it is there.
func (p *Picture) paint() tea.Cmd {
	if p.busy || p.broken != nil || p.wanted == p.drawn || p.snapshot.Report.Sequence == 0 || p.width == 0 {
		return nil
	}
	p.busy = true
	from, now, sight, before, to := p.world, p.snapshot, p.wanted, p.scene, newLoader(p.shared, p.world, p.snapshot.Report, p.width)
	return view.Later(p, func() tea.Msg {
		w, err := p.keeper.next(to.ctx, to.session, now)
		if err != nil {
			return painted{picture: p, sight: sight, world: from, scene: before, err: err}
		}
		to.world = w
		s := before
		if s == nil || w != from {
			if s, err = to.scene(p.subject); err != nil {
				return painted{picture: p, sight: sight, world: from, scene: before, err: err}
			}
		}
		return painted{p, sight, w, s, s.draw(&to.shared, to.width), nil}
	})
}

func (m painted) Take() tea.Cmd {
	p := m.picture
	p.busy, p.drawn, p.world, p.scene = false, m.sight, m.world, m.scene
	switch {
	case m.err == nil:
		p.pager.SetLines(m.lines)
	case p.shared.Running.Err() == nil:
		p.broken = m.err
	}
	return p.paint()
}

// Update takes a picture.
func (p *Picture) Update(msg tea.Msg) tea.Cmd {
	if t, ok := msg.(sheet.Taker); ok {
		return t.Take()
	}
	return nil
}

// Can offers what a text does.
func (p *Picture) Can(a keys.Action) view.Offer {
	switch a {
	case keys.Matrix, keys.Access:
		return view.Yes()
	case keys.Picture:
		return view.Because("this is it")
	case keys.Owner:
		return view.Because("nobody owns it")
	case keys.Copy:
		return view.When(p.scene != nil, "there is nothing to copy")
	}
	return p.pager.Can(a)
}

// Do moves, copies the picture, and goes to the subject.
func (p *Picture) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.Access:
		return view.Send(view.Go{Place: view.Place{Screen: view.RBAC, Subject: p.subject}})
	case keys.Matrix:
		return view.Send(view.Go{Place: view.Place{Screen: view.Matrix, Subject: p.subject}})
	case keys.Copy:
		return view.Send(view.Copy{Text: p.pager.Plain(), What: "the picture"})
	}
	p.pager.Do(a)
	return nil
}

// Subject is the account.
func (p *Picture) Subject() view.Subject {
	return view.Subject{Object: objectOf(p.subject), Names: []string{p.subject.String()}}
}

// Filter is what is searched for.
func (p *Picture) Filter() string { return p.pager.Search() }

// SetFilter searches.
func (p *Picture) SetFilter(t string) tea.Cmd {
	p.pager.SetSearch(t)
	return nil
}

// FilterProblem is nothing: any text can be searched for.
func (p *Picture) FilterProblem() string { return "" }

// View draws the window.
func (p *Picture) View() string {
	t := &p.shared.Theme
	if p.height < 1 {
		return ""
	}
	parts := []view.Part{{Text: rbacOnly, Style: t.Faint, Rank: 1}}
	switch {
	case p.broken != nil:
		parts = []view.Part{{Text: p.broken.Error(), Style: t.Alarm}}
	case p.scene != nil && p.scene.why != "":
		parts = append([]view.Part{{Text: "may hold more: " + p.scene.why, Style: t.Warn}}, parts...)
	}
	line, _ := p.shared.Bar(p.width, parts...)
	if p.height == 1 {
		return view.Block([]string{line}, p.width, 1)
	}
	return p.pager.View() + "\n" + line
}

// Position says which lines are in the window.
func (p *Picture) Position() string { return p.pager.Position() }

// Click does nothing.
func (p *Picture) Click(int, int) tea.Cmd { return nil }

// Wheel moves the window.
func (p *Picture) Wheel(_, _, lines int) { p.pager.Wheel(lines) }
