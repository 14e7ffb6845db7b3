package theme

import (
	"canopy/model"
	"canopy/ui/text"
)

// unicodeGlyphs avoids characters that some terminals draw as an emoji, which is two cells wide: a star, a warning
// sign, the triangles of a media player.
func unicodeGlyphs() Glyphs {
	return Glyphs{
		Charset: text.Unicode,
		Live:    "●", Stale: "○", Paused: "‖", Cursor: "▸", Up: "▲", Down: "▼",
		Rule: "─", VRule: "│", TeeDown: "┬", TeeUp: "┴", Cross: "┼", Dot: "·", Crumb: "›",
		TopLeft: "┌", TopRight: "┐", BottomLeft: "└", BottomRight: "┘",
		Mark: "✓", Fail: "✗", Bookmark: "⚑", Bullet: "•",
		Collapsed: "▸", Expanded: "▾", Branch: "├", LastBranch: "└",
		ArrowRight: "→", ArrowLeft: "←", MoreAbove: "↑", MoreBelow: "↓",
		OffenceBar: "▌",
		Internet:   "◆", Workload: "■", Account: "●",
		Bar: [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
		severity: [...]string{
			model.Critical: "█", model.High: "▓", model.Medium: "▒", model.Low: "░", model.Info: "·",
		},
	}
}

// asciiGlyphs are the forms for terminals and eyes that can do without the others.
func asciiGlyphs() Glyphs {
	return Glyphs{
		Charset: text.ASCII,
		Live:    "*", Stale: "o", Paused: "=", Cursor: ">", Up: "^", Down: "v",
		Rule: "-", VRule: "|", TeeDown: "+", TeeUp: "+", Cross: "+", Dot: "-", Crumb: ">",
		TopLeft: "+", TopRight: "+", BottomLeft: "+", BottomRight: "+",
		Mark: "*", Fail: "x", Bookmark: "@", Bullet: "-",
		Collapsed: "+", Expanded: "-", Branch: "|", LastBranch: "`",
		ArrowRight: ">", ArrowLeft: "<", MoreAbove: "^", MoreBelow: "v",
		OffenceBar: "|",
		Internet:   "!", Workload: "#", Account: "o",
		Bar: [8]string{"_", "_", ".", ".", "-", "-", "=", "#"},
		severity: [...]string{
			model.Critical: "#", model.High: "!", model.Medium: "+", model.Low: "-", model.Info: ".",
		},
	}
}
