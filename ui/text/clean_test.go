package text_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"canopy/ui/text"

	"github.com/charmbracelet/x/ansi"
)

func TestClean(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":                {"kube-system/web-7d9f", "kube-system/web-7d9f"},
		"empty":                {"", ""},
		"colour":               {"\x1b[31mred\x1b[0m", "?red?"},
		"title":                {"a\x1b]0;owned\x07b", "a?b"},
		"title with ST":        {"a\x1b]0;owned\x1b\\b", "a?b"},
		"8-bit CSI":            {"a\u009b31mb", "a?b"},
		"8-bit OSC":            {"a\u009d0;owned\u009cb", "a?b"},
		"raw 8-bit CSI":        {"a\x9b31mb", "a?31mb"},
		"device control":       {"a\x1bP1$r\x1b\\b", "a?b"},
		"charset":              {"a\x1b(0b", "a?b"},
		"reset":                {"a\x1bcb", "a?b"},
		"hides nothing":        {"a\x1b]0;still here", "a?0;still here"},
		"unended CSI":          {"a\x1b[31", "a?31"},
		"lone escape":          {"a\x1b", "a?"},
		"lines":                {"a\nb\tc\r\nd\u2028e\u2029f\rg", "a b c d e f g"},
		"bell and backspace":   {"a\a\b\x7fb", "a?b"},
		"bidi":                 {"a\u202egnp.exe\u202c\u2066\u200f\u061c", "a?gnp.exe?"},
		"zero width":           {"ad\u200bmi\u200d\ufeff\u2060n", "ad?mi?n"},
		"tags":                 {"a\U000e0041\U000e0042b", "a?b"},
		"soft hyphen":          {"a\u00adb", "a?b"},
		"Hangul filler":        {"a\u3164b", "a?b"},
		"invalid":              {"a\xff\xfeb\xc3", "a?b?"},
		"private use":          {"a\ue0b0b", "a?b"},
		"unassigned":           {"a\U0003ffffb", "a?b"},
		"other scripts":        {"größe 名前 имя", "größe 名前 имя"},
		"no-break space":       {"a\u00a0b\u3000c", "a b c"},
		"accent of its own":    {"e\u0301", "e\u0301"},
		"flood":                {"z" + strings.Repeat("\u0337", 40) + "a", "za"},
		"leading mark":         {"\u0301a", "?a"},
		"emoji":                {"ok 😀", "ok 😀"},
		"emoji family":         {"👩\u200d👧", "👩?👧"},
		"flag":                 {"🇩🇪", "?"},
		"emoji presentation":   {"⚠\ufe0f!", "⚠!"},
		"selector in a name":   {"a\ufe0fb", "a?b"},
		"a question mark":      {"really??", "really??"},
		"replacement rune":     {"a\ufffdb", "a\ufffdb"},
		"terminator by itself": {"a\u009cb", "a?b"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text.Clean(c.in); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		width int
		want  string
	}{
		"pads":            {"web", 5, "web  "},
		"exact":           {"webby", 5, "webby"},
		"cuts":            {"web-frontend", 5, "web-…"},
		"one":             {"web", 1, "…"},
		"none":            {"web", 0, ""},
		"negative":        {"web", -3, ""},
		"wide":            {"名前名前", 6, "名前… "},
		"wide exact":      {"名前", 4, "名前"},
		"wide padded":     {"名前", 5, "名前 "},
		"cleans":          {"\x1b[2Jweb", 5, "?web "},
		"mark at the cut": {"abcde\u0301fg", 5, "abcd…"},
		"fits with marks": {"e\u0301", 1, "e\u0301"},
		"empty":           {"", 3, "   "},
	} {
		t.Run(name, func(t *testing.T) {
			if got := text.Fit(c.in, c.width); got != c.want {
				t.Errorf("Fit(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
			}
		})
	}
	if got := text.ASCII.Fit("größe 名前 very long", 10); got != "gr??e ?? ~" {
		t.Errorf("ASCII.Fit = %q", got)
	}
}

func TestLongTextIsBounded(t *testing.T) {
	for name, unit := range map[string]string{"plain": "a", "marks": "a\u0301", "escape": "\x1b[31m", "unended": "\x1b]", "zero width": "\u200b", "wide": "名"} {
		long := strings.Repeat(unit, 1<<20/len(unit))
		n := testing.AllocsPerRun(3, func() { text.Fit(long, 40) })
		if n > 20 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if got := text.Fit(long, 40); ansi.StringWidth(got) != 40 {
			t.Errorf("%s: %d cells", name, ansi.StringWidth(got))
		}
	}
}

func TestPlainTextDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { text.Clean("shop/Deployment/web"); text.Fit("12345", 5); text.Cut("1234", 5) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"web", "\x1b[31m", "\x1b]0;x", "e\u0301\u0301\u0301\u0301\u0301\u0301", "👩\u200d👧\u0d4e", "\u1100\u1161\u11a8", "क\u094dष", "🇩🇪🇫", "\r\n\r", "a\ufe0f", "\u0d4e", "\xc2\x9b1m"} {
		f.Add(s, 5)
	}
	f.Fuzz(func(t *testing.T, s string, width int) { hold(t, s, min(max(width, 0), 200)) })
}

