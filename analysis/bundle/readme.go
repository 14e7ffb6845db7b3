package bundle

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"canopy/model"
	"canopy/model/inorder"
)

// readme writes what a person has to know who gets the folder and nothing else.
func (b *builder) readme() []byte {
	var out bytes.Buffer
	title := b.Title
	if title == "" {
		title = "Fix by Canopy"
	}
	out.WriteString("# " + prose(title) + "\n\n")
	if b.Source != "" {
		out.WriteString("Made by Canopy for: " + prose(b.Source) + ".\n\n")
	}
	closes := b.closes()
	out.WriteString(count(len(b.fix.Documents), "document") + " close " + count(len(closes), "finding") + "; " +
		count(len(b.fix.Notes), "note") + " on what is to be done by hand.\n")
	b.files(&out)
	b.findings(&out, closes)
	b.why(&out, closes)
	b.order(&out)
	b.apply(&out)
	b.check(&out, closes)
	b.takeBack(&out)
	b.keep(&out)
	b.source(&out)
	b.byHand(&out)
	return out.Bytes()
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// closes lists the findings that the fix ends, each with the document after which it has ended: the worst first.
func (b *builder) closes() []closing {
	var list []closing
	seen := map[string]bool{}
	for i := range b.fix.Documents {
		for _, id := range b.fix.Documents[i].Closes {
			if !seen[id] {
				seen[id] = true
				list = append(list, closing{id, ruleOf(id), b.severityOf(id), i})
			}
		}
	}
	inorder.SortStable(list, func(x, y closing) int {
		return cmp.Or(cmp.Compare(y.severity, x.severity), cmp.Compare(x.id, y.id))
	})
	return list
}

// closing is a finding that ends.
type closing struct {
	id, rule string
	severity model.Severity
	document int
}

func ruleOf(finding string) string {
	rule, _, _ := strings.Cut(finding, "/")
	return rule
}

// severityOf gives the severity of a finding: its own where the report has it, else that of its rule.
func (b *builder) severityOf(id string) model.Severity {
	if b.Report != nil && b.Report.Findings != nil {
		if f := b.Report.Findings.Get(id); f != nil {
			return f.Severity
		}
	}
	if r := b.rules[ruleOf(id)]; r != nil {
		return r.Severity
	}
	return model.Info
}

// files says what is in the folder.
func (b *builder) files(out *bytes.Buffer) {
	list := [][2]string{{fixFile, "all documents with their comments, to be read"}}
	if len(b.fix.Documents) > 0 {
		list = append(list, [2]string{"01-….yaml and so on", "each document by itself, for kubectl"},
			[2]string{rollbackFile, "what takes the fix back, to be read; rollback-….yaml are its parts, for kubectl. They may hold values that are nobody else's business"},
			[2]string{overlayFile, "the same as an overlay over your own manifests, for kustomize"})
	}
	if b.guarded() {
		list = append(list, [2]string{guardFile, "what keeps the findings from coming back, first as warnings"})
	}
	if b.enforceable() {
		list = append(list, [2]string{enforceFile, "the same as refusals"})
	}
	out.WriteString("\n| file | holds |\n|---|---|\n")
	for _, l := range list {
		out.WriteString("| " + code(l[0]) + " | " + l[1] + " |\n")
	}
}

func (b *builder) findings(out *bytes.Buffer, closes []closing) {
	if len(closes) == 0 {
		return
	}
	out.WriteString("\n## What it closes\n\n| severity | rule | finding | with |\n|---|---|---|---|\n")
	for _, c := range closes {
		title := c.rule
		if t := b.titleOf(c.rule); t != "" {
			title += ": " + t
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", c.severity, prose(title), code(c.id), code(b.fix.Documents[c.document].File))
	}
}

// why says of each rule what is wrong with what it finds, and what other catalogues call it.
func (b *builder) why(out *bytes.Buffer, closes []closing) {
	seen := map[string]bool{}
	var rules []*model.Rule
	for _, c := range closes {
		if r := b.rules[c.rule]; r != nil && !seen[c.rule] {
			seen[c.rule] = true
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		return
	}
	out.WriteString("\n## Why\n")
	for _, r := range rules {
		fmt.Fprintf(out, "\n**%s %s** (%s). %s\n", r.ID, prose(r.Title), r.Severity, prose(r.Why))
		if f := frameworks(&r.Frameworks); f != "" {
			out.WriteString("\nThe same in other catalogues: " + prose(f) + ".\n")
		}
	}
}

func frameworks(f *model.Frameworks) string {
	var parts []string
	for _, l := range []struct {
		name string
		ids  []string
	}{{"Pod Security Standards", f.PSS}, {"CIS", f.CIS}, {"NSA", f.NSA}, {"OWASP", f.OWASP}, {"MITRE ATT&CK", f.MITRE}, {"Microsoft", f.MS}} {
		if len(l.ids) > 0 {
			parts = append(parts, l.name+" "+strings.Join(l.ids, ", "))
		}
	}
	return strings.Join(parts, "; ")
}
