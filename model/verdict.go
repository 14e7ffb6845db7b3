package model

// Verdict is one of three truths and a shrug.
type Verdict uint8

// The verdicts. The zero value is Unknown, so that what was never judged is never taken for clean.
const (
	Unknown Verdict = iota
	Yes
	No
	Depends
)

// String is the word that outputs use.
func (v Verdict) String() string {
	switch v {
	case Yes:
		return "yes"
	case No:
		return "no"
	case Depends:
		return "depends"
	}
	return "unknown"
}

// Severity grades a rule.
type Severity uint8

// The severities, mildest first so that they compare.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

// Severities lists all of them, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Info} }

// String is the word that outputs use.
func (s Severity) String() string {
	switch s {
	case Critical:
		return "critical"
	case High:
		return "high"
	case Medium:
		return "medium"
	case Low:
		return "low"
	}
	return "info"
}

// Letter is the one-letter form for narrow columns: C H M L i.
func (s Severity) Letter() string {
	switch s {
	case Critical:
		return "C"
	case High:
		return "H"
	case Medium:
		return "M"
	case Low:
		return "L"
	}
	return "i"
}

// Risk is the figure, 0 to 100, that stands for a severity while no attack graph says more.
func (s Severity) Risk() int {
	switch s {
	case Critical:
		return 90
	case High:
		return 70
	case Medium:
		return 40
	case Low:
		return 20
	}
	return 5
}

// ParseSeverity reads the word that String writes.
func ParseSeverity(s string) (Severity, bool) {
	for _, v := range Severities() {
		if v.String() == s {
			return v, true
		}
	}
	return Info, false
}

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Severity) UnmarshalText(text []byte) error {
	v, ok := ParseSeverity(string(text))
	if !ok {
		return errSeverity
	}
	*s = v
	return nil
}
