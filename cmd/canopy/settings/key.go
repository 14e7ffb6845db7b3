package settings

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// keyPattern is what the schema holds about names of keys.
func keyPattern() string {
	return `^((` + strings.Join(modifiers(), "|") + `)\+)*(` + strings.Join(namedKeys(), "|") + `|f([1-9]|[1-5][0-9]|6[0-3])|\S)$`
}

// modifiers lists the modifiers in the order in which Bubble Tea writes them.
func modifiers() []string { return []string{"ctrl", "alt", "shift", "meta", "hyper", "super"} }

// namedKeys lists the keys that type no character, as Bubble Tea names them; f1 to f63 are beside them.
func namedKeys() []string {
	return []string{
		"enter", "tab", "backspace", "esc", "space", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "insert", "delete",
		"begin", "find", "select", "menu", "pause", "printscreen", "capslock", "scrolllock", "numlock",
	}
}

// keyMap reads a map of keys by action.
func (p *parser) keyMap(at string, n *yaml.Node, o *option) []change {
	var changes []change
	// holders are the actions that have a key by this map.
	holders := map[string][]entry{}
	for _, e := range p.entries(at, n) {
		if allowed := o.allowed(&p.known); allowed != nil && !slices.Contains(allowed, e.name) {
			p.problem(e.line, e.at, "no such action%s", choices(e.name, allowed))
			continue
		}
		list, ok := p.keyList(e)
		if !ok || p.taken(e, list, holders) {
			continue
		}
		for _, k := range list {
			holders[k] = append(holders[k], e)
		}
		changes = append(changes, put(o, e.name, list, false))
	}
	return changes
}

// taken tells that a key is another action's that comes first, where the two cannot share one.
func (p *parser) taken(e entry, list []string, holders map[string][]entry) bool {
	bad := false
	for _, k := range list {
		for _, h := range holders[k] {
			if p.known.Conflict != nil && p.known.Conflict(h.name, e.name) {
				p.problem(e.line, e.at, "%s is the key of %s in line %d already", quote(k), h.name, h.line)
				bad = true
			}
		}
	}
	return bad
}

// keyList reads a key or a list of keys. The empty string is no key.
func (p *parser) keyList(e entry) ([]string, bool) {
	if p.shared(e.at, e.value) {
		return nil, false
	}
	items := []*yaml.Node{e.value}
	if e.value.Kind == yaml.SequenceNode && e.value.ShortTag() == "!!seq" {
		items = e.value.Content
	} else if e.value.Kind == yaml.ScalarNode && e.value.ShortTag() == "!!str" && e.value.Value == "" {
		return []string{}, true
	}
	list, good := []string{}, true
	seen := map[string]bool{}
	for _, item := range items {
		k, ok := p.key(e.at, item)
		switch {
		case !ok:
			good = false
		case seen[k]:
			p.problem(item.Line, e.at, "%s stands there twice", quote(k))
			good = false
		default:
			list = append(list, k)
			seen[k] = true
		}
	}
	return list, good
}

// key reads the name of a key. A digit needs no quotes.
func (p *parser) key(at string, n *yaml.Node) (string, bool) {
	if p.shared(at, n) {
		return "", false
	}
	tag := n.ShortTag()
	if n.Kind != yaml.ScalarNode || tag != "!!str" && (tag != "!!int" || len(n.Value) != 1) {
		p.problem(n.Line, at, "%s: want a key, such as x, ctrl+x or enter; signs such as ~ stand in quotes", found(n))
		return "", false
	}
	name, advice := keyName(n.Value)
	if advice != "" {
		p.problem(n.Line, at, "%s: no key%s", quote(n.Value), advice)
	}
	return name, advice == ""
}

// keyName gives the name of a key with its modifiers in order; else advice says what is wrong with it.
func keyName(s string) (name, advice string) {
	var mods [6]bool
	base := s
	for i := strings.Index(base, "+"); i > 0 && i < len(base)-1; i = strings.Index(base, "+") {
		m := slices.Index(modifiers(), base[:i])
		if m < 0 {
			return "", " modifier" + choices(base[:i], modifiers())
		}
		mods[m] = true
		base = base[i+1:]
	}
	prefix := ""
	for i, m := range modifiers() {
		if mods[i] {
			prefix += m + "+"
		}
	}
	r, size := utf8.DecodeRuneInString(base)
	switch {
	case slices.Contains(namedKeys(), base) || functionKey(base):
	case size == 0 || size < len(base):
		return "", "; want one character, f1 to f63, " + either(namedKeys()[:15]) + meant(prefix, base)
	case r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.IsMark(r):
		return "", "; want a character that shows; the space bar is space"
	case prefix == "shift+":
		return "", " that a terminal tells; want the character that it types: A, not shift+a"
	case prefix != "" && unicode.IsUpper(r):
		return "", " that a terminal tells; want a small letter behind a modifier, and ctrl+shift+a for a capital"
	}
	return prefix + base, ""
}

// meant asks for the named key that was probably meant.
func meant(prefix, base string) string {
	name := strings.ToLower(base)
	switch name {
	case "pgdn", "pagedown":
		name = "pgdown"
	case "pageup":
		name = "pgup"
	case "escape":
		name = "esc"
	case "return":
		name = "enter"
	case "del":
		name = "delete"
	}
	if slices.Contains(namedKeys(), name) || functionKey(name) {
		return "; did you mean " + prefix + name + "?"
	}
	if k := nearest(base, namedKeys()); k != "" {
		return "; did you mean " + prefix + k + "?"
	}
	return ""
}

// functionKey tells f1 to f63.
func functionKey(s string) bool {
	number, ok := strings.CutPrefix(s, "f")
	n, err := strconv.Atoi(number)
	return ok && err == nil && n >= 1 && n <= 63 && strconv.Itoa(n) == number
}
