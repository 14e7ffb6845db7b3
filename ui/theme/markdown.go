package theme

import "strings"

// Markdown says how people write a theme of their own, with every role.
func Markdown() string {
	var b strings.Builder
	b.WriteString("\n## A theme of your own\n\n`themes/NAME.yaml`, beside the settings, is the theme `NAME`. It names colours by role, for a dark background and for a light one; " +
		"what it leaves out comes from its base. `canopy info` says what is wrong with it.\n\n" +
		"```yaml\nbase: canopy            # terminal, canopy or contrast\ndark:\n  title: \"#ffb454\"      # #rgb or #rrggbb in quotes, 0 to 255, or a name such as red or brightblue\n" +
		"  selected: {fg: black, bg: \"#ffb454\", bold: true}   # also faint, italic, underline, reverse\nlight:\n  title: 130\n```\n\n| role | what is drawn so |\n|---|---|\n")
	for _, r := range Roles() {
		b.WriteString("| `" + r.Name + "` | " + r.Use + " |\n")
	}
	return b.String()
}
