package table_test

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/table"
	"canopy/ui/theme"
)

// hostile are texts that tempt a table to lose its columns.
func hostile() []*item {
	texts := []string{"名前名前名前\x1b[31m", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", strings.Repeat("a", 253), strings.Repeat("名", 253), "😀👩\u200d👧🇩🇪ok", "\u202egnp.exe", "a\tb\nc", "z" + strings.Repeat("\u0337", 40), "\u0d4e", ""}
	var out []*item
	for i, s := range texts {
		out = append(out, &item{string(rune('a' + i)), s, s + "x", i})
	}
	return out
}

// exact checks that each line that is drawn is as wide as the table, whichever way a terminal measures.
func exact(t *testing.T, tb *table.Table[*item], width int) {
	t.Helper()
	for _, l := range strings.Split(tb.View(), "\n") {
		plain := ansi.Strip(l)
		if w, wc := ansi.StringWidth(plain), ansi.StringWidthWc(plain); l != "" && (w != width || wc != width) {
			t.Fatalf("width %d: a line of %d or %d cells: %q", width, w, wc, l)
		}
	}
}

func TestWidths(t *testing.T) {
	bold := lipgloss.NewStyle().Bold(true)
	loud := table.Styles{Header: bold, Group: bold, Faint: bold, Selected: bold, Resting: bold, Marked: bold, Glow: bold, Gone: bold.Strikethrough(true), Match: bold.Underline(true)}
	for _, ascii := range []bool{false, true} {
		for width := range 90 {
			tb := table.New(wideSchema(), loud, theme.NewGlyphs(ascii))
			tb.Resize(width, 40)
			a := wideSchema().Arrange(items(3), table.Query{Column: 2, Reverse: true}).Stir(items(1), hostile())
			for _, q := range []table.Query{{}, {Filter: "~."}, {Filter: "e"}, {Group: "name"}, {Group: "in", Filter: "x ~a"}} {
				tb.Show(a.With(q))
				tb.Move(1)
				tb.ToggleMark()
				exact(t, tb, width)
				tb.SetFocus(width%2 == 0)
				tb.Wide(true)
				tb.Scroll(width % 4)
				exact(t, tb, width)
				tb.Wide(false)
			}
		}
	}
}

// TestColumnsAlign holds that the last column begins at the same cell on all lines.
func TestColumnsAlign(t *testing.T) {
	tb := newTable(schema(), 60, 20)
	tb.Show(schema().Arrange(hostile(), table.Query{}))
	for _, l := range lines(tb)[1:11] {
		if tail := ansi.TruncateLeft(l, 56, ""); strings.TrimLeft(tail, " 0123456789") != "" {
			t.Errorf("%q ends in %q", l, tail)
		}
	}
	if !strings.Contains(tb.View(), "…") {
		t.Error("nothing is cut")
	}
}

func plainStyle(code string) func() lipgloss.Style {
	return func() lipgloss.Style {
		s := lipgloss.NewStyle()
		switch code {
		case "1":
			return s.Bold(true)
		case "2":
			return s.Faint(true)
		case "3":
			return s.Italic(true)
		case "5":
			return s.Blink(true)
		case "7":
			return s.Reverse(true)
		}
		return s.Foreground(lipgloss.Red)
	}
}

// TestStyles compares the sequences that are drawn.
func TestStyles(t *testing.T) {
	red := plainStyle("31")()
	s := schema()
	s.Columns[2].Style = func(*item) lipgloss.Style { return red }
	styles := table.Styles{Header: plainStyle("1")(), Selected: plainStyle("7")(), Resting: plainStyle("5")(), Marked: plainStyle("1")(), Glow: plainStyle("3")(), Gone: plainStyle("2")(), Match: plainStyle("5")(), Group: plainStyle("1")(), Faint: plainStyle("2")()}
	tb := table.New(s, styles, theme.NewGlyphs(false))
	tb.Resize(24, 8)
	tb.SetColumns([]string{"name", "size"})
	all := items(4)
	a := s.Arrange(all, table.Query{}).Stir(all[3:], []*item{{"x", "name-x", "", 7}})
	tb.Show(a)
	tb.Move(1)
	tb.ToggleMark()
	tb.Move(-1)
	check := func(want ...string) {
		t.Helper()
		got := strings.Split(strings.ReplaceAll(tb.View(), "\x1b", "\\e"), "\n")
		for i, w := range want {
			if got[i] != w {
				t.Errorf("line %d is\n%s\nwant\n%s", i, got[i], w)
			}
		}
	}
	check(
		`\e[1m  NAME▲             SIZE\e[m`,
		`\e[7m▸ name-000000          0\e[m`,
		`\e[1m ✓name-000001       \e[m\e[1;31m   1\e[m`,
		`  name-000002       \e[31m   2\e[m`,
		`\e[2m -name-000003          3\e[m`,
		`\e[3m +name-x            \e[m\e[3;31m   7\e[m`,
		"", "",
	)
	tb.SetFocus(false)
	tb.Show(a.With(table.Query{Filter: "me-000 0000"}))
	check(
		`\e[1m  NAME▲             SIZE\e[m`,
		`\e[5m▸ name-000000          0\e[m`,
		`\e[1m ✓na\e[m\e[1;5mme-0000\e[m\e[1m01       \e[m\e[1;31m   1\e[m`,
	)
	tb.SetFocus(true)
	check(`\e[1m  NAME▲             SIZE\e[m`, `\e[7m▸ na\e[m\e[7;5mme-0000\e[m\e[7m00          0\e[m`)
	tb.Show(a.With(table.Query{Filter: "!name-1 in:space", Group: "in"}))
	tb.Home()
	tb.Move(1)
	check(`\e[1m  NAME▲             SIZE\e[m`, `\e[1m  ▾ space0\e[m\e[2m  1  sum 0    \e[m`)
	tb.SetStyles(table.Styles{})
	check("  NAME▲             SIZE", `  ▾ space0  1  sum 0    `)
	tb.SetGlyphs(theme.NewGlyphs(true))
	check("  NAME^             SIZE", `  - space0  1  sum 0    `)
}

// TestMatchKeepsCharactersWhole holds that no style begins between a letter and its mark.
func TestMatchKeepsCharactersWhole(t *testing.T) {
	s := schema()
	tb := table.New(s, table.Styles{Match: plainStyle("5")()}, theme.NewGlyphs(false))
	tb.Resize(40, 4)
	rows := []*item{{"a", "first", "", 1}, {"b", "xe\u0301y 名e 名\u0301Öö", "", 1}}
	for filter, want := range map[string]string{
		"~.":           "\x1b[5mxe\u0301y 名e 名\u0301Öö\x1b[m ",
		"e":            "x\x1b[5me\u0301\x1b[my 名\x1b[5me\x1b[m 名\u0301Öö ",
		"\u0301y":      "x\x1b[5me\u0301y\x1b[m 名e 名\u0301Öö ",
		"名 ö":          "xe\u0301y \x1b[5m名\x1b[me \x1b[5m名\u0301Öö\x1b[m ",
		"!zz in:":      "xe\u0301y 名e 名\u0301Öö ",
		"~x*":          "\x1b[5mx\x1b[me\u0301y 名e 名\u0301Öö ",
		`"e\u0301y" e`: "",
	} {
		tb.Show(s.Arrange(rows, table.Query{Filter: filter}))
		if got := tb.View(); !strings.Contains(got, want) {
			t.Errorf("%s: %q lacks %q", filter, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	tb := newTable(wideSchema(), 10, 4)
	tb.SetColumns([]string{"space", "name"})
	got := tb.Lines([]*item{{"a", strings.Repeat("long", 40), "tab\there", 1}, {"b", "\x1b[31m名", "", 2}})
	want := []string{"SPACE\tNAME", "tab here\t" + strings.Repeat("long", 40), "\t?名"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("lines %q", got)
	}
	print := tb.Printer()
	tb.Wide(true)
	if got := print(nil); len(got) != 1 || got[0] != "SPACE\tNAME" {
		t.Errorf("a printer that was taken before: %q", got)
	}
	if got := tb.Lines(nil); got[0] != "SPACE\tNAME\tSIZE\tALPHA\tBETA\tGAMMA\tDELTA" {
		t.Errorf("wide lines %q", got)
	}
}
