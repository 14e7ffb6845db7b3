package settings

import (
	"fmt"
	"strings"
)

// Markdown gives the page of the documentation about the settings.
func Markdown() []byte {
	b := &strings.Builder{}
	b.WriteString("# Settings\n\n" +
		"The settings of the dashboard, as `canopy info --defaults -o markdown` prints them. `canopy` and `canopy demo` read them when they start, from\n" +
		"`$XDG_CONFIG_HOME/canopy/config.yaml`, else `~/.config/canopy/config.yaml`. Canopy never writes this file, and needs none.\n\n" +
		"- A flag is over the environment, that over the settings of a context, those over the settings for all contexts.\n" +
		"- What is wrong is named with its line by `canopy info` and is ignored: the rest holds, and in its place the default.\n" +
		"- Anchors and aliases are not read, nor a second document, nor a file over " + fmt.Sprint(maxFile>>10) + " KiB.\n" +
		"- `canopy info --defaults` prints a file to begin with, the one below. `canopy info --schema` prints a JSON schema of it, by which editors complete and check.\n" +
		"- Themes of your own stand beside it, as `themes/NAME.yaml`.\n\n" +
		"| setting | takes | default | by context | what it does |\n|---|---|---|---|---|\n")
	writeRows(b, "", options())
	b.WriteString("\n## The defaults as a file\n\n```yaml\n")
	b.Write(Defaults())
	b.WriteString("```\n")
	return []byte(b.String())
}

func writeRows(b *strings.Builder, at string, table []option) {
	for i := range table {
		o := &table[i]
		if o.kind == group {
			writeRows(b, join(at, o.name), o.options)
			continue
		}
		standard, own := "none", "yes"
		if o.fallback != "" {
			standard = "`" + o.fallback + "`"
		}
		if o.global || at != "" {
			own = "no"
		}
		cells := []string{"`" + join(at, o.name) + "`", o.takes(), standard, own, o.doc}
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
}
