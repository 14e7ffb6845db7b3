package ui

import (
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"canopy/ui/table"
	"canopy/ui/theme"
)

// root is the program's model: the live screen. Its Update only routes.
type root struct {
	feed       Feed
	context    string
	namespaces namespaces
	location   *time.Location
	theme      theme.Theme
	glyphs     theme.Glyphs

	width, height int
	table         *table.Table[*row]
	input         textinput.Model
	// mode says who has the keyboard.
	mode mode

	// news signals reports, done ends the wait for them.
	news, done <-chan struct{}
	// wanted is what the next job makes, shown what the last one made; busy tells that one is under way.
	wanted job
	shown  *listing
	busy   bool
}

type mode uint8

const (
	browsing mode = iota
	typing
	helping
)

func newRoot(o Options, news, done <-chan struct{}) *root {
	r := &root{
		feed: o.Feed, context: o.Context, namespaces: newNamespaces(o.Namespaces), location: o.Location,
		theme: theme.New(!o.NoColor), glyphs: theme.NewGlyphs(o.ASCII), news: news, done: done,
		input: newInput(),
	}
	if r.location == nil {
		r.location = time.Local
	}
	schema := findingSchema(r.theme, r.location)
	r.table = table.New(schema, r.theme, r.glyphs)
	r.shown = newListing(schema)
	r.wanted = job{namespaces: r.namespaces}
	r.resize(o.Width, o.Height)
	return r
}

// Init begins to listen. The first frame is drawn before anything is known.
func (r *root) Init() tea.Cmd {
	return tea.Batch(r.look, r.watch)
}

// Update routes a message to what it is for.
func (r *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		return r, r.press(msg)
	case tea.PasteMsg:
		return r, r.paste(msg)
	case reportMsg:
		return r, r.take(msg)
	case listedMsg:
		return r, r.list(msg)
	}
	return r, nil
}

// View draws the screen.
func (r *root) View() tea.View {
	v := tea.View{AltScreen: true}
	switch {
	case r.width == 0 || r.height == 0:
	case r.width < minWidth || r.height < minHeight:
		v.Content = r.tooSmall()
	default:
		v.Content = r.screen()
		v.Cursor = r.caret()
	}
	return v
}
