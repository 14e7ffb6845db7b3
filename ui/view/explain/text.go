package explain

import (
	"fmt"
	"strings"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// widest is where lines become hard to read.
const widest = 100

// write makes the text anew.
func (s *Screen) write() {
	if s.width <= 0 {
		return
	}
	p := page.New(s.shared, min(s.width, widest), false)
	if s.rule == nil {
		p.Para(p.In(p.Ink.Warn, "There is no rule "+s.id+" in this catalogue."))
	} else {
		s.explain(p)
	}
	s.pager.SetLines(p.Lines())
}

func (s *Screen) explain(p *page.Page) {
	r := s.rule
	p.Para(p.In(s.shared.Theme.Title, r.ID+" "+r.Title))
	p.Para(p.In(p.Ink.Severity(r.Severity), r.Severity.String()) + p.In(p.Ink.Faint, " "+s.shared.Glyphs.Dot+" "+strings.ReplaceAll(r.Theme, "-", " ")))
	section(p, "What it is", r.Condition)
	section(p, "Why it matters", r.Why)
	section(p, "How it is attacked", r.Attack)
	section(p, "How it is seen", r.Defence)
	section(p, "How to fix it", r.Remedy)
	p.Para(p.In(p.Ink.Faint, upper(Way(r.Fix))+"."))
	if r.NoFix != "" {
		p.Para(p.In(p.Ink.Faint, r.NoFix))
	}
	if r.Breakage != "" {
		section(p, "What the fix may break", upper(Breakage(r.Breakage))+".")
	}
	s.cluster(p)
	controls(p, r)
	terms(p, r)
}

func section(p *page.Page, title, text string) {
	p.Gap()
	p.Para(p.In(p.Ink.Header, title))
	if text != "" {
		p.Para(p.In(p.Ink.Text, text))
	}
}

// cluster says how it is with the rule in this cluster.
func (s *Screen) cluster(p *page.Page) {
	section(p, "In this cluster", "")
	c := s.count
	if c == nil {
		p.Para(p.In(p.Ink.Faint, "counting"+s.shared.Glyphs.Charset.Ellipsis()))
		return
	}
	s.doubts(p)
	where := ""
	if c.limited {
		where = " in the namespaces that are shown"
	}
	if c.total == 0 {
		if c.state.Verdict == model.Yes || c.state.Verdict == model.Depends {
			p.Para(p.In(p.Ink.Text, "Nothing was found"+where+"."))
		}
		return
	}
	head := c.amount() + where
	if c.holds > 0 {
		head += ": " + c.summary()
	}
	if key := s.shared.Keys.Show(keys.Open); key != "" {
		head += " (" + key + " lists them)"
	}
	p.Para(p.In(p.Ink.Text, head))
	for _, r := range c.worst {
		object := p.In(p.Ink.Text, r.Object)
		if r.Finding.Pods > 0 {
			object += p.In(p.Ink.Faint, " ("+view.Count(r.Finding.Pods, "pod")+")")
		}
		p.Hang(p.In(p.Ink.Severity(r.Finding.Severity), s.shared.Fit(r.Severity(), 2))+" ", "   ", object)
	}
	if n := c.total - len(c.worst); n > 0 {
		p.Para(p.In(p.Ink.Faint, fmt.Sprintf("and %d more", n)))
	}
}

// summary counts those that hold, by severity.
func (c *count) summary() string {
	var parts []string
	for _, severity := range model.Severities() {
		if n := c.by[severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	return strings.Join(parts, ", ")
}

// doubts says where the rule could not be judged.
func (s *Screen) doubts(p *page.Page) {
	switch state := &s.count.state; {
	case state.Loading:
		p.Para(p.In(p.Ink.Warn, "Not known yet: "+state.Reason+"."))
	case state.Verdict == model.Depends:
		p.Para(p.In(p.Ink.Warn, "Not all could be judged: "+state.Reason+"."))
	case state.Verdict != model.Yes:
		p.Para(p.In(p.Ink.Warn, "It could not be judged: "+state.Reason+"."))
	}
}

// controls lists what other catalogues say of it.
func controls(p *page.Page, r *model.Rule) {
	list := Controls(&r.Frameworks)
	if len(list) == 0 {
		return
	}
	section(p, "Where else it is written", "")
	for _, c := range list {
		p.Para(p.In(p.Ink.Text, c.Long+": "+strings.Join(c.IDs, ", ")))
	}
}

// Words is all that is said of a rule.
func Words(r *model.Rule) string {
	parts := []string{r.Title, r.Condition, r.Why, r.Attack, r.Defence, r.Remedy, r.NoFix}
	for _, c := range Controls(&r.Frameworks) {
		parts = append(parts, c.Long)
	}
	return strings.Join(parts, "\n")
}

// terms explains the words of the rule that somebody who is new to Kubernetes may not know.
func terms(p *page.Page, r *model.Rule) {
	list := Terms(Words(r))
	if len(list) == 0 {
		return
	}
	section(p, "Words", "")
	const column = 24
	for _, t := range list {
		p.Hang(p.In(p.Ink.Strong, t.Name)+strings.Repeat(" ", max(2, column-len(t.Name))), strings.Repeat(" ", column), p.In(p.Ink.Text, t.Means))
	}
}

// upper begins a sentence.
func upper(t string) string {
	if t == "" {
		return ""
	}
	return strings.ToUpper(t[:1]) + t[1:]
}
