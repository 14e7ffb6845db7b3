package page_test

import (
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

func shared() *view.Shared {
	return &view.Shared{Theme: theme.New(theme.Options{Dark: true}), Glyphs: theme.NewGlyphs(false)}
}

func plain(p *page.Page) string {
	var lines []string
	for _, l := range p.Lines() {
		lines = append(lines, strings.TrimRight(ansi.Strip(l), " "))
	}
	return strings.Join(lines, "\n")
}

func TestWordsStayWhole(t *testing.T) {
	p := page.New(shared(), 32, false)
	p.Entry("SINCE", p.In(p.Ink.Text, "created at about 2026-10-01 09:12"))
	p.Entry("", p.In(p.Ink.Faint, "a/path/of/a/node and web-7d9f-abcde"))
	p.Item(p.In(p.Ink.Severity(model.High), "H "), p.In(p.Ink.Text, "an item that has two lines it is"))
	p.Gap()
	p.Gap()
	p.Para(p.In(p.Ink.Text, "one-word-"+strings.Repeat("x", 40)))
	want := ` SINCE   created at about
         2026-10-01 09:12
         a/path/of/a/node and
         web-7d9f-abcde
 H  an item that has two lines
    it is

 one-word-
 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
 xxxxxxxxxx`
	if got := plain(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNarrow(t *testing.T) {
	p := page.New(shared(), 20, false)
	p.Entry("WHERE", p.In(p.Ink.Text, "spec.hostPID"))
	if got := plain(p); got != " WHERE\n spec.hostPID" {
		t.Errorf("got\n%s", got)
	}
	for width := range 60 {
		p := page.New(shared(), width, false)
		p.Entry("WORD", p.In(p.Ink.Text, "some text-with 名前名前 and a verylongwordthatdoesnotfit"))
		p.Item("x", p.In(p.Ink.Text, "more"))
		for _, l := range p.Lines() {
			if w := ansi.StringWidth(l); width > 4 && w > width {
				t.Errorf("%d: %d cells: %q", width, w, l)
			}
		}
	}
}

// TestStylesEndWithTheirLine checks that no colour runs into what stands beside a line.
func TestStylesEndWithTheirLine(t *testing.T) {
	p := page.New(shared(), 30, false)
	red := lipgloss.NewStyle().Foreground(lipgloss.Red)
	p.Entry("WORD", p.In(red, strings.Repeat("a text in red ", 10)))
	for _, l := range p.Lines() {
		if on := strings.LastIndex(l, "\x1b[31m"); on >= 0 && !strings.Contains(l[on:], "\x1b[m") && !strings.Contains(l[on:], "\x1b[0m") {
			t.Errorf("%q goes on", l)
		}
	}
	if n := len(p.Lines()); n < 5 {
		t.Errorf("%d lines", n)
	}
}

func TestFaded(t *testing.T) {
	s := shared()
	p := page.New(s, 80, true)
	p.Para(p.In(p.Ink.Severity(model.Critical), "critical") + p.In(p.Ink.Value, "value"))
	if got, want := p.Lines()[0], s.Theme.Faint.Render("critical"); !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
}

func TestLongAndHostile(t *testing.T) {
	p := page.New(shared(), 80, false)
	p.Para(p.In(p.Ink.Text, strings.Repeat("名前 \x1b[31m", 1<<17)))
	if got := plain(p); !strings.Contains(got, "bytes, not all shown)") || strings.Contains(got, "\x1b") || len(p.Lines()) > 100 {
		t.Errorf("%d lines: %q", len(p.Lines()), got)
	}
}
