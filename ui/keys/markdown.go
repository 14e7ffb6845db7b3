package keys

import (
	"fmt"
	"strings"
)

// Markdown gives the table of bindings as a page of documentation.
func (m Map) Markdown() string {
	var b strings.Builder
	b.WriteString("# Keys\n\nThis page is made from the table of bindings by `make docs`. Every action can also be typed in the palette (`:`) and found in the help (`?`), which runs it; one that cannot be done says why. " +
		"The settings change keys by the name of the action, and name keys as here; a key that was another action's is taken from it. See [settings.md](settings.md).\n")
	for _, scope := range []Scope{Screens, Selected, Moving, Lists, General} {
		fmt.Fprintf(&b, "\n## %s\n\n| key | action | what it does |\n|---|---|---|\n", strings.ToUpper(string(scope[:1]))+string(scope[1:]))
		for i := range m {
			if m[i].Scope == scope {
				fmt.Fprintf(&b, "| %s | `%s` | %s |\n", codes(m[i].Keys), m[i].Action, m[i].Does)
			}
		}
	}
	b.WriteString("\n## While text is typed\n\n| key | what it does |\n|---|---|\n")
	for _, t := range Typing() {
		fmt.Fprintf(&b, "| %s | %s |\n", codes(t.Keys), t.Does)
	}
	return b.String()
}

func codes(keys []string) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = "`" + strings.ReplaceAll(k, "|", `\|`) + "`"
	}
	return strings.Join(out, " ")
}