// TestAllOfUnicode puts characters of every block beside each other: joining, widths and cutting depend on neighbours.
func TestAllOfUnicode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	blocks := []rune{0, 0x80, 0x300, 0x600, 0x900, 0xd00, 0x1100, 0x1780, 0x2000, 0x20d0, 0x2600, 0x3000, 0xa960, 0xac00, 0xfe00, 0xff00, 0x11000, 0x1f1e0, 0x1f300, 0x1f3f0, 0xe0000}
	for range 8_000 {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			switch r.IntN(8) {
			case 0:
				b.WriteByte(byte(r.IntN(256)))
			case 1:
				b.WriteString([]string{"\x1b[1m", "\x1b]0;", "\u200d", "\ufe0f", "a", "\x1b\\", "\u0d4e", "\u094d"}[r.IntN(8)])
			default:
				b.WriteRune(blocks[r.IntN(len(blocks))] + rune(r.IntN(0x80)))
			}
		}
		hold(t, b.String(), r.IntN(12))
		if t.Failed() {
			return
		}
	}
	for c := rune(0); c <= unicode.MaxRune; c += 1 + rune(r.IntN(30)) {
		hold(t, "a"+string(c)+"b", 2)
	}
}

// hold checks what must hold for every text.
func hold(t *testing.T, s string, width int) {
	t.Helper()
	for _, c := range []text.Charset{text.Unicode, text.ASCII} {
		clean := c.Clean(s)
		harmless(t, clean)
		if again := c.Clean(clean); again != clean {
			t.Errorf("Clean(%q) = %q, and of that %q", s, clean, again)
		}
		if g, w := ansi.StringWidth(clean), ansi.StringWidthWc(clean); g != w {
			t.Errorf("Clean(%q) = %q: %d cells by cluster, %d by code point", s, clean, g, w)
		}
		fit := c.Fit(s, width)
		harmless(t, fit)
		if g, w := ansi.StringWidth(fit), ansi.StringWidthWc(fit); g != width || w != width {
			t.Errorf("Fit(%q, %d) = %q: %d cells by cluster, %d by code point", s, width, fit, g, w)
		}
		if again := c.Fit(fit, width); again != fit {
			t.Errorf("Fit(%q, %d) = %q, and of that %q", s, width, fit, again)
		}
		if cut := c.Cut(s, width); strings.TrimRight(cut, " ") != strings.TrimRight(fit, " ") {
			t.Errorf("Cut(%q, %d) = %q, Fit %q", s, width, cut, fit)
		}
		if c == text.ASCII && strings.ContainsFunc(fit, func(r rune) bool { return r > '~' }) {
			t.Errorf("ASCII.Fit(%q, %d) = %q", s, width, fit)
		}
	}
}

func harmless(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%q is not valid UTF-8", s)
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
			t.Errorf("%q holds %U", s, r)
		}
	}
}

func BenchmarkFit(b *testing.B) {
	for name, s := range map[string]string{"plain": "shop/Deployment/web-frontend", "wide": "shop/名前/名前", "megabyte": strings.Repeat("名", 1<<20/3)} {
		b.Run(name, func(b *testing.B) {
			var buf []byte
			for b.Loop() {
				buf = text.Unicode.AppendFit(buf[:0], s, 24)
			}
		})
	}
}
