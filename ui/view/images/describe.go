package images

import (
	"cmp"
	"fmt"
	"strings"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// most bounds the lists of a text; the rest is counted.
const most = 40

// Describe writes what is known of an image: the verdict and what it rests on, the signature, who runs it, and what rules say.
func (l *list) Describe(q *sheet.Quest, r *item) ([]string, error) {
	t := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	t.Para(t.In(t.Ink.Strong, cmp.Or(r.of.Name, "an image without a name")))
	t.Gap()
	t.verdict(r.of)
	for i := range r.of.Evidence {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(r.of.Evidence)-most, "more report")))
			break
		}
		t.Gap()
		t.evidence(&r.of.Evidence[i])
	}
	t.Gap()
	t.signature(r)
	t.demanded(r.signing)
	t.Gap()
	t.runBy(r)
	t.Gap()
	t.names(r.of)
	t.hygiene(q, r)
	return t.Lines(), nil
}

// teller writes texts about images.
type teller struct {
	*page.Page
	shared *view.Shared
}

func (t *teller) verdict(i *image.Image) {
	drawn := style(t.shared, i.Verdict).Render(word(i.Verdict))
	if i.Reason != "" {
		drawn += t.In(t.Ink.Text, ": "+i.Reason)
	}
	t.Entry("SCANNED", drawn)
	for _, w := range i.Warnings {
		t.Entry("", t.In(t.Ink.Warn, w))
	}
	if i.Disagreement != "" {
		t.Entry("", t.In(t.Ink.Warn, "sources disagree: "+i.Disagreement))
	}
	if len(i.Unproven) > 0 {
		t.Entry("", t.In(t.Ink.Warn, "no young report is known to be of "+strings.Join(i.Unproven, " and ")))
	}
	if c := i.Counts; c != nil {
		t.Entry("", t.In(t.Ink.Text, counts(c)))
	}
	if i.Digest != "" {
		t.Entry("DIGEST", t.In(t.Ink.Text, i.Digest)+t.In(t.Ink.Faint, of(i.Of)))
	} else {
		t.Entry("DIGEST", t.In(t.Ink.Warn, "no container has told one yet: it is known by what specs call it"))
	}
}

func of(d record.DigestOf) string {
	if d == record.OfUnknown {
		return ""
	}
	return ", of the " + d.String()
}

// counts writes the counts of vulnerabilities.
func counts(c *record.Counts) string {
	t := fmt.Sprintf("%d critical, %d high, %d medium, %d low", c.Critical, c.High, c.Medium, c.Low)
	if n := c.Negligible; n > 0 {
		t += fmt.Sprintf(", %d negligible", n)
	}
	if n := c.Unknown; n > 0 {
		t += fmt.Sprintf(", %d of unknown severity", n)
	}
	return t
}

// evidence tells of one report: what it says by itself, when it was made, and by what it is taken to be of this image.
func (t *teller) evidence(e *image.Evidence) {
	drawn := t.In(t.Ink.Strong, e.Source) + t.In(t.Ink.Text, " ") + style(t.shared, e.Verdict).Render(word(e.Verdict))
	if e.Reason != "" {
		drawn += t.In(t.Ink.Text, ": "+e.Reason)
	}
	t.Entry("REPORT", drawn)
	if !e.Scan.IsZero() && e.Scan.Group != model.GroupOwn {
		t.Entry("", t.In(t.Ink.Faint, e.Scan.String()))
	}
	if e.Origin != "" {
		t.Entry("", t.In(t.Ink.Faint, "from "+e.Origin))
	}
	when := cmp.Or(t.shared.Moment(e.Scanned), "nobody knows when")
	if by := strings.TrimSpace(e.Scanner + " " + e.Version); by != "" {
		when += " by " + by
	}
	if at := t.shared.Moment(e.Database); at != "" {
		when += ", data of " + at
	}
	if at := t.shared.Moment(e.Expires); at != "" {
		when += ", deleted at " + at
	}
	t.Entry("", t.In(t.Ink.Text, when))
	match := "matched by " + string(e.Match)
	switch {
	case e.Elsewhere:
		t.Entry("", t.In(t.Ink.Warn, match+", but scanned for "+e.Platform+": what runs is another manifest"))
	case e.Match.Proves():
		t.Entry("", t.In(t.Ink.Good, match+": this very image"))
	default:
		t.Entry("", t.In(t.Ink.Warn, match+", which proves nothing: it may have been another image"))
	}
	if e.Platform != "" && !e.Elsewhere {
		t.Entry("", t.In(t.Ink.Text, "scanned for "+e.Platform))
	}
	if e.Excluded != nil {
		t.Entry("", t.In(t.Ink.Text, fmt.Sprintf("%d more left out by VEX: %s", e.Excluded.Sum(), e.ExcludedBy)))
	}
	if e.Digest != "" {
		t.Entry("", t.In(t.Ink.Text, "the report is of "+e.Digest))
	}
	switch {
	case e.Counts != nil:
		t.Entry("", t.In(t.Ink.Text, counts(e.Counts)))
	default:
		t.Entry("", t.In(t.Ink.Faint, "how many vulnerabilities there are it does not tell"))
	}
	if e.OS != "" && e.Outlived {
		t.Entry("", t.In(t.Ink.Warn, e.OS+" gets no more updates"))
	} else if e.OS != "" {
		t.Entry("", t.In(t.Ink.Faint, e.OS))
	}
}

