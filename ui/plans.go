package ui

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/editor"
	"canopy/ui/view/enforce"
	"canopy/ui/view/plan"
)

// ledger is what was written to the cluster that is looked at. It is kept by context, as bookmarks are: what was done in one
// cluster is taken back there.
func (r *root) ledger() *plan.Ledger {
	name := r.shared.Session.Name()
	if r.ledgers[name] == nil {
		r.ledgers[name] = &plan.Ledger{}
	}
	return r.ledgers[name]
}

// writing says what is being written, in any cluster; "" for nothing.
func (r *root) writing() string {
	for _, l := range r.ledgers {
		if w := l.Writing(); w != "" {
			return w
		}
	}
	return ""
}

// canUndo says whether there is something to take back.
func (r *root) canUndo() view.Offer {
	return view.When(len(r.ledger().Deeds()) > 0, "nothing was written to this cluster since Canopy started")
}

// chooseUndo goes to the plan that takes something back. Nothing is taken back before that was looked at and confirmed.
func (r *root) chooseUndo() tea.Cmd {
	deeds := r.ledger().Deeds()
	open := func(d *plan.Deed) tea.Cmd {
		return r.open(view.Place{Screen: view.Undo, Query: d.ID()})
	}
	if len(deeds) == 1 {
		return open(deeds[0])
	}
	items := make([]view.Item, len(deeds))
	for i, d := range deeds {
		note := "not saved to a file"
		if d.Saved {
			note = "saved to a file"
		}
		items[i] = view.Item{Text: d.Clock + "  " + d.Title, Note: note}
	}
	r.pick(view.Pick{Title: "take back which of these? enter shows what that would do", Items: items, Done: func(chosen []int) tea.Cmd { return open(deeds[chosen[0]]) }})
	return nil
}

// unsaved counts the plans that only this program can take back.
func (r *root) unsaved() int {
	n := 0
	for _, l := range r.ledgers {
		n += l.Unsaved()
	}
	return n
}

// quit leaves. What is being written is stopped first, and what was done of it told; what only this program can take back is told of
// once. Whoever asks once more leaves.
func (r *root) quit() tea.Cmd {
	for _, l := range r.ledgers {
		if screen, again := l.Stop(); screen != nil && again {
			return tea.Quit
		} else if screen != nil {
			return r.stopped(screen)
		}
	}
	unsaved := r.unsaved()
	if unsaved == 0 || r.warned {
		return tea.Quit
	}
	r.warned = true
	r.prompt, r.chooser = nil, nil
	key := r.shared.Keys.Show(keys.Undo)
	r.note = view.Note{Text: "the undo of " + view.Count(unsaved, "plan") + " is in no file and goes when you leave: " + key + " shows it, " + r.shared.Keys.Show(keys.Quit) + " leaves all the same", Bad: true}
	return nil
}

// stopped goes to where it is told what was done of a plan that was being written, and what takes it back.
func (r *root) stopped(screen view.Screen) tea.Cmd {
	r.prompt, r.chooser = nil, nil
	r.note = view.Note{Text: "stopping what is being written: what was done is told, and can be taken back; " + r.shared.Keys.Show(keys.Quit) + " once more leaves without that", Bad: true}
	if r.top() == screen {
		return nil
	}
	return r.deeper(step{screen: screen})
}

// proposedMsg brings YAML that somebody is about to apply. The name is the path of its file, or empty.
type proposedMsg struct {
	generation int
	name       string
	data       []byte
	err        error
}

var (
	errTooLarge = errors.New("it is larger than 64 MiB")
	errNoFile   = errors.New("it is no file")
)

// largestText bounds the files that are read.
const largestText = 64 << 20

// proposing says what can be given in the place of a path.
const proposing = "a file; or paste YAML; or enter alone: editor"

// propose asks for YAML that somebody is about to apply: the path of a file, nothing for an editor, or pasted text.
func (r *root) propose(path, hint string) {
	g := r.feed.generation
	r.ask(view.Ask{
		Title: "what if I applied: ", Value: path, Hint: hint,
		Done: func(path string) tea.Cmd {
			if path = strings.TrimSpace(path); path == "" {
				return editor.Open(r.shared, "proposal.yaml", nil, func(e editor.Edited) tea.Msg { return proposedMsg{g, "", e.Text, e.Err} })
			}
			return func() tea.Msg {
				data, err := readText(path)
				return proposedMsg{g, path, data, err}
			}
		},
		Paste: func(text string) tea.Cmd { return view.Send(proposedMsg{g, "", []byte(text), nil}) },
	})
}

func readText(path string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, rest)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &os.PathError{Op: "read", Path: path, Err: errNoFile}
	case info.Size() > largestText:
		return nil, &os.PathError{Op: "read", Path: path, Err: errTooLarge}
	}
	return os.ReadFile(path)
}

// proposed goes to the plan of a text.
func (r *root) proposed(msg proposedMsg) tea.Cmd {
	if msg.generation != r.feed.generation {
		return nil
	}
	switch {
	case msg.err != nil:
		if msg.name != "" && r.prompt == nil && r.chooser == nil {
			// The name may only be mistyped.
			r.propose(msg.name, reason(msg.err))
			return nil
		}
		return view.Send(view.Note{Text: msg.err.Error(), Bad: true})
	case strings.TrimSpace(string(msg.data)) == "":
		return view.Send(view.Note{Text: "there is no text, so nothing would change"})
	}
	name := r.ledger().Keep(msg.name, msg.data)
	return r.deeper(step{screen: plan.NewProposal(r.shared, r.ledger(), name, msg.data)})
}

// reason is what is wrong with a file whose name is in sight.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// namespaceOf names the namespace that an object is, or is in; "" for none.
func namespaceOf(o model.Ref) string {
	if o.Group == "" && o.Kind == "Namespace" {
		return o.Name
	}
	return o.Namespace
}

// enforced is the simulation of a namespace.
func enforced(namespace, level string) view.Place {
	return view.Place{Screen: view.Enforce, Object: model.Ref{Version: "v1", Kind: "Namespace", Name: namespace}, Query: level}
}

// onNamespace tells that a namespace itself is selected, where what-if has more than one meaning.
func (r *root) onNamespace(o model.Ref) bool {
	p := r.top().Place()
	return o.Group == "" && o.Kind == "Namespace" && (p.Screen == view.Resources || p.Screen == view.Detail && p.Finding == "")
}

// whatIfNamespace asks what is to be different in a namespace.
func (r *root) whatIfNamespace(s view.Subject) tea.Cmd {
	items := []view.Item{
		{Text: "it enforced restricted", Note: "which pods Pod Security would refuse"},
		{Text: "it enforced baseline", Note: "which pods Pod Security would refuse"},
	}
	if len(s.Findings) > 0 {
		items = append(items, view.Item{Text: "its own findings were fixed", Note: view.Count(len(s.Findings), "finding")})
	}
	r.pick(view.Pick{Title: "what if, in the namespace " + s.Object.Name, Items: items, Done: func(chosen []int) tea.Cmd {
		switch chosen[0] {
		case 0:
			return r.open(enforced(s.Object.Name, enforce.Restricted))
		case 1:
			return r.open(enforced(s.Object.Name, enforce.Baseline))
		}
		return r.fix(s, true)
	}})
	return nil
}

// fix goes to the plan that ends findings.
func (r *root) fix(s view.Subject, whatIf bool) tea.Cmd {
	ids := make([]string, len(s.Findings))
	for i, f := range s.Findings {
		ids[i] = f.ID
	}
	return r.deeper(step{screen: plan.New(r.shared, r.ledger(), ids, whatIf)})
}
