package settings

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"canopy/analysis/image/reference"
)

// The patterns of names, which the schema holds too.
const (
	themePattern     = `^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`
	durationPattern  = `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`
	pathPattern      = `^$|^~?/|^[A-Za-z]:[/\\]`
	namespacePattern = `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`
)

func matches(pattern, s string) bool { return regexp.MustCompile(pattern).MatchString(s) }

// ThemeName tells whether a theme can have this name, which is that of its file too.
func ThemeName(s string) bool { return matches(themePattern, s) }

// value reads what stands under the name of a setting.
func (p *parser) value(at string, n *yaml.Node, o *option) []change {
	switch o.kind {
	case group:
		return p.table(at, n, o.options, false)
	case contexts:
		p.contextSettings(at, n)
		return nil
	case keys:
		return p.keyMap(at, n, o)
	case columns:
		return p.columnMap(at, n, o)
	}
	if p.shared(at, n) {
		return nil
	}
	switch o.kind {
	case namespaces:
		return p.namespaceList(at, n, o)
	case registries:
		return p.registryList(at, n, o)
	case jewels:
		return p.jewelList(at, n, o)
	}
	if n.Kind != yaml.ScalarNode {
		p.problem(n.Line, at, "%s: want %s", found(n), o.takes())
		return nil
	}
	if o.kind == flag {
		var b bool
		if n.ShortTag() != "!!bool" || n.Decode(&b) != nil {
			p.problem(n.Line, at, "%s: want true or false", found(n))
			return nil
		}
		return []change{set(o, b)}
	}
	if n.ShortTag() != "!!str" {
		p.problem(n.Line, at, "%s: want %s", found(n), o.takes())
		return nil
	}
	return p.text(at, n, o)
}

// text reads the value of a setting that is one word.
func (p *parser) text(at string, n *yaml.Node, o *option) []change {
	s := n.Value
	switch o.kind {
	case duration:
		d, err := time.ParseDuration(s)
		if err != nil || !matches(durationPattern, s) || d < o.min || d > o.max {
			p.problem(n.Line, at, "%s: want %s", quote(s), o.takes())
			return nil
		}
		return []change{set(o, d)}
	case path:
		clean, ok := p.path(s)
		if !ok {
			p.problem(n.Line, at, "%s: want %s", quote(s), o.takes())
			return nil
		}
		return []change{set(o, clean)}
	case theme:
		if p.known.Themes == nil && ThemeName(s) {
			break
		}
		if !slices.Contains(p.known.Themes, s) {
			p.problem(n.Line, at, "%s: no such theme, nor a .yaml of that name in the folder themes%s", quote(s), choices(s, o.allowed(&p.known)))
			return nil
		}
	default:
		if allowed := o.allowed(&p.known); !slices.Contains(allowed, s) {
			p.problem(n.Line, at, "%s%s", quote(s), choices(s, allowed))
			return nil
		}
	}
	return []change{set(o, s)}
}

// path gives the path of a file. One that depends on where Canopy was started is none that can be meant.
func (p *parser) path(s string) (string, bool) {
	if s == "" {
		return "", true
	}
	if strings.ContainsFunc(s, unicode.IsControl) || strings.HasSuffix(s, "/") {
		return "", false
	}
	if rest, ok := strings.CutPrefix(s, "~/"); ok {
		return filepath.Join(p.known.Home, rest), p.known.Home != ""
	}
	return s, filepath.IsAbs(s)
}

// list gives the words of a list, false where one of them is none or stands there twice.
func (p *parser) list(at string, n *yaml.Node, want string, check func(*yaml.Node) bool) ([]string, bool) {
	if p.shared(at, n) {
		return nil, false
	}
	if n.Kind != yaml.SequenceNode || n.ShortTag() != "!!seq" {
		p.problem(n.Line, at, "%s: want a list of %s", found(n), want)
		return nil, false
	}
	list, good := []string{}, true
	seen := map[string]bool{}
	for _, item := range n.Content {
		switch {
		case p.shared(at, item):
			good = false
		case item.Kind != yaml.ScalarNode || item.ShortTag() != "!!str":
			p.problem(item.Line, at, "%s: want %s; what is no word to YAML stands in quotes", found(item), want)
			good = false
		case seen[item.Value]:
			p.problem(item.Line, at, "%s stands there twice", quote(item.Value))
			good = false
		case !check(item):
			good = false
		default:
			list = append(list, item.Value)
			seen[item.Value] = true
		}
	}
	return list, good
}

func (p *parser) namespaceList(at string, n *yaml.Node, o *option) []change {
	pattern := regexp.MustCompile(namespacePattern)
	list, ok := p.list(at, n, "names of namespaces", func(item *yaml.Node) bool {
		if pattern.MatchString(item.Value) {
			return true
		}
		p.problem(item.Line, at, "%s: no name of a namespace; want small letters, digits and -, 63 at most", quote(item.Value))
		return false
	})
	if !ok {
		return nil
	}
	return []change{func(d *Dashboard) { *o.field(d).(*[]string) = slices.Clone(list) }}
}

func (p *parser) registryList(at string, n *yaml.Node, o *option) []change {
	list, ok := p.list(at, n, "registries", func(item *yaml.Node) bool {
		if _, err := reference.ParseAllow([]string{item.Value}); err != nil {
			p.problem(item.Line, at, "%s: no registry, nor a path in one", quote(item.Value))
			return false
		}
		return true
	})
	if !ok {
		return nil
	}
	return []change{func(d *Dashboard) { *o.field(d).(*[]string) = slices.Clone(list) }}
}

func (p *parser) columnMap(at string, n *yaml.Node, o *option) []change {
	var changes []change
	screens := p.known.tables()
	for _, e := range p.entries(at, n) {
		if screens != nil && !slices.Contains(screens, e.name) {
			p.problem(e.line, e.at, "no screen with columns%s", choices(e.name, screens))
			continue
		}
		list, ok := p.list(e.at, e.value, "columns", func(item *yaml.Node) bool {
			if screens == nil || slices.Contains(p.known.Columns[e.name], item.Value) {
				return true
			}
			p.problem(item.Line, e.at, "%s: no such column%s", quote(item.Value), choices(item.Value, p.known.Columns[e.name]))
			return false
		})
		if ok {
			changes = append(changes, put(o, e.name, list, true))
		}
	}
	return changes
}

// set puts a value in its place.
func set[T any](o *option, v T) change {
	return func(d *Dashboard) { *o.field(d).(*T) = v }
}

// put puts a list in its place in a map. Where an empty one is as good as none it takes away what was there.
func put(o *option, name string, list []string, drop bool) change {
	return func(d *Dashboard) {
		m := *o.field(d).(*map[string][]string)
		if drop && len(list) == 0 {
			delete(m, name)
			return
		}
		m[name] = slices.Clone(list)
	}
}
