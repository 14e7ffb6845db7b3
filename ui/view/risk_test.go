package view_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/view"
)

// risks counts findings by their risk.
func risks(of map[int]int) (r view.Risks) {
	for risk, n := range of {
		r[risk] = n
	}
	return r
}

func TestRisk(t *testing.T) {
	for _, c := range []struct {
		of   map[int]int
		want int
	}{
		{nil, 0},
		{map[int]int{8: 1}, 6},
		{map[int]int{20: 1}, 16},
		{map[int]int{40: 1}, 32},
		{map[int]int{40: 1000}, 44},
		{map[int]int{70: 1}, 56},
		{map[int]int{90: 1}, 72},
		{map[int]int{90: 10}, 76},
		{map[int]int{90: 1, 70: 900}, 72},
		{map[int]int{100: 1}, 80},
		{map[int]int{100: 1, 95: 90}, 84},
		{map[int]int{100: 1000}, 92},
		{map[int]int{100: 1 << 40, 50: 1 << 40}, 99},
	} {
		r := risks(c.of)
		if got := r.Figure(); got != c.want {
			t.Errorf("%v: risk %d, want %d", c.of, got, c.want)
		}
	}
}

// TestRiskIsMonotone adds findings to random ones, and makes them riskier: the figure never falls.
func TestRiskIsMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var s view.Risks
		for range 1 + r.IntN(8) {
			s[r.IntN(101)] += r.IntN(1 << (1 + r.IntN(20)))
		}
		was := s.Figure()
		if was < 0 || was > 99 {
			t.Fatalf("%v: risk %d", s, was)
		}
		last := was
		for i := range s {
			one := s
			one[i]++
			got := one.Figure()
			if got < last {
				t.Fatalf("%v: one more of risk %d gives %d, of the one below %d", s, i, got, last)
			}
			last = got
			if i > 0 && s[i-1] > 0 {
				riskier := s
				riskier[i-1]--
				riskier[i]++
				if got := riskier.Figure(); got < was {
					t.Fatalf("%v: risk %d, and %d where one of %d is riskier", s, was, got, i-1)
				}
			}
		}
	}
}

// TestManySmallFindingsDoNotLookLikeOneThatIsFarWorse holds that it takes a thousand to make up for 15.
func TestManySmallFindingsDoNotLookLikeOneThatIsFarWorse(t *testing.T) {
	for risk := 15; risk <= 100; risk++ {
		one, many := risks(map[int]int{risk: 1}), risks(map[int]int{risk - 15: 999})
		if one.Figure() < many.Figure() {
			t.Errorf("one of risk %d gives %d, 999 of %d give %d", risk, one.Figure(), risk-15, many.Figure())
		}
	}
}

// TestRiskMoves holds that each tenfold shows.
func TestRiskMoves(t *testing.T) {
	for _, risk := range []int{8, 33, 80, 100} {
		last := -1
		for n := 1; n <= 10000; n *= 10 {
			r := risks(map[int]int{risk: n})
			got := r.Figure()
			if last >= 0 && got != last+4 {
				t.Errorf("%d findings of risk %d give %d, a tenth of them %d", n, risk, got, last)
			}
			last = got
		}
	}
}

// TestOnlyWhatHoldsIsRisky holds that neither what may hold nor what is but information counts.
func TestOnlyWhatHoldsIsRisky(t *testing.T) {
	var r view.Risks
	rule := &model.Rule{ID: "PS01"}
	for _, f := range []struct {
		severity model.Severity
		verdict  model.Verdict
	}{{model.Critical, model.Unknown}, {model.High, model.Depends}, {model.Info, model.Yes}} {
		r.Add(view.NewRow(&model.Finding{ID: "x", Rule: rule, Severity: f.severity}, f.verdict, "why"))
	}
	if got := r.Figure(); got != 0 {
		t.Errorf("risk %d", got)
	}
}

// TestTheFormulaIsTheOneThatCounts holds that the words name the factors that the model has.
func TestTheFormulaIsTheOneThatCounts(t *testing.T) {
	row := view.NewRow(&model.Finding{Rule: &model.Rule{ID: "PS01"}, Severity: model.High}, model.Yes, "")
	if got, want := row.RiskWords(), "70 of 100 by severity, until attack paths are known"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	attack := &model.Attack{Standings: standings{}}
	for _, exposure := range []model.Exposed{model.ExposedToHolders, model.ExposedToAccounts, model.ExposedToInternet} {
		for effect := model.LeadsNowhere; effect <= model.LeadsToCluster; effect++ {
			for _, severity := range model.Severities() {
				f := &model.Finding{Rule: &model.Rule{ID: "PS01"}, Severity: severity, Verdict: model.Yes}
				attack.Standings = standings{f.Object: {Exposure: exposure, Effect: effect}}
				words := view.Judge(&model.Report{Attack: attack}, f).RiskWords()
				_, rest, _ := strings.Cut(words, " = 100 x ")
				for _, part := range strings.Split(rest, " x ") {
					// exposure 0.65 (its holders only) is "its holders only 0.65" in the formula.
					fields := strings.SplitN(part, " ", 3)
					if want := strings.Trim(fields[2], "()") + " " + fields[1]; !strings.Contains(view.RiskFormula, want) { //nolint:gocritic // the formula is what is looked through
						t.Errorf("%q is not in the formula", want)
					}
				}
			}
		}
	}
}
