package settings

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// standard gives the defaults.
func standard() []change { return fallbacks(options()) }

func fallbacks(table []option) []change {
	var p parser
	var changes []change
	for i := range table {
		o := &table[i]
		changes = append(changes, fallbacks(o.options)...)
		if o.fallback == "" {
			continue
		}
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: o.fallback}
		if o.kind == flag {
			n.Tag = "!!bool"
		}
		changes = append(changes, p.value(o.name, n, o)...)
	}
	return changes
}

// Defaults gives a file of settings that says what holds without one: a comment for every setting, its default, and an
// example behind comment signs where the default is empty.
func Defaults() []byte {
	b := &strings.Builder{}
	comment(b, "", "Settings of Canopy's dashboard: $XDG_CONFIG_HOME/canopy/config.yaml, else ~/.config/canopy/config.yaml. "+
		"What stands here holds without a file. Keep what you change and leave the rest out. canopy info says what is wrong with a file, "+
		"canopy info --schema prints its JSON schema. A flag is over the environment, that over the settings of a context, "+
		"those over the settings for all contexts.")
	writeTable(b, "", options())
	return []byte(b.String())
}

func writeTable(b *strings.Builder, indent string, table []option) {
	for i := range table {
		o := &table[i]
		if i > 0 || indent == "" {
			b.WriteString("\n")
		}
		text := o.doc
		if o.kind != group && o.kind != contexts {
			text += " Takes " + o.takes() + "."
		}
		comment(b, indent, text)
		switch {
		case o.kind == group:
			b.WriteString(indent + o.name + ":\n")
			writeTable(b, indent+"  ", o.options)
		case o.fallback != "":
			b.WriteString(indent + o.name + ": " + o.fallback + "\n")
		default:
			for _, line := range o.lines() {
				b.WriteString(indent + "# " + line + "\n")
			}
		}
	}
}

// lines gives the example of a setting as YAML. A map stands below its name, what is one word beside it.
func (o *option) lines() []string {
	if o.kind == path || o.kind == namespaces || o.kind == registries || o.kind == jewels {
		return []string{o.name + ": " + o.example}
	}
	lines := []string{o.name + ":"}
	for line := range strings.SplitSeq(o.example, "\n") {
		lines = append(lines, "  "+line)
	}
	return lines
}

// commentWidth is the width at which comments are broken into lines.
const commentWidth = 100

func comment(b *strings.Builder, indent, text string) {
	line := indent + "##"
	empty := line
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > commentWidth && line != empty {
			b.WriteString(line + "\n")
			line = empty
		}
		line += " " + word
	}
	b.WriteString(line + "\n")
}
