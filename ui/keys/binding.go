package keys

import "slices"

// Scope says what an action is about, by which the help is ordered.
type Scope string

// The scopes.
const (
	Screens  Scope = "screens"
	General  Scope = "everywhere"
	Moving   Scope = "moving"
	Lists    Scope = "lists"
	Selected Scope = "what is selected"
)

// Binding ties keys to an action.
type Binding struct {
	Action Action
	Scope  Scope
	// Keys are the keys as Bubble Tea names them, the one to show first. None means that only the palette and the help
	// reach the action.
	Keys []string
	// Label is the word beside the key in the footer; a binding without one stands only in the help.
	Label string
	// Does says in the help what happens.
	Does string
}

// Show writes the first key of a binding; "" where it has none.
func (b *Binding) Show() string {
	if len(b.Keys) == 0 {
		return ""
	}
	return Name(b.Keys[0])
}

// Name writes a key as people do, in ASCII, so that it reads alike everywhere.
func Name(key string) string {
	switch key {
	case "pgdown":
		return "PgDn"
	case "pgup":
		return "PgUp"
	case "home":
		return "Home"
	case "end":
		return "End"
	}
	return key
}

// Map is a table of bindings, in the order in which the footer and the help list them.
type Map []Binding

// Action gives what a key does, None where it does nothing.
func (m Map) Action(key string) Action {
	for i := range m {
		if slices.Contains(m[i].Keys, key) {
			return m[i].Action
		}
	}
	return None
}

// Find gives the binding of an action; nil where there is none.
func (m Map) Find(a Action) *Binding {
	for i := range m {
		if m[i].Action == a {
			return &m[i]
		}
	}
	return nil
}

// Show writes the key of an action; "" where it has none.
func (m Map) Show(a Action) string {
	if b := m.Find(a); b != nil {
		return b.Show()
	}
	return ""
}

// With gives a table in which actions have other keys. A key that was another action's is taken from it; of actions that
// are both named here the later one in the table keeps it.
func (m Map) With(keys map[Action][]string) Map {
	out := make(Map, len(m))
	taken := map[string]Action{}
	for i := range m {
		for _, k := range keys[m[i].Action] {
			taken[k] = m[i].Action
		}
	}
	for i, b := range m {
		if own, ok := keys[b.Action]; ok {
			b.Keys = slices.Clone(own)
		}
		b.Keys = slices.DeleteFunc(slices.Clone(b.Keys), func(k string) bool { a, ok := taken[k]; return ok && a != b.Action })
		out[i] = b
	}
	return out
}

// Local tells that the keys of an action hold only on screens that know it. There they are taken from the actions that have them
// elsewhere.
func Local(a Action) bool {
	switch a {
	case Cuts, NextRoute, PrevRoute:
		return true
	}
	return false
}

// On gives the table as it holds on a screen that knows the actions for which known tells so: what a key does there, it does nowhere
// else, and what it does elsewhere it does not there.
func (m Map) On(known func(Action) bool) Map {
	here, elsewhere := map[string]bool{}, map[string]bool{}
	for i := range m {
		into := elsewhere
		if Local(m[i].Action) {
			if !known(m[i].Action) {
				continue
			}
			into = here
		}
		for _, k := range m[i].Keys {
			into[k] = true
		}
	}
	out := slices.Clone(m)
	for i := range out {
		b := &out[i]
		other := here
		if Local(b.Action) {
			if known(b.Action) {
				continue
			}
			other = elsewhere
		}
		if slices.ContainsFunc(b.Keys, func(k string) bool { return other[k] }) {
			b.Keys = slices.DeleteFunc(slices.Clone(b.Keys), func(k string) bool { return other[k] })
		}
	}
	return out
}

// Names lists all actions.
func (m Map) Names() []string {
	names := make([]string, len(m))
	for i := range m {
		names[i] = string(m[i].Action)
	}
	return names
}
