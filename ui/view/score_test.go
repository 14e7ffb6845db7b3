package view_test

import (
	"math/rand/v2"
	"testing"

	"canopy/model"
	"canopy/ui/view"
)

func score(critical, high, medium, low, info int) view.Score {
	return view.Score{Holds: [model.Critical + 1]int{model.Critical: critical, model.High: high, model.Medium: medium, model.Low: low, model.Info: info}}
}

func TestRisk(t *testing.T) {
	for _, c := range []struct {
		score view.Score
		want  int
	}{
		{score(0, 0, 0, 0, 0), 0},
		{score(0, 0, 0, 0, 1000), 0},
		{score(0, 0, 0, 1, 0), 1},
		{score(0, 0, 1, 0, 0), 20},
		{score(0, 0, 900, 0, 0), 31},
		{score(0, 1, 0, 0, 0), 40},
		{score(0, 10, 0, 0, 0), 47},
		{score(0, 100, 0, 0, 0), 54},
		{score(0, 1000, 0, 0, 0), 61},
		{score(1, 0, 0, 0, 0), 75},
		{score(1, 90, 0, 0, 0), 80},
		{score(10, 0, 0, 0, 0), 80},
		{score(1000, 0, 0, 0, 0), 90},
		{score(1<<40, 1<<40, 1<<40, 1<<40, 0), 99},
	} {
		if got := c.score.Risk(); got != c.want {
			t.Errorf("%v: risk %d, want %d", c.score.Holds, got, c.want)
		}
	}
	if got := (view.Score{Undecided: 1000}).Risk(); got != 0 {
		t.Errorf("what is not known gives risk %d", got)
	}
}

// TestRiskIsMonotone adds findings to random scores: the risk never falls, and what is worse never counts less.
func TestRiskIsMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var s view.Score
		for i := range s.Holds {
			if r.IntN(2) == 0 {
				s.Holds[i] = r.IntN(1 << (1 + r.IntN(20)))
			}
		}
		was := s.Risk()
		if was < 0 || was > 99 {
			t.Fatalf("%v: risk %d", s.Holds, was)
		}
		last := was
		for i := range s.Holds {
			more := s
			more.Holds[i] += 1 + r.IntN(100)
			if got := more.Risk(); got < was {
				t.Fatalf("%v has risk %d, and with more of severity %d, %v, %d", s.Holds, was, i, more.Holds, got)
			}
			one := s
			one.Holds[i]++
			got := one.Risk()
			if got < last {
				t.Fatalf("%v: one more of severity %d gives %d, of the one below %d", s.Holds, i, got, last)
			}
			last = got
		}
	}
}

// TestRiskKeepsToItsSteps holds that many small findings never look like one that is worse.
func TestRiskKeepsToItsSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	many := func() int { return r.IntN(1 << (1 + r.IntN(40))) }
	for range 20000 {
		if s := score(0, 0, many(), many(), many()); s.Risk() >= 40 {
			t.Fatalf("%v: risk %d", s.Holds, s.Risk())
		}
		if s := score(0, many(), many(), many(), many()); s.Risk() >= 75 {
			t.Fatalf("%v: risk %d", s.Holds, s.Risk())
		}
	}
}

// TestRiskMoves holds that between one and a thousand findings of a severity each tenfold shows.
func TestRiskMoves(t *testing.T) {
	for _, severity := range []model.Severity{model.Low, model.Medium, model.High, model.Critical} {
		last := -1
		for n := 1; n <= 1000; n *= 10 {
			var s view.Score
			s.Holds[severity] = n
			got := s.Risk()
			if last >= 0 && got < last+3 {
				t.Errorf("%d findings of severity %s give %d, a tenth of them %d", n, severity, got, last)
			}
			last = got
		}
	}
}
