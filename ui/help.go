package ui

import (
	"cmp"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/explain"
)

// openHelp lists every key with what it does here, those that do nothing here after all others. Typing searches, in the words of
// the glossary as well; enter does it, or explains the word.
func (r *root) openHelp() tea.Cmd {
	c := &chooser{title: "what can be done here; type to search, words too; enter does it", strict: true, whole: true}
	var does []func() tea.Cmd
	add := func(item choice, do func() tea.Cmd) {
		c.items = append(c.items, item)
		does = append(does, do)
	}
	nothing := func() tea.Cmd { return nil }
	here, elsewhere := r.helpKeys()
	for _, h := range here {
		add(h.choice, func() tea.Cmd { return r.act(h.action) })
	}
	for _, line := range r.legend() {
		add(choice{Item: view.Item{Text: line}}, nothing)
	}
	for _, h := range elsewhere {
		add(h.choice, func() tea.Cmd { return r.act(h.action) })
	}
	for _, term := range explain.Glossary() {
		add(choice{Item: view.Item{Text: term.Name, Note: "word: " + term.Means}, name: term.Name, sought: true}, func() tea.Cmd {
			r.note = view.Note{Text: term.Name + ": " + term.Means}
			return nil
		})
	}
	c.done = func(chosen []int) tea.Cmd { return does[chosen[0]]() }
	r.openChooser(c)
	return nil
}

// helpKey is a key in the help.
type helpKey struct {
	choice
	action keys.Action
}

// helpKeys lists the keys that mean something here, and those that do elsewhere alone.
func (r *root) helpKeys() (here, elsewhere []helpKey) {
	table := r.keys()
	for _, scope := range []keys.Scope{keys.Selected, keys.Moving, keys.Lists, keys.Screens, keys.General} {
		for i := range table {
			b := &table[i]
			if b.Scope != scope {
				continue
			}
			_, does := r.label(b)
			h := helpKey{choice{Item: view.Item{Text: keyColumn(b) + string(b.Action), Note: does}, name: string(b.Action), key: b.Show()}, b.Action}
			o := r.offer(b.Action)
			if !o.Known {
				h.off = "has no meaning here: " + b.Does
				elsewhere = append(elsewhere, h)
				continue
			}
			h.off = o.Why
			here = append(here, h)
		}
	}
	return here, elsewhere
}

// labelled is a screen on which some keys mean something else than elsewhere.
type labelled interface {
	// Label names what an action does there, in short and in a sentence; "" for what it is called everywhere.
	Label(a keys.Action) (label, does string)
}

// label names what a binding does here.
func (r *root) label(b *keys.Binding) (label, does string) {
	label, does = b.Label, b.Does
	if l, ok := r.top().(labelled); ok {
		short, long := l.Label(b.Action)
		label, does = cmp.Or(short, label), cmp.Or(long, does)
	}
	if b.Action == keys.Inspect {
		does = r.inspects(does)
	}
	return label, does
}

// inspects begins with what is read on the screen at hand, and tells what the servers note of it.
func (r *root) inspects(does string) string {
	const logged = "shows in the audit log"
	switch {
	case r.top().Place().Screen == view.Secrets:
		return "read values of Secrets once, after a question, for facts about them (reads values of Secrets); " + logged
	case strings.Contains(does, logged):
		return does
	}
	return does + "; " + logged
}

// keyColumn writes the key of a binding so wide that actions stand below each other.
func keyColumn(b *keys.Binding) string {
	key := b.Show()
	if key == "" {
		key = ":"
	}
	const width = 11
	for len(key) < width {
		key += " "
	}
	return key
}

// explained is a screen with signs of its own.
type explained interface {
	// Legend says what they mean, a line each.
	Legend() []string
}

// legend says what the signs mean.
func (r *root) legend() []string {
	var own []string
	if e, ok := r.top().(explained); ok {
		own = e.Legend()
	}
	return append(own,
		"filter: words must all be found; !word must not; ns: sev: rule: kind: theme: object: look in one place: ns:shop,data sev:>=high !rule:PS",
		"the command line also takes: go NAMESPACE/KIND/NAME, subject sa:NAMESPACE/NAME, who-can VERB RESOURCE -n NAMESPACE, finding ID, paths FROM TO, cuts TO, blast WHAT, filter TEXT, columns A,B",
		"C H M L i: critical, high, medium, low, info. C? is not known yet, C~ depends on an assumption: neither is counted",
		view.RiskFormula,
		"times are in "+r.shared.Zone.String()+"; since is when it became so",
	)
}
