package output

import (
	"fmt"
	"io"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/ui/text"
)

// writeExplanations says of the pairs that were named what each side decides, and what would nearly have let through.
func (r *Reach) writeExplanations(w io.Writer, style Style) error {
	var list []string
	for _, e := range r.Explanations {
		list = append(list, "")
		list = append(list, r.explain(e, style)...)
	}
	if r.Unexplained > 0 {
		list = append(list, "", Numbered(r.Unexplained, "more pair")+": name one of them to have it explained")
	}
	for _, line := range list {
		if _, err := io.WriteString(w, style.Charset.Cut(line, maxLine)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reach) explain(e *network.Explanation, style Style) []string {
	list := []string{endWords(e.Src) + arrow(style.Charset) + endWords(e.Dst)}
	for _, note := range e.Notes {
		list = append(list, "  "+note)
	}
	list = append(list, r.side(&e.Egress, "from "+endWords(e.Src))...)
	return append(list, r.side(&e.Ingress, "to "+endWords(e.Dst))...)
}

// side is what one direction decides by itself.
func (r *Reach) side(s *network.Side, end string) []string {
	head := "  " + s.Direction.String() + " " + end + ": "
	switch {
	case len(s.Parts) == 0:
		return nil
	case !s.Isolated && len(s.Parts) == 1 && s.Parts[0].Verdict == network.Allow && s.Parts[0].Connections.Full():
		return []string{head + "no policy decides, all is allowed"}
	}
	list := []string{head + "policies decide"}
	type row struct{ verdict, ports, why string }
	var rows []row
	var verdicts, ports int
	for i := range s.Parts {
		p := &s.Parts[i]
		left := r.within(p.Connections)
		if left.Empty() {
			continue
		}
		one := row{p.Verdict.String(), left.String(), partWords(p)}
		verdicts, ports = max(verdicts, len(one.verdict)), max(ports, len(one.ports))
		rows = append(rows, one)
	}
	for _, one := range rows {
		line := "    " + text.Fit(one.verdict, verdicts) + "  " + text.Fit(one.ports, min(ports, maxPorts))
		list = append(list, strings.TrimRight(line+"  "+one.why, " "))
	}
	for i := range s.Misses {
		m := &s.Misses[i]
		if left := r.within(m.Connections); !left.Empty() {
			list = append(list, fmt.Sprintf("    near miss  %s would let %s through: %s", ruleWords(&m.Reason), left, strings.Join(m.Missing, "; ")))
		}
	}
	return list
}

// maxPorts is the widest that ports are drawn before what decides.
const maxPorts = 60

// partWords is what decided a part, with what it depends on.
func partWords(p *network.Part) string {
	var list []string
	for i := range p.Because {
		if r := &p.Because[i]; r.Tier != policy.Default || r.Note != "" {
			list = append(list, reasonWords(r))
		}
	}
	if p.Assumption != "" {
		list = append([]string{p.Assumption}, list...)
	}
	return strings.Join(list, "; ")
}
