package theme

import (
	"image/color"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// base gives the palette that the file builds on. Its problems are left to palette, which sees every key.
func (r *reader) base(root *yaml.Node) Palette {
	name := terminal
	quiet := reader{}
	quiet.each(root, "the file", func(key string, _, v *yaml.Node) {
		if key != "base" {
			return
		}
		if !slices.Contains(paletteNames(), v.Value) {
			r.problem(v, "there is no palette %s to build on, only %s", quote(v), strings.Join(paletteNames(), ", "))
			return
		}
		name = v.Value
	})
	return builtin(name)
}

// palette lays what the file says over p.
func (r *reader) palette(root *yaml.Node, p *Palette) {
	r.each(root, "the file", func(key string, k, v *yaml.Node) {
		switch key {
		case "dark":
			maps.Copy(p.dark, r.tones(key, v))
		case "light":
			maps.Copy(p.light, r.tones(key, v))
		case "base":
		default:
			r.problem(k, "%s is none of base, dark and light", quote(k))
		}
	})
}

// tones reads the entries for one background.
func (r *reader) tones(what string, n *yaml.Node) map[string]tone {
	known := map[string]bool{}
	for _, role := range Roles() {
		known[role.Name] = true
	}
	out := map[string]tone{}
	r.each(n, what, func(role string, k, v *yaml.Node) {
		if !known[role] {
			r.problem(k, "there is no role %s", quote(k))
		} else if t, ok := r.tone(role, v); ok {
			out[role] = t
		}
	})
	return out
}

// tone reads one entry: a colour, or a mapping of colours and attributes. A mapping of which a part is wrong is left
// out as a whole, since half of it could be unreadable.
func (r *reader) tone(role string, n *yaml.Node) (t tone, ok bool) {
	if n.Kind != yaml.MappingNode {
		t.fg, ok = r.colour(n)
		return t, ok
	}
	before := len(r.problems)
	r.each(n, role, func(key string, k, v *yaml.Node) {
		switch key {
		case "fg":
			t.fg, _ = r.colour(v)
		case "bg":
			t.bg, _ = r.colour(v)
		case "bold":
			t.bold = r.flag(v)
		case "faint":
			t.faint = r.flag(v)
		case "italic":
			t.italic = r.flag(v)
		case "underline":
			t.underline = r.flag(v)
		case "reverse":
			t.reverse = r.flag(v)
		default:
			r.problem(k, "%s is none of fg, bg, bold, faint, italic, underline and reverse", quote(k))
		}
	})
	return t, len(r.problems) == before
}

func (r *reader) colour(n *yaml.Node) (color.Color, bool) {
	if n.Tag == "!!null" {
		// YAML takes an unquoted #123 for a comment.
		r.problem(n, `no colour: write "" for none, and quote one that begins with #`)
		return nil, false
	}
	c, ok := parseColour(n.Value)
	if !ok || n.Kind != yaml.ScalarNode {
		r.problem(n, `%s is no colour: #rgb, #rrggbb, 0 to 255, or a name such as red or brightblue`, quote(n))
		return nil, false
	}
	return c, true
}

func (r *reader) flag(n *yaml.Node) bool {
	if n.Tag != "!!bool" {
		r.problem(n, "%s is neither true nor false", quote(n))
	}
	return n.Value == "true"
}
