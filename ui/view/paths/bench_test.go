package paths

import (
	"testing"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// BenchmarkView measures, with 5,000 paths, a key that scrolls until the screen is drawn, to draw it anew, and to take another answer.
func BenchmarkView(b *testing.B) {
	p := newPlay(b)
	p.attack.Many(5000)
	p.at(view.Place{Screen: view.Paths}, 200, 60)
	b.Run("scroll", func(b *testing.B) {
		moves := []keys.Action{keys.PageDown, keys.PageDown, keys.Last, keys.Up, keys.First, keys.Down}
		for n := 0; b.Loop(); n++ {
			p.run(p.Do(moves[n%len(moves)]))
			p.View()
		}
	})
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			p.View()
		}
	})
	b.Run("news", func(b *testing.B) {
		for b.Loop() {
			p.news()
		}
	})
	b.Run("changed", func(b *testing.B) {
		for b.Loop() {
			p.changed()
		}
	})
}
