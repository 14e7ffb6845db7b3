package lifecycle

import (
	"math"
	"strings"
)

// scoreOf is the highest base score of the vectors of CVSS 3 that a document has.
func scoreOf(all []severity) float64 {
	highest := 0.0
	for _, s := range all {
		if strings.EqualFold(s.Type, "CVSS_V3") {
			highest = max(highest, score3(s.Score))
		}
	}
	return highest
}

// score3 works out the base score of a vector by the specification of CVSS 3.1, §7.1; 0 where it is none.
func score3(vector string) float64 {
	parts := strings.Split(strings.ToUpper(vector), "/")
	if len(parts) < 9 || len(parts) > 40 || !strings.HasPrefix(parts[0], "CVSS:3.") {
		return 0
	}
	value := map[string]string{}
	for _, p := range parts[1:] {
		metric, v, _ := strings.Cut(p, ":")
		value[metric] = v
	}
	changed := value["S"] == "C"
	if !changed && value["S"] != "U" {
		return 0
	}
	privileges := map[string]float64{"N": .85, "L": .62, "H": .27}
	if changed {
		privileges = map[string]float64{"N": .85, "L": .68, "H": .5}
	}
	impact := map[string]float64{"H": .56, "L": .22, "N": 0}
	read := func(metric string, table map[string]float64) float64 {
		v, ok := table[value[metric]]
		if !ok {
			return math.NaN()
		}
		return v
	}
	exploit := 8.22 * read("AV", map[string]float64{"N": .85, "A": .62, "L": .55, "P": .2}) *
		read("AC", map[string]float64{"L": .77, "H": .44}) * read("PR", privileges) * read("UI", map[string]float64{"N": .85, "R": .62})
	base := 1 - (1-read("C", impact))*(1-read("I", impact))*(1-read("A", impact))
	if math.IsNaN(exploit) || math.IsNaN(base) {
		return 0
	}
	if changed {
		base = 7.52*(base-.029) - 3.25*math.Pow(base-.02, 15)
	} else {
		base *= 6.42
	}
	if base <= 0 {
		return 0
	}
	if changed {
		return roundUp(min(1.08*(base+exploit), 10))
	}
	return roundUp(min(base+exploit, 10))
}

// roundUp rounds up to one digit the way the specification does, appendix A: so that no error of floating point adds a tenth.
func roundUp(x float64) float64 {
	whole := math.Round(x * 100_000)
	if math.Mod(whole, 10_000) == 0 {
		return whole / 100_000
	}
	return (math.Floor(whole/10_000) + 1) / 10
}
