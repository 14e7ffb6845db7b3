package ui

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"canopy/ui/view"
)

// tell reports the median and the slowest hundredth.
func tell(b *testing.B, took []time.Duration, unit string) {
	b.Helper()
	slices.Sort(took)
	at := func(hundredths int) float64 { return float64(took[(len(took)-1)*hundredths/100].Nanoseconds()) / 1000 }
	b.ReportMetric(at(50), "p50-"+unit)
	b.ReportMetric(at(99), "p99-"+unit)
}

// BenchmarkKey measures what a person waits for: from a key until the screen is drawn (µs), and until all is drawn that is
// made outside the loop, such as what stands beside the list (µs-all).
func BenchmarkKey(b *testing.B) {
	moves := []string{"j", "pgdown", "k", "G", "j", "pgup", "g"}
	for _, c := range []struct {
		name, screen string
		rows         int
		first, keys  []string
	}{
		{"findings", view.Findings, 50_000, nil, moves},
		{"findings", view.Findings, 100_000, nil, moves},
		{"marked", view.Findings, 50_000, []string{"*"}, moves},
		{"grouped", view.Findings, 50_000, []string{"#", "#"}, moves},
		{"overview", view.Overview, 50_000, nil, []string{"j", "tab", "k"}},
		{"palette", view.Findings, 50_000, nil, []string{":", "down", "x", "esc"}},
	} {
		for _, size := range [][2]int{{80, 24}, {200, 60}} {
			b.Run(fmt.Sprintf("%s/%d/%dx%d", c.name, c.rows, size[0], size[1]), func(b *testing.B) {
				s := crowdedScreen(b, c.screen, c.rows, size[0], size[1])
				for _, k := range c.first {
					s.strike(k)
				}
				var drawn, done []time.Duration
				for i := 0; b.Loop(); i++ {
					one, all := s.strike(c.keys[i%len(c.keys)])
					drawn, done = append(drawn, one), append(done, all)
				}
				tell(b, drawn, "µs")
				tell(b, done, "µs-all")
			})
		}
	}
}

// BenchmarkFilterKey measures a key that is typed into the filter, until the rows are drawn that pass.
func BenchmarkFilterKey(b *testing.B) {
	const rows = 50_000
	for _, c := range []struct{ name, typed string }{
		{"word", "ledger-orde"}, {"several", "priv team"}, {"field", "ns:team-01"}, {"expression", "~[0-9]7$"},
	} {
		typed := c.typed
		for _, way := range []string{"narrow", "widen"} {
			b.Run(fmt.Sprintf("%s/%s/%d", c.name, way, rows), func(b *testing.B) {
				s := crowdedScreen(b, view.Findings, rows, 120, 40)
				s.strike("/")
				var took []time.Duration
				for len(took) < b.N {
					for _, c := range typed {
						if _, all := s.strike(string(c)); way == "narrow" {
							took = append(took, all)
						}
					}
					for range typed {
						if _, all := s.strike("backspace"); way == "widen" {
							took = append(took, all)
						}
					}
				}
				tell(b, took, "µs")
			})
		}
	}
}

// BenchmarkReport measures a report until its rows are drawn: the first, and one in which ten findings differ.
func BenchmarkReport(b *testing.B) {
	const rows = 50_000
	first := crowded(b, rows)
	b.Run(fmt.Sprintf("first/%d", rows), func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			s := crowdedScreen(b, view.Findings, 0, 120, 40)
			b.StartTimer()
			s.follow(s.root.news(reportMsg{generation: s.root.feed.generation, report: first}))
		}
	})
	b.Run(fmt.Sprintf("ten-changed/%d", rows), func(b *testing.B) {
		s, r := crowdedScreen(b, view.Findings, rows, 120, 40), first
		for b.Loop() {
			b.StopTimer()
			r = changed(r, 10)
			b.StartTimer()
			s.follow(s.root.news(reportMsg{generation: s.root.feed.generation, report: r}))
		}
	})
}

