package ui

import (
	"context"
	"os"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/catalogue"
	"canopy/analysis/privilege"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/editor"
	"canopy/ui/view/images"
	"canopy/ui/view/nodes"
	"canopy/ui/view/paths"
	"canopy/ui/view/plan"
	"canopy/ui/view/rbac"
	"canopy/ui/view/secrets"
)

// root is the program's model. Its Update only routes.
type root struct {
	options  Options
	settings Settings
	shared   *view.Shared
	palettes []theme.Palette
	// dark is what the terminal says of its background.
	dark bool

	width, height int
	// trail is the way to the screen on top, places all trails there were, at the one that is shown.
	places []trail
	at     int
	// homes are the screens that are opened again as they were left, by name.
	homes map[string]view.Screen

	feed feed
	// grants keeps what the screens of RBAC have read of the cluster.
	grants *rbac.Keeper
	// images, secrets and nodes keep what their screens have read, and the work that was asked for there.
	images  *images.Keeper
	secrets *secrets.Keeper
	nodes   *nodes.Keeper
	// paths keeps what was asked about paths of attack; steps reads the steps of attack once.
	paths *paths.Keeper
	steps func() ([]*model.Edge, error)
	// chooser and prompt have the keyboard while they are open.
	chooser *chooser
	prompt  *prompt
	note    view.Note
	// notes are told when the one before was seen.
	notes []view.Note
	// bookmarks are kept by context: a place in one cluster means nothing in another.
	bookmarks map[string][]view.Place
	recent    []string
	// ledgers hold what was written, by context; warned tells that leaving was warned of.
	ledgers map[string]*plan.Ledger
	warned  bool
	mouse   bool
	// attempt counts the clusters that were chosen.
	attempt int
	zones   zones
	// begin is what the first screen asks for.
	begin tea.Cmd
	// failure is why the program had to end.
	failure error
}

func newRoot(ctx context.Context, o Options) *root {
	r := &root{options: o, dark: true, steps: sync.OnceValues(catalogue.Edges), homes: map[string]view.Screen{}, bookmarks: map[string][]view.Place{}, ledgers: map[string]*plan.Ledger{}, palettes: o.Palettes}
	if len(r.palettes) == 0 {
		r.palettes = theme.Palettes()
	}
	zone := o.Location
	if zone == nil {
		zone = time.Local
	}
	r.shared = &view.Shared{Keys: keys.Default().With(o.Keys), Zone: zone, Running: ctx, Edges: sync.OnceValues(privilege.NewMarks), Editor: o.Editor}
	if r.shared.Editor == nil {
		r.shared.Editor = editor.Command(os.Getenv)
	}
	for _, n := range o.Notes {
		r.notes = append(r.notes, view.Note{Text: n, Bad: true})
	}
	r.begin = r.take(o.Session)
	r.nextNote()
	r.resize(o.Width, o.Height)
	return r
}

// Init begins to listen. The first frame is drawn before anything is known.
func (r *root) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, r.begin)
}

// Update routes a message to what it is for.
func (r *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.resize(msg.Width, msg.Height)
	case tea.BackgroundColorMsg:
		r.dark = msg.IsDark()
		return r, r.restyle()
	case tea.KeyPressMsg:
		return r, r.press(msg)
	case tea.PasteMsg:
		return r, r.paste(msg)
	case tea.MouseClickMsg:
		return r, r.click(tea.Mouse(msg))
	case tea.MouseWheelMsg:
		r.wheel(tea.Mouse(msg))
	case view.For:
		return r, msg.To.Update(msg.Msg)
	default:
		return r, r.serve(msg)
	}
	return r, nil
}

// serve takes what commands and screens ask of the program.
func (r *root) serve(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case reportMsg:
		return r.news(msg)
	case snapshotMsg:
		return r.listed(msg)
	case readyMsg:
		return r.ready(msg)
	case failedMsg:
		return r.failed(msg)
	case connectedMsg:
		return r.connected(msg)
	case contextsMsg:
		return r.chooseContext(msg)
	case proposedMsg:
		return r.proposed(msg)
	case view.Leave:
		if msg.Screen == r.top() {
			return r.up()
		}
	case view.Go:
		return r.open(msg.Place)
	case view.Note:
		r.note = msg
	case view.Pick:
		r.pick(msg)
	case view.Ask:
		r.ask(msg)
	case view.Copy:
		return r.copy(msg.Text, msg.What)
	}
	return nil
}

// View draws the screen.
func (r *root) View() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: "canopy"}
	if r.mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
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
