package ui

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// openHelp lists every key with what it does here, or why it does not. Typing searches, enter does it.
func (r *root) openHelp() tea.Cmd {
	c := &chooser{title: "what can be done here; type to search, enter does it"}
	var actions []keys.Action
	for _, scope := range []keys.Scope{keys.Selected, keys.Moving, keys.Lists, keys.Screens, keys.General} {
		for i := range r.shared.Keys {
			b := &r.shared.Keys[i]
			if b.Scope != scope {
				continue
			}
			off := ""
			_, does := r.label(b)
			if o := r.offer(b.Action); !o.Known {
				off = "has no meaning here: " + b.Does
			} else if o.Why != "" {
				off = o.Why
			}
			c.items = append(c.items, choice{Item: view.Item{Text: keyColumn(b) + string(b.Action), Note: does}, name: string(b.Action), off: off})
			actions = append(actions, b.Action)
		}
	}
	for _, line := range r.legend() {
		c.items = append(c.items, choice{Item: view.Item{Text: line}})
		actions = append(actions, keys.None)
	}
	c.done = func(chosen []int) tea.Cmd { return r.act(actions[chosen[0]]) }
	r.openChooser(c)
	return nil
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
	return label, does
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
		"the command line also takes: go NAMESPACE/KIND/NAME, subject sa:NAMESPACE/NAME, who-can VERB RESOURCE -n NAMESPACE, finding ID, filter TEXT, columns A,B",
		"C H M L i: critical, high, medium, low, info. C? is not known yet, C~ depends on an assumption: neither is counted",
		view.RiskFormula,
		"times are in "+r.shared.Zone.String()+"; since is when it became so",
	)
}
