package theme

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// sheet draws every role, and the glyphs, in a few lines of equal width.
func sheet(name string, look *Theme, g *Glyphs) string {
	const columns, width = 4, 16
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s\n", columns*width, "== "+name)
	for i, s := range look.slots() {
		b.WriteString(s.style.Render(fmt.Sprintf("%-*s", width-1, s.Name)) + " ")
		if i%columns == columns-1 {
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	for _, s := range model.Severities() {
		b.WriteString(look.Severity(s).Render(s.Letter()+" "+strings.Repeat(g.Severity(s), 5)) + " ")
	}
	b.WriteByte('\n')
	for v := range 9 {
		b.WriteString(look.Good.Render(g.Level(v, 8)))
	}
	for _, s := range g.each() {
		b.WriteString(" " + s)
	}
	return b.String() + "\n"
}

// TestSheet prints all themes that come with the program, for people to look at, when SHEET is set:
//
//	SHEET=1 go test -v -run TestSheet ./ui/theme
func TestSheet(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		g := NewGlyphs(ascii)
		all := looks()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			look := all[name]
			got := sheet(name, &look, &g)
			for _, role := range Roles() {
				if !strings.Contains(got, role.Name) {
					t.Errorf("%s: no %s", name, role.Name)
				}
			}
			if os.Getenv("SHEET") != "" {
				fmt.Println(got)
			}
		}
	}
}