// crowdedTerminal shows many findings on a pseudo-terminal.
func crowdedTerminal(b *testing.B, rows, frames int) (*terminal, *staged) {
	b.Helper()
	x := newTerminal(b, 120, 40)
	session := stage(b, crowded(b, rows))
	x.start(b.Context(), Options{Session: session, Settings: begin(view.Findings), frames: frames})
	x.wait(fmt.Sprintf("of %d", rows))
	x.calm(100 * time.Millisecond)
	return x, session
}

// leave ends the program of a measurement.
func (x *terminal) leave() {
	x.keys("\x03")
	if o := x.end(); o.err != nil {
		x.t.Errorf("Run gives %v", o.err)
	}
}

// pressed gives how long it takes from a key until the first byte comes.
func (x *terminal) pressed(key string) time.Duration {
	select {
	case <-x.got:
	default:
	}
	start := time.Now()
	x.keys(key)
	select {
	case <-x.got:
		return time.Since(start)
	case <-time.After(5 * time.Second):
		x.t.Fatalf("no byte comes after %q", key)
		return 0
	}
}

// setDeaf tells whether the emulator gets what is written.
func (x *terminal) setDeaf(on bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.deaf = on
}

// BenchmarkBytes measures at the terminal, with 60 and with 120 frames a second: from a key to the first byte, how much a key lets
// be written, and how it is to hold a key down over a line that is slow.
func BenchmarkBytes(b *testing.B) {
	const rows = 50_000
	for _, frames := range []int{60, 80, 120} {
		b.Run(fmt.Sprintf("first/%d", frames), func(b *testing.B) {
			x, _ := crowdedTerminal(b, rows, frames)
			x.setDeaf(true)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				// Not in step with the frames.
				time.Sleep(40*time.Millisecond + time.Duration(i%17)*time.Millisecond)
				took = append(took, x.pressed("j"))
			}
			tell(b, took, "µs")
			x.leave()
		})
	}
	for _, way := range []struct{ name, key string }{{"line", "j"}, {"page", "\x1b[6~"}} {
		key := way.key
		b.Run(way.name, func(b *testing.B) {
			x, _ := crowdedTerminal(b, rows, frames)
			x.setDeaf(true)
			x.keys(strings.Repeat("j", 60))
			before := x.calm(300 * time.Millisecond)
			n := 0
			for ; b.Loop(); n++ {
				x.pressed(key)
				time.Sleep(60 * time.Millisecond)
			}
			b.ReportMetric(float64(x.calm(100*time.Millisecond)-before)/float64(n), "B/key")
			x.leave()
		})
	}
	for _, rate := range []int{64_000, 16_000} {
		b.Run(fmt.Sprintf("held/%d", rate), func(b *testing.B) {
			x, _ := crowdedTerminal(b, rows, frames)
			x.keys(strings.Repeat("j", 60))
			before := x.calm(300 * time.Millisecond)
			shown, seen := 0, ""
			x.mu.Lock()
			x.rate = rate
			x.watch = func() {
				if now := line(x, 38); now != seen {
					shown, seen = shown+1, now
				}
			}
			x.mu.Unlock()
			const held = 2 * time.Second
			for b.Loop() {
				start := time.Now()
				for at := time.Duration(0); at < held; at += time.Second / 30 {
					time.Sleep(time.Until(start.Add(at)))
					x.keys("j")
				}
			}
			released := time.Now()
			after := x.calm(300 * time.Millisecond)
			x.mu.Lock()
			last := x.last
			x.mu.Unlock()
			seconds := held.Seconds() * float64(b.N)
			b.ReportMetric(float64(shown)/seconds, "frames/s")
			b.ReportMetric(float64(after-before)/seconds, "B/s")
			b.ReportMetric(max(0, float64(last.Sub(released).Milliseconds())), "ms-tail")
			x.leave()
		})
	}
}