// signature tells what policies demand and what is proven, and who escapes.
func (t *teller) signature(r *item) {
	t.answer("SIGNED", &r.of.Signature)
	type other struct {
		verdict signature.Verdict
		reason  string
	}
	seen := map[other]bool{{r.of.Signature.Verdict, r.of.Signature.Reason}: true}
	for i := range r.uses {
		a := &r.uses[i].Signature
		if o := (other{a.Verdict, a.Reason}); !seen[o] && len(seen) <= most {
			seen[o] = true
			t.Entry("", t.In(t.Ink.Faint, "for "+r.uses[i].Owner.String()+" and its like:"))
			t.answer("", a)
		}
	}
}

func (t *teller) answer(word string, a *signature.Answer) {
	drawn := signedStyle(t.shared, a).Render(signed(a))
	if a.Reason != "" {
		drawn += t.In(t.Ink.Text, ": "+a.Reason)
	}
	t.Entry(word, drawn)
	if a.By != "" {
		by := "proven by " + a.By
		if at := t.shared.Moment(a.At); at != "" {
			by += " at " + at
		}
		t.Entry("", t.In(t.Ink.Text, by))
	}
	for i, p := range a.Policies {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(a.Policies)-most, "more policy")))
			break
		}
		t.Entry("", t.In(t.Ink.Text, "demanded by "+p.String()))
	}
	if len(a.Policies) > 0 && !a.Enforced {
		t.Entry("", t.In(t.Ink.Warn, "none of them refuses what is not signed: they only tell"))
	}
}

// demanded tells what policies demand in the namespace of the row, and what gets past them.
func (t *teller) demanded(s *image.Signing) {
	if s == nil {
		return
	}
	t.Gap()
	word := "POLICY"
	if len(s.Policies) == 0 {
		t.Entry(word, t.In(t.Ink.Warn, "none demands signatures in "+s.Namespace))
	} else {
		how := t.In(t.Ink.Good, ": refuses what has none")
		if !s.Enforced {
			how = t.In(t.Ink.Warn, ": none refuses, they only tell")
		}
		names := make([]string, 0, len(s.Policies))
		for _, p := range s.Policies {
			names = append(names, p.String())
		}
		t.Entry(word, t.In(t.Ink.Text, "in "+s.Namespace+" signatures are demanded by "+view.Few(names, 6))+how)
	}
	for i, past := range s.Escapes {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, fmt.Sprintf("and %d more", len(s.Escapes)-most)))
			break
		}
		t.Entry("", t.In(t.Ink.Warn, "gets past: "+past))
	}
	if s.Doubt != "" {
		t.Entry("", t.In(t.Ink.Warn, "not known: "+s.Doubt))
	}
}

// runBy lists the workloads, those that can be reached from outside first.
func (t *teller) runBy(r *item) {
	word := "RUN BY"
	for i, u := range r.uses {
		if i == most {
			t.Entry(word, t.In(t.Ink.Faint, "and "+view.Count(len(r.uses)-most, "more container")+"; "+t.shared.Keys.Show("open")+" lists all"))
			break
		}
		mark, style := "", t.Ink.Text
		if i < r.exposed {
			mark, style = "! ", t.Ink.Warn
		}
		t.Entry(word, t.In(style, mark+u.Owner.String())+t.In(t.Ink.Text, fmt.Sprintf(", %s %s, %s", kindOf(u.Type), u.Container, view.Count(u.Pods, "pod"))))
		t.Entry("", t.In(t.Ink.Faint, u.Reference))
		word = ""
	}
	if r.exposed > 0 {
		t.Entry("", t.In(t.Ink.Faint, "! can be reached from outside"))
	}
}

func kindOf(u image.UseType) string {
	switch u {
	case image.Init:
		return "init container"
	case image.Ephemeral:
		return "ephemeral container"
	}
	return string(u)
}

// names lists what else the image is called.
func (t *teller) names(i *image.Image) {
	list := func(word string, names []string) {
		for n, name := range names {
			if n == most {
				t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(names)-most, "more name")))
				break
			}
			t.Entry(word, t.In(t.Ink.Text, name))
			word = ""
		}
	}
	list("NAMES", i.References)
	if len(i.Aliases) > 0 {
		list("NODES", i.Aliases)
	}
	if i.Size > 0 {
		t.Entry("SIZE", t.In(t.Ink.Text, fmt.Sprintf("%d MB", (i.Size+500_000)/1_000_000)))
	}
	if at := t.shared.Moment(i.Built); at != "" {
		t.Entry("BUILT", t.In(t.Ink.Text, at))
	}
}

// hygiene names the rules that hold of the image.
func (t *teller) hygiene(q *sheet.Quest, r *item) {
	if len(r.of.Hygiene) == 0 {
		return
	}
	t.Gap()
	word := "RULES"
	for _, rule := range q.Shared.Session.Rules() {
		for _, id := range r.of.Hygiene {
			if rule.ID == id {
				t.Entry(word, t.In(t.Ink.Severity(rule.Severity), rule.Severity.Letter())+t.In(t.Ink.Text, " "+rule.ID+" "+rule.Title))
				word = ""
			}
		}
	}
}