// line is a line of the emulator; the lock is held.
func line(x *terminal, row int) string {
	var text strings.Builder
	for col := range 120 {
		if c := x.screen.CellAt(col, row); c != nil {
			text.WriteString(c.Content)
		}
	}
	return text.String()
}

// BenchmarkBurst measures keys while 5,000 findings a second change: from the key until the cursor of the list has moved.
func BenchmarkBurst(b *testing.B) {
	const rows = 50_000
	for _, frames := range []int{60, 80, 120} {
		b.Run(fmt.Sprint(frames), func(b *testing.B) {
			x, session := crowdedTerminal(b, rows, frames)
			x.keys(strings.Repeat("j", 10))
			x.calm(300 * time.Millisecond)
			moved, at := make(chan int, 100), 0
			x.mu.Lock()
			x.watch = func() {
				for row := 4; row < 38; row++ {
					if c := x.screen.CellAt(0, row); c != nil && c.Content == "▸" && row != at {
						at = row
						moved <- row
					}
				}
			}
			x.mu.Unlock()
			ended, stopped := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(stopped)
				r := session.report
				for {
					select {
					case <-ended:
						return
					case <-time.After(100 * time.Millisecond):
						r = changed(r, 500)
						session.publish(r)
					}
				}
			}()
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				time.Sleep(30*time.Millisecond + time.Duration(i%17)*time.Millisecond)
				for len(moved) > 0 {
					<-moved
				}
				start := time.Now()
				x.keys([]string{"j", "k"}[i%2])
				select {
				case <-moved:
					took = append(took, time.Since(start))
				case <-time.After(5 * time.Second):
					s, _ := x.see()
					b.Fatalf("the cursor does not move:\n%s", s)
				}
			}
			close(ended)
			<-stopped
			tell(b, took, "µs")
			x.mu.Lock()
			x.watch = nil
			x.mu.Unlock()
			x.leave()
		})
	}
}

// BenchmarkIdle measures a screen on which nothing happens.
func BenchmarkIdle(b *testing.B) {
	const window = 10 * time.Second
	for _, frames := range []int{60, 80, 120} {
		b.Run(fmt.Sprint(frames), func(b *testing.B) {
			x, _ := crowdedTerminal(b, 50_000, frames)
			runtime.GC()
			before := x.calm(500 * time.Millisecond)
			busy := processor(b)
			for b.Loop() {
				time.Sleep(window)
			}
			b.ReportMetric(100*(processor(b)-busy).Seconds()/(window.Seconds()*float64(b.N)), "%-core")
			_, after := x.see()
			b.ReportMetric(float64(after-before), "B-drawn")
			x.leave()
		})
	}
}

// processor is the time that the process has had of a processor.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestKeysCostTheWindow holds that what a key costs does not grow with the rows: neither in a plain list nor in one that is
// marked, grouped or filtered, nor on the overview.
func TestKeysCostTheWindow(t *testing.T) {
	for name, c := range map[string]struct {
		screen string
		first  []string
	}{
		"list":     {view.Findings, nil},
		"marked":   {view.Findings, []string{"*"}},
		"grouped":  {view.Findings, []string{"#", "#", "#"}},
		"filtered": {view.Findings, []string{"/", "s", "e", "r", "enter"}},
		"overview": {view.Overview, nil},
	} {
		t.Run(name, func(t *testing.T) {
			cost := func(rows int) float64 {
				s := crowdedScreen(t, c.screen, rows, 120, 40)
				for _, k := range c.first {
					s.strike(k)
				}
				s.strike("g")
				return testing.AllocsPerRun(20, func() {
					s.strike("j")
					s.strike("k")
				})
			}
			if few, many := cost(1_000), cost(50_000); many > few*1.2+20 {
				t.Errorf("two keys allocate %.0f times at 1,000 rows and %.0f times at 50,000", few, many)
			}
		})
	}
}
